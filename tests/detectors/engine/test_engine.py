"""What a pass over one key publishes: only what changed, under names and revisions that consumers can go by."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from detectors.behaviours.repeated_personal_email import Config, RepeatedPersonalEmail
from detectors.behaviours.sensitive_to_personal import Config as SensitiveConfig
from detectors.behaviours.sensitive_to_personal import SensitiveToPersonal
from detectors.calendar import Calendar
from detectors.contract import Episode, Key, View
from detectors.engine.engine import GENERATION_STEP, DetectorBrokeContractError, Engine
from detectors.engine.facts import Arrival, KeyFacts, Late, Record
from detectors.registry import AnyDetector
from detectors.testing import LATENESS, Mails, address, at, document, exception_fact, force, run, subject_fact
from schemas.records import Activity, Alert

DAY = 86_400_000
MAILS = Mails()
REPEATED = RepeatedPersonalEmail(Config(), force())
SENSITIVE = SensitiveToPersonal(SensitiveConfig(), force())


def mail(when: str | int, name: str, **changes: Any) -> Activity:
    """Return such a mail."""
    return MAILS.mail(when, name, **changes)


A, B, C, D = (mail(f"2026-05-0{day}", name) for day, name in ((4, "a"), (5, "b"), (6, "c"), (7, "d")))


class Pass:
    """An engine with one key, given records one chunk after another."""

    def __init__(self, detectors: Iterable[AnyDetector] = (REPEATED,), key: Key | None = None, **settings: Any) -> None:
        self.engine = Engine(detectors, calendar=Calendar(), lateness=LATENESS, **settings)
        self.held = KeyFacts(key or Key("officer", "N1001"))

    def give(self, *records: Record, start: int | None = None) -> list[Alert]:
        """Return what a chunk publishes; its offsets follow those before, or begin at ``start``."""
        first = self.held.through + 1 if start is None else start
        arrivals = [Arrival(offset, record) for offset, record in enumerate(records, start=first)]
        return self.engine.apply(self.held, arrivals).alerts


def changes(alerts: Sequence[Alert]) -> list[tuple[str, int]]:
    """Return what happened and at which revision, as an offset."""
    return [(alert.change, alert.revision - GENERATION_STEP - 1) for alert in alerts]


def test_an_alert_opens_when_it_is_too_much_and_extends_with_each_piece() -> None:
    """Under one id; its revision is the last offset laid in, plus one."""
    key = Pass()
    assert key.give(A, B) == []
    (opened,) = key.give(C)
    (extended,) = key.give(D)
    assert changes([opened, extended]) == [("opened", 2), ("extended", 3)]
    assert (opened.alert_id, opened.evidence_count, extended.evidence_count) == (extended.alert_id, 3, 4)


def test_what_did_not_change_is_not_published() -> None:
    """A duplicate, a mail that is nothing here, a fact of the officer's that alters nothing."""
    key = Pass()
    key.give(A, B, C)
    assert key.give(C) == []
    assert key.give(mail("2026-05-06", "x", to=[address("a@force.example", "partner")])) == []
    assert key.give(subject_fact(trained_at="2026-01-01")) == []


def test_a_rise_in_severity_is_told_apart_from_more_evidence() -> None:
    """So that people are woken by severity and not by every mail; a fall is no rise."""
    key = Pass()
    key.give(A, B, C)
    (raised,) = key.give(mail("2026-05-07", "secret", documents=[document(marking="SECRET")]))
    assert (raised.change, raised.severity) == ("severity-raised", "high")
    (fallen,) = key.give(mail("2026-05-07", "secret", revision=2, documents=[document()]))
    assert (fallen.change, fallen.severity) == ("extended", "low")


def test_a_late_mail_renames_the_alert() -> None:
    """The old id is superseded by the alert that holds its trigger now; both have the new revision."""
    key = Pass()
    (old,) = key.give(A, C, D)
    published = {alert.alert_id: alert for alert in key.give(B)}
    gone = published.pop(old.alert_id)
    (new,) = published.values()
    assert (gone.status, gone.change, gone.superseded_by, gone.revision) == ("superseded", "superseded", new.alert_id, new.revision)
    assert (gone.evidence_count, new.evidence_count, new.change) == (3, 4, "opened")


def test_an_alert_that_no_longer_holds_is_withdrawn() -> None:
    """A mail turned out to be somebody else's; the alert says what it was, without the evidence."""
    key = Pass()
    (old,) = key.give(A, B, C)
    (gone,) = key.give(mail("2026-05-06", "c", revision=2, void=True))
    assert (gone.alert_id, gone.status, gone.change, gone.superseded_by) == (old.alert_id, "withdrawn", "withdrawn", None)
    assert (gone.evidence, gone.evidence_count, gone.score) == ((), old.evidence_count, old.score)
    assert gone.revision > old.revision


def test_a_withdrawn_alert_can_open_again() -> None:
    """Under its id, with a higher revision."""
    key = Pass()
    (old,) = key.give(A, B, C)
    (gone,) = key.give(mail("2026-05-06", "c", revision=2, void=True))
    (again,) = key.give(mail("2026-05-06", "c", revision=3))
    assert (again.alert_id, again.status, again.change) == (old.alert_id, "active", "opened")
    assert old.revision < gone.revision < again.revision


def test_an_exception_that_comes_after_the_alert_withdraws_it() -> None:
    """And taking the exception back brings it back."""
    key = Pass()
    key.give(A, B, C)
    assert [alert.status for alert in key.give(exception_fact())] == ["withdrawn"]
    assert [alert.status for alert in key.give(exception_fact(revision=2, void=True))] == ["active"]


