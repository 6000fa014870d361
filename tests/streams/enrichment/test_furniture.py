"""Which contents are followed from mail to mail, and which mail programs hang on by themselves."""

from typing import Any

import pytest

from schemas.records import ClassifiedDocument
from streams.enrichment.furniture import is_furniture, is_worth_following

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SMALL, LOGO = 8 * 1024, 64 * 1024


def document(name: str | None, size: int | None = 100_000, **fields: Any) -> ClassifiedDocument:
    """Return an attachment with a content hash."""
    return ClassifiedDocument(**{"name": name, "size": size, "sha256": "ab" * 32, **fields})


@pytest.mark.parametrize(
    "furniture",
    [
        document("empty.docx", 0),
        document("empty.docx", None, sha256=EMPTY.upper()),
        document("smime.p7s"),
        document("ATT00001.htm"),
        document("Jo Hale.vcf", SMALL),
        document("crest.PNG", SMALL),
        document("image001.png", LOGO),
        document("Image0012.jpg", None),
        document("Outlook-a1b2c3.png", LOGO),
        document("logo_force.gif", LOGO),
        document("unnamed (image/png)", 900),
    ],
)
def test_furniture_is_not_followed(furniture: ClassifiedDocument) -> None:
    """Nobody chose to send it."""
    assert is_furniture(furniture)
    assert not is_worth_following(furniture)


@pytest.mark.parametrize(
    "chosen",
    [
        document("notes.docx", 1),
        document("notes.docx", None),
        document(None, 1),
        document("crest.png", SMALL + 1),
        document("crest.png", None),
        document("image001.png", LOGO + 1),  # a pasted picture of a screen
        document("contacts.vcf", SMALL + 1),
        document("message.p7m"),
        document("image001.docx", 900),
        document("", 500),
    ],
)
def test_what_somebody_chose_to_send_is_followed(chosen: ClassifiedDocument) -> None:
    """Whether anything classifies it or not."""
    assert not is_furniture(chosen)
    assert is_worth_following(chosen)


@pytest.mark.parametrize(
    "classified", [{"label": "Witness"}, {"marking": "OFFICIAL"}, {"categories": ("custody",)}, {"protected_person": True}]
)
def test_what_is_classified_is_no_furniture(classified: dict[str, Any]) -> None:
    """A small picture may be a witness's."""
    assert is_worth_following(document("image001.png", 100, **classified))


@pytest.mark.parametrize(
    ("fields", "followed"),
    [
        ({"marking": "OFFICIAL", "reasons": ("hash:LEAFLET",)}, False),
        ({"marking": "OFFICIAL", "reasons": ("label:O",)}, True),
        ({"marking": "OFFICIAL-SENSITIVE", "reasons": ("hash:H",)}, True),
        ({"marking": "OFFICIAL", "reasons": ("hash:H",), "categories": ("custody",)}, True),
        ({"marking": "OFFICIAL", "reasons": ("hash:H",), "protected_person": True}, True),
    ],
)
def test_the_force_vouches_for_a_leaflet_by_its_hash(fields: dict[str, Any], *, followed: bool) -> None:
    """Listed with OFFICIAL and nothing else it is not followed."""
    assert is_worth_following(document("leaflet.pdf", **fields)) is followed
