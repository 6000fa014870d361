"""The alerts of a scan, kept outside memory: there may be more of them than fit."""

import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, overload

import msgspec

from schemas.records import Alert

_IN_MEMORY: Final = 16 * 1024 * 1024


class Alerts(Sequence[Alert]):
    """A sequence of alerts of which only the one that is asked for is in memory; beyond 16 MB it lies in a temporary file."""

    def __init__(self, alerts: Iterable[Alert] = ()) -> None:
        """Keep these, in their order."""
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="custodiet-alerts-")  # noqa: SIM115 - closed when this is let go
        weakref.finalize(self, self._file.close)
        self._decoder = msgspec.msgpack.Decoder(Alert)
        self._ends = [0]
        for alert in alerts:
            self._ends.append(self._ends[-1] + self._file.write(msgspec.msgpack.encode(alert)))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[Alert]:
        """Yield each, in order."""
        return (self[place] for place in range(len(self)))

    @overload
    def __getitem__(self, place: int) -> Alert: ...

    @overload
    def __getitem__(self, place: slice) -> list[Alert]: ...

    def __getitem__(self, place: int | slice) -> Alert | list[Alert]:
        """Read one, or several. Raise IndexError where there is none."""
        if isinstance(place, slice):
            return [self[each] for each in range(len(self))[place]]
        index = range(len(self))[place]
        self._file.seek(self._ends[index])
        return self._decoder.decode(self._file.read(self._ends[index + 1] - self._ends[index]))
