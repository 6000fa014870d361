"""The formats that are read, by name, and which of them a file is in."""

import re
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from streams.errors import UsageError
from streams.sources.defender import email as defender_email
from streams.sources.exchange import tracking as exchange_tracking
from streams.sources.google import workspace as google_workspace
from streams.sources.m365 import audit as m365_audit
from streams.sources.m365 import message_trace as m365_message_trace
from streams.sources.mails import message as maildir
from streams.sources.mails import reader as maildir_reader
from streams.sources.ndjson import file as file_ndjson
from streams.sources.ndjson import mail as mail_ndjson
from streams.sources.outcome import Parse, Row
from streams.sources.postfix import mail as postfix
from streams.sources.postfix import reader as postfix_reader
from streams.sources.raw import RawRecord
from streams.sources.samba import audit as samba_audit
from streams.sources.shapes import folders
from streams.sources.shapes.content import OnBytes
from streams.sources.shapes.foreign import what_it_is
from streams.sources.shapes.reader import read_records
from streams.sources.windows import security as windows_security

_LOOKED_AT = 50
_READ_TO_LOOK = 50_000
_NAMED = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9-]+)(?:\[(?P<options>[^\]]*)\])?:(?P<path>.+)", re.DOTALL)

Read = Callable[[Path, str, Callable[[Row], bool], OnBytes | None], Generator[RawRecord]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how to read its files into rows, how to parse a row, and whether a row looks like its own.

    ``parse_for`` is set where a file must be looked over before its rows can be parsed; it returns the parser for that file.
    ``configured`` is set where the user may tell what a file does not; it returns what ``parse_for`` then is, or raises UsageError.
    ``configured_read`` is the same for formats whose reader, not parser, must be told.
    ``parse_among`` is set where that must be all files of the format that are loaded together; it returns the one parser for them.
    ``sniff`` is set where a file is no table of rows; it tells whether a file, or a folder, is in this format.
    """

    name: str
    title: str
    parse: Parse
    fits: Callable[[Row], bool]
    read: Read = read_records
    parse_for: Callable[[Path], Parse] | None = None
    configured: Callable[[Mapping[str, str]], Callable[[Path], Parse]] | None = None
    configured_read: Callable[[Mapping[str, str]], Read] | None = None
    parse_among: Callable[[Sequence[Path]], Parse] | None = None
    sniff: Callable[[Path], bool] | None = None

    def records(self, path: Path, on_bytes: OnBytes | None = None) -> Generator[RawRecord]:
        """Yield the raw records of a file. Raises UsageError when it cannot be opened."""
        return self.read(path, self.name, self.fits, on_bytes)

    def parser(self, path: Path) -> Parse:
        """Return the function that parses the rows of this file, when it is loaded alone."""
        if self.parse_among is not None:
            return self.parse_among((path,))
        return self.parse if self.parse_for is None else self.parse_for(path)


FORMATS: Mapping[str, Format] = {
    "m365-audit": Format(
        "m365-audit", "Microsoft 365 unified audit log (CSV with AuditData, JSON, NDJSON)", m365_audit.parse, m365_audit.fits
    ),
    "m365-message-trace": Format(
        "m365-message-trace",
        "Exchange Online message trace (CSV, JSON)",
        m365_message_trace.parse,
        m365_message_trace.fits,
        parse_for=m365_message_trace.parse_for,
    ),
    "exchange-tracking": Format(
        "exchange-tracking",
        "Exchange Server message tracking (log files, Get-MessageTrackingLog as CSV or JSON)",
        exchange_tracking.parse,
        exchange_tracking.fits,
        configured=exchange_tracking.configured,
    ),
    "defender-email": Format(
        "defender-email",
        "Microsoft Defender advanced hunting, EmailEvents and EmailAttachmentInfo (CSV, JSON, NDJSON)",
        defender_email.parse,
        defender_email.fits,
        parse_among=defender_email.parse_among,
    ),
    "google-workspace": Format(
        "google-workspace",
        "Google Workspace log events of Gmail and Drive (Reports API, BigQuery, console CSV, Email Log Search)",
        google_workspace.parse,
        google_workspace.fits,
        configured=google_workspace.configured,
    ),
    "windows-security": Format(
        "windows-security",
        "Windows security log, files and shares (event XML, JSON, CSV)",
        windows_security.parse,
        windows_security.fits,
        configured=windows_security.configured,
    ),
    "samba-audit": Format(
        "samba-audit",
        "Samba vfs_full_audit (syslog, journal, Samba's own log)",
        samba_audit.parse,
        samba_audit.fits,
        parse_for=samba_audit.parse_for,
        configured=samba_audit.configured,
    ),
    "postfix": Format(
        "postfix",
        "Postfix mail log (syslog, RFC 5424, journald JSON; a file or a folder of rotated ones)",
        postfix.parse,
        postfix.fits,
        read=postfix_reader.read,
        configured_read=postfix_reader.configured,
        sniff=postfix_reader.sniff,
    ),
    "maildir": Format(
        "maildir",
        "mails themselves (a Maildir, a folder of .eml files, an mbox, Exchange journal reports)",
        maildir.parse,
        maildir.fits,
        read=maildir_reader.read,
        sniff=maildir_reader.sniff,
    ),
    "mail-ndjson": Format("mail-ndjson", "custodiet's own mail format (a JSON object a line)", mail_ndjson.parse, mail_ndjson.fits),
    "file-ndjson": Format("file-ndjson", "custodiet's own file format (a JSON object a line)", file_ndjson.parse, file_ndjson.fits),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or a folder where the format allows it, and the format that it is in."""

    format: Format
    path: Path

    @property
    def size(self) -> int:
        """How many bytes there are to read."""
        return folders.size(self.path)


def read_input(text: str) -> Input:
    """Return the input that ``FORMAT:PATH`` or ``PATH`` names, the format told from content in the second case. Raises UsageError.

    ``FORMAT[name=value,…]:PATH`` tells what the files of a format cannot say themselves.
    """
    named = _NAMED.fullmatch(text)
    if named is not None and named["name"] in FORMATS:
        found = _with_options(FORMATS[named["name"]], named["options"])
        return Input(found, _existing(Path(named["path"]), folder=found.sniff is not None))
    path = Path(text)
    if named is not None and not path.exists() and Path(named["path"]).exists():
        raise UsageError(f"unknown format {named['name']!r} in {text!r}; {_known()}")
    return Input(FORMATS[detect(_existing(path, folder=True))], path)


def _with_options(format_: Format, options: str | None) -> Format:
    """Return the format told what the user wrote in brackets. Raises UsageError."""
    if options is None:
        return format_
    if format_.configured is None and format_.configured_read is None:
        raise UsageError(f"{format_.name} takes no options")
    pairs = [pair.partition("=") for pair in options.split(",") if pair.strip()]
    unread = [name for name, equals, _ in pairs if not equals]
    if unread:
        raise UsageError(f"an option is written name=value, not {unread[0]!r}")
    told = {name.strip(): value.strip() for name, _, value in pairs}
    if format_.configured_read is not None:
        return replace(format_, read=format_.configured_read(told))
    return format_ if format_.configured is None else replace(format_, parse_for=format_.configured(told))


def detect(path: Path) -> str:
    """Return the name of the format that the first records of ``path`` that fit any are in; mails and mail logs are told first.

    Raises UsageError that names the known ones.
    """
    sniffed = next((name for name, known in FORMATS.items() if known.sniff is not None and known.sniff(path)), None)
    if sniffed is not None:
        return sniffed
    if path.is_dir():
        raise UsageError(f"{path} is a folder, and nothing in it looks like mails or mail logs; name the files in it")
    seen: Counter[str] = Counter()
    with closing(read_records(path, "unknown", _fits_any)) as records:
        # What other programs wrote to the same log, a night's worth of it perhaps, fits nothing and is passed over.
        rows = (record.row for record in islice(records, _READ_TO_LOOK) if record.row is not None)
        fitting = (names for row in rows if (names := [name for name, known in FORMATS.items() if known.fits(row)]))
        for names in islice(fitting, _LOOKED_AT):
            seen.update(names)
    if not seen:
        raise UsageError(f"cannot tell the format of {path}; write FORMAT:{path}; {_known()}")
    return seen.most_common(1)[0][0]


def _fits_any(row: Row) -> bool:
    return any(known.fits(row) for known in FORMATS.values())


def _existing(path: Path, *, folder: bool) -> Path:
    if not path.exists():
        raise UsageError(f"there is no file {path}")
    if path.is_dir() and not folder:
        raise UsageError(f"{path} is a folder; name the files in it")
    if path.is_file() and (words := what_it_is(path)) is not None:
        raise UsageError(f"{path} is {words}")
    return path


def _known() -> str:
    return "known formats: " + ", ".join(sorted(FORMATS))
