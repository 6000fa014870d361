"""Random histories of one officer, drawn so that what could go wrong does occur: see ``tests/detectors/engine/traps.py`` for how often.

A history is a function of its seed. Its log may be disordered by less than the lateness, so no record of it is ever late.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from detectors.behaviours import repeated_personal_email, sensitive_to_personal, slow_drip
from detectors.durations import milliseconds
from detectors.engine.facts import Record
from detectors.judging import Rule
from detectors.registry import AnyDetector
from detectors.testing import LATENESS, Mails, address, at, document, force
from schemas.records import Activity, Classification, ClassifiedAddress, ExceptionFact, OfficerContext, SubjectFact
from tests.detectors.engine.instants import DAY, HOUR, Instants

OFFICER = "N1001"
LATE = milliseconds(LATENESS)
DISORDER = LATE * 0.9 - DAY
"""How far, in ms, a record may come behind later ones: with a day by which a merge may move it, still within the lateness."""

_RULES = [
    (("7d", "count", 3), ("30d", "days", 3)),
    (("2d", "count", 2),),
    (("7d", "count", 3), ("30d", "days", 4), ("28d", "weeks", 4)),
    (("14d", "addresses", 3), ("10d", "documents", 4), ("7d", "bytes", 9_000)),
    (("1d", "count", 2), ("30d", "weeks", 3), ("14d", "bytes", 20_000)),
    (("5d", "days", 3), ("20d", "documents", 5), ("30d", "addresses", 4)),
    (("3d", "days", 2), ("21d", "weeks", 3), ("30d", "count", 6)),
]
_SLOW_RULES = [(("365d", "weeks", 4), ("1095d", "weeks", 6)), (("120d", "weeks", 3),), (("365d", "days", 5), ("1095d", "weeks", 6))]
_STARTS = [at("2026-03-10"), at("2026-09-10"), at("2025-12-15"), at("2026-10-15"), at("2025-03-18")]
_ADDRESSES: Sequence[ClassifiedAddress] = [
    address("a@mail.example"),
    address("a@mail.example"),
    address("b@mail.example"),
    address("c@mail.example", own="likely"),
    address("d@trade.example", "external"),
    address("e@relay.example", "relay"),
    address("f@mail.example"),
    address(None),
]
_OFFICERS = [OfficerContext(name="Robin Vale", rank=rank, unit="CID") for rank in ("DC", "DS")]

_MESSAGES = [*[None] * 8, Classification(marking="OFFICIAL-SENSITIVE"), Classification(categories=("victim",))]


@dataclass(frozen=True)
class History:
    """One officer's mails (later revisions too), the dated facts, and the rules that they are judged by."""

    rules: tuple[Rule, ...]
    slow_rules: tuple[Rule, ...] | None
    mails: list[Activity]
    dated: list[SubjectFact | ExceptionFact]

    def detectors(self) -> list[AnyDetector]:
        """Return fresh detectors for this history; ``slow-drip`` only where it has rules of its own."""
        found: list[AnyDetector] = [
            repeated_personal_email.RepeatedPersonalEmail(repeated_personal_email.Config(rules=self.rules), force()),
            sensitive_to_personal.SensitiveToPersonal(sensitive_to_personal.Config(), force()),
        ]
        if self.slow_rules is not None:
            found.append(slow_drip.SlowDrip(slow_drip.Config(rules=self.slow_rules), force()))
        return found

    def log(self, disorder: float, rnd: random.Random) -> list[Record]:
        """Lay the records in order but for ``disorder`` ms, some of them several times, revisions in any order.

        A dated fact has no event time, so it is never late, but it can no longer change what is final: it comes no later than a mail at
        the first instant that it tells something of. That is before all mails when it tells something of all times.
        """
        begin, end = (pick(mail.occurred_at for mail in self.mails) for pick in (min, max))
        short = end - begin < LATE  # nothing of it can be final
        since = {name: min(map(_tells_since, facts)) for name, facts in self._dated_by_id().items()}
        said: list[tuple[float, Record]] = []
        for fact in self.dated:
            first = rnd.randrange(begin, end + DAY) if short and disorder else since[_id(fact)]
            said += [(first + rnd.uniform(0, disorder), fact) for _ in range(_times(rnd))]
        for mail in self.mails:
            said += [(mail.occurred_at + rnd.uniform(0, disorder), mail) for _ in range(_times(rnd))]
        return [record for _, record in sorted(said, key=lambda each: each[0])]

    def _dated_by_id(self) -> dict[str, list[SubjectFact | ExceptionFact]]:
        found: dict[str, list[SubjectFact | ExceptionFact]] = {}
        for fact in self.dated:
            found.setdefault(_id(fact), []).append(fact)
        return found


