"""Exchange journal reports: a mail to the journal mailbox whose text names the envelope and which carries the original.

The original comes as an attached mail, unaltered; its recipients stand in the report, one a line, with what kind they were and which
list or mailbox they stem from (``To: member@x, Expanded: list@x``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from streams.sources.mails.headers import mailboxes
from streams.sources.mails.parts import Mail, attached_mail, parts, raw_fields, text

_HEADERS = ("x-ms-journal-report", "x-ms-exchange-organization-journal-report")
_LINE = re.compile(r"(?P<name>[A-Za-z-]+):[ \t]*(?P<value>.*)")
_RECIPIENTS = {"to", "cc", "bcc", "recipient", "recipients"}
_REDIRECTED = re.compile(r",?\s*(?:Expanded|Forwarded):\s*(?P<source>\S.*)$", re.IGNORECASE)


@dataclass(slots=True)
class Journal:
    """What the report says; ``original`` is None where it carries no mail that can be read."""

    sender: str | None = None
    on_behalf_of: str | None = None
    message_id: str | None = None
    subject: str | None = None
    recipients: list[str] = field(default_factory=list)
    original: Mail | None = None


def journal(mail: Mail) -> Journal | None:
    """Return the report; None when this mail is none."""
    if next(raw_fields(mail, *_HEADERS), None) is None:
        return None
    found: Journal | None = None
    for part, _ in parts(mail):
        kind = part.get_content_type()
        if kind == "text/plain" and found is None:
            found = _report(text(part))
            if found is None:
                return None
        elif kind == "message/rfc822" and found is not None:
            found.original = attached_mail(part)
            break
    return found


def _report(body: str) -> Journal | None:
    said = list(_said(body))
    if not {"sender", "recipient", "to"} & {name for name, _ in said}:
        return None
    found = Journal()
    for name, value in said:
        if name in _RECIPIENTS:
            redirected = _REDIRECTED.search(value)
            if redirected is not None:
                value = f"{value[: redirected.start()]}, {redirected['source']}"  # noqa: PLW2901  # both got it, the list and its member
            found.recipients.append(value)
        elif name == "sender":
            found.sender = found.sender or next(iter(mailboxes([value])), None)
        elif name == "on-behalf-of":
            found.on_behalf_of = found.on_behalf_of or next(iter(mailboxes([value])), None)
        elif name == "message-id":
            found.message_id = found.message_id or value.strip() or None
        elif name == "subject":
            found.subject = found.subject or value.strip() or None
    return found


def _said(body: str) -> Iterator[tuple[str, str]]:
    for line in body.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is not None:
            yield match["name"].lower(), match["value"]
