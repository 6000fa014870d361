"""What a consumer fetched is handed on in step with the other partitions of its group, here and at other workers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka.errors import IllegalStateError, KafkaError

from streams.runtime.alignment import Alignment, Headed
from streams.runtime.chunks import Place
from streams.runtime.elsewhere import Elsewhere, NotKnownYetError

log = structlog.get_logger(__name__)

_OUT_OF_STEP_SECONDS: Final = 0.05
"""How long to wait for partitions that are behind before asking again."""
_SAY_EVERY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """What keeps the partitions of a group in step: all its source partitions, what is held of those here, and a look at the others."""

    places: frozenset[Place]
    alignment: Alignment
    elsewhere: Elsewhere


class Stepping:
    """Holds what was fetched until it may be handed on."""

    def __init__(self, step: Step, position: Callable[[Place], Awaitable[int]]) -> None:
        """Take the step and a question to the group: how far it is on a partition (NotKnownYetError while nobody can tell)."""
        self._step = step
        self._position = position
        self._epoch = 0
        self._since = 0.0

    def forget(self) -> None:
        """Let go of all that is held: it will be fetched again, here or elsewhere."""
        self._epoch += 1
        self._step.alignment.forget()

    def full(self) -> set[Place]:
        """Return the partitions of which so much is held that no more need be fetched."""
        return self._step.alignment.full()

    def holds(self, place: Place) -> bool:
        """Tell whether anything of a partition is held back."""
        return self._step.alignment.holds(place)

    async def hand_on(self, fetched: Mapping[Place, Sequence[Headed]]) -> dict[Place, list[Headed]]:
        """Hold what was fetched; return what may be handed on now. Waits a moment when that is nothing."""
        alignment = self._step.alignment
        for place, found in fetched.items():
            alignment.hold(place, found)
        taken = alignment.take()
        if taken:
            self._since = _now()
        if not taken and alignment.waiting():
            if await self._grant():
                return alignment.take()
            await asyncio.sleep(_OUT_OF_STEP_SECONDS)
        return taken

    async def _grant(self) -> bool:
        """Ask how far the partitions are of which nothing is held here; return whether more may be handed on now."""
        epoch, alignment, elsewhere = self._epoch, self._step.alignment, self._step.elsewhere
        open_places = [place for place in self._step.places if not alignment.holds(place)]
        behind: object = None
        try:
            ends = await elsewhere.ends(open_places)
            positions = {place: await self._position(place) for place in open_places}
            left = {place: at for place, at in positions.items() if ends[place] > at}
            times = await elsewhere.next_times(left)
            # What was held may have been forgotten meanwhile, and nobody asked about those partitions.
            if epoch == self._epoch and alignment.grant(times):
                self._since = _now()
                return True
            behind = left
        except (NotKnownYetError, KafkaError, IllegalStateError) as error:
            behind = repr(error)
        if _now() - self._since > _SAY_EVERY_SECONDS:
            log.warning("partitions-wait-for-others", behind=behind)
            self._since = _now()
        return False


def _now() -> float:
    return asyncio.get_running_loop().time()
