"""The stream's answer equals the batch answer, and both equal the naive oracle's."""

import copy
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.behaviours import repeated_personal_email, sensitive_to_personal
from detectors.calendar import Calendar
from detectors.contract import Key
from detectors.durations import parse_duration
from detectors.engine.alerts import content_of
from detectors.engine.engine import Engine
from detectors.engine.facts import Arrival, KeyFacts, Record
from detectors.judging import Rule
from detectors.registry import AnyDetector
from detectors.testing import LATENESS, Mails, address, at, document, force
from schemas.records import Activity, Alert, ExceptionFact, SubjectFact
from tests.detectors.engine import oracle

HOUR = 3_600_000
DAY = 24 * HOUR
LATE = LATENESS.days * DAY
OFFICER = "N1001"
STARTS = [at("2026-03-20"), at("2026-09-10"), at("2025-12-15"), at("2026-10-15")]
RULES = [
    (("7d", "count", 3), ("30d", "days", 3)),
    (("2d", "count", 2),),
    (("7d", "count", 3), ("30d", "days", 4), ("28d", "weeks", 4)),
]
ADDRESSES = [
    address("a@mail.example"),
    address("b@mail.example"),
    address("c@mail.example", own="likely"),
    address("d@trade.example", "external"),
]


def rules_of(choice: int) -> tuple[Rule, ...]:
    """Return one of the sets of rules."""
    return tuple(Rule(window=parse_duration(window), measure=measure, threshold=threshold) for window, measure, threshold in RULES[choice])


def history(rnd: random.Random) -> tuple[list[Activity], list[Record]]:
    """Facts of one officer (later revisions move an instant or take the fact back), and what has no event time."""
    start, span = rnd.choice(STARTS), rnd.choice([20, 60, 200, 420]) * DAY
    mails: list[Activity] = []
    for k in range(rnd.randrange(1, 45)):
        instant = start + rnd.randrange(span)
        if rnd.random() < 0.4:
            instant -= instant % (5 * DAY)  # ties and exact window edges
        documents = [
            document(
                f"{k}.docx",
                marking=rnd.choice([None, None, "OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET"]),
                categories=("investigation",) if rnd.random() < 0.1 else (),
                protected=rnd.random() < 0.05,
            )
            for _ in range(rnd.choice([0, 1, 1, 1, 2]))
        ]
        chosen = rnd.sample(ADDRESSES, rnd.choice([1, 1, 1, 2]))
        mail = Mails(OFFICER).mail(instant, f"a{k:03d}", to=chosen, documents=documents)
        mails.append(mail)
        if rnd.random() < 0.2:
            moved = max(start, instant - rnd.randrange(DAY))
            mails.append(Mails(OFFICER).mail(moved, f"a{k:03d}", to=chosen, documents=documents, revision=2, void=rnd.random() < 0.4))
    dated: list[Record] = []
    for k in range(rnd.choice([0, 0, 1, 2])):
        begins = start + rnd.randrange(span)
        dated.append(
            ExceptionFact(
                exception_id=f"x{k}",
                revision=1,
                officer_id=OFFICER,
                address=rnd.choice(["a@mail.example", "b@mail.example"]),
                authorised_by="Supt Ash",
                highest_marking=rnd.choice([None, "OFFICIAL-SENSITIVE"]),
                starts=rnd.choice([None, begins]),
                ends=rnd.choice([None, begins + 40 * DAY]),
                limit=rnd.choice([None, 1, 3]),
            )
        )
    if rnd.random() < 0.5:
        dated.append(
            SubjectFact(
                fact_id=OFFICER,
                revision=1,
                officer_id=OFFICER,
                personal_addresses=tuple(rnd.choice([(), ("b@mail.example",), ("d@trade.example",)])),
                last_day=rnd.choice([None, start + span // 2]),
            )
        )
    return mails, dated


def as_log(mails: list[Activity], dated: list[Record], disorder: float, rnd: random.Random) -> list[Record]:
    """Lay the facts in order but for ``disorder`` ms, some twice; what has no event time comes first unless all is within lateness."""
    log: list[Record] = []
    for mail in sorted(mails, key=lambda mail: mail.occurred_at + rnd.uniform(0, disorder)):
        log.append(mail)
        while rnd.random() < 0.1:
            log.append(mail)
    short = not mails or max(m.occurred_at for m in mails) - min(m.occurred_at for m in mails) < LATE
    for fact in dated:
        log.insert(rnd.randrange(len(log) + 1) if short and disorder else 0, fact)
    return log


def play(log: list[Record], rules: tuple[Rule, ...], rnd: random.Random | None) -> tuple[dict[str, Alert], int]:
    """Run a log through the engine, whole (``rnd`` None) or in chunks with crashes between its three steps; check revisions on the way."""
    detectors: list[AnyDetector] = [
        repeated_personal_email.RepeatedPersonalEmail(repeated_personal_email.Config(rules=rules), force()),
        sensitive_to_personal.SensitiveToPersonal(sensitive_to_personal.Config(), force()),
    ]
    engine = Engine(detectors, calendar=Calendar(), lateness=LATENESS)
    durable, done, late = KeyFacts(Key("officer", OFFICER)), 0, 0
    seen: dict[str, Alert] = {}
    while done < len(log):
        upto = len(log) if rnd is None else done + rnd.randrange(1, 9)
        held = copy.deepcopy(durable)
        outcome = engine.apply(held, [Arrival(offset, record) for offset, record in enumerate(log[done:upto], start=done)])
        late += len(outcome.late)
        if rnd and rnd.random() < 0.15:
            continue  # killed before the state was written
        durable = held
        if rnd and rnd.random() < 0.15:
            continue  # killed before the alerts were published
        for alert in outcome.alerts:
            known = seen.get(alert.alert_id)
            if known is None or alert.revision > known.revision:
                seen[alert.alert_id] = alert
            elif alert.revision == known.revision:
                assert alert == known, "an id changed without a higher revision"
        if rnd and rnd.random() < 0.15:
            continue  # killed before the acknowledgement
        done = min(upto, len(log))
    return {name: content_of(alert) for name, alert in seen.items() if alert.status == "active"}, late


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), choice=st.sampled_from(range(len(RULES))))
def test_shuffled_duplicated_chunked_and_crashed_equals_batch_and_oracle(seed: int, choice: int) -> None:
    """Whatever the order within lateness, repeats, chunks and crashes, the same alerts stand as in one batch and as the oracle finds."""
    rnd, rules = random.Random(seed), rules_of(choice)
    mails, dated = history(rnd)
    batch, _ = play(as_log(mails, dated, 0, rnd), rules, None)
    stream, late = play(as_log(mails, dated, LATE * 0.9 - DAY, rnd), rules, rnd)
    if not late:
        assert stream == batch
    found = {
        (
            alert.alert_id,
            alert.detector,
            tuple(piece.activity_id for piece in alert.evidence if piece.authorised_by is None),
            alert.shadow_count,
            tuple(piece.activity_id for piece in alert.evidence if piece.authorised_by is not None),
        )
        for alert in batch.values()
    }
    assert found == oracle.alerts([*dated, *mails], OFFICER, rules)


@pytest.mark.parametrize("seed", range(20))
def test_histories_are_rarely_late(seed: int) -> None:
    """The property above is not empty: the shuffles it makes stay within the lateness."""
    rnd = random.Random(seed)
    mails, dated = history(rnd)
    assert play(as_log(mails, dated, LATE * 0.9 - DAY, rnd), rules_of(0), rnd)[1] == 0
