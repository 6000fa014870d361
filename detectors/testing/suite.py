"""The contract that every registered detector must pass: a literal table of checks.

A test runs each check on each detector of the registry. To add a detector, write its file, its registry line, its test module with
``EXAMPLES`` and its page under ``docs/detectors/``; nothing here needs to know of it. Needs hypothesis.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType

from detectors.testing import papers, purity, replay
from detectors.testing.candidate import Candidate, ContractBrokenError

__all__ = ["CHECKS", "Candidate", "ContractBrokenError"]

Check = Callable[[Candidate], None]


def _played(check: Check) -> Check:
    """Return a check that plays the examples: without any it says so, and nothing else."""

    @wraps(check)
    def with_examples(candidate: Candidate) -> None:
        if not candidate.examples:
            raise ContractBrokenError(f"{candidate.detector.id} has no example to play: give its test module EXAMPLES")
        check(candidate)

    return with_examples


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "named": papers.named,
        "documented": papers.documented,
        "examples": papers.examples_tell_apart,
        "select-is-pure": _played(purity.select_is_pure),
        "judge-is-pure": _played(purity.judge_is_pure),
        "input-not-mutated": _played(purity.input_is_not_mutated),
        "missing-fields-survived": _played(purity.missing_fields_are_survived),
        "settled-stay-out": _played(purity.settled_pieces_stay_out),
        "reach-holds": _played(purity.reach_holds),
        "restored-state": _played(replay.restored_state_changes_nothing),
        "any-order": _played(replay.order_changes_nothing),
        "duplicates": _played(replay.duplicates_change_nothing),
        "score-explained": _played(replay.score_is_explained),
    }
)
