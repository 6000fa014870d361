"""Which Message-ID a mail of Microsoft Defender has: the table of attachments names mails by NetworkMessageId alone.

The ids are kept in a temporary file, so that months of mail take no more memory than days.
"""

import sqlite3
from collections.abc import Iterable

from streams.errors import CustodietError

_CACHE = "PRAGMA cache_size = -8192"  # KiB


class InternetIds:
    """NetworkMessageId -> InternetMessageId, from the pairs that rows tell. Raises CustodietError when the temporary folder is full."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Read all pairs; of two Message-IDs under one NetworkMessageId the one that sorts first is kept."""
        self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        try:
            for pragma in (_CACHE, "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF"):
                self._file.execute(pragma)
            self._file.execute("CREATE TABLE ids (network TEXT PRIMARY KEY, internet TEXT NOT NULL) WITHOUT ROWID")
            self._file.execute("BEGIN")
            self._file.executemany(
                "INSERT INTO ids VALUES (?, ?) ON CONFLICT (network) DO UPDATE SET internet = min(internet, excluded.internet)", pairs
            )
            self._file.execute("COMMIT")
        except sqlite3.Error as error:
            raise CustodietError(f"cannot keep the ids of mails in the temporary folder: {error}") from error

    def __del__(self) -> None:
        """Remove the temporary file."""
        if hasattr(self, "_file"):
            self._file.close()

    def of(self, network: str) -> str | None:
        """Return the Message-ID of the mail; None when no row told it."""
        try:
            row = self._file.execute("SELECT internet FROM ids WHERE network = ?", (network,)).fetchone()
        except sqlite3.Error as error:
            raise CustodietError(f"cannot read the ids of mails in the temporary folder: {error}") from error
        return None if row is None else str(row[0])
