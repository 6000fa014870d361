"""Whole numbers in the forms that exports write."""

from typing import Any

import pytest

from streams.sources.cells.whole_numbers import whole_number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12, 12),
        ("12", 12),
        (" 12 ", 12),
        (1156492.00, 1156492),
        ("1156492.00", 1156492),
        ("1,156,492", 1156492),
        ("1,156,492.00", 1156492),
        ("1e9", 10**9),
        ("30 GB (32,212,254,720 bytes)", 32212254720),
        (0, 0),
        (-1, None),
        ("-1", None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        (2**63, None),
        ("9" * 30, None),
        ("9" * 5000, None),
        ("1e99", None),
        ("75 KB", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_number_is_read_or_is_none(value: Any, expected: int | None) -> None:
    """A size that cannot be read is none and never costs the record."""
    assert whole_number(value) == expected
