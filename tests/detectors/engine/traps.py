"""The traps that random histories must hold, each with the least share of them in which it must occur.

Where a trap can be there without mattering it is told by what it changes: the naive reading with the trap ignored comes to other parts.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from itertools import pairwise

from msgspec.structs import replace

from detectors.engine.facts import Record
from detectors.judging import Rule
from schemas.records import Activity, Alert, ExceptionFact
from tests.detectors.engine.histories import History
from tests.detectors.engine.instants import DAY, HOUR, clock_change_midnights
from tests.detectors.engine.oracle_alerts import monitored
from tests.detectors.engine.oracle_mails import Piece, Reading, read
from tests.detectors.engine.oracle_windows import hot_windows, local, parts, quarter
from tests.detectors.engine.streaming import Ran

MARCH = 3
SHARES: Mapping[str, float] = {
    "a tie": 0.4,
    "a window reached amid a tie": 0.25,
    "an instant exactly on a window's edge": 0.3,
    "an edge that decides": 0.04,
    "a mail moved by a merge": 0.5,
    "a mail taken back": 0.5,
    "parts superseded or joined": 0.2,
    "an alert withdrawn": 0.2,
    "an exception's limit that ran out": 0.1,
    "an exception drawn on by what is retired": 0.05,
    "an exception that ends at a mail's instant": 0.015,
    "an authorised mail shown": 0.1,
    "pieces settled": 0.5,
    "facts retired": 0.2,
    "a slow drip of more than a year": 0.07,
    "more than three years": 0.08,
    "three rules, each reached": 0.15,
    "by count": 0.3,
    "by days": 0.2,
    "by weeks": 0.2,
    "by addresses": 0.1,
    "by documents": 0.1,
    "by bytes": 0.1,
    "an episode cut by quarters": 0.25,
    "a piece that belongs to a later quarter than its own": 0.12,
    "a mail by a midnight of March's change": 0.2,
    "a mail by a midnight of October's change": 0.2,
    "elapsed time that decides": 0.1,
    "a civil day that decides": 0.025,
    "monitoring that decides": 0.07,
    "a dated fact between mails": 0.3,
    "more than is shown": 0.01,
    "held at low": 0.04,
    "held at the ceiling": 0.015,
    "a record twice": 0.5,
    "a crash": 0.5,
}


def of(history: History, log: Sequence[Record], ran: Ran, alerts: Mapping[str, Alert]) -> set[str]:
    """Return the traps of one history that was streamed as this log and ran so; ``alerts`` are those that stand."""
    reading = read([*history.dated, *history.mails])
    counted = [piece for piece in reading.pieces if piece.counted]
    found = {
        *_of_time(counted),
        *_of_rules(history, counted, reading),
        *_of_alerts(alerts.values(), counted),
        *_of_the_run(history, log, ran),
    }
    if reading.refused:
        found.add("an exception's limit that ran out")
    longer = [replace(each, ends=each.ends + 1) if isinstance(each, ExceptionFact) and each.ends else each for each in history.dated]
    if read([*longer, *history.mails]).pieces != reading.pieces:
        found.add("an exception that ends at a mail's instant")
    return found


def _of_time(counted: Sequence[Piece]) -> Iterator[str]:
    if any(one.at == other.at for one, other in pairwise(counted)):
        yield "a tie"
    if counted:
        if counted[-1].at - counted[0].at > 3 * 365 * DAY:
            yield "more than three years"
        near = clock_change_midnights(counted[0].at - DAY, counted[-1].at + DAY)
        nights = {local(midnight - DAY).month for midnight in near for piece in counted if abs(piece.at - midnight) <= HOUR}
        yield from (
            "a mail by a midnight of March's change" if month == MARCH else "a mail by a midnight of October's change" for month in nights
        )


def _of_rules(history: History, counted: Sequence[Piece], reading: Reading) -> Iterator[str]:
    every = [*history.rules, *(history.slow_rules or ())]
    watched = monitored(reading.subjects)
    hot = hot_windows(counted, every, watched)
    yield from {f"by {window.rule.measure}" for window in hot}
    if len(history.rules) == 3 and {window.rule for window in hot} >= set(history.rules):
        yield "three rules, each reached"
    if any(window.reached < window.inside[-1] for window in hot):
        yield "a window reached amid a tie"
    widths = {rule.window // timedelta(milliseconds=1) for rule in every}
    instants = {piece.at for piece in counted}
    if any(at - width in instants for at in instants for width in widths):
        yield "an instant exactly on a window's edge"
    real = parts(counted, every, watched)
    if any(part.siblings > 1 for part in real):
        yield "an episode cut by quarters"
    if any(quarter(part.pieces[0].at) < quarter(next(p.at for p in part.pieces if p.name == part.trigger)) for part in real):
        yield "a piece that belongs to a later quarter than its own"
    if {each.inside for each in hot_windows([_by_the_clock(piece) for piece in counted], every, watched, zone=UTC)} != {
        each.inside for each in hot
    }:
        yield "elapsed time that decides"
    if parts(counted, every, watched, zone=UTC) != real:
        yield "a civil day that decides"
    if parts(counted, every, lambda _: False) != real:
        yield "monitoring that decides"
    if parts(counted, [_wider(rule) for rule in every], watched) != real:
        yield "an edge that decides"


def _by_the_clock(piece: Piece) -> Piece:
    """Return the piece at the instant at which UTC's clocks show what the officer's did."""
    offset = local(piece.at).utcoffset() or timedelta()
    return dataclasses.replace(piece, mail=replace(piece.mail, occurred_at=piece.at + offset // timedelta(milliseconds=1)))


def _wider(rule: Rule) -> Rule:
    """Return the rule with what lies on the window's edge within it."""
    return rule.model_copy(update={"window": rule.window + timedelta(milliseconds=1)})


def _of_alerts(alerts: Iterable[Alert], counted: Sequence[Piece]) -> Iterator[str]:
    for alert in alerts:
        codes = {reason.code for reason in alert.reasons}
        told = {
            "held at low": "no-content" in codes,
            "held at the ceiling": "ceiling" in codes,
            "more than is shown": alert.evidence_count > len(alert.evidence),
            "an authorised mail shown": any(piece.authorised_by is not None for piece in alert.evidence),
            "a slow drip of more than a year": alert.detector == "slow-drip" and alert.last_at - counted[0].at > 365 * DAY,
        }
        yield from (name for name, is_so in told.items() if is_so)


def _of_the_run(history: History, log: Sequence[Record], ran: Ran) -> Iterator[str]:
    first: dict[str, Activity] = {}
    for mail in history.mails:
        before = first.setdefault(mail.activity_id, mail)
        if mail.void:
            yield "a mail taken back"
        elif mail.occurred_at != before.occurred_at:
            yield "a mail moved by a merge"
    mails = [i for i, record in enumerate(log) if isinstance(record, Activity)]
    told = {
        "a dated fact between mails": len(mails) < mails[-1] + 1 - mails[0],
        "a record twice": len(log) > len(history.mails) + len(history.dated),
        "a crash": ran.killed > 0,
        "parts superseded or joined": ran.superseded > 0,
        "an alert withdrawn": ran.withdrawn > 0,
        "pieces settled": ran.settled,
        "facts retired": ran.retired > 0,
        "an exception drawn on by what is retired": ran.drawn_by_retired,
    }
    yield from (name for name, is_so in told.items() if is_so)
