"""Access, then send: what joins a file to a mail, what does not, and what the file's class makes of it."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from detectors.behaviours.access_then_send import AccessThenSend, Config
from detectors.engine.bounds import WHOLE_PER_DAY
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, exception_fact, force, run, subject_fact
from schemas.records import Activity, Alert, AlertEvidence, ClassifiedDocument

MAILS = Mails()
SENT = at("2026-05-04T12:00")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
HASH, OTHER = "ab" * 32, "cd" * 32
PLAN = document("Plan.docx")
OWN = (address(own="declared"),)


def access(before: int, name: str = "Plan.docx", action: str = "open", **fields: Any) -> Activity:
    """Return an access to a file so many ms before the mail."""
    return MAILS.file(SENT - before, document=document(name, **fields), action=action)


def mail(*documents: ClassifiedDocument, at_instant: int = SENT, **changes: Any) -> Activity:
    """Return a mail with these attachments, ``Plan.docx`` unless told otherwise."""
    return MAILS.mail(at_instant, documents=documents or (PLAN,), **changes)


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, in the order of time."""
    found = run([AccessThenSend(Config.model_validate(config), force())], records)
    return sorted(found, key=lambda alert: (alert.last_at, alert.alert_id))


def told(alert: Alert) -> dict[str, int]:
    """Return the codes of an alert's reasons with their points."""
    return {reason.code: reason.points for reason in alert.reasons}


def sent(alert: Alert) -> AlertEvidence:
    """Return the one mail of an alert."""
    (piece,) = [piece for piece in alert.evidence if piece.kind == "mail"]
    return piece


EXAMPLES = (
    Example(
        "the same content under another name",
        fires=(access(9 * MINUTE, sha256=HASH), mail(document("holiday.jpg", sha256=HASH))),
        near_miss=(access(9 * MINUTE, sha256=HASH), mail(document("holiday.jpg", sha256=OTHER))),
    ),
    Example(
        "the same name, case and copies aside",
        fires=(access(9 * MINUTE, "PLAN - Copy (2).docx"), mail(document("plan (1).docx"))),
        near_miss=(access(9 * MINUTE, "PLAN 2.docx"), mail(document("plan.docx"))),
    ),
    Example(
        "by time with a classified file",
        fires=(access(9 * MINUTE, "a.pdf", marking="OFFICIAL-SENSITIVE"), mail()),
        near_miss=(access(9 * MINUTE, "a.pdf", marking="OFFICIAL"), mail()),
    ),
    Example("the window's first instant", fires=(access(HOUR), mail()), near_miss=(access(HOUR + 1), mail())),
    Example("the slack's last instant", fires=(access(-5 * MINUTE), mail()), near_miss=(access(-5 * MINUTE - 1), mail())),
    Example(
        "by time only what came before",
        fires=(access(0, "a.pdf", categories=("custody",)), mail()),
        near_miss=(access(-1, "a.pdf", categories=("custody",)), mail()),
    ),
    Example("opened, not uploaded", fires=(access(MINUTE, action="copy"), mail()), near_miss=(access(MINUTE, action="upload"), mail())),
    Example(
        "with an attachment",
        fires=(access(MINUTE, protected=True), mail(to=OWN)),
        near_miss=(access(MINUTE, protected=True), MAILS.mail(SENT, to=OWN, documents=())),
    ),
    Example(
        "to a personal address, not to a partner",
        fires=(access(MINUTE), mail()),
        near_miss=(access(MINUTE), mail(to=[address("a@force.example", "partner")])),
    ),
    Example(
        "beyond the limit of an exception",
        fires=(exception_fact(limit=1), access(MINUTE), mail(at_instant=SENT - 1), mail()),
        near_miss=(exception_fact(limit=2), access(MINUTE), mail(at_instant=SENT - 1), mail()),
    ),
    Example(
        "by time only where that is wanted",
        fires=(access(MINUTE), access(MINUTE, "a.pdf", marking="SECRET"), mail()),
        near_miss=(access(MINUTE, "a.pdf", marking="SECRET"), mail()),
        config={"by_time": False, "window": "10m", "slack": "0s"},
    ),
)


def test_within_window() -> None:
    """An access exactly the window before the mail is in it."""
    assert len(alerts(access(10 * MINUTE), mail(), window="10m")) == 1


def test_exact_window() -> None:
    """One a millisecond earlier is not."""
    assert alerts(access(10 * MINUTE + 1), mail(), window="10m") == []


