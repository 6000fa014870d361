"""Microsoft Defender advanced hunting: EmailEvents (a row a recipient) and EmailAttachmentInfo (a row a recipient and attachment).

Read are exports of the portal, answers of the hunting APIs, the streaming API and Log Analytics; one table a file or both joined. A
mail's attachments are facts of its InternetMessageId, which the EmailEvents rows of the same load tell. Times are UTC.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from schemas.identity import fingerprint
from schemas.records import Attachment, MailEvent
from streams.errors import SourceError
from streams.sources.cells.addresses import address, addresses
from streams.sources.cells.attachments import sha256
from streams.sources.cells.directions import direction
from streams.sources.cells.fields import Fields, as_list, as_object, as_text, plain_name
from streams.sources.cells.whole_numbers import whole_number
from streams.sources.defender.ids import InternetIds
from streams.sources.outcome import Discard, Parse, Parsed, Row
from streams.sources.shapes.reader import read_records

FEED = "defender-email"

_INSTANTS = ("Timestamp", "Timestamp [UTC]", "TimeGenerated", "TimeGenerated [UTC]")
_SENDERS = ("SenderFromAddress", "SenderMailFromAddress")
_RECIPIENT = "RecipientEmailAddress"
_TELLING = frozenset({"recipientemailaddress", "senderfromaddress", "sendermailfromaddress", "emaildirection", "url", "urldomain"})
_OF_LINKS = ("Url", "UrlDomain", "UrlLocation")
_AFTER_DELIVERY = ("ActionTrigger", "ActionResult")
_TABLE = ("category", "Type", "$table")  # of the streaming API, of Log Analytics, of a query over several tables
_WATCHED = frozenset({"emailevents", "emailattachmentinfo"})
_TABLES_OF_LINKS = frozenset({"emailurlinfo", "urlclickevents"})


def parse(row: Row, message_id_of: Callable[[str], str | None] = lambda _: None) -> Parsed:
    """Return the mail to the row's recipient, with the row's attachment if it has one.

    ``message_id_of`` gives the Message-ID for a NetworkMessageId where the row has none. Raises SourceError.
    """
    fields = _columns(row)
    refused = _of_another_table(_table(row)) or _refused(fields)
    if refused is not None:
        return refused
    if not any(name in fields for name in _SENDERS):
        raise SourceError("missing-field", "no SenderFromAddress or SenderMailFromAddress")
    sender = address(fields.raw("SenderFromAddress")) or address(fields.raw("SenderMailFromAddress"))
    if sender is None:
        return Discard("null-sender")
    network = _network_id(fields)
    held = tuple(_attachments(fields))
    named = addresses(fields.raw(_RECIPIENT))
    occurred_at = fields.instant(*_INSTANTS)
    message_id = fields.text("InternetMessageId") or message_id_of(network)
    if message_id is None:
        raise SourceError("no-message-id", f"no EmailEvents row in this load tells the InternetMessageId of {network[:60]}")
    return [
        MailEvent(
            feed=FEED,
            record_id=_record_id(network, named, held),
            message_id=message_id,
            occurred_at=occurred_at,
            direction=direction(fields.text("EmailDirection")),
            sender=sender,
            recipients=_each_once(named, addresses(fields.raw("To")), addresses(fields.raw("Cc"))),
            subject=fields.text("Subject"),
            attachments=held,
            size=fields.number("EmailSize"),
        )
    ]


def parse_among(paths: Sequence[Path]) -> Parse:
    """Return the parser for these files, which are loaded together: what one says of a mail's Message-ID holds in all."""
    ids = InternetIds(_pairs(paths))
    return lambda row: parse(row, ids.of)


def fits(row: Row) -> bool:
    """Whether the row looks like a row of one of Defender's tables of mail, wrapped or not."""
    names = set(_columns(row).names())
    return "networkmessageid" in names and bool(names & _TELLING)


def _columns(row: Row) -> Fields:
    """Return the columns; the streaming API puts them under ``properties``."""
    for key, value in row.items():
        if plain_name(key) == "properties":
            inner = as_object(value)
            if inner is not None:
                return Fields(inner)
    return Fields(row)


def _table(row: Row) -> str | None:
    """Return the table that a row names as its own, plainly; None where it names none of advanced hunting."""
    named = (Fields(row).text(*_TABLE) or "").rpartition("AdvancedHunting-")[2]
    return plain_name(named) if plain_name(named).endswith(("events", "info")) else None


def _of_another_table(table: str | None) -> Discard | None:
    if table is None or table in _WATCHED:
        return None
    if table in _TABLES_OF_LINKS:
        return Discard("link")
    return Discard("after-delivery" if table == "emailpostdeliveryevents" else "not-watched")


def _refused(fields: Fields) -> Discard | None:
    """Return the discard for rows of the other tables; one that is joined to EmailEvents has its columns."""
    if "Subject" in fields:
        return None
    if any(name in fields for name in _AFTER_DELIVERY):
        return Discard("after-delivery")
    if any(name in fields for name in _OF_LINKS) and not any(name in fields for name in _SENDERS):
        return Discard("link")
    return None


def _network_id(fields: Fields) -> str:
    return fields.needed("NetworkMessageId").lower()


def _attachments(fields: Fields) -> Iterator[Attachment]:
    """Yield the row's attachment; a query may have made lists of several."""
    names = [name for item in as_list(fields.raw("FileName")) if (name := as_text(item)) is not None]
    if not names and "FileName" in fields and "InternetMessageId" not in fields:
        raise SourceError("missing-field", "no FileName")
    hashes, sizes = as_list(fields.raw("SHA256")), as_list(fields.raw("FileSize"))
    for place, name in enumerate(names):
        # Lists of another length were made without what is empty, or without repeats: then nobody knows what belongs to what.
        digest = as_text(hashes[place]) if len(hashes) == len(names) else None
        size = whole_number(sizes[place]) if len(sizes) == len(names) else None
        yield Attachment(name=name, size=size, sha256=sha256(digest))


def _each_once(*lists: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for each in lists:
        for one in each:
            found.setdefault(one.lower(), one)
    return tuple(found.values())


def _record_id(network: str, recipients: tuple[str, ...], held: tuple[Attachment, ...]) -> str:
    """Return what names the row: mail and recipient, and the attachment. A later verdict on the same mail is no new record."""
    whom = recipients[0].lower() if len(recipients) == 1 else fingerprint(*sorted(each.lower() for each in recipients))
    if not held:
        return f"{network}:{whom}"
    return f"{network}:{whom}:{fingerprint(*(f'{one.name}|{one.size}|{one.sha256}' for one in held))}"


def _pairs(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        with closing(read_records(path, FEED, fits)) as records:
            for record in records:
                if record.row is None:
                    continue
                fields = _columns(record.row)
                network, internet = fields.text("NetworkMessageId"), fields.text("InternetMessageId")
                if network is not None and internet is not None:
                    yield network.lower(), internet
