"""How topics, consumer groups and state directories are called at the broker and on disk."""

import re
from pathlib import Path
from typing import Final

from streams.errors import UsageError

TABLE: Final = "state"
"""The one Faust table of a role that keeps state."""

WORKER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Names:
    """Physical names under a prefix: two installations with different prefixes can share a broker and never meet."""

    def __init__(self, prefix: str, generation: int) -> None:
        """Keep the prefix of everything and the generation that names groups and state."""
        self.prefix = prefix
        self.generation = generation

    def topic(self, logical: str) -> str:
        """Return a topic's name at the broker."""
        return f"{self.prefix}{logical}"

    def logical(self, topic: str) -> str:
        """Return the catalogue's name of a topic at the broker."""
        return topic.removeprefix(self.prefix)

    def group(self, role: str) -> str:
        """Return the consumer group of a role, which is also the name of its Faust app."""
        return f"{self.prefix}custodiet-{role}-g{self.generation}"

    def changelog(self, role: str) -> str:
        """Return the changelog topic of a role's state."""
        return f"{self.group(role)}-{TABLE}-changelog"

    def datadir(self, root: Path, role: str, worker: str) -> Path:
        """Return the directory of one worker's local state; UsageError for a worker's name that makes no directory."""
        if WORKER_NAME.fullmatch(worker) is None:
            raise UsageError(f"worker name {worker!r}: want a letter or digit, then letters, digits, '.', '_' and '-', at most 64")
        return root / self.group(role) / worker
