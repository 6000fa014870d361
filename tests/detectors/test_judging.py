"""Exact sliding windows, the runs that hot ones make, and the parts that quarters cut them into.

Evidence is drawn: a letter is a piece and its place in the line is its day. What is found reads ``abc by c``: the pieces of a part, and
the trigger that names it. Below a line stand the windows that matter, each from ``(`` (outside) to ``]`` (inside).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from detectors import judging
from detectors.calendar import Calendar
from detectors.contract import Evidence, Key, View
from detectors.judging import Measure, Part, Rule, Rules
from detectors.testing import at

CALENDAR = Calendar("Europe/London")
LONDON = ZoneInfo("Europe/London")
KEY = Key("officer", "N1001")
HOUR = 3_600_000
DAY = 24 * HOUR
MONDAY = at("2026-05-04")


def rule(window: str, threshold: int, measure: Measure = "count") -> Rule:
    """Return a rule as configuration writes it."""
    return Rule.model_validate({"window": window, "measure": measure, "threshold": threshold})


def piece(name: str, instant: int | str, value: int = 0, **facets: Sequence[str]) -> Evidence:
    """Return a piece of evidence; ``address=["a", "b"]`` are its facets."""
    named = tuple((facet, each) for facet, values in facets.items() for each in values)
    return Evidence(activity_id=name, at=at(instant) if isinstance(instant, str) else instant, value=value, facets=named)


def view(pieces: Iterable[Evidence], settled: Iterable[str] = ()) -> View:
    """Return a view of these pieces, in whatever order they are given."""
    counted = sorted(pieces, key=lambda each: (each.at, each.activity_id))
    return View(key=KEY, counted=counted, settled=frozenset(settled))


def told(parts: Iterable[Part]) -> list[str]:
    """Return parts as text."""
    return [f"{''.join(each.activity_id for each in part.evidence)} by {part.trigger}" for part in parts]


def found(pieces: Iterable[Evidence], *rules: Rule, settled: Iterable[str] = ()) -> list[str]:
    """Return the parts of these pieces as text."""
    return told(judging.parts(view(pieces, settled), rules, CALENDAR))


def line(written: str, start: int = MONDAY) -> list[Evidence]:
    """Return the pieces of a line."""
    return [piece(name, start + day * DAY) for day, name in enumerate(written) if name != "."]


def instants(*written: int | str) -> list[Evidence]:
    """Return pieces a, b, c … at these instants."""
    return [piece(name, instant) for name, instant in zip("abcdefghijklm", written, strict=False)]


def test_within_window() -> None:
    """The first piece lies a millisecond less than the window before the last."""
    #   a    b    c
    #  (---- 7 d -]
    assert found(instants(1, 5 * DAY, 7 * DAY), rule("7d", 3)) == ["abc by c"]


def test_exact_window() -> None:
    """The first piece lies exactly the window before the last, and so outside."""
    #   a    b    c
    #   (--- 7 d -]
    assert found(instants(0, 5 * DAY, 7 * DAY), rule("7d", 3)) == []


def test_below_threshold() -> None:
    """Two are not three."""
    assert found(line("a.b"), rule("7d", 3)) == []


def test_at_threshold() -> None:
    """Three are."""
    assert found(line("a.bc"), rule("7d", 3)) == ["abc by c"]


def test_threshold_of_one_takes_every_piece_apart() -> None:
    """Each is hot by itself; what shares no window is no run."""
    assert found(line("a......b"), rule("7d", 1)) == ["a by a", "b by b"]


def test_nothing_makes_nothing() -> None:
    """Neither no evidence, nor no rule."""
    assert found([], rule("7d", 1)) == []
    assert found(line("abc")) == []


def test_a_run_grows_while_each_window_shares_a_piece_with_the_next() -> None:
    """One episode, named by the piece that first made it too many."""
    #     abc.d
    #  (----]         3
    #    (------]     3: shares b and c
    assert found(line("abc.d"), rule("4d", 3)) == ["abcd by c"]


def test_hot_neighbours_that_share_no_hot_window_are_two_runs() -> None:
    """Both sides are hot, and nothing that is too much holds both."""
    #     abc.def
    #  (----]         3
    #      (---]      2: c and d, cold
    #        (---]    3
    assert found(line("abc.def"), rule("3d", 3)) == ["abc by c", "def by f"]


def test_a_cold_piece_belongs_to_no_run() -> None:
    """It lies between two, and in no hot window."""
    assert found(line("abc...x...def"), rule("3d", 3)) == ["abc by c", "def by f"]


def test_a_piece_is_hot_by_a_later_window_alone() -> None:
    """The first pieces of a run are in it, though no window that ends at them was hot."""
    #     a..b.c
    #  (-------]
    assert found(line("a..b.c"), rule("7d", 3)) == ["abc by c"]


def test_rules_join_what_each_alone_would_leave_apart() -> None:
    """A run is of hot windows, whichever rule's; its trigger is the first piece that any rule finds too much."""
    #     abc...d
    #  (----]           3 in 3 d
    #      (----]       2 addresses in 5 d
    pieces = [piece(each.activity_id, each.at, address=["y" if each.activity_id == "d" else "x"]) for each in line("abc...d")]
    burst, spread = rule("3d", 3), rule("5d", 2, "addresses")
    assert found(pieces, burst) == ["abc by c"]
    assert found(pieces, spread) == ["cd by d"]
    assert found(pieces, burst, spread) == found(pieces, spread, burst) == ["abcd by c"]


