"""Tens of thousands of damaged inputs: nothing is raised but SourceError, and every record ends once.

``pytest tests/streams/sources/test_mutations.py --mutations 200000`` gives so many rows to the formats between them.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.records import FileEvent, MailEvent, SettingEvent
from streams.errors import SourceError
from streams.sources.formats import FORMATS, Input
from streams.sources.load import FeedUnhealthy, Load
from streams.sources.outcome import Discard
from streams.sources.shapes.reader import read_records

_HERE = Path(__file__).parent
_FILES_EACH = 60
_ODD: list[Any] = [
    None,
    "",
    " ",
    "\x00",
    "\u202e",
    0,
    -1,
    2**70,
    1156492.00,
    float("1e308"),
    True,
    [],
    {},
    [[]],
    [None],
    {"": None},
    "<>",
    "@",
    ";;,,",
    '"',
    "[SMTP:",
    "[{",
    '{"a":',
    "[]",
    "{}",
    "<" * 200,
    '"' * 201,
    "(1b)" * 50,
    "/" * 50,
    "\\",
    "-Name",
    "9" * 4_400,
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.9999999+14:00",
    "/Date(99999999999999)/",
    "12/31/2024 13:00 PM",
    "80.1.2.3:16902",
]


def _rows(name: str) -> list[dict[str, Any]]:
    return [case["row"] for case in json.loads((_HERE / name / "cases.json").read_text(encoding="utf-8"))]


def _mutated(value: Any, chance: random.Random, depth: int = 0) -> Any:
    """Change one thing somewhere within a value."""
    if isinstance(value, dict) and value and (depth == 0 or chance.random() < 0.7):
        key = chance.choice(list(value))
        changed = dict(value)
        how = chance.random()
        if how < 0.1:
            del changed[key]
        elif how < 0.15:
            changed[key.swapcase()] = changed.pop(key)
        else:
            changed[key] = _mutated(value[key], chance, depth + 1)
        return changed
    if isinstance(value, list) and value and chance.random() < 0.7:
        at = chance.randrange(len(value))
        return [*value[:at], _mutated(value[at], chance, depth + 1), *value[at + chance.randint(0, 1) :]]
    if isinstance(value, str) and value and chance.random() < 0.6:
        return _mutated_text(value, chance)
    return chance.choice(_ODD)


def _mutated_text(text: str, chance: random.Random) -> str:
    at, upto = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    middle = chance.choice(["", text[at:upto] * 2, chance.choice('"\\{}[]<>@;,:()\x00\u202e#'), str(chance.choice(_ODD))[:60]])
    return text[:at] + middle + text[upto:]


def _histories(name: str, seed: int, count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(f"{name}-{seed}")
    rows = _rows(name)
    for _ in range(count):
        row = chance.choice(rows)
        for _ in range(chance.randint(1, 3)):
            row = _mutated(row, chance) if row else row  # a row of one field may have lost it
        yield row


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_damaged_rows_raise_nothing_but_source_errors(name: str, pytestconfig: pytest.Config) -> None:
    """Whatever a row holds, it is events that can be encoded, a discard or a SourceError with a reason; each row ends once."""
    count = -(-pytestconfig.getoption("--mutations") // len(FORMATS))
    parse, fits = FORMATS[name].parse, FORMATS[name].fits
    ends = {"events": 0, "discard": 0, "error": 0}
    for row in _histories(name, 1, count):
        fits(row)
        try:
            parsed = parse(row)
        except SourceError:
            ends["error"] += 1
            continue
        if isinstance(parsed, Discard):
            ends["discard"] += 1
            continue
        ends["events"] += 1
        assert parsed
        for event in parsed:
            assert isinstance(event, MailEvent | FileEvent | SettingEvent)
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=type(event)) == event
    assert sum(ends.values()) == count
    assert ends["events"] > count // 20
    assert ends["error"] > count // 20


def _damaged(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed))
        how = chance.randrange(4)
        if how == 0:
            changed[at] = chance.randrange(256)
        elif how == 1:
            del changed[at : at + chance.randint(1, 30)]
        elif how == 2:
            changed[at:at] = chance.choice([b'"', b"{", b"}", b"[", b"]", b"\\", b"\n", b"\x00", b",", b"\xff\xfe"])
        else:
            changed[at:at] = changed[at : at + chance.randint(1, 200)]
    return bytes(changed)


@pytest.mark.parametrize("name", sorted(name for name, known in FORMATS.items() if known.read is read_records))
@pytest.mark.parametrize("shape", ["array", "lines", "page", "pretty", "csv"])
def test_damaged_files_are_read_to_their_end(tmp_path: Path, name: str, shape: str) -> None:
    """However the bytes of a file are damaged, every record that is read ends once and nothing but a finding about the feed is raised."""
    chance = random.Random(f"{name}-{shape}")
    rows = _rows(name)
    whole = {
        "array": json.dumps(rows),
        "lines": "\n".join(json.dumps(row) for row in rows),
        "page": json.dumps({"@odata.context": "c", "value": rows}),
        "pretty": json.dumps(rows, indent=1),
        "csv": "a,b\n" + "\n".join('"' + json.dumps(row).replace('"', '""') + '",x' for row in rows),
    }[shape].encode()
    path = tmp_path / "export"
    for _ in range(_FILES_EACH // 5):
        path.write_bytes(_damaged(whole, chance))
        load = Load([Input(FORMATS[name], path)], 1_800_000_000_000, lambda _: None)
        try:
            sent = sum(1 for _ in load)
        except FeedUnhealthy:
            continue
        assert load.counts.ended == load.counts.read
        assert sent == load.sent
        assert shape == "csv" or load.counts.read > len(rows) // 2
