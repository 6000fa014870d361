"""A mail leaves the state as a whole, or what is left of it would be another mail.

day   0    0.9       30     30.9
      |a    b|       |c      d|        before = 0.5: nothing; before = 1: a, b; before = 30.5: a, b; before = 31: all
"""

from datetime import timedelta

import pytest

from schemas.enrich_rows import HeldFact
from streams.stages.horizons import Horizons, outlived

DAY = 86_400_000
FACTS = [
    HeldFact(name=name, offset=0, occurred_at=int(day * DAY), event=b"") for name, day in ((b"c", 30), (b"a", 0), (b"d", 30.9), (b"b", 0.9))
]


@pytest.mark.parametrize(("day", "gone"), [(0.5, b""), (0.9, b""), (1, b"ab"), (30.5, b"ab"), (31, b"abcd")])
def test_a_mail_leaves_when_its_last_fact_does(day: float, gone: bytes) -> None:
    """The facts within 24 h of a mail's first one go together, strictly after the bound has passed the last."""
    assert b"".join(sorted(outlived(FACTS, int(day * DAY)))) == gone


def test_the_horizons_follow_from_the_join_horizon() -> None:
    """Each is no shorter than what rests on it: taken, known again, surely published, kept."""
    horizons = Horizons.of(timedelta(days=7))
    assert (horizons.join, horizons.held, horizons.sure, horizons.keep) == (7 * DAY, 14 * DAY, 15 * DAY, 16 * DAY)
