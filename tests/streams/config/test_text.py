"""A file's text: the line of every part, and what no YAML is."""

import pytest

from streams.config import ConfigError
from streams.config.text import read_yaml


def test_every_part_has_its_line() -> None:
    """Keys and items, in blocks and in braces; what is not there has the line of what it would be in."""
    read = read_yaml("a:\n  b: {c: 1,\n    d: 2}\n  e:\n    - x\n    - {f: 3}\n", "f.yaml")
    assert read.data == {"a": {"b": {"c": 1, "d": 2}, "e": ["x", {"f": 3}]}}
    places = [("a",), ("a", "b", "c"), ("a", "b", "d"), ("a", "e"), ("a", "e", 1, "f"), ("a", "b", "no"), ("no",), ()]
    assert [read.line(place) for place in places] == [1, 2, 3, 4, 6, 2, 1, 1]


def test_what_is_merged_in_is_there() -> None:
    """With the line of the mapping that it is merged into."""
    read = read_yaml("a: &a {x: 1}\nb:\n  <<: *a\n", "f.yaml")
    assert read.data["b"] == {"x": 1}
    assert (read.line(("b", "x")), read.faults) == (2, [])


def test_a_key_written_twice_or_that_is_no_text_is_told() -> None:
    """At any depth, all of them; the first holds."""
    read = read_yaml("a: {b: 1, b: 2}\n3: x\na: {}\n? [p, q]\n: 1\nnull: 2\n", "f.yaml")
    assert [(place, line) for place, line, _ in read.faults] == [(("a", "b"), 1), (("3",), 2), (("a",), 3), (("…",), 4), (("null",), 6)]
    assert read.data == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: c: d", 2),
        ("a:\n\tb: 1", 2),
        ("a: 1\nb: \x01", 2),
        ("a: *nobody", 1),
        ("a: 1\nb: !!python/object:os.system {}", 2),
        ("a: 1\n---\na: 1", 2),
        ("a: &a {b: *a}", 1),
        ("a: " + "[" * 600, 1),
        ("a: 2026-13-45", 1),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    """Nothing but a ConfigError leaves here."""
    with pytest.raises(ConfigError, match=rf"^f\.yaml:{line}: not readable"):
        read_yaml(text, "f.yaml")


@pytest.mark.parametrize("word", ["2026-02-03", "0x", "yes", "~x"])
def test_what_only_looks_like_something_is_text(word: str) -> None:
    """A date is none here, and stays as it is written."""
    assert read_yaml(f"a: {word}", "f.yaml").data == {"a": word}
