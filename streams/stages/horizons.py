"""For how long facts matter, counted back from a partition's clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from schemas.enrich_rows import HeldFact
from schemas.records import Millis
from streams.enrichment.assembly import CLUSTER_SPAN_MS


@dataclass(frozen=True, slots=True)
class Horizons:
    """How far behind the clock, in milliseconds, a fact may lie.

    Up to ``join`` it is taken; up to ``held`` it is known again as a duplicate. Beyond ``keep`` its mail leaves the state as a whole, and
    an activity beyond ``sure`` was published long ago and is no longer taken back.
    """

    join: Millis
    held: Millis
    sure: Millis
    keep: Millis

    @classmethod
    def of(cls, join_horizon: timedelta) -> "Horizons":
        """Return the horizons that follow from the join horizon J: 2 J to be known, and what one mail may span on top to leave."""
        join = join_horizon // timedelta(milliseconds=1)
        return cls(join, 2 * join, 2 * join + CLUSTER_SPAN_MS, 2 * join + 2 * CLUSTER_SPAN_MS)


def outlived(facts: Iterable[HeldFact], before: Millis) -> list[bytes]:
    """Return the names of the facts of mails that ended before an instant: whole mails, or what stays would be another one."""
    outlived: list[bytes] = []
    mail: list[HeldFact] = []
    for fact in sorted(facts, key=lambda each: each.occurred_at):
        if mail and fact.occurred_at - mail[0].occurred_at > CLUSTER_SPAN_MS:
            outlived += _ended(mail, before)
            mail = []
        mail.append(fact)
    return outlived + _ended(mail, before)


def _ended(mail: Sequence[HeldFact], before: Millis) -> list[bytes]:
    return [fact.name for fact in mail] if mail and mail[-1].occurred_at < before else []
