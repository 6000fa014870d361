"""A shared personal address: how many officers, in which time, and what it is worth."""

from datetime import timedelta
from typing import Any

import pytest

from detectors.behaviours.shared_address import Config, SharedAddress
from detectors.engine.bounds import WHOLE_PER_DAY
from detectors.engine.facts import Record
from detectors.testing import Example, Mails, address, at, document, force, run, under
from schemas.records import Activity, Alert

HOME = "the.vales@mail.example"
DAY = 86_400_000
FIRST = at("2026-02-02T09:00")
NAMELESS = (document(None, size=None),)
TWO_DAYS = [{"window": "2d", "measure": "officers", "threshold": 2}]


def mail(officer: str, when: int = FIRST, *, to: Any = None, documents: Any = NAMELESS, **changes: Any) -> Activity:
    """Return a mail as it is written under the address: its documents without names, sizes and hashes."""
    return under("address", HOME, Mails(officer).mail(when, to=[to or address(HOME)], documents=documents, subject=None, **changes))


def alerts(*records: Record, **config: Any) -> list[Alert]:
    """Return what the detector says of these records, in the order of time."""
    return sorted(run([SharedAddress(Config.model_validate(config), force())], records), key=lambda alert: alert.first_at)


EXAMPLES = (
    Example(
        "two officers, not one twice",
        fires=(mail("N1001"), mail("N1002", FIRST + DAY)),
        near_miss=(mail("N1001"), mail("N1001", FIRST + DAY)),
    ),
    Example(
        "within 90 d, the first just within",
        fires=(mail("N1001"), mail("N1002", FIRST + 90 * DAY - 1)),
        near_miss=(mail("N1001"), mail("N1002", FIRST + 90 * DAY)),
    ),
    Example(
        "with an attachment, a label or a marking",
        fires=(mail("N1001"), mail("N1002", documents=(), content=True)),
        near_miss=(mail("N1001"), mail("N1002", documents=(), content=False)),
    ),
    Example(
        "without content to an account of one's own",
        fires=(mail("N1001"), mail("N1002", documents=(), content=False, to=address(HOME, own="likely"))),
        near_miss=(mail("N1001"), mail("N1002", documents=(), content=False, to=address(HOME, own="possible"))),
    ),
    Example(
        "by a rule of the force's own",
        fires=(mail("N1001"), mail("N1002"), mail("N1003")),
        near_miss=(mail("N1001"), mail("N1002")),
        config={"rules": [{"window": "1d", "measure": "officers", "threshold": 3}]},
    ),
)


def test_below_floor() -> None:
    """One officer is no alert, however many mails."""
    assert alerts(*(mail("N1001", FIRST + i) for i in range(9))) == []


def test_at_floor() -> None:
    """The second officer makes it one, with all mails of the window, each with its officer."""
    (alert,) = alerts(mail("N1001"), mail("N1001", FIRST + DAY), mail("N1002", FIRST + 2 * DAY))
    assert (alert.grouping, alert.key, alert.officer_id, alert.officer) == ("address", HOME, None, None)
    assert [piece.officer_id for piece in alert.evidence] == ["N1001", "N1001", "N1002"]
    assert "this address got 3 such mails from 2 officers" in {reason.words for reason in alert.reasons}


def test_within_window() -> None:
    """A millisecond before the first leaves the window there are two."""
    assert len(alerts(mail("N1001"), mail("N1002", FIRST + 2 * DAY - 1), rules=TWO_DAYS)) == 1


def test_exact_window() -> None:
    """Exactly the window after the first it is too late."""
    assert alerts(mail("N1001"), mail("N1002", FIRST + 2 * DAY), rules=TWO_DAYS) == []


@pytest.mark.parametrize(
    ("to", "documents", "score", "severity"),
    [
        (address(HOME), (document(None),), 3, "low"),
        (address(HOME, own="declared"), (document(None),), 5, "medium"),
        (address(HOME), (document(None, marking="OFFICIAL-SENSITIVE"),), 5, "medium"),
        (address(HOME), (document(None, protected=True),), 12, "critical"),
    ],
)
def test_a_solicitor_is_low_and_what_is_grave_is_not(to: Any, documents: Any, score: int, severity: str) -> None:
    """Two officers who each write to a victim's solicitor look alike: unclassified, to nobody's own account, it stays low."""
    (alert,) = alerts(mail("N1001"), mail("N1002", to=to, documents=documents))
    assert (alert.score, alert.severity) == (score, severity)


def test_in_a_flood_every_officer_still_counts() -> None:
    """Of a crowded day's mails beyond 200 it is still known whose they are."""
    flood = [mail("N1001", FIRST + i) for i in range(WHOLE_PER_DAY + 5)]
    assert alerts(*flood) == []
    (alert,) = alerts(*flood, mail("N1002", FIRST + 1000))
    assert alert.evidence_count == WHOLE_PER_DAY + 6


def test_a_quarter_of_one_officer_alone_is_told_as_one() -> None:
    """The run that two began and one goes on with is cut by the quarter, and each part tells of its own mails."""
    first, second = alerts(mail("N1001"), mail("N1002", FIRST + 30 * DAY), mail("N1002", FIRST + 80 * DAY))
    assert [reason.words for reason in first.reasons if reason.code == "repeat"] == ["this address got 2 such mails from 2 officers"]
    assert [reason.words for reason in second.reasons if reason.code == "repeat"] == ["this address got 1 such mail from 1 officer"]


def test_reach_is_the_widest_window() -> None:
    """A rule for a longer window keeps evidence for as long."""
    rules = [{"window": "30d", "measure": "officers", "threshold": 2}, {"window": "300d", "measure": "officers", "threshold": 4}]
    assert SharedAddress(Config.model_validate({"rules": rules}), force()).reach == timedelta(days=300)
