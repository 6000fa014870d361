"""Alerts on a terminal."""

import pytest
from rich.console import Console, RenderableType

from schemas.records import Alert, AlertAddress, AlertDocument, AlertEvidence, OfficerContext, Reason, Source
from streams.cli.alert_view import alert_page, alerts_table
from streams.report.text import printable

EVIL = "[red]a[/red]\x1b]0;b\x07\u202egnp.exe\x00"


def alert(**changes: object) -> Alert:
    """Give an alert whose words try to be more than words."""
    fields: dict[str, object] = {
        "alert_id": "0123456789abcdef" * 2,
        "detector": "sensitive-to-personal",
        "detector_version": 1,
        "grouping": "officer",
        "key": "officer:NM1",
        "officer_id": "NM1",
        "officer": OfficerContext(name="Jo Bloggs", unit="CID"),
        "revision": 5,
        "change": "opened",
        "severity": "critical",
        "score": 12,
        "reasons": (Reason(code="protected-person", points=9, words="names a protected person"),),
        "first_at": 1_677_661_200_000,
        "last_at": 1_677_747_600_000,
        "evidence_count": 60,
        "shadow_count": 2,
        "evidence": (
            AlertEvidence(
                activity_id="a",
                occurred_at=1_677_661_200_000,
                kind="mail",
                summary=EVIL,
                message_id="m@northmoor.police.example",
                addresses=(
                    AlertAddress(address="jo@gmail.com", class_="personal", own="declared"),
                    AlertAddress(address=None, class_="protected"),
                ),
                documents=(AlertDocument(name=EVIL, size=1200, sha256="ab" * 32, marking="SECRET"), AlertDocument()),
                points=12,
                sources=(Source(feed="m365-audit", record_id="r1"),),
            ),
            AlertEvidence(activity_id="b", occurred_at=1_677_747_600_000, kind="mail", summary="s", authorised_by="Supt Vale"),
        ),
    }
    return Alert(**(fields | changes))  # type: ignore[arg-type] # keywords of a test


def shown(renderable: RenderableType) -> str:
    """Give what a wide terminal shows."""
    console = Console(width=240, force_terminal=True, color_system=None, legacy_windows=False, _environ={})  # whatever TERM is
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


@pytest.mark.parametrize("renderable", [alert_page(alert()), alerts_table([alert(detector=EVIL)])])
def test_words_of_others_cannot_steer_the_terminal(renderable: RenderableType) -> None:
    """Markup stays text, and no control character or direction mark reaches the terminal."""
    text = shown(renderable)
    assert "[red]a[/red]" in text
    assert not set(text) & {"\x1b", "\x07", "\x00", "\u202e"}


@pytest.mark.parametrize(
    ("text", "expected"), [("plain é 漢", "plain é 漢"), ("a\nb", "a\\u000ab"), ("\u202e", "\\u202e"), ("\ud800", "\\ud800")]
)
def test_invisible_characters_are_shown_as_escapes(text: str, expected: str) -> None:
    """Letters of any script stay, what cannot be seen is spelt out."""
    assert printable(text) == expected


def test_row_tells_who_what_when_and_why() -> None:
    """A row holds severity, score, detector, officer, first and last evidence, counts, reasons and the beginning of the id."""
    text = shown(alerts_table([alert()]))
    for words in (
        "critical",
        "12",
        "sensitive-to-personal",
        "Jo Bloggs (NM1)",
        "2023-03-01 09:00Z - 2023-03-02 09:00Z",
        "60 +2",
        "names a protected person +9",
        "0123456789ab",
    ):
        assert words in text


def test_row_tells_a_status_other_than_active() -> None:
    """A superseded alert says so in its row; an active one does not."""
    assert "[superseded]" in shown(alerts_table([alert(status="superseded")]))
    assert "[active]" not in shown(alerts_table([alert()]))


def test_alert_of_no_one_officer_is_named_by_its_key() -> None:
    """An alert on an address shows the address."""
    assert "address:a@gmail.com" in shown(alerts_table([alert(officer_id=None, officer=None, key="address:a@gmail.com")]))


def test_page_holds_every_reason_and_piece() -> None:
    """The page shows reasons with points, each piece with addresses, documents and sources, and how many are not shown."""
    text = shown(alert_page(alert()))
    for words in (
        "+9",
        "names a protected person (protected-person)",
        "evidence: 2 shown of 60, 2 more not counted",
        "jo@gmail.com  personal, own account: declared",
        "(withheld)  protected",
        "(name withheld)",
        "SECRET",
        "1,200 bytes",
        "m365-audit r1",
        "authorised by Supt Vale",
    ):
        assert words in text