def history(rnd: random.Random) -> History:
    """Draw a history: days, months or, with a slow drip, years."""
    chosen, slow = rnd.choice(_RULES), rnd.choice(_SLOW_RULES) if rnd.random() < 0.35 else None
    years = slow is not None and rnd.random() < 0.6
    span = rnd.choice([4, 6, 9]) * 365 * DAY if years else rnd.choice([10, 20, 60, 100, 200, 420]) * DAY
    start = rnd.choice(_STARTS) - (span // (365 * DAY) * 365 * DAY)
    rules = _rules(chosen)
    number = rnd.choice([rnd.randrange(1, 12), rnd.randrange(8, 30), rnd.randrange(20, 45)])
    if not years and rnd.random() < 0.1:
        number, span = rnd.randrange(70, 110), min(span, 60 * DAY)
    instants = Instants(rnd, start, span, [milliseconds(rule.window) for rule in rules])
    sort = rnd.choices(["usual", "bare", "grave"], [0.86, 0.07, 0.07])[0]
    mails = [mail for k in range(number) for mail in _mails(rnd, f"a{rnd.randrange(1000):03d}{k:03d}", instants.draw(), sort)]
    return History(rules, _rules(slow) if slow else None, mails, _dated(rnd, instants))


def _times(rnd: random.Random) -> int:
    """Return how often one record comes."""
    return rnd.choices([1, 2, 3], [0.88, 0.1, 0.02])[0]


def _rules(written: Sequence[tuple[str, str, int]]) -> tuple[Rule, ...]:
    return tuple(Rule.model_validate({"window": window, "measure": measure, "threshold": least}) for window, measure, least in written)


def _mails(rnd: random.Random, name: str, instant: int, sort: str) -> list[Activity]:
    """Return a mail and, of some, the revision that a merge of partial mails makes: moved, told in full, or taken back."""
    mail = _mail(rnd, name, instant, sort)
    if rnd.random() >= 0.25:
        return [mail]
    moved = instant + rnd.choice([0, -rnd.randrange(DAY), -rnd.randrange(HOUR), rnd.randrange(HOUR)])
    again = replace(_mail(rnd, name, moved, sort) if rnd.random() < 0.5 else replace(mail, occurred_at=moved), revision=2)
    return [mail, replace(again, void=rnd.random() < 0.35)]


def _mail(rnd: random.Random, name: str, instant: int, sort: str) -> Activity:
    """Return a mail of the usual sort, a bare one (nothing attached or said, mostly to what looks like the own account) or a grave one."""
    if sort == "bare":
        to = [address("c@mail.example", own="likely") if rnd.random() < 0.9 else address()]
        return Mails(OFFICER).mail(instant, name, to=to, documents=[], officer=rnd.choice(_OFFICERS))
    documents = [
        document(
            f"{rnd.randrange(6)}.docx",
            marking=rnd.choice([None, None, None, "OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET"]),
            categories=("investigation", "intelligence")[: rnd.choice([1, 2])] if rnd.random() < (0.5 if sort == "grave" else 0.1) else (),
            protected=rnd.random() < (0.3 if sort == "grave" else 0.03),
            sha256="5a" * 32 if rnd.random() < 0.1 else None,
            size=rnd.choice([None, 1000, 2000, 4000]),
        )
        for _ in range(rnd.choice([0, 1, 1, 1, 2]))
    ]
    message = rnd.choice(_MESSAGES)
    return Mails(OFFICER).mail(
        instant,
        name,
        to=rnd.sample(_ADDRESSES, rnd.choice([1, 1, 1, 2])),
        documents=documents,
        content=bool(documents) or message is not None or rnd.random() < 0.2,
        message=message,
        officer=rnd.choice(_OFFICERS),
        reference_version=rnd.choice(["r1", "r2"]),
        size=rnd.choice([None, 3000]),
    )


def _dated(rnd: random.Random, instants: Instants) -> list[SubjectFact | ExceptionFact]:
    """Return exceptions, many with limits, and the officer's records; later revisions of some say otherwise or take them back."""
    dated: list[SubjectFact | ExceptionFact] = []
    for k in range(rnd.choice([0, 1, 2, 3])):
        exception = _exception(rnd, f"x{k}", instants)
        dated.append(exception)
        if rnd.random() < 0.2:
            dated.append(replace(_exception(rnd, f"x{k}", instants), revision=2, void=rnd.random() < 0.4))
    for k in range(rnd.choice([0, 1, 1, 2])):
        fact = _subject(rnd, f"{OFFICER}-{k}", instants)
        dated.append(fact)
        if rnd.random() < 0.2:
            dated.append(replace(_subject(rnd, f"{OFFICER}-{k}", instants), revision=2, void=rnd.random() < 0.4))
    return dated


def _exception(rnd: random.Random, name: str, instants: Instants) -> ExceptionFact:
    begins = instants.bound()
    return ExceptionFact(
        exception_id=name,
        revision=1,
        officer_id=OFFICER,
        address=rnd.choice(["a@mail.example", "b@mail.example", "@mail.example"]),
        authorised_by=rnd.choice(["Supt Ash", "Ch Insp Oak"]),
        highest_marking=rnd.choice([None, "OFFICIAL-SENSITIVE", "SECRET"]),
        starts=rnd.choice([None, begins]),
        ends=rnd.choice([None, begins + 40 * DAY, instants.bound()]),
        limit=rnd.choice([None, 1, 2, 4]),
    )


def _subject(rnd: random.Random, name: str, instants: Instants) -> SubjectFact:
    when = instants.bound()
    monitored, suspended = rnd.random() < 0.5, rnd.random() < 0.2
    return SubjectFact(
        fact_id=name,
        revision=1,
        officer_id=OFFICER,
        personal_addresses=tuple(rnd.choice([(), (), ("b@mail.example",), ("d@trade.example",)])),
        last_day=rnd.choice([None, instants.bound() + rnd.choice([0, -DAY, 30 * DAY])]),
        monitored_from=when if monitored else None,
        monitored_to=rnd.choice([None, when + 30 * DAY, instants.bound()]) if monitored else None,
        suspended_from=when if suspended else None,
        suspended_to=rnd.choice([None, when + 10 * DAY]) if suspended else None,
    )


def _id(fact: SubjectFact | ExceptionFact) -> str:
    return fact.exception_id if isinstance(fact, ExceptionFact) else fact.fact_id


def _tells_since(fact: SubjectFact | ExceptionFact) -> int:
    """Return the first instant of which a fact says something; 0 for all times."""
    if isinstance(fact, ExceptionFact):
        return fact.starts or 0
    if fact.personal_addresses:
        return 0
    leaving = fact.last_day - 30 * DAY if fact.last_day is not None else None
    known = [instant for instant in (leaving, fact.monitored_from, fact.suspended_from) if instant is not None]
    return min(known, default=0)
