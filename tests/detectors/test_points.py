"""The table of points, and a force's own figures over it."""

from typing import get_args

from detectors.points import POINTS, Code, Points


def test_every_code_is_in_the_table() -> None:
    """With points, and words that need no full stop."""
    assert list(POINTS) == list(get_args(Code))
    assert all(points > 0 and words and not words.endswith(".") for points, words in POINTS.values())


def test_a_reason_has_the_tables_points_and_words() -> None:
    """Where a force says nothing else."""
    reason = Points().reason("leaver")
    assert (reason.code, reason.points, reason.words) == ("leaver", *POINTS["leaver"])


def test_a_force_changes_points_and_no_others() -> None:
    """Nought included."""
    points = Points({"leaver": 5, "repeat": 0})
    assert [points.reason(code).points for code in ("leaver", "repeat", "category")] == [5, 0, 2]


def test_points_are_taken_several_times() -> None:
    """A category each, at the force's own figure."""
    assert Points().reason("category", times=2).points == 4
    assert Points({"category": 3}).reason("category", times=2).points == 6


def test_words_can_say_what_was_found() -> None:
    """In place of the table's."""
    assert Points().reason("category", words="carried material on custody").words == "carried material on custody"
