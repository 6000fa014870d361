"""Record <-> schema <-> fingerprint <-> topic."""

from collections.abc import Sequence
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from schemas.records import (
    Activity,
    AddressListEntry,
    Alert,
    DeadLetter,
    DocumentClass,
    ExceptionFact,
    FileEvent,
    LateRecord,
    MailEvent,
    Officer,
    Record,
    SettingEvent,
    SubjectFact,
)
from schemas.topics import Topic, read_topics
from schemas.versions import Schema, SchemaError, check_all_used, newest, read_texts, read_versions

__all__ = ["RECORDS", "Catalogue", "Schema", "SchemaError", "Topic", "catalogue"]

RECORDS: tuple[type[Record], ...] = (
    MailEvent,
    FileEvent,
    SettingEvent,
    Officer,
    DocumentClass,
    AddressListEntry,
    Activity,
    SubjectFact,
    ExceptionFact,
    Alert,
    DeadLetter,
    LateRecord,
)
"""Every record that travels in a topic."""


class Catalogue:
    """All versions of all travelling records, and the topics they travel in."""

    def __init__(self, folder: Traversable, records: Sequence[type[Record]] = RECORDS) -> None:
        """Read ``folder/avro``, and ``folder/topics.yaml`` once it is asked for. Raise SchemaError for files that contradict themselves."""
        self.records = tuple(records)
        self._folder = folder
        texts = read_texts(folder / "avro")
        check_all_used(texts, records)
        self._versions = {each: read_versions(texts, each) for each in records}
        self._by_fingerprint = {schema.fingerprint: schema for versions in self._versions.values() for schema in versions}

    def schema(self, record_type: type[Record]) -> Schema:
        """Return the newest version: it is written, and all older data is read by it. Raise KeyError for what does not travel."""
        return newest(self._versions[record_type])

    def versions(self, record_type: type[Record]) -> tuple[Schema, ...]:
        """Return every version, oldest first. Raise KeyError for what does not travel."""
        return self._versions[record_type]

    def by_fingerprint(self, fingerprint: bytes) -> Schema:
        """Return the version with this CRC-64-AVRO fingerprint (8 bytes, little-endian). Raise KeyError."""
        return self._by_fingerprint[fingerprint]

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Every topic by name."""
        return read_topics((self._folder / "topics.yaml").read_text("utf-8"), self.records)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of this package."""
    return Catalogue(files("schemas"))
