"""Scores are additive and explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.contract import Episode, Evidence
from detectors.points import POINTS, Code
from detectors.scoring import CEILING, Score, score, severity_of, severity_rank
from schemas.records import Reason, Severity


def reason(code: str, points: int | None = None) -> Reason:
    """Return a reason with the table's points, or other ones."""
    return Reason(code=code, points=POINTS[code][0] if points is None else points, words="words")  # type: ignore[index] # a code


def piece(*codes: str, name: str = "a", points: int | None = None, to: str = "") -> Evidence:
    """Return a piece of evidence with these reasons; each letter of ``to`` is an address."""
    facets = tuple(("address", letter) for letter in to)
    return Evidence(activity_id=name, at=0, facets=facets, reasons=tuple(reason(code, points) for code in codes))


def scored(*pieces: Evidence, pattern: tuple[str, ...] = ()) -> Score:
    """Return the score of an episode."""
    return score(Episode(evidence=pieces, trigger="a", reasons=tuple(reason(code) for code in pattern)))


def codes(of: Score) -> list[str]:
    """Return the codes of a score's reasons."""
    return [each.code for each in of.reasons]


@pytest.mark.parametrize(
    ("points", "severity"),
    [(0, "low"), (1, "low"), (3, "low"), (4, "medium"), (6, "medium"), (7, "high"), (8, "high"), (9, "critical"), (20, "critical")],
)
def test_severity_goes_by_score(points: int, severity: Severity) -> None:
    """Nine and above critical, seven high, four medium, the rest low."""
    assert severity_of(points) == severity


def test_severities_are_ranked() -> None:
    """So that a rise can be told."""
    ranked: list[Severity] = ["low", "medium", "high", "critical"]
    assert [severity_rank(each) for each in ranked] == [0, 1, 2, 3]


def test_score_is_the_best_pieces_reasons_and_the_patterns() -> None:
    """Other pieces add nothing: ten harmless mails are not worse than one bad one."""
    found = scored(piece("personal-address", "attachment"), piece("own-account-likely", "secret", name="b"), pattern=("repeat",))
    assert (found.score, found.severity, codes(found)) == (9, "critical", ["own-account-likely", "secret", "repeat"])


def test_on_a_tie_the_first_piece_speaks() -> None:
    """As many points, the earlier one's reasons."""
    found = scored(piece("own-account-declared", "attachment"), piece("personal-address", "official-sensitive", name="b"))
    assert codes(found) == ["own-account-declared", "attachment"]


def test_score_ends_at_the_ceiling_and_says_so() -> None:
    """The reason that takes off what is above has negative points."""
    found = scored(piece("own-account-declared", "secret", "protected-person"), pattern=("again-after-training", "leaver"))
    assert (found.score, found.severity) == (20, "critical")
    assert [(each.code, each.points) for each in found.reasons][-1] == ("ceiling", -2)


def test_a_score_at_the_ceiling_needs_no_reason_for_it() -> None:
    """Twenty is within."""
    found = scored(piece("own-account-declared", "secret", "protected-person"), pattern=("again-after-training",))
    assert (found.score, codes(found)[-1]) == (20, "again-after-training")


def test_without_content_a_score_is_held_at_low() -> None:
    """Nothing attached, labelled or marked, and an account that nobody declared."""
    found = scored(piece("own-account-likely"), pattern=("repeat", "leaver"))
    assert (found.score, found.severity) == (3, "low")
    assert [(each.code, each.points) for each in found.reasons][-1] == ("no-content", -3)


def test_a_low_score_without_content_is_left_alone() -> None:
    """Three is low already."""
    found = scored(piece("own-account-likely"))
    assert (found.score, codes(found)) == (3, ["own-account-likely"])


@pytest.mark.parametrize(
    "code",
    [
        "own-account-declared",
        "attachment",
        "marked-message",
        "official-sensitive",
        "secret",
        "category",
        "protected-person",
        "forwarding-outside",
    ],
)
def test_content_or_a_declared_account_in_any_piece_lifts_the_hold(code: Code) -> None:
    """It need not be the piece with the most points."""
    found = scored(piece("own-account-likely", points=10), piece(code, name="b", points=1), pattern=("repeat",))
    assert (found.score, "no-content" in codes(found)) == (11, False)


