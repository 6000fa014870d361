"""``custodiet simulate``: an invented force with known offenders, written as real exports."""

from datetime import date, datetime
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from streams.cli.console import output
from streams.errors import UsageError
from streams.simulation.habits.table import HABITS
from streams.simulation.simulate import simulate
from streams.simulation.truth import Truth
from streams.simulation.world import MOST_OFFICERS, Rates, World

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_SHARE = click.FloatRange(0, 1)
_UNHEALTHY = click.FloatRange(0, 0.04)
_FIRST = date(2024, 1, 1)
_RATES = Rates()
_DEFAULTS = World(1, _FIRST, _FIRST)


@click.command(name="simulate")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder, in place of DIR.")
@click.option("--officers", type=click.IntRange(1, MOST_OFFICERS), default=1_000, show_default=True, help="How many posts the force has.")
@click.option("--from", "first", type=_DAY, default=f"{_FIRST}", show_default="2024-01-01", help="The first day.")
@click.option("--to", "last", type=_DAY, help="The last day; or say --years.")
@click.option("--years", type=click.IntRange(1, 20), help="How many years from the first day.  [default: 1]")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Another seed is another world.")
@click.option("--mails-per-day", type=click.FloatRange(0, 50), default=5.0, show_default=True, help="Of each person, on average.")
@click.option(
    "--offenders", type=click.FloatRange(0, 0.5), default=_DEFAULTS.offenders, show_default=True, help="Their share of the force."
)
@click.option(
    "--lookalikes",
    type=click.FloatRange(0, 0.4),
    default=_DEFAULTS.lookalikes,
    show_default=True,
    help="Innocents who look like offenders.",
)
@click.option("--habit", "habits", multiple=True, type=click.Choice(list(HABITS)), help="Only this habit; may be repeated.")
@click.option(
    "--public-files", type=_SHARE, default=_DEFAULTS.public_files, show_default=True, help="The share of mails to the public with a file."
)
@click.option("--repeats", type=_SHARE, default=_RATES.repeats, show_default=True, help="Share of records that are there again.")
@click.option("--disorder", type=_SHARE, default=_RATES.disorder, show_default=True, help="Share of records out of the order of time.")
@click.option("--late", type=_SHARE, default=_RATES.late, show_default=True, help="Share of records in a later day's export.")
@click.option("--junk", type=_UNHEALTHY, default=_RATES.junk, show_default=True, help="Broken records, as a share of the good ones.")
def command(  # noqa: PLR0913 - one argument an option
    *,
    folder: Path | None,
    out: Path | None,
    officers: int,
    first: datetime,
    last: datetime | None,
    years: int | None,
    seed: int,
    mails_per_day: float,
    offenders: float,
    lookalikes: float,
    habits: tuple[str, ...],
    public_files: float,
    repeats: float,
    disorder: float,
    late: float,
    junk: float,
) -> None:
    """Write an invented force into DIR: exports/, reference/ and truth.json, which names every offender.

    The same options give the same bytes. `custodiet score` holds alerts against the truth.

    \b
    Examples:
      custodiet simulate force/ --officers 1000 --years 1 --seed 7
      custodiet simulate force/ --officers 200 --from 2023-04-01 --to 2025-03-31 --late 0.05
      custodiet simulate force/ --officers 50 --habit burst --habit leaver
      custodiet scan force/exports/* --reference force/reference --alerts alerts.ndjson && custodiet score alerts.ndjson force/truth.json
    """
    where = _where(folder, out)
    begins = first.date()
    world = World(
        officers=officers,
        first=begins,
        last=_last(begins, last, years),
        seed=seed,
        mails_per_day=mails_per_day,
        offenders=offenders,
        lookalikes=lookalikes,
        habits=habits,
        public_files=public_files,
        rates=Rates(repeats, disorder, late, junk),
    )
    with _progress() as progress:
        task = progress.add_task("days", total=world.days)
        truth = simulate(world, where, lambda done, total: progress.update(task, completed=done, total=total))
    _show(truth, where)


def _where(folder: Path | None, out: Path | None) -> Path:
    if (folder is None) == (out is None):
        raise UsageError("name the folder to write: custodiet simulate DIR, or --out DIR")
    return folder or out or Path()


def _last(first: date, last: datetime | None, years: int | None) -> date:
    """Return the last day. Raises UsageError where two are told."""
    if last is not None and years is not None:
        raise UsageError("--to and --years both say when the world ends: give one of them")
    return last.date() if last is not None else date.fromordinal(_years_on(first, years or 1).toordinal() - 1)


def _years_on(first: date, years: int) -> date:
    try:
        return first.replace(year=first.year + years)
    except ValueError:  # 29 February
        return first.replace(year=first.year + years, month=3, day=1)


def _show(truth: Truth, where: Path) -> None:
    table = Table(box=None, pad_edge=False)
    for words in ("offenders", "look-alikes", "records", "repeats", "broken", "of no interest"):
        table.add_column(words, justify="right")
    counts = truth.counts
    figures = (len(truth.offenders), len(truth.innocents), counts.read, counts.duplicates, counts.dead_letters, counts.discarded)
    table.add_row(*(f"{figure:,}" for figure in figures))
    console = output()
    console.print(table)
    console.print(f"{where}: exports/, reference/, truth.json", highlight=False, markup=False)


def _progress() -> Progress:
    """Return a bar with days and time left, on the terminal that errors go to; nothing where there is none."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
