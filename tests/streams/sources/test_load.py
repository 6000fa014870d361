"""Loading many inputs at once: order, repeats, counts, unhealthy feeds."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.identity import event_id
from schemas.records import DeadLetter, MailEvent
from streams.errors import SourceError
from streams.sources.formats import FORMATS, Format, Input
from streams.sources.load import FeedUnhealthy, Load
from streams.sources.outcome import Discard, Event, Parsed, Row

_NOW = 1_709_600_000_000  # 2024-03-05T00:53:20Z


def _mail(number: int, **more: Any) -> dict[str, Any]:
    at = f"2024-03-04T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return {"record_id": f"r{number}", "occurred_at": at, "sender": "a@x.example", **more}


def _input(path: Path, rows: list[Any], name: str = "mail-ndjson") -> Input:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return Input(FORMATS[name], path)


def _load(*inputs: Input, memory: int = 1 << 20) -> tuple[Load, list[Event], list[DeadLetter]]:
    letters: list[DeadLetter] = []
    load = Load(inputs, _NOW, letters.append, memory=memory)
    return load, list(load), letters


def _ends(load: Load) -> tuple[int, int, int, int, int]:
    counts = load.counts
    return (counts.read, counts.facts, counts.duplicates, counts.dead_letters, counts.discarded)


@pytest.mark.parametrize("memory", [1, 1 << 20])
def test_events_of_all_inputs_come_in_one_order(tmp_path: Path, memory: int) -> None:
    """All inputs together are sorted by instant and then by event id."""
    rows = [_mail(number // 2, record_id=f"r{number}") for number in range(200)]
    random.Random(7).shuffle(rows)
    load, events, _ = _load(_input(tmp_path / "a", rows[:90]), _input(tmp_path / "b", rows[90:]), memory=memory)
    assert [(event.occurred_at, event_id(event)) for event in events] == sorted((event.occurred_at, event_id(event)) for event in events)
    assert (_ends(load), load.sent) == ((200, 200, 0, 0, 0), 200)


def test_repeats_are_one_fact_and_counted(tmp_path: Path) -> None:
    """The very same record a hundred times, within a file and across files, is one fact and the rest duplicates."""
    rows = [_mail(number) for number in (1, 2, 1, 1, 3)]
    load, events, _ = _load(_input(tmp_path / "a", rows * 20), _input(tmp_path / "b", rows))
    assert len(events) == 3
    assert _ends(load) == (105, 3, 102, 0, 0)


def test_repeat_with_other_content_is_still_one_fact(tmp_path: Path) -> None:
    """The earliest wins, then the content that sorts first, in whichever order the files come."""
    rows = [_mail(1, subject="b"), _mail(1, subject="a"), _mail(2, record_id="r1", subject="0")]
    kept = []
    for order in (rows, rows[::-1]):
        load, events, _ = _load(_input(tmp_path / "a", order))
        assert _ends(load) == (3, 1, 2, 0, 0)
        kept.append([event.subject for event in events if isinstance(event, MailEvent)])
    assert kept == [["a"], ["a"]]


def test_record_with_several_events_counts_once(tmp_path: Path) -> None:
    """Three ways out in one audit record are three events, one record read and one fact; its repeat is one duplicate."""
    row = {
        "Id": "1",
        "CreationTime": "2024-03-04T09:00:00",
        "Operation": "New-InboxRule",
        "UserId": "a@x.example",
        "Parameters": [{"Name": name, "Value": "b@y.example"} for name in ("ForwardTo", "RedirectTo", "ForwardAsAttachmentTo")],
    }
    load, events, _ = _load(_input(tmp_path / "a", [row, row], "m365-audit"))
    assert len(events) == load.sent == 3
    assert _ends(load) == (2, 1, 1, 0, 0)


def test_record_with_one_new_event_is_a_fact(tmp_path: Path) -> None:
    """Where one of its events is known and another is not, a record is a fact."""

    def parse(row: Row) -> Parsed:
        at = 1_700_000_000_000
        return [MailEvent(feed="f", record_id=name, occurred_at=at, sender="a@x.example") for name in str(row["names"])]

    format_ = Format("f", "", parse, lambda row: "names" in row)
    path = tmp_path / "a"
    path.write_text('{"names": "ab"}\n{"names": "bc"}\n{"names": "ca"}\n')
    load, events, _ = _load(Input(format_, path))
    assert [event.record_id for event in sorted(events, key=lambda event: event.record_id)] == ["a", "b", "c"]
    assert _ends(load) == (3, 2, 1, 0, 0)


def test_dead_letters_know_their_place(tmp_path: Path) -> None:
    """A record that cannot be parsed carries reason, feed, file, line and bytes; the others are loaded."""
    one = _input(tmp_path / "a", [_mail(1), _mail(2, occurred_at="2024-03-04T09:00:00"), "{broken", _mail(4)])
    load, events, letters = _load(one)
    assert len(events) == 2
    assert [(letter.reason, letter.feed, letter.file, letter.line, letter.at) for letter in letters] == [
        ("no-offset", "mail-ndjson", str(one.path), 2, _NOW),
        ("bad-json", "mail-ndjson", str(one.path), 3, _NOW),
    ]
    assert letters[1].raw == b"{broken"
    assert _ends(load) == (4, 2, 0, 2, 0)


@pytest.mark.parametrize(("at", "dead"), [("2024-03-06T00:53:20.000Z", 0), ("2024-03-06T00:53:20.001Z", 1)])
def test_event_far_ahead_of_the_clock_is_a_dead_letter(tmp_path: Path, at: str, dead: int) -> None:
    """Exactly 24 hours ahead is taken; a millisecond more is not."""
    load, _, letters = _load(_input(tmp_path / "a", [_mail(1, occurred_at=at)]))
    assert load.counts.dead_letters == dead
    assert [letter.reason for letter in letters] == ["clock-skew"] * dead


def test_discards_are_counted_by_reason(tmp_path: Path) -> None:
    """What a feed cannot mean to us is a discard and never a dead letter."""
    rows = [{"Id": str(number), "CreationTime": "x", "Operation": "UserLoggedIn", "UserId": "a"} for number in range(5)]
    load, events, letters = _load(_input(tmp_path / "a", rows, "m365-audit"))
    assert (events, letters) == ([], [])
    assert load.discards == {"not-watched": 5}
    assert _ends(load) == (5, 0, 0, 0, 5)


def test_feeds_are_counted_apart(tmp_path: Path) -> None:
    """The figures of the feeds add up to those of the load."""
    files = [{"occurred_at": "2024-03-04T09:00:00Z", "account": "a", "path": "p", "action": "open"}] * 3
    load, _, _ = _load(_input(tmp_path / "a", [_mail(1), "{"]), _input(tmp_path / "b", files, "file-ndjson"))
    assert {name: counts.as_dict() for name, counts in load.by_feed.items()} == {
        "mail-ndjson": {"read": 2, "facts": 1, "duplicates": 0, "dead_letters": 1, "late": 0, "discarded": 0, "redelivered": 0},
        "file-ndjson": {"read": 3, "facts": 1, "duplicates": 2, "dead_letters": 0, "late": 0, "discarded": 0, "redelivered": 0},
    }


@pytest.mark.parametrize(("good", "bad"), [(190, 10), (150, 49)])
def test_share_of_dead_letters_within_the_bound_is_borne(tmp_path: Path, good: int, bad: int) -> None:
    """Exactly 5 % of 200 is borne, and any share of fewer than 200."""
    assert len(_load(_input(tmp_path / "a", [*(["{x"] * bad), *(_mail(number) for number in range(good))]))[1]) == good


def test_share_of_dead_letters_above_the_bound_stops(tmp_path: Path) -> None:
    """More than 5 % of at least 200 stops the load; it names the feed and the first reason."""
    one = _input(tmp_path / "a", [*(["{x"] * 11), *(_mail(number) for number in range(189))])
    with pytest.raises(FeedUnhealthy, match=r"mail-ndjson: 11 of 200 .*the first: bad-json, .*a line 1:"):
        _load(one)


def test_fewer_dead_letters_in_a_row_are_borne(tmp_path: Path) -> None:
    """999 in a row, of many records, are borne, and so are 999 more after one good record."""
    rows = [{"Id": str(number), "Operation": "UserLoggedIn"} for number in range(38_100)]
    load, _, letters = _load(_input(tmp_path / "a", [*rows, *(["{x"] * 999), rows[0], *(["{x"] * 999)], "m365-audit"))
    assert len(letters) == 1_998
    assert load.counts.discarded == 38_101


def test_too_many_dead_letters_in_a_row_stop(tmp_path: Path) -> None:
    """A thousand in a row stop the load, however many good ones came before."""
    rows = [{"Id": str(number), "Operation": "UserLoggedIn"} for number in range(20_000)]
    with pytest.raises(FeedUnhealthy, match="m365-audit: 1000 dead letters in a row"):
        _load(_input(tmp_path / "a", [*rows, *(["{x"] * 1_000)], "m365-audit"))


def test_a_parser_that_raises_costs_one_record(tmp_path: Path) -> None:
    """A bug in a parser is a dead letter with its name, and the load goes on."""

    def parse(row: Row) -> Parsed:
        if row["n"] == 1:
            raise KeyError("x")
        return Discard("fine") if row["n"] == 2 else _refused()

    path = tmp_path / "a"
    path.write_text('{"n": 1}\n{"n": 2}\n{"n": 3}\n')
    load, _, letters = _load(Input(Format("f", "", parse, lambda row: "n" in row), path))
    assert [(letter.reason, letter.line) for letter in letters] == [("bug", 1), ("odd", 3)]
    assert _ends(load) == (3, 0, 0, 2, 1)


def test_text_that_cannot_be_sent_on_costs_one_record(tmp_path: Path) -> None:
    """A parser that let half a character through has a bug; none of the record's events is sent, and the load goes on."""

    def parse(row: Row) -> Parsed:
        mails = [MailEvent(feed="f", record_id=f"{row['n']}-{part}", occurred_at=_NOW, sender="a@b.example") for part in range(2)]
        return [*mails[:1], replace(mails[1], subject="\udcff")] if row["n"] == 1 else list(mails)

    path = tmp_path / "a"
    path.write_text('{"n": 1}\n{"n": 2}\n')
    load, events, letters = _load(Input(Format("f", "", parse, lambda row: "n" in row), path))
    assert [(letter.reason, letter.line) for letter in letters] == [("bug", 1)]
    assert {event.record_id for event in events} == {"2-0", "2-1"}
    assert _ends(load) == (2, 1, 0, 1, 0)