def test_ties_are_all_in_the_window_and_the_first_that_reaches_it_is_the_trigger() -> None:
    """Pieces of one instant go by their ids."""
    assert found(instants(0, 0, 0, 0, 0), rule("7d", 3)) == ["abcde by c"]
    assert found([piece("b", 0), piece("c", 0), piece("a", 0)], rule("7d", 3)) == ["abc by c"]


def test_ties_at_the_far_edge_are_all_outside() -> None:
    """As one of them is."""
    assert found(instants(0, 0, 7 * DAY), rule("7d", 2)) == ["ab by b"]


def test_ties_with_what_came_before_reach_the_threshold_together() -> None:
    """The trigger is the tie that makes it three, not the last."""
    #     a.(bcd)
    assert found(instants(0, DAY, DAY, DAY), rule("7d", 3)) == ["abcd by c"]


# Measures


def test_count_counts_every_piece() -> None:
    """Three in one minute are three."""
    assert found(instants(0, 1000, 2000), rule("7d", 3)) == ["abc by c"]


def test_days_counts_a_civil_day_once() -> None:
    """However many mails it saw."""
    assert found(instants("2026-05-04T09:00", "2026-05-04T10:00", "2026-05-05T09:00"), rule("30d", 3, "days")) == []
    assert found(instants("2026-05-04T09:00", "2026-05-06T10:00", "2026-05-05T09:00"), rule("30d", 3, "days")) == ["acb by b"]


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("2026-01-05T00:00", "2026-01-05T23:59", 1),
        ("2026-01-05T23:59", "2026-01-06T00:00", 2),
        ("2026-06-01T22:59", "2026-06-01T23:00", 2),  # midnight in London in summer
        ("2026-06-01T23:00", "2026-06-02T22:59", 1),
        ("2026-03-29T00:00", "2026-03-29T22:59", 1),  # 23 hours: clocks go forward
        ("2026-03-29T22:59", "2026-03-29T23:00", 2),
        ("2026-10-24T22:59", "2026-10-24T23:00", 2),
        ("2026-10-24T23:00", "2026-10-25T23:59", 1),  # 25 hours: clocks go back
        ("2026-10-25T23:59", "2026-10-26T00:00", 2),
        ("2026-12-31T23:59", "2027-01-01T00:00", 2),
    ],
)
def test_days_are_the_forces_civil_days(first: str, second: str, days: int) -> None:
    """From midnight to midnight in London, whatever the clocks do in between."""
    both = instants(first, second)
    assert (found(both, rule("30d", 2, "days")) != []) is (days == 2)


@pytest.mark.parametrize(
    ("first", "second", "weeks"),
    [
        ("2026-05-04T00:00", "2026-05-10T22:59", 1),  # Monday to Sunday
        ("2026-05-10T22:59", "2026-05-10T23:00", 2),  # Sunday, Monday
        ("2026-03-29T22:59", "2026-03-29T23:00", 2),  # the Sunday of 23 hours
        ("2026-03-23T00:00", "2026-03-29T22:59", 1),
        ("2026-10-18T23:00", "2026-10-25T23:59", 1),  # the week of 169 hours
        ("2026-10-25T23:59", "2026-10-26T00:00", 2),
        ("2026-12-28T00:00", "2027-01-03T23:59", 1),  # a week of two years
    ],
)
def test_weeks_are_the_forces_civil_weeks(first: str, second: str, weeks: int) -> None:
    """From Monday to Sunday in London."""
    both = instants(first, second)
    assert (found(both, rule("30d", 2, "weeks")) != []) is (weeks == 2)


