"""Attachments in one field, as the exports write them."""

from typing import Any

import pytest

from schemas.records import Attachment
from streams.sources.cells.attachments import attachments


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a.docx (123b)", [("a.docx", 123)]),
        ("a.docx (123b); b.pdf (45b)", [("a.docx", 123), ("b.pdf", 45)]),
        ("Annex C - r3.1(2004.12) (Review - 10_04)(300.2).docx (147b)", [("Annex C - r3.1(2004.12) (Review - 10_04)(300.2).docx", 147)]),
        ("photos; set 1.zip (7b); [b].txt (0b)", [("photos; set 1.zip", 7), ("[b].txt", 0)]),
        ("copy (2).docx (123b)", [("copy (2).docx", 123)]),
        ("a (12b).txt (5b)", [("a (12b).txt", 5)]),
        ("a.docx(123b)", [("a.docx", 123)]),
        ("a.docx (1,234b)", [("a.docx", 1234)]),
        ("a.docx (2KB)", [("a.docx", 2048)]),
        ("a.docx", [("a.docx", None)]),
        ("a.docx; b.docx", [("a.docx", None), ("b.docx", None)]),
        ("a.docx (12b); b.docx", [("a.docx", 12), ("b.docx", None)]),
        (" (12b)", []),
        ("", []),
        (None, []),
        ([{"FileName": "a.docx", "FileSize": "12.00"}, {"Name": "b"}, {"Size": 4}], [("a.docx", 12), ("b", None)]),
    ],
)
def test_field_gives_its_attachments(value: Any, expected: list[tuple[str, int | None]]) -> None:
    """A size in brackets ends a name, which may hold brackets, dots and semicolons itself."""
    assert [(attachment.name, attachment.size) for attachment in attachments(value)] == expected


def test_hash_is_kept_when_it_is_one() -> None:
    """A SHA-256 comes out in lower case; anything else as none."""
    found = attachments([{"FileName": "a", "SHA256": "AB" * 32}, {"FileName": "b", "SHA256": "short"}])
    assert found == (Attachment(name="a", sha256="ab" * 32), Attachment(name="b"))


def test_a_hundred_thousand_attachments_are_read() -> None:
    """A very long field is read whole, in linear time."""
    assert len(attachments("; ".join(f"n{number} (1).docx (5b)" for number in range(100_000)))) == 100_000
