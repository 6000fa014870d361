"""Checks of a detector in the engine: the log may be cut, disordered, repeated and the state restored, and the alerts stay the same."""

import copy
from collections.abc import Iterable
from random import Random
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine.facts import Arrival, KeyFacts, Record
from detectors.points import Code
from detectors.scoring import CEILING, severity_of
from detectors.testing.builders import force
from detectors.testing.candidate import Candidate, ContractBrokenError
from detectors.testing.histories import History, histories
from detectors.testing.running import consume, engine_of, key_of, run, standing, view_of
from schemas.records import Alert, Reason

_KNOWN_CODES = frozenset(get_args(Code))
_SCORING_CODES = frozenset({"no-content", "everyday", "ceiling"})
_RANDOMS = st.randoms(use_true_random=False)


def restored_state_changes_nothing(candidate: Candidate) -> None:
    """Check that state copied between chunks of any size, and judged by the same instance or another, leads to the same alerts."""

    @settings(max_examples=200)  # most histories are too short for what an instance remembers to matter
    @given(history=histories(candidate.examples), rnd=_RANDOMS)
    def holds(history: History, rnd: Random) -> None:
        log = history.in_order()
        held, done = KeyFacts(key_of(log)), 0
        kept, seen = history.detector(candidate.detector), dict[str, Alert]()
        while done < len(log):
            upto = min(len(log), done + rnd.randrange(1, 5))
            held = copy.deepcopy(held)
            arrivals = [Arrival(offset, log[offset]) for offset in range(done, upto)]
            judging = rnd.choice([kept, history.detector(candidate.detector)])
            consume(seen, engine_of([judging]).apply(held, arrivals).alerts)
            done = upto
        _same(standing(seen), _batch(candidate, history), "state restored between chunks")

    holds()


def order_changes_nothing(candidate: Candidate) -> None:
    """Check that any order of arrival within the lateness leads to the same alerts."""

    @given(history=histories(candidate.examples), rnd=_RANDOMS)
    def holds(history: History, rnd: Random) -> None:
        log, chunk = history.disordered(rnd), rnd.randrange(1, 6)
        _same(run([history.detector(candidate.detector)], log, chunk=chunk), _batch(candidate, history), "another order of arrival")

    holds()


def duplicates_change_nothing(candidate: Candidate) -> None:
    """Check that records which come several times lead to the same alerts."""

    @given(history=histories(candidate.examples), rnd=_RANDOMS)
    def holds(history: History, rnd: Random) -> None:
        log: list[Record] = []
        for record in history.in_order():
            log += [record] * rnd.choice([1, 1, 2, 3])
        _same(run([history.detector(candidate.detector)], log, chunk=rnd.randrange(1, 6)), _batch(candidate, history), "repeated records")

    holds()


def score_is_explained(candidate: Candidate) -> None:
    """Check that the reasons' points add up to the score, the severity fits it, and all points come from the force's table."""

    @given(history=histories(candidate.examples))
    def holds(history: History) -> None:
        for alert in _batch(candidate, history):
            if sum(reason.points for reason in alert.reasons) != alert.score or alert.score > CEILING:
                raise ContractBrokenError(f"a score of {alert.score} is not what its reasons add up to: {alert.reasons}")
            if alert.severity != severity_of(alert.score):
                raise ContractBrokenError(f"severity {alert.severity} for a score of {alert.score}")
            if alert.score < 1:
                raise ContractBrokenError(f"an alert that nothing speaks for: {alert.reasons}")
        detector = history.example.detector(candidate.detector, force(points=dict.fromkeys(_KNOWN_CODES, 0)))
        view = view_of(detector, history.in_order())
        reasons = [reason for piece in (*view.counted, *view.shadow) for reason in piece.reasons]
        _from_the_table([*reasons, *(reason for episode in detector.judge(view) for reason in episode.reasons)])

    holds()


def _from_the_table(reasons: Iterable[Reason]) -> None:
    for reason in reasons:
        if reason.code not in _KNOWN_CODES - _SCORING_CODES:
            raise ContractBrokenError(f"{reason.code!r} is no reason code of detectors/points.py")
        if reason.points:
            raise ContractBrokenError(f"{reason.code!r} has points that no force can change: take them from the force's Points")
        if not reason.words:
            raise ContractBrokenError(f"{reason.code!r} says nothing")


def _batch(candidate: Candidate, history: History) -> list[Alert]:
    return run([history.detector(candidate.detector)], history.in_order())


def _same(stream: list[Alert], batch: list[Alert], what: str) -> None:
    if stream != batch:
        raise ContractBrokenError(f"{what} changes the alerts from {batch} to {stream}")
