"""The published export formats: Get-MessageTraceV2 piped to a CSV file, an audit search and an advanced hunt exported from the portals."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

from samples.mails import Deed, Mail, Recipient
from samples.people import OWN, TENANT
from streams.simulation.chance import digits, guid, letters
from streams.simulation.exports import audit, message_trace

TRACE_COLUMNS = message_trace.COLUMNS
AUDIT_COLUMNS = audit.COLUMNS
HUNT_COLUMNS = (
    "Timestamp",
    "NetworkMessageId",
    "InternetMessageId",
    "SenderFromAddress",
    "RecipientEmailAddress",
    "Subject",
    "EmailDirection",
    "FileName",
    "FileType",
    "SHA256",
    "FileSize",
)

_SEND = 2
_SIXTY_DAYS = ("2026-04-20T00:00:00", "2026-06-21T00:00:00")


def trace_rows(mail: Mail) -> list[list[str]]:
    """Return the trace's rows of a mail, one per recipient; ``Received`` is UTC with seven decimals, as .NET writes it."""
    return [_trace_row(mail, index, recipient) for index, recipient in enumerate(mail.recipients)]


def _trace_row(mail: Mail, index: int, recipient: Recipient) -> list[str]:
    at = mail.at + timedelta(seconds=recipient.delay)
    tenth_of_microseconds = digits(10_000_000, "ticks", mail.slug)
    inside = recipient.address.endswith((f"@{OWN}", f"@{TENANT}"))
    return [
        TENANT,
        mail.message_id,
        f"{at:%Y-%m-%dT%H:%M:%S}.{tenth_of_microseconds:07}",
        mail.sender.title() if digits(9, "case", mail.slug) == 0 else mail.sender,
        recipient.address,
        mail.subject,
        "Delivered",
        "" if inside else "203.0.113.17",
        "" if mail.principal else "198.51.100.77",
        str(_size(mail)),
        guid("trace", mail.slug),
        *_SIXTY_DAYS,
        str(index),
    ]