@pytest.mark.parametrize(
    ("start", "within", "exact"),
    [
        ("2026-03-25T12:00", "2026-04-01T11:59", "2026-04-01T12:00"),  # 13:00 on London's clock
        ("2026-10-21T12:00", "2026-10-28T11:59", "2026-10-28T12:00"),  # from 13:00 to 12:00 on London's clock
    ],
)
def test_a_window_is_elapsed_time_over_a_change_of_clocks(start: str, within: str, exact: str) -> None:
    """7 d are 168 hours, whatever the clock on the wall says."""
    assert found(instants(start, within), rule("7d", 2)) == ["ab by b"]
    assert found(instants(start, exact), rule("7d", 2)) == []


def test_addresses_counts_distinct_ones() -> None:
    """One piece may bring two, two pieces may bring the same."""
    one, two = piece("a", 0, address=["x", "y"]), piece("b", DAY, address=["y", "z"])
    assert found([one, two], rule("7d", 3, "addresses")) == ["ab by b"]
    assert found([one, two], rule("7d", 4, "addresses")) == []


def test_documents_counts_distinct_ones_and_no_other_facet() -> None:
    """An address is no document."""
    pieces = [piece("a", 0, document=["x"], address=["1"]), piece("b", DAY, document=["x"], address=["2"]), piece("c", DAY, document=["y"])]
    assert found(pieces, rule("7d", 2, "documents")) == ["abc by c"]
    assert found(pieces, rule("7d", 3, "documents")) == []


def test_what_left_the_window_is_no_longer_measured() -> None:
    """An address that is held twice leaves when its last piece does."""
    pieces = [piece("a", 0, address=["x"]), piece("b", 2 * DAY, address=["x"]), piece("c", 8 * DAY, address=["y"])]
    assert found(pieces, rule("7d", 2, "addresses")) == ["bc by c"]
    assert found(pieces, rule("6d", 2, "addresses")) == []


def test_bytes_adds_up_values() -> None:
    """Sizes of attachments, up to the very byte."""
    pieces = [piece("a", 0, 600), piece("b", DAY, 400)]
    assert found(pieces, rule("7d", 1000, "bytes")) == ["ab by b"]
    assert found(pieces, rule("7d", 1001, "bytes")) == []
    assert found([pieces[0], piece("b", 7 * DAY, 400)], rule("7d", 1000, "bytes")) == []


# Parts


def test_a_run_over_the_end_of_a_quarter_is_two_parts() -> None:
    """What was hot in March stays March's; April's piece has its own part, named by itself."""
    #     28  29  30  31 | 1
    #     a   b   c      | d
    run = instants("2026-03-28", "2026-03-29", "2026-03-30", "2026-04-01")
    assert found(run, rule("7d", 3)) == ["abc by c", "d by d"]


def test_a_piece_belongs_to_the_quarter_in_which_its_earliest_hot_window_closes() -> None:
    """March's pieces that April made hot are April's."""
    #     30  31 | 1
    #     a   b  | c
    assert found(instants("2026-03-30", "2026-03-31", "2026-04-01"), rule("7d", 3)) == ["abc by c"]


def test_the_earliest_hot_window_is_the_earliest_of_any_rule() -> None:
    """A second rule that found a pair too much in March keeps it in March."""
    run = instants("2026-03-30", "2026-03-31", "2026-04-01")
    assert found(run, rule("7d", 3), rule("1d", 2)) == ["abc by c"]
    assert found(run, rule("7d", 3), rule("2d", 2)) == found(run, rule("2d", 2), rule("7d", 3)) == ["ab by b", "c by c"]


def test_quarters_end_at_midnight_utc() -> None:
    """Half past midnight on 1 April in London is still March."""
    assert found(instants("2026-03-31T22:00", "2026-03-31T23:30"), rule("7d", 2)) == ["ab by b"]
    assert found(instants("2026-03-31T22:00", "2026-03-31T23:00", "2026-03-31T23:59"), rule("7d", 2)) == ["abc by b"]
    assert found(instants("2026-03-31T22:00", "2026-03-31T23:00", "2026-04-01T00:00"), rule("7d", 2)) == ["ab by b", "c by c"]


