"""Events cut out of XML, however it is wrapped and damaged."""

import gzip
import io
import random
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from schemas.records import FileEvent
from streams.sources.formats import FORMATS, Input, detect
from streams.sources.load import FeedUnhealthy, Load
from streams.sources.shapes import event_xml_rows as module
from streams.sources.shapes.event_xml_rows import event_xml_rows

_XMLNS = "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"


def _event(number: int, name: str = "a.docx") -> str:
    return (
        f"<Event {_XMLNS}><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4663</EventID>"
        f"<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2024-03-04T09:15:31.4874297Z'/>"
        f"<EventRecordID>{number}</EventRecordID><Computer>FILES01</Computer></System><EventData>"
        "<Data Name='SubjectUserName'>aryder</Data><Data Name='SubjectDomainName'>NORTHMOOR</Data><Data Name='ObjectType'>File</Data>"
        f"<Data Name='ObjectName'>D:\\Intel\\{name}</Data><Data Name='AccessMask'>0x1</Data></EventData></Event>"
    )


_EVENTS = [_event(number) for number in range(30)]


def _load(path: Path) -> tuple[list[str], list[str], int]:
    """Return the record ids, the dead letters' reasons and the records read."""
    letters: list[str] = []
    load = Load([Input(FORMATS["windows-security"], path)], 1_800_000_000_000, lambda letter: letters.append(letter.reason))
    ids = [event.record_id.split(":")[1] for event in load if isinstance(event, FileEvent)]
    assert load.counts.ended == load.counts.read
    return sorted(ids, key=int), letters, load.counts.read


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(_EVENTS),
        "".join(_EVENTS),
        f"<Events>{''.join(_EVENTS)}</Events>",
        f"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<Events {_XMLNS}>\r\n" + "\r\n".join(_EVENTS) + "\r\n</Events>\r\n",
        "<!-- from files01 -->\n" + "\n".join(event.replace("><", ">\n  <") for event in _EVENTS),
        "\n".join(f"- {event}" for event in _EVENTS),
    ],
    ids=["a line each", "one line", "root", "declaration", "pretty", "pasted"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_events_are_found_in_any_wrapping(tmp_path: Path, text: str, encoding: str) -> None:
    """With a root, without one, on one line or many, packed or not: the format is told and every event is read."""
    path = tmp_path / "export"
    path.write_bytes(gzip.compress(text.encode(encoding)))
    assert detect(path) == "windows-security"
    assert _load(path) == ([str(number) for number in range(30)], [], 30)


def test_cutting_does_not_depend_on_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag may lie across two reads anywhere."""
    text = f"<Events>\n{_EVENTS[0]}\n<!-- - -->{_EVENTS[1]}</Events>".encode()
    whole = [(found.line, found.raw) for found in event_xml_rows(io.BytesIO(text))]
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr(module, "_READ", size)
        good = [(found.line, found.raw) for found in event_xml_rows(io.BytesIO(text)) if found.row is not None]
        assert good == whole
    assert [line for line, _ in whole] == [2, 3]


def test_a_document_type_is_refused_and_the_events_are_read(tmp_path: Path) -> None:
    """A billion laughs are one dead letter each, take no time, and hide no event beside them."""
    laughs = (
        "<!DOCTYPE Events [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY a{n} '&a{n - 1 or ''};&a{n - 1 or ''};'>" for n in range(1, 60)) + "]>"
    )
    path = tmp_path / "export.xml"
    path.write_text(f"{laughs}<Events>{_event(1, '&a59;.docx')}{_event(2)}</Events>")
    ids, letters, _ = _load(path)
    assert ids == ["2"]
    assert set(letters) == {"bad-xml"}


def test_an_event_cut_short_costs_itself_alone(tmp_path: Path) -> None:
    """The next event begins where it begins, and the end of the file is told."""
    path = tmp_path / "export.xml"
    path.write_text(f"{_EVENTS[0]}\n{_EVENTS[1][:200]}\n{_EVENTS[2]}\n{_EVENTS[3][:200]}")
    assert _load(path) == (["0", "2"], ["truncated", "truncated"], 4)


def test_text_between_events_is_told(tmp_path: Path) -> None:
    """What is no event, root, declaration or comment is a dead letter with its words."""
    path = tmp_path / "export.xml"
    path.write_text(f"{_EVENTS[0]}\nFailed to read events.\n{_EVENTS[1]}")
    assert _load(path) == (["0", "1"], ["bad-xml"], 3)


@pytest.mark.parametrize("wrapped", [True, False])
def test_damaged_files_are_read_to_their_end(tmp_path: Path, wrapped: bool) -> None:  # noqa: FBT001  # a table of cases
    """However the bytes are damaged, every record ends once and nothing but a finding about the feed is raised."""
    chance = random.Random(f"xml-{wrapped}")
    whole = (f"<Events>{''.join(_EVENTS)}</Events>" if wrapped else "\n".join(_EVENTS)).encode()
    path = tmp_path / "export.xml"
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 30)] = chance.choice(
                [b"", b"<", b">", b"</Event>", b"<Event ", b"&", b"\x00", b"\xff\xfe", b"<!--", b"]]>"]
            )
        path.write_bytes(data)
        with suppress(FeedUnhealthy):
            _load(path)


def test_memory_does_not_grow_with_the_file() -> None:
    """Forty megabytes of events are cut in a few."""

    class Endless(io.RawIOBase):
        left = 40

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return (_EVENTS[0] * (max(size, 1_000_000) // len(_EVENTS[0]))).encode() if self.left >= 0 else b""

    tracemalloc.start()
    count = sum(1 for found in event_xml_rows(Endless()) if found.row is not None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 50_000
    assert peak < 12_000_000


def test_an_event_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event over the bound is one dead letter, and reading goes on behind it."""
    monkeypatch.setattr(module, "MAX_RECORD", 10_000)
    monkeypatch.setattr(module, "_READ", 1_000)
    text = f"<Event {_XMLNS}>{'x' * 30_000}\n{_EVENTS[5]}".encode()
    found = list(event_xml_rows(io.BytesIO(text)))
    assert found[0].error is not None
    assert found[0].error.reason == "too-long"
    assert [row.row for row in found if row.row is not None] == [{"xml": _EVENTS[5]}]
