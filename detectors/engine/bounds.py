"""Bounds that keep state and alerts small: how many pieces of a day are held whole, and how many pieces an alert shows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from detectors.contract import Evidence
from detectors.engine.facts import KeyFacts, order
from schemas.detect_rows import BareEvidence, BareFact
from schemas.records import Activity, Kind, Millis

WHOLE_PER_DAY = 200
SHOWN = 50
_SHOWN_FIRST = 10
_SHOWN_LAST = 10
_SHADOW_SHOWN = 10


def strip_crowded_days(
    held: KeyFacts, days: Iterable[Millis], day_of: Callable[[Millis], int], worth: Callable[[Activity], tuple[BareEvidence, ...]]
) -> None:
    """Keep no more than id, instant and points of what lies beyond the first 200 facts of a kind in each of these civil days.

    Each kind is counted alone: whoever opens a thousand files on a day cannot bury the mail that they leave in. The first 200 by
    (occurred_at, activity_id) are a function of the day's set of facts: one that is among them at the end was among them when it came,
    so the order of arrival does not matter.
    """
    wanted = {day_of(at) for at in days}
    crowded: defaultdict[tuple[int, Kind], list[Activity | BareFact]] = defaultdict(list)
    for fact in held.facts.values():
        day = day_of(fact.occurred_at)
        if day in wanted:
            crowded[day, fact.kind].append(fact)
    for facts in crowded.values():
        for fact in sorted(facts, key=order)[WHOLE_PER_DAY:]:
            if isinstance(fact, Activity):
                held.put(_bare(fact, () if fact.void else worth(fact)))


def _bare(activity: Activity, worth: tuple[BareEvidence, ...]) -> BareFact:
    return BareFact(
        activity_id=activity.activity_id,
        revision=activity.revision,
        kind=activity.kind,
        void=activity.void,
        occurred_at=activity.occurred_at,
        counted_by=worth,
    )


def shown(counted: Sequence[Evidence], shadow: Sequence[Evidence]) -> list[Evidence]:
    """Return at most 50 pieces, sorted: the first 10, the last 10 and the 30 with most points of what counts, then authorised shadow.

    ``counted`` and ``shadow`` are sorted by (at, activity_id); ties in points go by the same.
    """
    if len(counted) <= SHOWN:
        chosen = list(counted)
    else:
        middle = counted[_SHOWN_FIRST:-_SHOWN_LAST]
        most = sorted(middle, key=lambda piece: (-piece.points, piece.at, piece.activity_id))[: SHOWN - _SHOWN_FIRST - _SHOWN_LAST]
        chosen = [*counted[:_SHOWN_FIRST], *most, *counted[-_SHOWN_LAST:]]
    room = min(SHOWN - len(chosen), _SHADOW_SHOWN)
    chosen += [piece for piece in shadow if piece.authorised_by is not None][:room]
    return sorted(chosen, key=lambda piece: (piece.at, piece.activity_id))
