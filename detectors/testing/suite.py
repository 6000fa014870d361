"""The contract that every registered detector must pass: a literal table of checks.

A test runs each check on each detector of the registry. To add a detector, write its file, its registry line, its test module with
``EXAMPLES`` and its page under ``docs/detectors/``; nothing here needs to know of it. Needs hypothesis.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from detectors.testing import papers, purity, replay
from detectors.testing.candidate import Candidate, ContractBrokenError

__all__ = ["CHECKS", "Candidate", "ContractBrokenError"]

CHECKS: Mapping[str, Callable[[Candidate], None]] = MappingProxyType(
    {
        "named": papers.named,
        "documented": papers.documented,
        "examples": papers.examples_tell_apart,
        "select-is-pure": purity.select_is_pure,
        "judge-is-pure": purity.judge_is_pure,
        "input-not-mutated": purity.input_is_not_mutated,
        "missing-fields-survived": purity.missing_fields_are_survived,
        "settled-stay-out": purity.settled_pieces_stay_out,
        "reach-holds": purity.reach_holds,
        "restored-state": replay.restored_state_changes_nothing,
        "any-order": replay.order_changes_nothing,
        "duplicates": replay.duplicates_change_nothing,
        "score-explained": replay.score_is_explained,
    }
)
