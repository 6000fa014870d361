"""What happened, before any log tells its part of it. Lean, for there are millions: no garbage collection, no checks."""

from typing import TypeAlias

import msgspec

from schemas.records import Marking, Millis


class Paper(msgspec.Struct, frozen=True, gc=False):
    """A document: where it lies, and what it truly is whatever the logs tell of it. ``label`` is a GUID or empty."""

    name: str
    size: int
    sha256: str
    site: str
    folder: str
    label: str = ""
    marking: Marking | None = None
    category: str = ""
    protected: bool = False

    @property
    def sensitive(self) -> bool:
        """Whether it is OFFICIAL-SENSITIVE or above, of a protected category, or about a protected person."""
        return self.protected or bool(self.category) or self.marking not in (None, "OFFICIAL")


class Mail(msgspec.Struct, gc=False):
    """One message. ``account`` is the principal that sent it by hand: empty for mail from outside and for what a rule sends on."""

    at: Millis
    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    files: tuple[Paper, ...] = ()
    account: str = ""
    dlp: str = ""


class Touch(msgspec.Struct, gc=False):
    """Something done to a file: ``operation`` is the audit log's; ``endpoint`` means that the computer saw it, and hashed the content."""

    at: Millis
    id: str
    account: str
    operation: str
    file: Paper
    endpoint: bool = False


class Setting(msgspec.Struct, gc=False):
    """A cmdlet that changed a mailbox: ``parameters`` are pairs of name and value."""

    at: Millis
    id: str
    account: str
    operation: str
    parameters: tuple[tuple[str, str], ...]


class SignIn(msgspec.Struct, gc=False):
    """Somebody signed in."""

    at: Millis
    id: str
    account: str


Happening: TypeAlias = Mail | Touch | Setting | SignIn