def test_a_run_of_a_year_is_a_part_a_quarter() -> None:
    """A mail every third day from the first of the year to its end."""
    days = [piece(f"{day:03d}", at("2026-01-01") + day * DAY) for day in range(0, 365, 3)]
    parts = judging.parts(view(days), [rule("7d", 3)], CALENDAR)
    assert [(part.trigger, len(part.evidence)) for part in parts] == [("006", 30), ("090", 31), ("183", 30), ("273", 31)]
    assert sum(len(part.evidence) for part in parts) == len(days)


def test_two_runs_of_one_quarter_have_a_part_each() -> None:
    """A part is of one run."""
    assert found(line("abc.........def", at("2026-05-01")), rule("3d", 3)) == ["abc by c", "def by f"]


def test_settled_pieces_are_context_and_in_no_part() -> None:
    """They count in windows; what they make too much belongs to a part without them."""
    assert found(line("abc"), rule("7d", 3), settled="ab") == ["c by c"]
    assert found(line("abcd"), rule("7d", 3), settled="a") == ["bcd by c"]


def test_a_part_of_settled_pieces_alone_is_not_given() -> None:
    """It was told, and is final."""
    assert found(line("abc..........def"), rule("3d", 3), settled="abc") == ["def by f"]


def test_of_a_piece_without_facets_the_role_is_counted() -> None:
    """A piece of a crowded day still has its role; one that has facets keeps those alone."""
    whole = Evidence(activity_id="a", at=MONDAY, role="x", facets=(("document", "x"), ("address", "q")))
    bare = [Evidence(activity_id=name, at=MONDAY, role=role) for name, role in ("bx", "cy")]
    named = judging.named_by_role(view([whole, *bare]), "document")
    assert [each.facets for each in named.counted] == [whole.facets, (("document", "x"),), (("document", "y"),)]
    assert told(judging.parts(named, [rule("1d", 2, "documents")], CALENDAR)) == ["abc by c"]
    assert judging.named_by_role(view([whole]), "document") == view([whole])


def test_each_is_a_part_for_every_piece_that_is_not_settled() -> None:
    """For what is too much at count one."""
    assert told(judging.each(view(line("ab.c"), settled="b"))) == ["a by a", "c by c"]


# Rules


@pytest.mark.parametrize(
    "written",
    [
        {"window": "0d", "measure": "count", "threshold": 3},
        {"window": "7", "measure": "count", "threshold": 3},
        {"window": "7d", "measure": "mails", "threshold": 3},
        {"window": "7d", "measure": "count", "threshold": 0},
        {"window": "7d", "measure": "count", "threshold": 3, "each": "officer"},
        {"window": "7d", "measure": "count"},
    ],
)
def test_a_rule_that_means_nothing_is_refused(written: dict[str, object]) -> None:
    """No time, no unit, no such measure, no threshold, something else beside."""
    with pytest.raises(ValidationError):
        Rule.model_validate(written)


def test_no_rules_are_refused() -> None:
    """A detector that can never fire is a mistake."""
    with pytest.raises(ValidationError, match="at least one rule"):
        TypeAdapter(Rules).validate_python([])


# Against brute force

Found = set[tuple[tuple[str, ...], str]]
STARTS = [at(day) for day in ("2026-03-26", "2026-06-28", "2026-10-22", "2025-12-28")]


def measured(measure: Measure, pieces: Sequence[Evidence]) -> int:
    """Measure by looking at everything."""
    days = [datetime.fromtimestamp(each.at / 1000, LONDON).date() for each in pieces]
    return {
        "count": len(pieces),
        "days": len(set(days)),
        "weeks": len({day.isocalendar()[:2] for day in days}),
        "addresses": len({value for each in pieces for name, value in each.facets if name == "address"}),
        "documents": len({value for each in pieces for name, value in each.facets if name == "document"}),
        "bytes": sum(each.value for each in pieces),
    }[measure]


def quarter(instant: int) -> tuple[int, int]:
    """Return year and quarter, UTC."""
    moment = datetime.fromtimestamp(instant / 1000, UTC)
    return moment.year, (moment.month - 1) // 3