@pytest.mark.parametrize(
    ("file", "attachment", "code", "points", "says"),
    [
        (document("Plan.docx", sha256=HASH), document("Plan.docx", sha256=HASH), "access-then-send-hash", 3, "the very same content"),
        (document("Plan.docx", sha256=HASH), document("Plan.docx", sha256=OTHER), "access-then-send-name", 2, "of that name"),
        (document("Plan.docx", categories=("custody",)), document("x.docx"), "access-then-send-time", 1, "joined by time alone"),
    ],
)
def test_the_strongest_join_is_told_with_file_and_minutes(
    file: ClassifiedDocument, attachment: ClassifiedDocument, code: str, points: int, says: str
) -> None:
    """By hash, else by name, else by time; the nearest access by that join gives the words."""
    (alert,) = alerts(MAILS.file(SENT - 12 * MINUTE - 1, document=file, action="download"), mail(attachment))
    (reason,) = [reason for reason in alert.reasons if reason.code == code]
    assert reason.points == points
    assert reason.words.startswith("“Plan.docx” was downloaded 12 min before ")
    assert says in reason.words


def test_an_access_after_the_mail_is_told_as_one() -> None:
    """Clocks differ, and the reader is told so."""
    (alert,) = alerts(access(-3 * MINUTE), mail())
    assert "“Plan.docx” was opened 3 min after, by clocks that may differ, a file of that name was sent" in {
        reason.words for reason in alert.reasons
    }


def test_an_access_is_shown_with_the_first_mail_that_it_belongs_to() -> None:
    """Each mail is an alert of its own, both with the reason; no access stands in two."""
    first, second = alerts(access(9 * MINUTE), mail(), mail(at_instant=SENT + 20 * MINUTE))
    assert [piece.kind for piece in first.evidence] == ["file", "mail"]
    assert [piece.kind for piece in second.evidence] == ["mail"]
    assert told(first) == told(second) == {"personal-address": 1, "attachment": 1, "access-then-send-name": 2, "everyday": -1}


def test_what_was_sent_by_name_is_no_coincidence_in_time_for_a_later_mail() -> None:
    """A classified file that an earlier mail took along explains nothing else; before that it may."""
    file = access(30 * MINUTE, marking="SECRET")
    assert len(alerts(file, mail(), mail(document("photo.jpg"), at_instant=SENT + MINUTE))) == 1
    assert len(alerts(file, mail(document("photo.jpg"), at_instant=SENT - MINUTE), mail())) == 2


def test_by_hash_and_name_together_all_are_shown() -> None:
    """Two attachments, one the same by content, the other by name; what only lies near in time is left out."""
    files = (access(5 * MINUTE, sha256=HASH), access(4 * MINUTE, "b.docx"), access(MINUTE, "c.docx", marking="SECRET"))
    (alert,) = alerts(*files, mail(document("a.docx", sha256=HASH), document("b.docx")))
    assert alert.evidence_count == 3
    assert told(alert) == {"personal-address": 1, "attachment": 1, "access-then-send-hash": 3}


def test_the_class_of_the_file_counts_for_a_renamed_attachment() -> None:
    """The mail shows an unclassified picture; by its content it is the witness file."""
    file = access(MINUTE, "WITSEC.docx", sha256=HASH, marking="SECRET", categories=("witness protection",), protected=True)
    (alert,) = alerts(file, mail(document("cat.jpg", sha256=HASH)))
    assert told(alert) == {
        "personal-address": 1,
        "secret": 5,
        "category": 2,
        "protected-person": 9,
        "access-then-send-hash": 3,
    }
    assert (alert.score, alert.severity, sent(alert).points) == (20, "critical", 17)


def test_what_the_mail_shows_stands_when_it_is_the_higher() -> None:
    """A file without a class takes nothing off the mail's."""
    (alert,) = alerts(access(MINUTE), mail(document("Plan.docx", marking="SECRET")))
    assert told(alert) == {"personal-address": 1, "secret": 5, "access-then-send-name": 2}


@pytest.mark.parametrize(
    ("to", "file", "severity"),
    [
        (address(), {"marking": "OFFICIAL-SENSITIVE", "categories": ("custody",)}, "low"),
        (address(), {"marking": "SECRET"}, "high"),
        (address(), {"protected": True}, "critical"),
        (address(own="likely"), {"marking": "OFFICIAL-SENSITIVE"}, "low"),
        (address("a@relay.example", "relay"), {"marking": "OFFICIAL-SENSITIVE"}, "low"),
    ],
)
def test_by_time_alone_a_class_counts_where_it_endangers_somebody(to: Any, file: dict[str, Any], severity: str) -> None:
    """A letter to a victim or a payslip, sent amid the day's sensitive files, stays low."""
    (alert,) = alerts(access(MINUTE, "a.pdf", **file), mail(to=[to]))
    assert alert.severity == severity
    assert told(alert)["access-then-send-time"] == 1