def test_a_leaving_date_that_comes_after_the_alert_raises_it() -> None:
    """The officer's facts have no time of arrival."""
    key = Pass()
    key.give(A, B, C)
    (raised,) = key.give(subject_fact(last_day="2026-05-20"))
    assert (raised.change, raised.score, raised.severity) == ("severity-raised", 5, "medium")


def test_an_address_declared_after_the_mails_makes_them_the_officers_own() -> None:
    """Shadow becomes evidence, whenever that became known; taken back, it is shadow again."""
    key = Pass()
    assert key.give(*(mail(f"2026-05-0{day}", str(day), documents=()) for day in (4, 5, 6))) == []
    (opened,) = key.give(subject_fact(personal_addresses=("sam.doe@mail.example",)))
    assert {each.own for piece in opened.evidence for each in piece.addresses} == {"declared"}
    assert [alert.status for alert in key.give(subject_fact(revision=2))] == ["withdrawn"]


def test_a_redelivery_publishes_all_that_was_announced_once_more() -> None:
    """The same alerts with the same revisions, gone ones too, and changes nothing."""
    key = Pass()
    first = key.give(A, C, D)
    second = key.give(B)
    again = key.give(B, start=3)
    assert {alert.alert_id: alert for alert in again} == {alert.alert_id: alert for alert in (*first, *second)}
    assert key.held.through == 3


def test_a_chunk_that_was_partly_seen_publishes_old_and_new() -> None:
    """What came after the crash is laid in, what came before only published again."""
    key = Pass()
    (opened,) = key.give(A, B, C)
    (extended,) = key.give(B, C, D, start=1)
    assert (extended.alert_id, extended.change, extended.evidence_count) == (opened.alert_id, "extended", 4)


def test_late_records_are_told_again_on_a_redelivery() -> None:
    """Until the next chunk shows that they were told."""
    key = Pass()
    arrivals = [Arrival(0, mail("2026-05-20", "new")), Arrival(1, mail("2026-05-05", "late"))]
    late = [Late(offset=1, occurred_at=at("2026-05-05"), clock=at("2026-05-20"), late_by=DAY)]
    assert key.engine.apply(key.held, arrivals).late == late
    assert key.engine.apply(key.held, arrivals).late == late
    assert key.engine.apply(key.held, [Arrival(2, mail("2026-05-21", "newer"))]).late == []


def test_revisions_count_from_the_generation() -> None:
    """So that a generation's alerts outrank those of the one before."""
    (alert,) = Pass(generation=3).give(A, B, C)
    assert alert.revision == 3 * GENERATION_STEP + 3


def test_alerts_carry_the_configuration_that_they_were_judged_by() -> None:
    """Whatever names it."""
    (alert,) = Pass(config_version="c7").give(A, B, C)
    assert alert.config_version == "c7"


def test_each_detector_judges_for_itself() -> None:
    """One mail can be in alerts of several, which come in the order of their ids."""
    secret = [document(marking="SECRET")]
    alerts = Pass([SENSITIVE, REPEATED]).give(A, B, mail("2026-05-06", "c", documents=secret))
    assert {alert.detector for alert in alerts} == {REPEATED.id, SENSITIVE.id}
    assert [alert.alert_id for alert in alerts] == sorted(alert.alert_id for alert in alerts)


def test_detectors_of_other_groupings_do_not_look() -> None:
    """An address's key is not for an officer's detectors; its facts are not held."""
    key = Pass(key=Key("address", "sam.doe@mail.example"))
    assert key.give(A, B, C) == []
    assert (key.held.facts, key.held.clock) == ({}, C.occurred_at)


class Telling(RepeatedPersonalEmail):
    """Tells every piece, settled or not."""

    def judge(self, view: View) -> Iterable[Episode]:
        return [Episode(evidence=(piece,), trigger=piece.activity_id) for piece in view.counted]


def test_a_detector_that_tells_settled_pieces_again_is_a_bug() -> None:
    """It would change an alert that is final; the error names the detector."""
    key = Pass([Telling(Config.model_validate({"rules": [{"window": "1d", "measure": "count", "threshold": 1}]}), force())])
    key.give(A)
    key.give(mail(A.occurred_at + 15 * DAY + 1, "x"))  # beyond lateness and reach: settled, and still context
    with pytest.raises(DetectorBrokeContractError, match="repeated-personal-email"):
        key.give(mail(A.occurred_at + 15 * DAY + 2, "y"))


def test_a_flood_of_other_mails_hides_no_severity() -> None:
    """The protected witness's file is critical as the 201st mail of its day, too."""
    mails = [Mails().mail(at("2026-05-05T08:00") + number * 60_000, f"m{number:04d}") for number in range(200)]
    grave = Mails().mail("2026-05-05T20:00", "m9999", documents=[document(marking="SECRET", protected=True)])
    (alert,) = run([SensitiveToPersonal(SensitiveConfig(), force())], [*mails, grave])
    assert (alert.severity, alert.evidence[0].points) == ("critical", 15)


def test_an_alert_that_is_gone_tells_nothing_that_may_be_withheld() -> None:
    """Renamed by a late mail and withheld in the same chunk: the old id is published without subject, names and addresses."""
    key = Pass()
    key.give(*(mail(f"2026-05-0{day}", f"d{day}", subject="rota") for day in (4, 5, 6)))
    hidden = [mail(f"2026-05-0{day}", f"d{day}", revision=2, subject=None, withheld=True) for day in (4, 5, 6)]
    changed = key.give(*hidden, mail("2026-05-01", "early", subject=None, withheld=True))
    (gone,) = [alert for alert in changed if alert.status == "superseded"]
    assert gone.evidence == ()
    assert not any("rota" in piece.summary for alert in changed for piece in alert.evidence)