def brute(pieces: Sequence[Evidence], rules: Iterable[Rule], settled: frozenset[str]) -> Found:
    """Try every window, unite those that hold a piece in common until none do, cut what is left by quarter."""
    windows: list[tuple[int, frozenset[Evidence], Evidence]] = []
    for each in rules:
        for end in {one.at for one in pieces}:
            inside = [one for one in pieces if end - each.width < one.at <= end]
            counts = [measured(each.measure, inside[: upto + 1]) for upto in range(len(inside))]
            if counts[-1] >= each.threshold:
                at_end = [one for one, count in zip(inside, counts, strict=True) if one.at == end and count >= each.threshold]
                windows.append((end, frozenset(inside), at_end[0]))
    runs: list[list[tuple[int, frozenset[Evidence], Evidence]]] = []
    for window in windows:
        touching = [run for run in runs if any(window[1] & other[1] for other in run)]
        runs = [run for run in runs if run not in touching] + [[window, *(other for run in touching for other in run)]]
    parts: Found = set()
    for run in runs:
        held = sorted({one for _, inside, _ in run for one in inside}, key=lambda one: (one.at, one.activity_id))
        closes = {one: quarter(min(end for end, inside, _ in run if one in inside)) for one in held}
        for one_quarter in set(closes.values()):
            members = tuple(one.activity_id for one in held if closes[one] == one_quarter and one.activity_id not in settled)
            triggers = [reached for end, _, reached in run if quarter(end) == one_quarter]
            if members:
                parts.add((members, min(triggers, key=lambda one: (one.at, one.activity_id)).activity_id))
    return parts


@st.composite
def evidence(draw: st.DrawFn) -> list[Evidence]:
    """Draw evidence near a quarter's end or a change of clocks, on a coarse grid, so that ties and exact edges are common."""
    start = draw(st.sampled_from(STARTS))
    some = st.sets(st.sampled_from("xyz")).map(sorted)
    drawn = draw(st.lists(st.tuples(st.integers(0, 48), st.integers(0, 3), some, some), max_size=14))
    pieces = [
        piece(f"{number:02d}", start + step * 6 * HOUR, value, address=addresses, document=documents)
        for number, (step, value, addresses, documents) in enumerate(drawn)
    ]
    return sorted(pieces, key=lambda each: (each.at, each.activity_id))


RULES = st.lists(
    st.builds(
        rule,
        st.sampled_from(["6h", "1d", "36h", "2d", "3d", "7d"]),
        st.integers(1, 4),
        st.sampled_from(["count", "days", "weeks", "addresses", "documents", "bytes"]),
    ),
    min_size=1,
    max_size=3,
)


@given(pieces=evidence(), rules=RULES, data=st.data())
def test_parts_are_those_of_brute_force(pieces: list[Evidence], rules: list[Rule], data: st.DataObject) -> None:
    """Whatever the rules, the ties and what is settled."""
    settled = frozenset(data.draw(st.sets(st.sampled_from([each.activity_id for each in pieces])))) if pieces else frozenset[str]()
    parts = judging.parts(view(pieces, settled), rules, CALENDAR)
    assert {(tuple(each.activity_id for each in part.evidence), part.trigger) for part in parts} == brute(pieces, rules, settled)


@given(pieces=evidence(), rules=RULES, data=st.data())
def test_data_in_order_never_rename_a_part(pieces: list[Evidence], rules: list[Rule], data: st.DataObject) -> None:
    """A part keeps its trigger, whatever comes after it, unless a wider rule unites its run with an older one of the quarter."""
    known = data.draw(st.integers(0, len(pieces)))
    before = {part.trigger for part in judging.parts(view(pieces[:known]), rules, CALENDAR)}
    after = judging.parts(view(pieces), rules, CALENDAR)
    for gone in before - {part.trigger for part in after}:
        (holder,) = [part for part in after if gone in {each.activity_id for each in part.evidence}]
        assert holder.trigger in before
        assert holder.trigger < gone  # ids are in the order of time
        assert len(rules) > 1


def test_a_wider_rule_unites_two_bursts_under_the_name_of_the_first() -> None:
    """A third day within 30 makes one story of two bursts that were told apart; the second one's name goes."""
    bursts = instants(0, HOUR, 2 * HOUR, 10 * DAY, 10 * DAY + HOUR, 10 * DAY + 2 * HOUR)
    burst, habit = rule("7d", 3), rule("30d", 3, "days")
    assert found(bursts, burst, habit) == ["abc by c", "def by f"]
    assert found([*bursts, piece("g", 20 * DAY)], burst, habit) == ["abcdefg by c"]
