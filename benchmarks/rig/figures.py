"""What a benchmark says: a table for people, one JSON object for programs."""

import argparse
import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``met`` is None where there is no target."""

    name: str
    value: float
    unit: str = ""
    target: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Report:
    """What one run came to."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str = "") -> None:
        """Add a figure."""
        self.figures.append(Figure(name, value, unit))

    def at_least(self, name: str, value: float, target: float, unit: str = "") -> None:
        """Add a figure that must not be lower than its target."""
        self.figures.append(Figure(name, value, unit, f">= {target:g}", value >= target))

    def at_most(self, name: str, value: float, target: float, unit: str = "") -> None:
        """Add a figure that must not be higher than its target."""
        self.figures.append(Figure(name, value, unit, f"<= {target:g}", value <= target))

    def show(self, *, as_json: bool) -> None:
        """Print it."""
        if as_json:
            print(json.dumps({"machine": machine(), **asdict(self)}))
            return
        table = Table("figure", "", "unit", "target", "", title=self.title, title_justify="left")
        table.columns[1].justify = "right"
        for each in self.figures:
            verdict = "" if each.met is None else "[green]met[/]" if each.met else "[red]missed[/]"
            table.add_row(each.name, rounded(each.value), each.unit, each.target, verdict)
        console = Console() if Console().is_terminal else Console(width=140)
        console.print(table)
        for note in self.notes:
            console.print(note, highlight=False)
        console.print(f"[dim]{machine()}[/]", highlight=False)


def rounded(value: float) -> str:
    """Return a figure with about three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share (0 to 1) of the values do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def machine() -> str:
    """Return on what this was measured, and how busy it was."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if "model name" in line), "?"
    )
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} CPUs ({cpu}), Python {platform.python_version()}, load average {load}"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with what all benchmarks take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def say(line: str) -> None:
    """Tell a person how far it is, without getting into the way of the figures."""
    Console(stderr=True).print(f"[dim]{line}[/]", highlight=False)
