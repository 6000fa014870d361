"""Document classes: rules of the force, markings as people write them, handling codes."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Classification, ClassKind, DocumentClass, Marking
from streams.enrichment.documents import DocumentClassifier

LINES = (Path(__file__).parent / "marking_table.csv").read_bytes().decode().split("\n")
TABLE = [(row["where"], row["text"], row["marking"] or None) for row in csv.DictReader(LINES)]
BARE = DocumentClassifier([])
SHA = "ab" * 32


def _rule(kind: ClassKind, pattern: str, **more: object) -> DocumentClass:
    return DocumentClass(**{"class_id": f"{kind}-1", "kind": kind, "pattern": pattern, "categories": ("found",), **more})  # type: ignore[arg-type]


def _attachment(
    classifier: DocumentClassifier, name: str = "plain.docx", label: str | None = None, sha256: str | None = None, at: int = 0
) -> Classification:
    return classifier.classify_attachment(name, 10, label, sha256, at)


@pytest.mark.parametrize(("where", "text", "marking"), TABLE, ids=[f"{where}: {text}" for where, text, _ in TABLE])
def test_marking_of_each_text_in_the_table(where: str, text: str, marking: Marking | None) -> None:
    """Markings are read where they stand as such; everyday English is not."""
    found = _attachment(BARE, text) if where == "name" else BARE.classify_message(text, (), (), 0)
    assert found.marking == marking
    assert found.reasons == ((f"{where}-text",) if marking else ())


@pytest.mark.parametrize(
    ("label", "marking"),
    [
        ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("Official - Sensitive \\ Witness", "OFFICIAL-SENSITIVE"),
        ("official", "OFFICIAL"),
        ("Secret", "SECRET"),
        ("TOP SECRET", "TOP SECRET"),
        ("General", None),
        ("Public", None),
        ("", None),
        (None, None),
    ],
)
def test_label_name_is_read_as_a_marking(label: str | None, marking: Marking | None) -> None:
    """A label that is named for a marking carries it without a rule."""
    found = _attachment(BARE, label=label)
    assert (found.marking, found.reasons) == (marking, ("label-text",) if marking else ())


@pytest.mark.parametrize(
    "label", ["3FA85F64-5717-4562-B3FC-2C963F66AFA6", "{3fa85f64-5717-4562-b3fc-2c963f66afa6}", " 3fa85f64-5717-4562-b3fc-2c963f66afa6 "]
)
def test_label_rule_by_guid_in_any_writing(label: str) -> None:
    """A GUID is the same with braces, capitals and spaces."""
    classifier = DocumentClassifier([_rule("label", "3fa85f64-5717-4562-b3fc-2c963f66afa6", protected_person=True)])
    found = _attachment(classifier, label=label)
    assert (found.protected_person, found.reasons) == (True, ("label:label-1",))


def test_label_rule_by_name_fits_the_child_of_a_parent_label() -> None:
    """A label below a parent's (``Parent/Child``) is found by a rule for the child."""
    classifier = DocumentClassifier([_rule("label", "Covert source")])
    assert _attachment(classifier, label="Restricted group\\covert SOURCE").categories == ("found",)
    assert _attachment(classifier, label="Covert source handling").categories == ()


