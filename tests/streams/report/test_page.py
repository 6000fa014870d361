"""The report of a scan: one page, whole in itself, in which nothing that came from outside is more than text."""

from html.parser import HTMLParser
from io import BytesIO

import pytest
from msgspec.structs import replace

from schemas.records import Alert, AlertAddress, AlertDocument, AlertEvidence, OfficerContext, Reason, Source
from streams.counts import Counts
from streams.report.page import Facts, write_report

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "</title></svg><iframe src=//evil.example>",
    "{{ 7*7 }}{% raw %}",
    "]]><!-- &lt;b&gt;",
    "\u202egnp.exe",
    "\x00\x1b[31m",
    "\ud800",
)
EMPTY = frozenset({"meta", "br", "line"})


def piece(number: int, words: str = "a mail") -> AlertEvidence:
    """Return evidence in which every text is ``words``."""
    return AlertEvidence(
        activity_id=f"a{number}",
        occurred_at=1_780_000_000_000 + number * 86_400_000,
        kind="mail",
        officer_id=words,
        summary=words,
        message_id=words,
        path=words,
        addresses=(AlertAddress(address=words, class_="personal", own="declared"), AlertAddress(address=None, class_="protected")),
        documents=(AlertDocument(name=words, sha256=words, marking="SECRET", categories=(words,)), AlertDocument()),
        points=4,
        authorised_by=words if number else None,
        sources=(Source(feed=words, record_id=words),),
    )


def alert(name: str = "id", officer: str | None = "NM001", words: str = "a mail", pieces: int = 2) -> Alert:
    """Return an alert in which every text is ``words``."""
    evidence = tuple(piece(number, words) for number in range(pieces))
    return Alert(
        alert_id=name,
        detector="slow-drip",
        detector_version=1,
        grouping="officer",
        key=officer or words,
        officer_id=officer,
        officer=OfficerContext(name=words, rank=words, unit=words) if officer else None,
        revision=7,
        change="opened",
        severity="high",
        score=8,
        reasons=(Reason(code="repeat", points=1, words=words),),
        first_at=evidence[0].occurred_at,
        last_at=evidence[-1].occurred_at,
        evidence_count=pieces,
        evidence=evidence,
    )


def report(*alerts: Alert, inputs: tuple[str, ...] = ("export.csv",)) -> str:
    """Return the page."""
    file = BytesIO()
    write_report(file, alerts, Facts(inputs, 1_790_000_000_000, Counts(read=12_345, facts=12_345)))
    return file.getvalue().decode("utf-8")


class Reader(HTMLParser):
    """Reads a page: its tags with their attributes, its text, and whether every tag is closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("officer", ["NM001", None])
def test_hostile_names_are_text(words: str, officer: str | None) -> None:
    """Wherever a subject, a file's name or an address may stand, the page has the tags and attributes of a harmless one."""
    plain = Reader(report(alert(officer=officer), inputs=("export.csv",)))
    page = report(alert(officer=officer, words=words), inputs=(words,))
    hostile = Reader(page)
    assert hostile.open == []
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes
    assert not set("\u202e\x00\x1b") & set(page)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No script, no link, no address to fetch from; and the page itself forbids them."""
    page = Reader(report(alert()))
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "use", "image"} & set(page.tags)
    assert not {name for name, _ in page.attributes if name.startswith("on") or name in {"src", "href", "xlink:href", "style"}}
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in report(alert())
    assert "@import" not in report(alert())


def test_what_is_withheld_is_said_to_be() -> None:
    """Neither an address nor a name stands in its place."""
    text = Reader(report(alert())).text
    assert "(withheld)" in text
    assert "(name withheld)" in text
    assert "None" not in text


def test_every_piece_has_a_mark_on_its_officers_timeline() -> None:
    """Alerts of one officer share a picture with a lane each; those under an exception are hollow."""
    page = Reader(report(alert("a", pieces=3), alert("b", pieces=2), alert("c", "NM002", pieces=1)))
    assert page.tags.count("svg") == 2
    assert page.tags.count("g") == 3
    assert page.tags.count("circle") == 6
    assert page.attributes.count(("class", "shadow")) == 3
    places = [float(value) for name, value in page.attributes if name == "cx"]
    assert all(0 <= place <= 900 for place in places)


def test_the_gravest_stands_first_and_figures_are_told() -> None:
    """Officers by their gravest alert, counts as they are."""
    page = Reader(report(alert("a"), replace(alert("b", "NM002"), severity="critical", score=12))).text
    assert page.index("(NM002)") < page.index("(NM001)")
    assert "12,345" in page


def test_nothing_found_is_a_page_too() -> None:
    """It says so."""
    assert "No alerts." in Reader(report()).text
