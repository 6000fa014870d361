"""Lines of a Postfix log: whose queue file a line is about, and what instants lines prove."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.records import Millis
from streams.sources.logs.lines import LogLine

_DAEMONS = frozenset(
    {
        *("smtpd", "submission", "smtps", "qmtpd", "qmqpd", "pickup", "sendmail", "cleanup", "qmgr", "nqmgr", "oqmgr", "bounce", "trace"),
        *("smtp", "lmtp", "relay", "local", "virtual", "pipe", "error", "retry", "discard", "postsuper", "postqueue", "defer", "verify"),
        *("flush", "showq", "trivial-rewrite", "proxymap", "anvil", "scache", "tlsmgr", "tlsproxy", "dnsblog", "postscreen", "master"),
        *("policyd-spf", "dane"),
    }
)
_SHORT = "[0-9A-F]{5,32}"
_LONG = "[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}z[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-y]{1,20}"
_QUEUED = re.compile(rf"(?P<id>{_SHORT}|{_LONG}): (?P<text>.*)", re.DOTALL)
_LONG_ID = re.compile(_LONG)
_DIGITS = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
_OWN_ID = re.compile(r"message-id=<(?P<at>\d{14})\.(?P<id>[0-9A-Za-z]+)@")
_BEGINS = re.compile(r"(?:client|uid)=")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FROM_YEAR, _TO_YEAR = 1998, 2199


@dataclass(frozen=True, slots=True)
class Queued:
    """A line about one message in the queue. ``instance`` is the name of the Postfix instance (``postfix``), ``process`` the daemon's."""

    host: str
    instance: str
    queue_id: str
    process: str
    text: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What messages are told apart by while they are in the queue."""
        return self.host, self.instance, self.queue_id

    @property
    def begins(self) -> bool:
        """Whether a message that is new in the queue begins so."""
        return self.process != "cleanup" and _BEGINS.match(self.text) is not None

    @property
    def ends(self) -> bool:
        """Whether the message leaves the queue with it."""
        return self.text.strip() == "removed"


def queued(line: LogLine) -> Queued | None:
    """Return the line as one about a message; None when it is about none, or of another program."""
    instance, slash, process = line.program.rpartition("/")
    if not slash or process not in _DAEMONS:
        return None
    match = _QUEUED.fullmatch(line.text)
    return None if match is None else Queued(line.host, instance.partition("/")[0], match["id"], process, match["text"])


def proof(line: Queued) -> Millis | None:
    """Return the instant (to the second) at which this line was written, where it proves it.

    Two do: the first line of a message with a long queue id, which holds the second of its making, and the Message-ID that Postfix makes
    for a mail that has none (``20240304091531.QUEUEID@host``, in UTC).
    """
    if line.begins and _LONG_ID.fullmatch(line.queue_id):
        seconds = 0
        for digit in line.queue_id[: line.queue_id.rindex("z") - 4]:
            seconds = seconds * len(_DIGITS) + _DIGITS.index(digit)
        return _bounded(seconds)
    match = _OWN_ID.match(line.text)
    if match is not None and line.process == "cleanup" and match["id"] == line.queue_id:
        try:
            made = datetime.strptime(match["at"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return None
        return _bounded(int((made - _EPOCH).total_seconds()))
    return None


def _bounded(seconds: int) -> Millis | None:
    try:
        year = (_EPOCH + timedelta(seconds=seconds)).year
    except OverflowError:
        return None
    return seconds * 1000 if _FROM_YEAR <= year <= _TO_YEAR else None