def test_hash_rule_in_any_case() -> None:
    """A known content hash is found whatever the file is called."""
    classifier = DocumentClassifier([_rule("hash", SHA.upper())])
    assert _attachment(classifier, "holiday.jpg", sha256=SHA).reasons == ("hash:hash-1",)
    assert _attachment(classifier, "holiday.jpg", sha256="cd" * 32).reasons == ()


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        (r"\\srv01\Witness Protection", r"\\SRV01\witness protection\a\b.docx", True),
        (r"\\srv01\Witness Protection", "//srv01/Witness%20Protection/b.docx", True),
        (r"\\srv01\Witness Protection", "file://srv01/Witness%20Protection/b.docx", True),
        (r"\\srv01\Witness Protection", r"\\?\UNC\srv01\Witness Protection\b.docx", True),
        (r"\\srv01\Witness Protection" + "\\", r"\\srv01\Witness Protection\b.docx", True),
        (r"\\srv01\Witness Protection", r"\\srv01\Witness Protection2\b.docx", False),
        (r"\\srv01\Witness Protection", r"\\srv02\Witness Protection\b.docx", False),
        (r"\\srv01\Witness Protection", r"\\evil\x\srv01\Witness Protection\b.docx", False),
        ("Witness Protection", r"D:\cases\Witness Protection\b.docx", True),
        ("Witness Protection", r"D:\cases\My Witness Protection\b.docx", False),
        ("cases/wp", r"D:\data\cases\wp\b.docx", True),
        (r"D:\ocu", r"d:\OCU\b.docx", True),
        (r"*\Op *\intel\*", r"\\srv01\share\Op Kestrel\Intel\2024\b.docx", True),
        (r"*\Op *\intel\*", r"\\srv01\share\Op Kestrel\public\b.docx", False),
        ("*.pst", r"\\srv01\share\mail.PST", True),
        ("*.pst", r"\\srv01\share\mail.pst.txt", False),
        (r"\\srv0?\ocu*", r"\\srv02\ocu-archive\x.docx", True),
        (r"\\srv01\a[1]", r"\\srv01\a[1]\x.docx", True),
        (r"\\srv01\a[1]", r"\\srv01\a1\x.docx", False),
    ],
)
def test_path_rules(pattern: str, path: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """Paths are compared without case, slash direction, encoding or scheme; a prefix ends at a folder."""
    found = DocumentClassifier([_rule("path", pattern)]).classify_file(path, "b.docx", None, None, 0)
    assert found.reasons == (("path:path-1",) if fits else ())


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("https://northmoor.sharepoint.example/sites/OCU/Shared%20Documents/x.docx?web=1", True),
        ("https://NORTHMOOR.sharepoint.example/sites/ocu", True),
        ("https://northmoor.sharepoint.example/sites/OCU-social/x.docx", False),
        ("https://other.sharepoint.example/sites/OCU/x.docx", False),
    ],
)
def test_site_rules(path: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """A site holds what lies below its address, and nothing of a site with a longer name."""
    rule = _rule("site", "https://northmoor.sharepoint.example/sites/OCU/")
    assert DocumentClassifier([rule]).classify_file(path, "x.docx", None, None, 0).reasons == (("site:site-1",) if fits else ())


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("Op Kestrel", "op_kestrel-brief v2.docx", True),
        ("Op Kestrel", "Op Kestrels.docx", False),
        ("Op Kestrel", "Stop Kestrel.docx", False),
        ("WPU*.xlsx", "wpu_register.XLSX", True),
        ("WPU*.xlsx", "x_wpu_register.xlsx", False),
    ],
)
def test_name_rules(pattern: str, name: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """A name rule is whole words anywhere, or a glob over the whole name."""
    assert _attachment(DocumentClassifier([_rule("name", pattern)]), name).reasons == (("name:name-1",) if fits else ())


def test_dlp_types_classify_the_message() -> None:
    """A sensitive-information type is found by name, GUID or glob, case and spacing aside."""
    classifier = DocumentClassifier([_rule("dlp", "U.K. National Insurance Number (NINO)"), _rule("dlp", "custody*", class_id="dlp-2")])
    assert classifier.classify_message(None, (), ["u.k.  national insurance number (nino)"], 0).reasons == ("dlp:dlp-1",)
    assert classifier.classify_message(None, (), ["Custody record"], 0).reasons == ("dlp:dlp-2",)
    assert classifier.classify_message(None, (), ["Credit Card Number"], 0).reasons == ()


def test_everything_that_fits_is_united() -> None:
    """The highest marking, all categories and any protected person, each with its reason, in order of precedence."""
    classifier = DocumentClassifier(
        [
            _rule("label", "wp", class_id="l", marking="OFFICIAL", categories=("witness protection",), protected_person=True),
            _rule("hash", SHA, class_id="h", marking="SECRET", categories=("intelligence",)),
            _rule("path", "vault", class_id="p", categories=("custody", "intelligence")),
        ]
    )
    found = classifier.classify_file("/vault/x", "OFFICIAL-SENSITIVE brief.docx", "WP", SHA, 0)
    assert found == Classification(
        marking="SECRET",
        categories=("custody", "intelligence", "witness protection"),
        protected_person=True,
        reasons=("label:l", "hash:h", "path:p", "name-text"),
    )


def test_rules_hold_from_their_first_instant_to_before_their_last() -> None:
    """``valid_from`` is inclusive, ``valid_to`` exclusive."""
    classifier = DocumentClassifier([_rule("hash", SHA, valid_from=10, valid_to=20)])
    assert [bool(_attachment(classifier, sha256=SHA, at=at).reasons) for at in (9, 10, 19, 20)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("subject", "marking", "reason"),
    [
        ("3x5x2 report 2BC", "OFFICIAL-SENSITIVE", "handling-code"),
        ("3 x 5 x 2: 1 A P", None, "intelligence-form"),
        ("3x5x2, handling code C", "OFFICIAL-SENSITIVE", "handling-code"),
        ("3x5x2, handling P", None, "intelligence-form"),
        ("5x5x5 handling: 5", "OFFICIAL-SENSITIVE", "handling-code"),
        ("5x5x5 B35 vehicle", "OFFICIAL-SENSITIVE", "handling-code"),
        ("5\u00d75\u00d75 E41", None, "intelligence-form"),
        ("5x5x5_B/2/4.docx", "OFFICIAL-SENSITIVE", "handling-code"),
        ("15x5x55 mm timber", None, None),
        ("B35 diversion", None, None),
    ],
)
def test_handling_codes_of_intelligence_reports(subject: str, marking: Marking | None, reason: str | None) -> None:
    """A 5x5x5 or 3x5x2 report is a category; a code that limits sharing makes it OFFICIAL-SENSITIVE."""
    found = BARE.classify_message(subject, (), (), 0)
    assert (found.marking, found.reasons) == (marking, (reason,) if reason else ())
    assert found.categories == (("intelligence report",) if reason else ())


@given(st.text(max_size=60), st.text(max_size=60), st.none() | st.text(max_size=20))
def test_no_text_raises_and_reasons_quote_nothing(name: str, subject: str, label: str | None) -> None:
    """Any name, path, label and subject is classified, and reasons are codes of rules and never text of the document."""
    classifier = DocumentClassifier([_rule("path", "*a*"), _rule("name", "b?c*"), _rule("label", "General")])
    for found in (
        classifier.classify_attachment(name, None, label, None, 0),
        classifier.classify_file(subject, name, label, None, 0),
        classifier.classify_message(subject, (label or "",), (name,), 0),
    ):
        known = {
            "path:path-1",
            "name:name-1",
            "label:label-1",
            "label-text",
            "name-text",
            "subject-text",
            "handling-code",
            "intelligence-form",
        }
        assert set(found.reasons) <= known


@given(st.text(max_size=40))
def test_rule_of_any_pattern_can_be_compiled_and_asked(pattern: str) -> None:
    """A strange pattern in the reference data never raises."""
    kinds: tuple[ClassKind, ...] = ("label", "path", "name", "hash", "dlp", "site")
    classifier = DocumentClassifier([_rule(kind, pattern) for kind in kinds])
    classifier.classify_file("//srv/a/b.docx", "b.docx", "x", SHA, 0)
    classifier.classify_message("s", (pattern,), (pattern,), 0)
