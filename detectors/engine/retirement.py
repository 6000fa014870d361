"""What can change no more, and what nothing can need any more.

A part is final when its last piece lies more than lateness + reach behind the key's clock: nothing that may still come can touch it. Its
pieces are then settled: they stay as context in windows while within reach of anything that is not final, but belong to no part again.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from detectors.contract import Episode
from detectors.durations import milliseconds
from detectors.engine.authority import Authority
from detectors.engine.facts import KeyFacts, Memory
from detectors.registry import AnyDetector
from schemas.records import Millis


def final_before(clock: Millis | None, lateness: Millis, detector: AnyDetector) -> Millis | None:
    """Return the instant before which a part of this detector is final; None while there is no clock."""
    return None if clock is None else clock - lateness - milliseconds(detector.reach)


def settle(memory: Memory, episodes: Iterable[Episode], bound: Millis | None, detector: AnyDetector) -> None:
    """Settle the parts that are final now, and raise the floor below which this detector needs nothing any more."""
    if bound is None:
        return
    lowest = bound
    for episode in episodes:
        if episode.evidence[-1].at < bound:
            memory.settled |= {piece.activity_id for piece in episode.evidence}
        else:
            lowest = min(lowest, episode.evidence[0].at)
    floor = lowest - milliseconds(detector.reach)
    memory.floor = floor if memory.floor is None else max(memory.floor, floor)


def drop_retired(held: KeyFacts, detectors: Sequence[AnyDetector], leave: Mapping[str, Authority]) -> None:
    """Forget the facts that lie before every floor of their kind, keeping count of the exceptions that they drew on."""
    for kind in {kind for detector in detectors for kind in detector.kinds}:
        floors = [held.memory[detector.id].floor for detector in detectors if kind in detector.kinds]
        known = [floor for floor in floors if floor is not None]
        if len(known) == len(floors):
            held.floors[kind] = max(min(known), held.floors.get(kind, min(known)))
    gone = [fact for fact in held.facts.values() if not held.admits(fact)]
    for fact in gone:
        for exception in leave[fact.activity_id].exceptions if fact.activity_id in leave else ():
            held.used[exception] = held.used.get(exception, 0) + 1
        del held.facts[fact.activity_id]
        held.derived.pop(fact.activity_id, None)
    held.retired += gone
    names = {fact.activity_id for fact in gone}
    for memory in held.memory.values():
        memory.settled -= names


def forget_published(held: KeyFacts, bounds: Mapping[str, Millis | None]) -> None:
    """Drop what only a redelivery could need, now that there is none: the evidence of announced alerts, the last chunk's late records.

    A record above ``through`` shows that everything up to ``through`` was published. The id of a gone alert stays while data may still
    bring it back; that of a final one stays for good.
    """
    held.late = []
    for name, issued in list(held.issued.items()):
        bound = bounds.get(issued.detector)
        final = bound is not None and issued.last_at < bound
        if final and issued.status != "active":
            del held.issued[name]
            continue
        issued.published = True
        if issued.alert is not None:
            issued.alert = None if final or issued.status != "active" else msgspec.structs.replace(issued.alert, evidence=())
