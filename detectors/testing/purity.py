"""Checks of ``select`` and ``judge`` alone: pure, untouched by what is missing, honest about reach."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.contract import Episode, Evidence, View
from detectors.durations import milliseconds
from detectors.engine.facts import Record
from detectors.registry import AnyDetector
from detectors.testing.candidate import Candidate, ContractBrokenError
from detectors.testing.histories import History, activities, histories, less, optional_fields
from detectors.testing.running import key_of, run, view_of
from schemas.records import Activity, Millis


def select_is_pure(candidate: Candidate) -> None:
    """Check that ``select`` answers the same twice, in any order of calls and by any instance, under the activity's own id and instant."""

    @given(history=histories(candidate.examples), rnd=st.randoms(use_true_random=False))
    def holds(history: History, rnd: Random) -> None:
        detector, key = history.detector(candidate.detector), key_of(history.activities)
        first = {activity.activity_id: detector.select(activity, key) for activity in history.activities}
        again = list(history.activities)
        rnd.shuffle(again)
        for activity in again:
            answers = (detector.select(activity, key), history.detector(candidate.detector).select(activity, key))
            if any(answer != first[activity.activity_id] for answer in answers):
                raise ContractBrokenError(f"select answers {answers} for what it called {first[activity.activity_id]} before")
            evidence = first[activity.activity_id]
            if evidence is not None and (evidence.activity_id, evidence.at) != (activity.activity_id, activity.occurred_at):
                raise ContractBrokenError(f"evidence of {activity.activity_id} has another id or instant than the activity: {evidence}")
            if evidence is not None and evidence.authorised_by is not None:
                raise ContractBrokenError("select says who authorised: exceptions are the engine's business")

    holds()


def judge_is_pure(candidate: Candidate) -> None:
    """Check that ``judge`` gives the same answer twice, whatever it judged in between, and to any instance."""

    @given(history=histories(candidate.examples), other=histories(candidate.examples))
    def holds(history: History, other: History) -> None:
        detector, another = history.detector(candidate.detector), history.detector(candidate.detector)
        view = view_of(detector, history.in_order())
        first = list(detector.judge(view))
        list(another.judge(view_of(another, other.in_order())))
        for judged in (another.judge(view), another.judge(view)):
            if (again := list(judged)) != first:
                raise ContractBrokenError(f"judge found {again} where it had found {first}")

    holds()


def input_is_not_mutated(candidate: Candidate) -> None:
    """Check that neither the activity nor the view is changed by who looks at it."""

    @given(history=histories(candidate.examples))
    def holds(history: History) -> None:
        detector, key = history.detector(candidate.detector), key_of(history.activities)
        for activity in history.activities:
            before = msgspec.json.encode(activity)
            detector.select(activity, key)
            if msgspec.json.encode(activity) != before:
                raise ContractBrokenError(f"select changed {activity.activity_id}")
        view = view_of(detector, history.in_order())
        untouched = copy.deepcopy(view)
        list(detector.judge(view))
        if view != untouched:
            raise ContractBrokenError("judge changed the view that it was handed")

    holds()


def missing_fields_are_survived(candidate: Candidate) -> None:
    """Check that any optional fields may be absent, of addresses and documents too, and anything the types allow present."""
    for example in candidate.examples:
        for activity in (record for record in (*example.fires, *example.near_miss) if isinstance(record, Activity)):
            without = optional_fields(Activity)
            for fewer in [*({name: value} for name, value in without.items()), without]:
                _survives(example.detector(candidate.detector), [msgspec.structs.replace(activity, **fewer)])

    @given(history=histories(candidate.examples), fewer=st.lists(less(), min_size=1, max_size=3))
    def some_absent(history: History, fewer: list[Callable[[Activity], Activity]]) -> None:
        told = [take(activity) for activity, take in zip(history.activities, cycle(fewer), strict=False)]
        _survives(history.detector(candidate.detector), [*history.dated, *told])

    first = candidate.examples[0]

    @given(drawn=st.lists(activities(candidate.detector.kinds, key_of(first.fires)), min_size=1, max_size=3))
    def anything_present(drawn: list[Activity]) -> None:
        _survives(first.detector(candidate.detector), drawn)

    some_absent()
    anything_present()


