"""The errors that custodiet raises on purpose; everything else that escapes is a bug."""


class CustodietError(Exception):
    """Something the user can understand and mend; the command ends with ``exit_code`` and this message."""

    exit_code = 1


class UsageError(CustodietError):
    """The command, a setting or a configuration file is wrong."""

    exit_code = 2


class SourceError(CustodietError):
    """A raw record that cannot be parsed: ``reason`` is a short code that dead letters are grouped by, ``detail`` says what was wrong."""

    def __init__(self, reason: str, detail: str) -> None:
        """Keep the code and the words."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
