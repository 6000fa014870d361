"""May version N+1 of a record replace version N? Asked of Apache Avro's own checker, of each version against each other.

FULL_TRANSITIVE: every version reads what every other wrote, so workers and topics of all ages get along, during an upgrade and after it
was taken back. So a field is added with a default, a field is removed only if it had one, and no type or name changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse

__all__ = ["Incompatibility", "check"]


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """One pair of versions of which the one, ``reader``, cannot read what the other, ``writer``, wrote; versions count from 1.

    ``kinds`` are Avro's names for what is wrong (``reader_field_missing_default_value`` …), ``where`` the places in the schema.
    """

    reader: int
    writer: int
    kinds: tuple[str, ...]
    where: tuple[str, ...]
    words: tuple[str, ...]


def check(versions: Sequence[str]) -> list[Incompatibility]:
    """Return every pair of versions (JSON texts, oldest first) that do not get along; none for good ones.

    Raises avro.errors.AvroException for a text that is no schema.
    """
    parsed = [parse(text) for text in versions]
    checker = ReaderWriterCompatibilityChecker()
    found = []
    for reader, writer in permutations(range(len(parsed)), 2):
        result = checker.get_compatibility(parsed[reader], parsed[writer])
        if result.compatibility is not SchemaCompatibilityType.compatible:
            kinds = tuple(sorted({kind.value for kind in result.incompatibilities}))
            found.append(Incompatibility(reader + 1, writer + 1, kinds, tuple(sorted(result.locations)), tuple(sorted(result.messages))))
    return found
