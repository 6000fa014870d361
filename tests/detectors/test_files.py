"""What tells files apart and together: names as copying leaves them, contents, and actions that take something out."""

import msgspec
import pytest

from detectors.files import file_name_key, file_of, identity, same_content, same_name
from detectors.testing import Mails, document

MAILS = Mails()


@pytest.mark.parametrize(
    "written",
    [
        "plan.docx",
        " PLAN.DOCX ",
        "Plan (1).docx",
        "Plan(12).docx",
        "Plan - Copy.docx",
        "Plan - Copy (2).docx",
        "Plan - Copy - Copy.docx",
        "Copy of Plan.docx",
        "Copy (3) of Plan.docx",
        "Copy of Copy of plan (1).docx",
        "plan copy.docx",
        "plan copy 2.docx",
        "\uff30lan.docx",  # a full-width P
    ],
)
def test_copies_of_a_name_are_one_name(written: str) -> None:
    """As Windows, macOS, browsers and SharePoint name them."""
    assert file_name_key(written) == "plan.docx"


@pytest.mark.parametrize(
    "written", ["plan.pdf", "plan", "plan 2.docx", "plan v1.docx", "my plan.docx", "plan (final).docx", "photocopy plan.docx", "copy.docx"]
)
def test_other_names_are_others(written: str) -> None:
    """Another extension, version or word is another file."""
    assert file_name_key(written) != "plan.docx"


@pytest.mark.parametrize("written", ["(1).docx", "Copy of .docx", " - Copy.docx"])
def test_a_name_that_is_nothing_but_a_copys_mark_keeps_it(written: str) -> None:
    """So that two nameless files are not one by their extension alone."""
    assert file_name_key(written) != ".docx"


def test_documents_without_content_hash_or_name_have_no_key() -> None:
    """Nothing is in common with nothing."""
    assert (same_content(document()), same_name(document(None)), same_name(document(""))) == ("", "", "")


def test_only_what_takes_a_file_out_is_an_access() -> None:
    """Open, download and copy are; the rest and other kinds are not."""
    of = {
        action: file_of(MAILS.file("2026-05-04", document=document(), action=action)) is not None
        for action in ("open", "download", "copy", "upload", "modify", "delete", "share", "print")
    }
    assert {action for action, accessed in of.items() if accessed} == {"open", "download", "copy"}
    assert file_of(MAILS.mail("2026-05-04")) is None
    assert file_of(msgspec.structs.replace(MAILS.file("2026-05-04", document=document()), documents=())) is None


def test_a_file_is_told_apart_by_content_then_path_then_name() -> None:
    """One content under two paths is one file; without it two paths are two, and the name is the last resort."""

    def named(path: str | None, sha256: str | None = None) -> str:
        file = document(sha256=sha256)
        return identity(MAILS.file("2026-05-04", document=file, path=path), file)

    assert named("\\\\a\\x.docx", "ab" * 32) == named("\\\\b\\x.docx", "AB" * 32)
    assert named("\\\\a\\x.docx") == named("\\\\A\\X.DOCX") != named("\\\\b\\x.docx")
    assert named(None) == named("notes.docx")
