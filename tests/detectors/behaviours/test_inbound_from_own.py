"""Work material comes in from the officer's own account: whose account, what is provably work, and what any file takes."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from detectors.behaviours.inbound_from_own import Config, InboundFromOwn
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, force, run, subject_fact
from schemas.records import Activity, Alert, Classification, ClassifiedAddress

MAILS = Mails()
WHEN = "2026-05-04"
HOME = address(own="declared")
OFFICIAL = (document(marking="OFFICIAL"),)
LABELLED = msgspec.structs.replace(document(), label="Northmoor Official")
OS = (document(marking="OFFICIAL-SENSITIVE"),)


def inbound(when: str | int = WHEN, sender: ClassifiedAddress = HOME, **changes: Any) -> Activity:
    """Return a mail with an unmarked file that came in from the officer's declared account, unless told otherwise."""
    return MAILS.inbound(when, sender=sender, **changes)


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, earliest first."""
    return sorted(run([InboundFromOwn(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


def codes(alert: Alert) -> list[str]:
    """Return the codes of an alert's reasons, sorted."""
    return sorted(reason.code for reason in alert.reasons)


EXAMPLES = (
    Example("a marked document once, an unmarked one not", fires=(inbound(documents=OFFICIAL),), near_miss=(inbound(),)),
    Example("a labelled document", fires=(inbound(documents=[LABELLED]),), near_miss=(inbound(),)),
    Example("a document known by category", fires=(inbound(documents=[document(categories=("custody",))]),), near_miss=(inbound(),)),
    Example("a protected person's document", fires=(inbound(documents=[document(protected=True)]),), near_miss=(inbound(),)),
    Example(
        "a message marked above OFFICIAL: below that it may quote the mail that it answers",
        fires=(inbound(documents=(), content=True, message=Classification(marking="OFFICIAL-SENSITIVE")),),
        near_miss=(inbound(documents=(), content=True, message=Classification(marking="OFFICIAL")),),
    ),
    Example(
        "at_floor / below_floor: any files on two days",
        fires=(inbound(), inbound("2026-05-05")),
        near_miss=(inbound("2026-05-04T09:00"), inbound("2026-05-04T21:00")),
    ),
    Example(
        "within_window / exact_window: two days of thirty, the first just within",
        fires=(inbound(at("2026-05-01") + 1), inbound("2026-05-31")),
        near_miss=(inbound(at("2026-05-01")), inbound("2026-05-31")),
    ),
    Example(
        "with a file, label or marking",
        fires=(inbound(), inbound("2026-05-05")),
        near_miss=(inbound(documents=()), inbound("2026-05-05", documents=())),
    ),
    Example(
        "from an own account, not from one that might be",
        fires=(inbound(sender=address(own="likely"), documents=OS),),
        near_miss=(inbound(sender=address(own="possible"), documents=OS),),
    ),
    Example(
        "from an account that the officer declared, whatever its class",
        fires=(
            subject_fact(personal_addresses=("me@trade.example",)),
            inbound(sender=address("me@trade.example", "external", "possible"), documents=OS),
        ),
        near_miss=(subject_fact(), inbound(sender=address("me@trade.example", "external", "possible"), documents=OS)),
    ),
    Example(
        "half of it under enhanced monitoring",
        fires=(subject_fact(monitored_from="2026-05-01"), inbound()),
        near_miss=(subject_fact(monitored_from="2026-05-05"), inbound()),
    ),
    Example(
        "by a rule of the force's own",
        fires=(inbound(), inbound(f"{WHEN}T10:00"), inbound(f"{WHEN}T11:00")),
        near_miss=(inbound(), inbound(f"{WHEN}T10:00")),
        config={"rules": [{"window": "1d", "measure": "count", "threshold": 3}]},
    ),
)


@pytest.mark.parametrize(
    ("documents", "score", "severity"),
    [
        (OFFICIAL, 4, "medium"),
        (OS, 6, "medium"),
        ([document(marking="SECRET")], 8, "high"),
        ([document(marking="OFFICIAL-SENSITIVE", categories=("custody",))], 8, "high"),
        ([document(protected=True)], 13, "critical"),
    ],
)
def test_the_material_decides_over_severity(documents: Any, score: int, severity: str) -> None:
    """Own account 3, and what it carried."""
    (alert,) = alerts(inbound(documents=documents))
    assert (alert.score, alert.severity) == (score, severity)


def test_two_evenings_of_unmarked_files_are_medium() -> None:
    """Own account 3, attachment 1, repeat 1."""
    (alert,) = alerts(inbound(), inbound("2026-05-05"))
    assert (alert.score, alert.severity, codes(alert)) == (5, "medium", ["attachment", "own-account-declared", "repeat"])


def test_the_words_say_where_it_came_from() -> None:
    """The codes are those of mails that go out; the sentences are not."""
    (alert,) = alerts(inbound(documents=OS))
    assert [reason.words for reason in alert.reasons] == [
        "came from an account that the officer declared as their own",
        "carried OFFICIAL-SENSITIVE material",
    ]
    assert alert.evidence[0].summary == "“notes” with 1 attachment from sam.doe@mail.example (declared own account)"


def test_a_run_is_one_alert_named_by_what_began_it() -> None:
    """The mail that was enough alone keeps the alert's name when more come."""
    (first,) = alerts(inbound(documents=OS))
    (alert,) = alerts(inbound(documents=OS), inbound("2026-05-06"), inbound("2026-05-20", documents=OS))
    assert (alert.alert_id, alert.evidence_count) == (first.alert_id, 3)


def test_what_came_shortly_before_the_forces_own_material_belongs_to_it() -> None:
    """An unmarked file alone is none; with the marked one of the same evening it is told."""
    (alert,) = alerts(inbound(f"{WHEN}T20:00"), inbound(f"{WHEN}T20:30", documents=OFFICIAL), inbound(f"{WHEN}T21:00"))
    assert (alert.first_at, alert.evidence_count) == (at(f"{WHEN}T20:00"), 2)


def test_mails_without_content_are_shadow() -> None:
    """Running late, three times: counted beside the evidence."""
    (alert,) = alerts(inbound(documents=OS), inbound("2026-05-05", documents=()), inbound("2026-05-06", documents=OS))
    assert (alert.evidence_count, alert.shadow_count) == (2, 1)


def test_a_mail_that_went_out_is_none() -> None:
    """Another kind of activity, and another detector's."""
    assert alerts(MAILS.mail(WHEN, to=[HOME], documents=OS)) == []


def test_withheld_mail_tells_no_names() -> None:
    """The staff federation was among the recipients: classes stay, words do not."""
    (alert,) = alerts(inbound(documents=[document(None, marking="OFFICIAL-SENSITIVE")], subject=None, withheld=True))
    assert alert.evidence[0].summary == "A mail with 1 attachment from sam.doe@mail.example (declared own account)"


def test_a_leavers_is_a_leavers() -> None:
    """Two points more under suspension."""
    (alert,) = alerts(subject_fact(suspended_from="2026-05-01"), inbound(documents=OS))
    assert alert.score == 8


def test_reach_is_the_widest_window() -> None:
    """Of whatever rules there are."""
    rules = [{"window": "7d", "measure": "count", "threshold": 2}, {"window": "90d", "measure": "days", "threshold": 3}]
    assert InboundFromOwn(Config.model_validate({"rules": rules}), force()).reach == timedelta(days=90)