def _survives(detector: AnyDetector, records: Sequence[Record]) -> None:
    try:
        run([detector], records)
    except Exception as error:
        raise ContractBrokenError(f"{detector.id} does not survive {records}: {error!r}") from error


def settled_pieces_stay_out(candidate: Candidate) -> None:
    """Check that episodes are of the counted evidence, in order, without settled pieces, and share none."""

    @given(data=st.data(), history=histories(candidate.examples))
    def holds(data: st.DataObject, history: History) -> None:
        detector = history.detector(candidate.detector)
        records = history.in_order()
        ids = [piece.activity_id for piece in view_of(detector, records).counted]
        settled = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
        for some in (frozenset[str](), frozenset(settled), frozenset(ids)):
            view = view_of(detector, records, settled=some)
            _well_formed(list(detector.judge(view)), view)

    holds()


def _well_formed(episodes: list[Episode], view: View) -> None:
    place = {piece.activity_id: i for i, piece in enumerate(view.counted)}
    seen: set[str] = set()
    for episode in episodes:
        ids = [piece.activity_id for piece in episode.evidence]
        if not ids or any(name not in place for name in ids) or [place[name] for name in ids] != sorted(place[name] for name in ids):
            raise ContractBrokenError(f"an episode must be some of the counted evidence, in its order: {ids}")
        if settled := view.settled.intersection(ids):
            raise ContractBrokenError(f"settled pieces in an episode: {sorted(settled)}")
        if shared := seen.intersection(ids):
            raise ContractBrokenError(f"pieces in two episodes: {sorted(shared)}")
        if episode.trigger not in (ids if not view.settled else place):
            raise ContractBrokenError(f"the trigger {episode.trigger} is no piece of its episode")
        seen.update(ids)


def reach_holds(candidate: Candidate) -> None:
    """Check that ``reach`` is as far as the engine may rely on.

    What lies more than reach before a piece that is still to come is final; and what lies more than reach before all that is not final
    may be let go, as long as what is final is known.
    """

    @settings(max_examples=400)  # what only shows where a quarter ends in the middle of a run is rarely drawn
    @given(data=st.data(), history=histories(candidate.examples))
    def holds(data: st.DataObject, history: History) -> None:
        detector = history.detector(candidate.detector)
        view = view_of(detector, history.in_order())
        if not view.counted:
            return
        piece = data.draw(st.sampled_from(view.counted))
        _final_stays(detector, view, piece)
        _let_go_unmissed(detector, view, piece.at)

    holds()


def _final_stays(detector: AnyDetector, view: View, to_come: Evidence) -> None:
    """Check that what is final before a piece comes is the same without it."""
    bound = to_come.at - milliseconds(detector.reach)
    fewer = replace(view, counted=[piece for piece in view.counted if piece is not to_come])
    after, before = ([each for each in detector.judge(seen) if each.evidence[-1].at < bound] for seen in (view, fewer))
    if after != before:
        raise ContractBrokenError(f"{to_come.activity_id} is farther away than reach, and yet it changes {before} to {after}")


def _let_go_unmissed(detector: AnyDetector, view: View, bound: Millis) -> None:
    """Check that what ends at ``bound`` or later is judged alike when what went before is settled, and let go where out of reach."""
    episodes = list(detector.judge(view))
    standing = [each for each in episodes if each.evidence[-1].at >= bound]
    settled = frozenset(piece.activity_id for each in episodes if each.evidence[-1].at < bound for piece in each.evidence)
    floor = min([bound, *(each.evidence[0].at for each in standing)]) - milliseconds(detector.reach)
    left = replace(view, counted=[piece for piece in view.counted if piece.at >= floor], settled=settled)
    found = [each for each in detector.judge(left) if each.evidence[-1].at >= bound]
    if found != standing:
        raise ContractBrokenError(f"without what lies farther away than reach it finds {found} in place of {standing}")
