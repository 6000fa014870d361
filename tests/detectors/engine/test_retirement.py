"""What is final, what is settled, what is let go, and what of it survives."""

from collections.abc import Iterable, Mapping

import msgspec
import pytest

from detectors.behaviours.repeated_personal_email import Config, RepeatedPersonalEmail
from detectors.behaviours.sensitive_to_personal import Config as SensitiveConfig
from detectors.behaviours.sensitive_to_personal import SensitiveToPersonal
from detectors.contract import Episode, Evidence, Key
from detectors.engine.authority import Authority
from detectors.engine.facts import Arrival, Issued, KeyFacts, Late, Memory
from detectors.engine.retirement import drop_retired, final_before, forget_published, settle
from detectors.registry import AnyDetector
from detectors.testing import LATENESS, Mails, at, document, exception_fact, force, run
from detectors.testing.running import consume, engine_of, standing
from schemas.records import Activity, Alert, Status

DAY = 86_400_000
LATE = LATENESS.days * DAY
REACH = 30 * DAY
REPEATED = RepeatedPersonalEmail(Config(), force())
SENSITIVE = SensitiveToPersonal(SensitiveConfig(), force())
BOUND = at("2026-05-01")
MAILS = Mails()
OS = document(marking="OFFICIAL-SENSITIVE")


def episode(*instants: int) -> Episode:
    """Return an episode with a piece at each of these instants, named by them."""
    return Episode(evidence=tuple(Evidence(activity_id=str(each), at=each) for each in instants), trigger=str(instants[0]))


def held(*mails: Activity, floors: Mapping[str, int | None] | None = None, settled: Iterable[str] = ()) -> KeyFacts:
    """Return a key that holds these mails, with what is remembered of each detector."""
    facts = KeyFacts(Key("officer", "N1001"), facts={mail.activity_id: mail for mail in mails})
    facts.memory = {name: Memory(floor=floor, settled=set(settled)) for name, floor in (floors or {}).items()}
    return facts


def test_a_part_is_final_beyond_lateness_and_reach() -> None:
    """Nothing that may still come lies so near; without a clock nothing is final."""
    assert final_before(at("2026-06-14"), LATE, REPEATED) == BOUND
    assert final_before(at("2026-06-14"), LATE, SENSITIVE) == at("2026-05-31")
    assert final_before(None, LATE, REPEATED) is None


def test_a_part_before_the_bound_is_settled() -> None:
    """All of it, when its last piece lies before; one at the bound can still change."""
    memory = Memory()
    settle(memory, [episode(BOUND - 9 * DAY, BOUND - 1), episode(BOUND - 3 * DAY, BOUND)], BOUND, REPEATED)
    assert memory.settled == {str(BOUND - 9 * DAY), str(BOUND - 1)}


def test_the_floor_lies_a_reach_below_the_bound() -> None:
    """What is neither final nor near anything that is not can be let go."""
    memory = Memory()
    settle(memory, [], BOUND, REPEATED)
    assert memory.floor == BOUND - REACH


def test_the_floor_lies_a_reach_below_the_first_piece_of_an_open_part() -> None:
    """Its windows need what they hold."""
    memory = Memory()
    settle(memory, [episode(BOUND - 20 * DAY, BOUND + DAY), episode(BOUND - 60 * DAY, BOUND - 50 * DAY)], BOUND, REPEATED)
    assert memory.floor == BOUND - 20 * DAY - REACH


def test_the_floor_never_sinks() -> None:
    """What was let go cannot be asked for again."""
    memory = Memory(floor=BOUND)
    settle(memory, [], BOUND, REPEATED)
    assert memory.floor == BOUND


def test_without_a_clock_nothing_is_settled() -> None:
    """No bound, no floor."""
    memory = Memory()
    settle(memory, [episode(1)], None, REPEATED)
    assert memory == Memory()


def test_what_lies_before_every_floor_of_its_kind_goes() -> None:
    """The lowest floor decides, and what lies at it stays."""
    mails = [MAILS.mail(instant, str(instant)) for instant in (4, 5, 6, 9)]
    facts = held(*mails, floors={REPEATED.id: 5, SENSITIVE.id: 9}, settled=["4", "5"])
    drop_retired(facts, [REPEATED, SENSITIVE], {})
    assert (set(facts.facts), facts.floors) == ({"5", "6", "9"}, {"mail": 5})
    assert [fact.activity_id for fact in facts.retired] == ["4"]
    assert [memory.settled for memory in facts.memory.values()] == [{"5"}, {"5"}]


def test_while_one_detector_has_no_floor_everything_stays() -> None:
    """It may need all of it."""
    facts = held(MAILS.mail(4, "4"), floors={REPEATED.id: 5, SENSITIVE.id: None})
    drop_retired(facts, [REPEATED, SENSITIVE], {})
    assert (set(facts.facts), facts.floors) == ({"4"}, {})


def test_what_a_retired_mail_used_is_kept_in_mind() -> None:
    """Each exception that it drew on, once more."""
    facts = held(*(MAILS.mail(instant, str(instant)) for instant in (1, 2, 3, 9)), floors={REPEATED.id: 5})
    facts.used = {"X1": 4}
    leave = {"1": Authority(("X1", "X2"), "Supt Ash"), "2": Authority(("X1",), "Supt Ash"), "9": Authority(("X1",), "Supt Ash")}
    drop_retired(facts, [REPEATED], leave)
    assert facts.used == {"X1": 6, "X2": 1}


