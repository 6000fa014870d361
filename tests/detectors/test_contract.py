"""The small things that the contract itself does."""

import pytest
from pydantic import ValidationError

from detectors.contract import Config, Evidence, Key, View
from schemas.records import Reason


def piece(at: int, role: str = "") -> Evidence:
    """Return a piece of evidence."""
    return Evidence(activity_id=f"{at}{role}", at=at, role=role)


def test_between_holds_its_end_and_not_its_start() -> None:
    """As a window does."""
    view = View(Key("officer", "N1001"), [piece(1), piece(2), piece(3), piece(4)])
    assert [each.at for each in view.between(1, 3)] == [2, 3]


def test_between_takes_one_role_or_any() -> None:
    """A role that is not asked for is not given."""
    view = View(Key("officer", "N1001"), [piece(1, "open"), piece(2, "send"), piece(3, "open")])
    assert [each.at for each in view.between(0, 3, "open")] == [1, 3]
    assert [each.at for each in view.between(0, 3)] == [1, 2, 3]


def test_between_leaves_shadow_out() -> None:
    """What is authorised does not count."""
    assert View(Key("officer", "N1001"), [], shadow=[piece(1)]).between(0, 3) == []


def test_points_are_the_sum_of_a_pieces_reasons() -> None:
    """None is nought."""
    reasons = (Reason(code="secret", points=5, words=""), Reason(code="repeat", points=1, words=""))
    assert Evidence(activity_id="a", at=1, reasons=reasons).points == 6
    assert piece(1).points == 0


def test_an_unknown_key_of_a_configuration_is_an_error() -> None:
    """And a configuration does not change."""
    with pytest.raises(ValidationError):
        Config.model_validate({"enabeld": True})
    with pytest.raises(ValidationError):
        Config().enabled = False  # type: ignore[misc] # what is tested