def test_an_unclassified_file_that_was_opened_and_sent_to_somebody_is_held_at_low() -> None:
    """That is how a form reaches a victim."""
    found = scored(piece("personal-address", "attachment"), pattern=("access-then-send-name",))
    assert (found.score, found.severity) == (3, "low")
    assert [(each.code, each.points) for each in found.reasons][-1] == ("everyday", -1)


@pytest.mark.parametrize("code", ["own-account-likely", "disposable-or-relay", "official-sensitive", "category", "leaver", "repeat"])
def test_anything_else_that_speaks_against_it_lifts_that_hold(code: Code) -> None:
    """In the piece or in the pattern."""
    found = scored(piece("personal-address", "attachment", code), pattern=("access-then-send-name",))
    assert "everyday" not in codes(found)
    assert found.severity != "low"


@pytest.mark.parametrize("code", ["own-account-declared", "own-account-likely", "disposable-or-relay", "personal-address"])
def test_what_only_the_time_ties_to_a_classified_file_is_held_at_low(code: Code) -> None:
    """A payslip sent home with work open beside it; what is classified itself is not held."""
    assert scored(piece(code, "attachment"), pattern=("access-then-send-time",)).severity == "low"
    assert scored(piece(code, "category"), pattern=("access-then-send-time",)).severity != "low" or code == "personal-address"
    assert scored(piece("own-account-declared", "attachment"), pattern=("access-then-send-name",)).severity == "medium"


@pytest.mark.parametrize(
    ("addresses", "severity"),
    [
        (["a", "b", "c", "d"], "low"),
        (["a", "b", "c", "c", "d"], "low"),
        (["a", "b", "c", "c"], "medium"),
        (["a", "a", "a", "b"], "medium"),
        (["a", "a"], "medium"),
        (["a"], "low"),
        (["ab", "ac", "ad"], "medium"),
        (["ab", "cd", "ef"], "low"),
        (["", "", "a"], "medium"),
    ],
)
def test_files_to_the_public_are_held_at_low_and_a_drip_to_one_place_is_not(addresses: list[str], severity: str) -> None:
    """Each letter is an address: most mails went to addresses that no other went to."""
    pieces = [piece("personal-address", "attachment", name=str(k), to=each) for k, each in enumerate(addresses)]
    assert scored(*pieces, pattern=("sustained",)).severity == severity


@pytest.mark.parametrize("code", ["own-account-likely", "disposable-or-relay", "category", "leaver"])
def test_anything_else_that_speaks_against_files_to_the_public_lifts_the_hold(code: Code) -> None:
    """In any piece."""
    pieces = [piece("personal-address", "attachment", to="a"), piece("personal-address", code, "attachment", name="b", to="b")]
    assert scored(*pieces, pattern=("sustained",)).severity != "low"


def test_a_file_of_the_very_same_content_is_not_held() -> None:
    """Nor is what was never opened, whatever a force makes of its points."""
    assert scored(piece("personal-address", "attachment"), pattern=("access-then-send-hash",)).severity == "medium"
    assert scored(piece("personal-address", "attachment", points=3)).severity == "medium"


def test_a_standing_rule_that_forwards_is_not_held_as_pattern_either() -> None:
    """What leaves by it needs no attachment of its own."""
    found = scored(piece("personal-address"), pattern=("forwarding-outside",))
    assert (found.score, found.severity) == (7, "high")


@pytest.mark.parametrize("code", ["repeat", "sustained", "leaver", "again-after-training"])
def test_other_patterns_do_not_lift_the_hold(code: str) -> None:
    """However often nothing was sent."""
    assert scored(piece("disposable-or-relay"), pattern=(code, "leaver")).score == 3


@given(
    pieces=st.lists(st.lists(st.sampled_from(sorted(POINTS)), max_size=4), min_size=1, max_size=4),
    pattern=st.lists(st.sampled_from(sorted(POINTS)), max_size=3),
)
def test_reasons_always_add_up(pieces: list[list[str]], pattern: list[str]) -> None:
    """To the score, which is never above the ceiling and has the severity that it says."""
    found = scored(*(piece(*each, name=str(number)) for number, each in enumerate(pieces)), pattern=tuple(pattern))
    assert sum(each.points for each in found.reasons) == found.score <= CEILING
    assert found.severity == severity_of(found.score)
