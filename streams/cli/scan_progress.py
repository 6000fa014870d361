"""How far a scan is: a bar with the rate and the time left for each of its three stages, on a terminal only."""

from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from streams.scan.pipeline import Stage

_UNITS: Final[dict[Stage, str]] = {"reading": "MB", "uniting": "events", "judging": "activities"}
_MEGABYTE: Final = 1_000_000


class ScanProgress:
    """Shows the stage in hand on standard error; shows nothing where that is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        """Take the console to show it on."""
        console = console or Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), _Rate(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._stage: Stage | None = None
        self._task = self._bar.add_task("reading", total=None, unit=_UNITS["reading"])

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Take the bar away."""
        self._bar.stop()

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        """Show that so much is done; each stage has a bar of its own, in the place of the last one."""
        if stage != self._stage:
            self._stage = stage
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task(stage, total=total, unit=_UNITS[stage])
        self._bar.update(self._task, completed=done, total=total)


class _Rate(ProgressColumn):
    """How much of how much, and how fast."""

    def render(self, task: Task) -> Text:
        """Return the figures in the task's own unit."""
        unit = str(task.fields.get("unit", ""))
        size = _MEGABYTE if unit == "MB" else 1
        whole = "?" if task.total is None else f"{task.total / size:,.0f}"
        speed = task.finished_speed or task.speed
        rate = "" if speed is None else f", {speed / size:,.0f} {unit}/s"
        return Text(f"{task.completed / size:,.0f} of {whole} {unit}{rate}")
