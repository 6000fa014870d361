"""Many messages -> one Arrow batch, for stages that look at ten thousand to keep ten.

What the batch holds is what ``Wire.decode`` would have read, field for field; all else is left to ``Wire.decode``, which says what is
wrong with it, if anything: it may just be older, or written in blocks, or have bad neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from pyruhvro.pyruhvro import deserialize_array, serialize_record_batch  # the package re-exports them out of mypy's sight

from schemas.constraints import Constraint, constraints
from schemas.records import Record
from schemas.wire import Wire

Mask: TypeAlias = npt.NDArray[np.bool_]

# Arrow's strings are addressed with 32 bits within a column.
_MOST_BYTES = 1 << 30

# A run with a bad body is cut into so many pieces, and a bad piece of so few bodies is left to Wire.decode as it is.
_PIECES = 16
_SMALLEST = 16


@dataclass(frozen=True, slots=True)
class Columns:
    """Messages by column.

    ``batch`` is a pyarrow.RecordBatch with one column a field of the record; instants are int64 milliseconds. ``rows`` gives for each row
    of the batch its index in the values that were read, ascending; ``others`` are the indices that ``Wire.decode`` has to look at,
    ascending. Together they are every index once.
    """

    batch: Any
    rows: npt.NDArray[np.int64]
    others: list[int]


def columns(values: Sequence[bytes | None], record_type: type[Record], wire: Wire) -> Columns:
    """Read what the newest schema of ``record_type`` wrote into columns.

    Raises TypeError for a record type that columns cannot be checked for: one that holds bytes, or allowed words below its top level.
    """
    checks = _checks(record_type)
    schema = wire.schema(record_type).plain
    indices, bodies = _bodies(values, wire.headers(record_type))
    batch, good = _read(bodies, schema, checks)
    if batch is None or not good.all():
        good = _sifted(bodies, schema, checks)
        batch = deserialize_array([body for body, kept in zip(bodies, good, strict=True) if kept], schema)
    rows = np.array(indices, dtype=np.int64)[good]
    apart = np.ones(len(values), dtype=np.bool_)
    apart[rows] = False
    return Columns(batch, rows, np.flatnonzero(apart).tolist())


def _bodies(values: Sequence[bytes | None], headers: tuple[bytes, ...]) -> tuple[list[int], list[bytes]]:
    """Return index and body of each value that starts with one of the headers, as many as fit into a column."""
    indices: list[int] = []
    bodies: list[bytes] = []
    room = _MOST_BYTES
    for header in headers:
        start = len(header)
        for index, value in enumerate(values):
            if value is not None and value[:start] == header and len(value) <= room:
                indices.append(index)
                bodies.append(value[start:])
                room -= len(value)
    if len(headers) > 1:
        order = sorted(range(len(indices)), key=indices.__getitem__)
        return [indices[at] for at in order], [bodies[at] for at in order]
    return indices, bodies


def _sifted(bodies: list[bytes], schema: str, checks: tuple[Constraint, ...]) -> Mask:
    """Return which bodies can be read in columns, all but a few neighbours of bad ones. The work stays within a few readings of all."""
    good = np.zeros(len(bodies), dtype=np.bool_)
    pending = [(0, len(bodies))]
    while pending:
        start, stop = pending.pop()
        batch, allowed = _read(bodies[start:stop], schema, checks)
        if batch is not None:
            good[start:stop] = allowed
        elif stop - start > _SMALLEST:
            step = max(_SMALLEST, -(-(stop - start) // _PIECES))
            pending += [(low, min(low + step, stop)) for low in range(start, stop, step)]
    return good


def _read(bodies: list[bytes], schema: str, checks: tuple[Constraint, ...]) -> tuple[Any, Mask]:
    """Return the batch of all bodies, None where one of them cannot be read, and for each whether all of it was read and is allowed."""
    try:
        batch = deserialize_array(bodies, schema)
        batch.validate(full=True)  # pyruhvro takes strings as they come; this looks at their UTF-8
        (written,) = serialize_record_batch(batch, schema, 1)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic of the library is no Exception, and must not stop a partition either
        return None, np.zeros(len(bodies), dtype=np.bool_)
    # What was read cannot be written in more bytes than were read, so equal length says that nothing was left over.
    offsets = np.frombuffer(written.buffers()[1], dtype=np.int32, count=len(written) + 1) if bodies else np.zeros(1, dtype=np.int32)
    allowed = np.diff(offsets) == np.fromiter(map(len, bodies), dtype=np.int64, count=len(bodies))
    for check in checks:
        allowed &= _allowed(batch.column(check.path[0]), check)
    return batch, allowed


def _allowed(column: Any, check: Constraint) -> Mask:
    """Return for each row whether its value is allowed; a null is, where the schema lets it be."""
    if check.words is not None:
        encoded = column.dictionary_encode()
        verdicts = np.array([word in check.words for word in encoded.dictionary.to_pylist()] + [True])
        return np.asarray(verdicts[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)], dtype=np.bool_)
    instants = column.fill_null(check.low).to_numpy(zero_copy_only=False)
    return np.asarray((instants >= check.low) & (instants <= check.high), dtype=np.bool_)


@cache
def _checks(record_type: type[Record]) -> tuple[Constraint, ...]:
    found = constraints(record_type)
    if any(len(check.path) > 1 for check in found) or bytes in record_type.__annotations__.values():
        raise TypeError(f"{record_type.__name__} cannot be read in columns")
    return found