def _refused() -> Parsed:
    raise SourceError("odd", "no")


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    """The hook hears of every byte of every input."""
    inputs = [_input(tmp_path / name, [_mail(number) for number in range(100)]) for name in ("a", "b")]
    seen: list[tuple[int, int]] = []
    list(Load(inputs, _NOW, lambda _: None, progress=lambda read, total: seen.append((read, total))))
    total = sum(one.path.stat().st_size for one in inputs)
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)


_KINDS = st.sampled_from(["good", "other", "broken", "no-offset"])


@given(st.lists(st.tuples(st.integers(0, 8), _KINDS), max_size=20), st.randoms(use_true_random=False))
def test_counts_add_up_and_order_of_input_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[tuple[int, str]], shuffle: random.Random
) -> None:
    """For any mixture the ends add up to what was read, and a shuffled, doubled input gives the same events."""
    rows: list[Any] = []
    for number, kind in kinds:
        changed = {"good": {}, "other": {"subject": "x"}, "no-offset": {"occurred_at": "2024-03-04T09:00:00"}}
        rows.append("{broken" if kind == "broken" else _mail(number, **changed[kind]))
    folder = tmp_path_factory.mktemp("load")
    load, events, letters = _load(_input(folder / "a", rows))
    assert load.counts.ended == load.counts.read == len(rows)
    assert len(letters) == load.counts.dead_letters
    again = rows * 2
    shuffle.shuffle(again)
    doubled, same, _ = _load(_input(folder / "b", again), memory=3_000)
    assert same == events
    assert doubled.counts.ended == doubled.counts.read == 2 * len(rows)
    assert doubled.counts.facts == load.counts.facts
