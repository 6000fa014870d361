"""What the enrich stage knows of officers, addresses and documents at one moment: the arguments of a pure function."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from schemas.records import AddressListEntry, DocumentClass, Officer
from streams.enrichment.addresses import AddressBook
from streams.enrichment.documents import DocumentClassifier
from streams.enrichment.officers import OfficerDirectory


@dataclass(frozen=True, slots=True)
class Reference:
    """The three look-ups and the version of what an activity hangs on: address lists and document classes (officers are dated facts)."""

    officers: OfficerDirectory
    addresses: AddressBook
    documents: DocumentClassifier
    version: str

    @classmethod
    def build(cls, officers: Iterable[Officer], classes: Iterable[DocumentClass], entries: Iterable[AddressListEntry]) -> "Reference":
        """Build the look-ups. The order of the records and repeats among them change nothing."""
        classes, entries = list(classes), list(entries)
        return cls(OfficerDirectory(officers), AddressBook(entries), DocumentClassifier(classes), _version(classes, entries))


def _version(classes: Iterable[DocumentClass], entries: Iterable[AddressListEntry]) -> str:
    """Hash the records to 16 hex digits; a set of their encodings, sorted, so that order does not matter."""
    encoder = msgspec.json.Encoder()
    lines = {b"class " + encoder.encode(record) for record in classes} | {b"entry " + encoder.encode(record) for record in entries}
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()[:16]