@pytest.mark.parametrize(
    ("status", "last_at", "known", "with_content"),
    [
        ("active", BOUND, True, True),
        ("active", BOUND - 1, True, False),
        ("superseded", BOUND, True, False),
        ("withdrawn", BOUND, True, False),
        ("superseded", BOUND - 1, False, False),
        ("withdrawn", BOUND - 1, False, False),
    ],
)
def test_what_only_a_redelivery_needed_is_forgotten(status: Status, last_at: int, known: bool, with_content: bool) -> None:  # noqa: FBT001
    """Content of what is final or gone; the id of a gone alert once nothing can bring it back; never that of a final one."""
    (alert,) = run([REPEATED], [MAILS.mail(f"2026-05-0{day}") for day in (1, 2, 3)])
    facts = held()
    facts.issued["i"] = Issued(REPEATED.id, "t", status, 1, last_at, "digest", alert)
    facts.late = [Late(offset=1, occurred_at=1, clock=2, late_by=1)]
    forget_published(facts, {REPEATED.id: BOUND})
    left = facts.issued.get("i")
    assert (left is not None, left is not None and left.alert is not None) == (known, with_content)
    assert facts.late == []


def test_nothing_is_final_before_there_is_a_clock() -> None:
    """What was announced keeps its content, but for the evidence, which only a redelivery could need."""
    (alert,) = run([REPEATED], [MAILS.mail(f"2026-05-0{day}") for day in (1, 2, 3)])
    facts = held()
    facts.issued["i"] = Issued(REPEATED.id, "t", "active", 1, 0, "digest", alert)
    forget_published(facts, {REPEATED.id: None})
    assert facts.issued["i"].alert == msgspec.structs.replace(alert, evidence=())
    assert facts.issued["i"].published


# Through the engine


def play(
    mails: Iterable[Activity], *, detectors: Iterable[AnyDetector] = (REPEATED,), first: Iterable[Arrival] = ()
) -> tuple[KeyFacts, list[Alert]]:
    """Give an engine one record after another; return what it holds in the end and the alerts that stand."""
    facts, engine, seen = held(), engine_of(detectors), dict[str, Alert]()
    for arrival in first:
        engine.apply(facts, [arrival])
    for mail in mails:
        consume(seen, engine.apply(facts, [Arrival(facts.through + 1, mail)]).alerts)
    return facts, standing(seen)


def test_a_key_holds_no_more_than_what_is_within_reach() -> None:
    """A mail a week for four years leaves what is within lateness and twice the reach, and an id for every alert that stands."""
    weekly = [MAILS.mail(at("2022-01-03") + week * 7 * DAY, f"w{week:03d}") for week in range(208)]
    facts, alerts = play(weekly)
    assert facts.clock is not None
    oldest = min(fact.occurred_at for fact in facts.facts.values())
    # The current quarter's part is open from its first piece on, and a reach below it is context.
    quarter = 92 * DAY
    assert facts.clock - oldest <= LATE + 2 * REACH + quarter
    assert set(facts.memory[REPEATED.id].settled) <= set(facts.facts)
    assert {name for name, issued in facts.issued.items() if issued.status == "active"} == {alert.alert_id for alert in alerts}
    assert sum(alert.evidence_count for alert in alerts) == len(weekly)
    assert alerts == run([REPEATED], weekly)


def test_settled_pieces_heat_windows_and_are_told_only_once() -> None:
    """A run of years is cut by quarters; each mail is in one alert, though windows span what is settled and what is open."""
    daily = [MAILS.mail(at("2025-01-01") + day * 2 * DAY, f"d{day:03d}") for day in range(200)]
    _, alerts = play(daily)
    shown = [alert.evidence_digest for alert in alerts]
    assert len(shown) == len(set(shown)) == 5
    assert sum(alert.evidence_count for alert in alerts) == len(daily)


def test_uses_of_an_exception_survive_the_mails_that_used_it() -> None:
    """A year later the limit is still used up."""
    first = [Arrival(0, exception_fact(limit=2))]
    early = [MAILS.mail(f"2025-01-0{day}", f"e{day}") for day in (1, 2)]
    late = [MAILS.mail(f"2026-01-0{day}", f"l{day}") for day in (1, 2, 3)]
    between = [MAILS.mail(f"2025-{month:02d}-15", f"b{month:02d}", documents=()) for month in range(2, 13)]
    facts, alerts = play([*early, *between, *late], first=first)
    assert not {"e1", "e2"} & set(facts.facts)
    assert facts.used == {"X1": 2}
    assert [alert.evidence_count for alert in alerts] == [3]


def test_a_final_alert_stands_though_its_facts_are_gone() -> None:
    """Forgetting withdraws nothing, and publishes nothing again."""
    burst = [MAILS.mail(f"2025-01-0{day}", f"a{day}") for day in (1, 2, 3)]
    facts, alerts = play([*burst, MAILS.mail("2026-01-01", "x"), MAILS.mail("2026-03-01", "y")])
    assert not {"a1", "a2", "a3"} & set(facts.facts)
    assert [alert.evidence_count for alert in alerts] == [3]


def test_a_wider_detector_keeps_what_a_narrower_no_longer_needs() -> None:
    """One fact, several detectors: the longest reach decides, and the narrower one tells nothing twice."""
    mails = [MAILS.mail(at("2026-01-01") + day * 5 * DAY, f"m{day:02d}", documents=[OS]) for day in range(12)]
    facts, alerts = play(mails, detectors=[REPEATED, SENSITIVE])
    assert alerts == run([REPEATED, SENSITIVE], mails)
    assert len([alert for alert in alerts if alert.detector == SENSITIVE.id]) == 12
    assert min(fact.occurred_at for fact in facts.facts.values()) == at("2026-01-01")
    alone, _ = play(mails, detectors=[SENSITIVE])
    assert alone.clock is not None
    assert alone.clock - min(fact.occurred_at for fact in alone.facts.values()) <= LATE