def _size(mail: Mail) -> int:
    """Return the whole message in bytes: attachments grow by a third under base 64."""
    return 18_000 + digits(9_000, "size", mail.slug) + sum(file.size * 4 // 3 for file in mail.files)


def hunt_rows(mail: Mail) -> list[list[str]]:
    """Return the rows of ``EmailEvents`` joined with ``EmailAttachmentInfo``, one for each recipient and attachment looked into."""
    at = mail.at + timedelta(seconds=2)
    return [
        [
            f"{at:%Y-%m-%dT%H:%M:%S}.{digits(10_000_000, 'hunt', mail.slug):07}Z",
            guid("network", mail.slug),
            mail.message_id,
            mail.sender,
            recipient.address,
            mail.subject,
            "Outbound",
            file.name,
            file.name.rpartition(".")[2],
            file.sha256,
            str(file.size),
        ]
        for recipient in mail.recipients
        for file in mail.files
        if file.content
    ]


def send_record(mail: Mail) -> dict[str, object]:
    """Return the audit record of a mail that was sent: no recipients, attachments in one string, Message-IDs in any spelling."""
    item: dict[str, object] = {
        "Id": f"RgAAAAD{letters(40, 'item', mail.slug)}AAAJ",
        "InternetMessageId": _respelt(mail),
        "ParentFolder": {"Id": f"LgAAAAD{letters(40, 'drafts', mail.principal)}AAAB", "Path": "\\Drafts"},
        "SizeInBytes": _size(mail),
        "Subject": mail.subject,
    }
    if mail.files:
        item["Attachments"] = "; ".join(f"{file.name} ({file.size}b)" for file in mail.files)
    mailbox = guid("mailbox", mail.principal)
    logged_at = mail.at + timedelta(seconds=1 + digits(4, "lag", mail.slug))
    return _common(Deed(mail.slug, logged_at, mail.principal, "Send", _SEND, "Exchange")) | {
        "ResultStatus": "Succeeded",
        "AppId": "00000002-0000-0ff1-ce00-000000000000",
        "ClientIPAddress": _client(mail.slug),
        "ClientInfoString": "Client=MSExchangeRPC" if digits(2, "client", mail.slug) else "Client=OWA;Action=ViaProxy",
        "ExternalAccess": False,
        "InternalLogonType": 0,
        "LogonType": 0,
        "LogonUserSid": f"S-1-5-21-{digits(10**9, 'sid', mail.principal)}",
        "MailboxGuid": mailbox,
        "MailboxOwnerSid": f"S-1-5-21-{digits(10**9, 'sid', mail.principal)}",
        "MailboxOwnerUPN": mail.principal,
        "OrganizationName": TENANT,
        "OriginatingServer": f"LO2P265MB{4000 + digits(900, 'server', mail.slug)} (15.20.7587.000)\r\n",
        "SessionId": guid("session", mail.slug),
        "Item": item,
        "SaveToSentItems": True,
    }


def _respelt(mail: Mail) -> str:
    """Return the same Message-ID as one product or another writes it: bare, lower-case, padded, or as it is."""
    spellings = (mail.message_id, mail.message_id[1:-1], mail.message_id.lower(), f" {mail.message_id[1:-1].lower()} ")
    return spellings[digits(len(spellings), "spelling", mail.slug)]


def deed_record(deed: Deed) -> dict[str, object]:
    """Return the audit record of anything else."""
    return _common(deed) | deed.details


def _common(deed: Deed) -> dict[str, object]:
    """Return the fields of every audit record; ``CreationTime`` is UTC and does not say so."""
    return {
        "CreationTime": f"{deed.at:%Y-%m-%dT%H:%M:%S}",
        "Id": guid("record", deed.operation, deed.slug),
        "Operation": deed.operation,
        "OrganizationId": guid("organisation"),
        "RecordType": deed.record_type,
        "UserKey": f"10032{digits(10**11, 'puid', deed.principal):011X}",
        "UserType": 0,
        "Version": 1,
        "Workload": deed.workload,
        "ClientIP": _client(deed.slug),
        "UserId": deed.principal.upper() if digits(11, "case", deed.slug) == 0 else deed.principal,
    }


def _client(slug: str) -> str:
    """Return a client's address, at times with its port."""
    address = f"192.0.2.{1 + digits(250, 'client ip', slug)}"
    return f"{address}:{1024 + digits(60_000, 'port', slug)}" if digits(5, "has port", slug) == 0 else address


def audit_row(record: dict[str, object]) -> list[str]:
    """Return a record as the portal's export writes it; its ``CreationDate`` has seven decimals, a ``Z`` and a blank."""
    return [
        str(record["Id"]),
        f"{record['CreationTime']}.0000000Z ",
        str(record["RecordType"]),
        str(record["Operation"]),
        str(record["UserId"]),
        json.dumps(record, ensure_ascii=False, separators=(",", ":")),
        "",
        "",
    ]


def trace_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a file as Export-Csv on Windows writes it: byte order mark, every field quoted, CRLF."""
    return b"\xef\xbb\xbf" + _csv(TRACE_COLUMNS, rows, quoting=csv.QUOTE_ALL, line_end="\r\n")


def audit_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a file as the audit search's export writes it: quotes where needed, LF."""
    return _csv(AUDIT_COLUMNS, rows, quoting=csv.QUOTE_MINIMAL, line_end="\n")


def hunt_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a file as the Defender portal exports a hunt: byte order mark, quotes where needed, CRLF."""
    return b"\xef\xbb\xbf" + _csv(HUNT_COLUMNS, rows, quoting=csv.QUOTE_MINIMAL, line_end="\r\n")


def reference_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a reference file."""
    return _csv(columns, rows, quoting=csv.QUOTE_MINIMAL, line_end="\n")


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]], *, quoting: int, line_end: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting, lineterminator=line_end)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