@pytest.mark.parametrize(
    ("to", "before", "severity"),
    [
        (address(own="likely"), 2 * HOUR, "high"),
        (address("a@relay.example", "relay"), 2 * HOUR, "high"),
        (address(own="likely"), 30 * DAY, "high"),
        (address(own="likely"), 30 * DAY + 1, "low"),
        (address(own="likely"), HOUR + 1, "high"),
        (address(own="likely"), HOUR, "low"),
        (address(), 2 * HOUR, "low"),
    ],
    ids=["own", "relay", "exact-30-days", "beyond-30-days", "another-occasion", "the-same-occasion", "somebody-else"],
)
def test_by_time_alone_a_class_counts_from_the_second_time(to: Any, before: int, severity: str) -> None:
    """Within 30 days, on another occasion, and to an account that is the officer's own or hides who reads it."""
    classified = {"marking": "OFFICIAL-SENSITIVE"}
    first = (access(before + MINUTE, "a.pdf", **classified), mail(document("x.pdf"), at_instant=SENT - before, to=[to]))
    *_, second = alerts(*first, access(MINUTE, "b.pdf", **classified), mail(document("y.pdf"), to=[to]))
    assert second.severity == severity


@pytest.mark.parametrize(
    ("records", "severity"),
    [
        ((access(MINUTE), mail()), "low"),
        ((access(MINUTE, sha256=HASH), mail(document("cat.jpg", sha256=HASH))), "medium"),
        ((access(MINUTE), mail(to=[address(own="likely")])), "medium"),
        ((access(MINUTE, categories=("custody",)), mail()), "medium"),
        ((access(MINUTE, marking="OFFICIAL-SENSITIVE"), mail()), "medium"),
        ((subject_fact(last_day="2026-05-20"), access(MINUTE), mail()), "medium"),
    ],
)
def test_a_form_that_is_opened_and_sent_to_a_victim_stays_low(records: tuple[Record, ...], severity: str) -> None:
    """Most attachments come about that way; whatever else speaks against it lifts it."""
    (alert,) = alerts(*records)
    assert alert.severity == severity


def test_a_withheld_mail_tells_nothing_of_the_file() -> None:
    """The staff federation got it too: the alert stands, and neither name nor access is in it."""
    file = access(MINUTE, "grievance.docx", sha256=HASH)
    union = [address(), address(None, "protected")]
    (alert,) = alerts(file, mail(document(None, sha256=HASH), to=union, subject=None, withheld=True))
    assert "grievance" not in repr(alert)
    assert told(alert)["access-then-send-hash"] == 3
    assert alert.evidence_count == 1


def test_in_a_crowd_an_access_is_still_joined() -> None:
    """Beyond the first 200 files of a day no name is kept; content and name join all the same, and nothing is named."""
    crowd = [MAILS.file(SENT - HOUR + i, f"crowd-{i:03}", document=document(f"{i}.txt")) for i in range(WHOLE_PER_DAY)]
    (alert,) = alerts(*crowd, access(MINUTE, sha256=HASH, marking="SECRET"), mail(document("x.docx", sha256=HASH)))
    assert told(alert) == {"personal-address": 1, "secret": 5, "access-then-send-hash": 3}
    assert "a file was accessed 1 min before the very same content was sent" in {reason.words for reason in alert.reasons}


def test_a_mail_of_a_crowded_day_is_joined_by_time() -> None:
    """Of the mails beyond 200 only role and points are kept: the class counts, the file is not named."""
    crowd = [mail(document(f"{i}.txt"), at_instant=SENT - 1, name=f"crowd-{i:03}") for i in range(WHOLE_PER_DAY)]
    found = alerts(access(MINUTE, "a.pdf", protected=True), *crowd, mail(document("x.docx")))
    assert len(found) == WHOLE_PER_DAY + 1
    assert "a.pdf" not in repr(found[-1])
    assert found[-1].severity == "critical"


def test_leaving_adds_its_points() -> None:
    """Near the last day it weighs more."""
    (alert,) = alerts(subject_fact(last_day="2026-05-20"), access(MINUTE), mail())
    assert told(alert)["leaver"] == 2


def test_reach_spans_the_mails_that_share_an_access() -> None:
    """From a mail to one that was joined by time, to one that took its access first, and to what that one is joined by."""
    config = Config(window=timedelta(minutes=30), slack=timedelta(minutes=10), again_within=timedelta(days=7))
    assert AccessThenSend(config, force()).reach == timedelta(days=7, minutes=80)


@pytest.mark.parametrize("wrong", [{"window": "0m"}, {"slack": 5}, {"window": "1x"}])
def test_windows_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    """No window, a number without unit, a unit that there is not."""
    with pytest.raises(ValidationError):
        Config.model_validate(wrong)
