"""``Get-MessageTraceV2`` piped to ``Export-Csv``: a row a recipient, every field quoted, CRLF, times in UTC, no attachments."""

from typing import Final

from streams.simulation.exports.stamps import guid, message_id, size_of, stamp
from streams.simulation.force import OWN, TENANT
from streams.simulation.happenings import Mail

COLUMNS: Final = (
    "Organization",
    "MessageId",
    "Received",
    "SenderAddress",
    "RecipientAddress",
    "Subject",
    "Status",
    "ToIP",
    "FromIP",
    "Size",
    "MessageTraceId",
    "StartDate",
    "EndDate",
    "Index",
)
HEADER: Final = "\ufeff" + ",".join(f'"{column}"' for column in COLUMNS) + "\r\n"


def lines(mail: Mail, span: tuple[str, str]) -> list[str]:
    """Return the rows of a mail, each with its line end; ``span`` is what the trace was asked for."""
    ticks = mail.at % 1000 * 10_000 + int(mail.id[3:6], 16)
    inside = mail.sender.endswith(f"@{OWN}")
    head = f'"{TENANT}","<{message_id(mail)}>","{stamp(mail.at)}.{ticks:07}","{mail.sender}","'
    subject = mail.subject.replace('"', '""')
    tail = f'","{"" if inside else "198.51.100.77"}","{size_of(mail)}","{guid(mail.id)}","{span[0]}","{span[1]}","'
    return [
        f'{head}{to}","{subject}","Delivered","{"" if to.endswith(OWN) else "203.0.113.17"}{tail}{index}"\r\n'
        for index, to in enumerate(mail.to)
    ]


def spoil(line: str, number: int) -> str:
    """Return a row without an instant, or with one that no calendar has, under a trace id of its own."""
    fields = line.rstrip("\r\n").split('","')
    fields[2] = "" if number % 2 else "2025-02-30T25:61:00.0000000"
    fields[10] = f"00000000-0000-4000-8000-{number:012}"
    return '","'.join(fields) + "\r\n"
