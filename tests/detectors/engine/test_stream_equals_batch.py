"""The stream's answer equals the batch answer, and both equal the naive oracle's: active alerts, by id and whole content.

``pytest tests/detectors/engine/test_stream_equals_batch.py --histories 20000`` tries so many histories; a failure names its history's
number, and ``--first-history NUMBER --histories 1`` tries that one alone.
"""

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from detectors.engine.facts import Record
from schemas.records import Alert
from tests.detectors.engine import oracle_alerts, streaming, traps
from tests.detectors.engine.histories import DISORDER, OFFICER, History, history

SHARES = 16
"""How many tests share the histories, so that several processes can."""
TALLIED = 300


@dataclass(frozen=True)
class Compared:
    """A history, the log that was streamed, how the stream ran, and the three answers."""

    history: History
    log: list[Record]
    ran: streaming.Ran
    batch: dict[str, Alert]
    oracle: dict[str, Alert]


def compared(number: int) -> Compared:
    """Let one history be judged in one batch, by the oracle, and as a stream that is disordered, repeated, cut and killed."""
    rnd = random.Random(number)
    drawn = history(rnd)
    whole = streaming.batch(drawn, drawn.log(0, rnd))
    log = drawn.log(DISORDER, rnd)
    ran = streaming.stream(drawn, log, rnd)
    assert (whole.late, ran.late) == (0, 0), "a history is made to stay within the lateness"
    said = oracle_alerts.alerts([*drawn.dated, *drawn.mails], OFFICER, drawn.rules, drawn.slow_rules)
    return Compared(drawn, log, ran, whole.active, said)


@pytest.mark.parametrize("share", range(SHARES))
def test_shuffled_duplicated_chunked_and_crashed_equals_batch_and_oracle(share: int, pytestconfig: pytest.Config) -> None:
    """Whatever the order within lateness, repeats, chunks and crashes, the same alerts stand as in one batch and as the oracle finds."""
    first, many = pytestconfig.getoption("--first-history"), pytestconfig.getoption("--histories")
    for number in range(first + share, first + many, SHARES):
        try:
            found = compared(number)
        except Exception as error:
            error.add_note(f"history {number}")
            raise
        assert found.batch == found.oracle, f"history {number}: the batch is not what the oracle says"
        assert found.ran.active == found.oracle, f"history {number}: the stream is not what the batch and the oracle say"


def test_the_histories_hold_every_trap() -> None:
    """The property above is not empty: each trap is in no smaller a share of the histories than is said of it."""
    tally: Counter[str] = Counter()
    for number in range(TALLIED):
        found = compared(number)
        tally.update(traps.of(found.history, found.log, found.ran, found.oracle))
    shares = {name: tally[name] / TALLIED for name in traps.SHARES}
    assert set(tally) <= set(traps.SHARES)
    assert {name: share for name, share in shares.items() if share < traps.SHARES[name]} == {}, shares
