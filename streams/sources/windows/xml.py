"""The text of one Windows event to its fields.

No document type is taken and no entity but XML's own five: whoever can name a file can write text here.
"""

import re
from typing import NoReturn
from xml.parsers import expat

from streams.errors import SourceError

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0*(?:[0-8]|1[1245-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.IGNORECASE
)
_DEEPEST = 50


def read_event(text: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return (system, data): System's elements and attributes by name, and EventData's by the name of each ``Data``.

    Characters that XML cannot hold become U+FFFD. Raises SourceError ``bad-xml``.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.SkippedEntityHandler = _refuse
    try:
        parser.Parse(_CONTROL.sub("\ufffd", text).encode("utf-8", "replace"), True)  # noqa: FBT003  # expat's own
    except expat.ExpatError as error:
        raise SourceError("bad-xml", f"{error}") from error
    if reader.root != "event":
        raise SourceError("bad-xml", f"an <Event> is wanted, not <{reader.root[:40]}>")
    return reader.system, reader.data


def _refuse(*_: object) -> NoReturn:
    raise SourceError("bad-xml", "a document type or an entity is declared; neither belongs in an event")


class _Reader:
    """Collects fields while expat walks over the event."""

    def __init__(self) -> None:
        self.system: dict[str, object] = {}
        self.data: dict[str, object] = {}
        self.root = ""
        self._path: list[str] = []
        self._name: str | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._path.append(name.lower())
        if len(self._path) == 1:
            self.root = name.lower()
        if len(self._path) > _DEEPEST:
            raise SourceError("bad-xml", f"elements nested more than {_DEEPEST} deep")
        self._text.clear()
        self._name = attributes.get("Name") if name == "Data" else name
        if self._path[1:2] == ["system"] and len(self._path) == 3:
            for key, value in attributes.items():
                self.system[f"{name}{key}" if key in ("Name", "Guid") else key] = value

    def end(self, _: str) -> None:
        within = self._path[1:2]
        text = "".join(self._text).strip()
        if self._name and text and len(self._path) >= 3:
            if within == ["system"]:
                self.system.setdefault(self._name, text)
            elif within in (["eventdata"], ["userdata"]):
                self.data.setdefault(self._name, text)
        self._path.pop()
        self._text.clear()
        self._name = None

    def text(self, data: str) -> None:
        self._text.append(data)
