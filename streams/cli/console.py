"""The console that commands print on."""

from typing import Final

from rich.console import Console

_WIDTH_OF_A_FILE: Final = 180


def output() -> Console:
    """Return a console on standard output; one that is no terminal (a file, a pipe, a log) is taken to be wide."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH_OF_A_FILE)
