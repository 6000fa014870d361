"""``custodiet dead-letters``: what could not be read or handled, to look at and to send again."""

from collections import Counter, deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import rich_click as click
from aiokafka.structs import ConsumerRecord
from rich.markup import escape
from rich.table import Table

from schemas.public import dumps
from schemas.records import DeadLetter, Millis
from schemas.wire import Wire, WireError
from streams.cli.console import output
from streams.cli.kafka import complete
from streams.errors import CustodietError
from streams.runtime.admin import limits
from streams.runtime.connection import client_options
from streams.runtime.names import Names
from streams.runtime.reading import read_to_end
from streams.runtime.redrive import Redriven, redrive
from streams.runtime.registry import registry_of
from streams.runtime.sender import Sender
from streams.settings import Settings, from_environment
from streams.stages.dead_letters import DEAD_LETTERS

RAW_SHOWN = 2_000


@click.group("dead-letters")
def command() -> None:
    """Look at records that could not be read or handled; send them again when what was wrong is mended.

    \b
    Examples:
      custodiet dead-letters list --reason no-instant
      custodiet dead-letters show exports/trace.csv:17
      custodiet dead-letters show mail-events:3:1507
      custodiet dead-letters redrive --reason bug
    """


@command.command("list")
@click.option("--reason", help="Only this reason.")
@click.option("--feed", help="Only this feed.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many, the latest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the public form.")
def list_(reason: str | None, feed: str | None, limit: int, *, as_json: bool) -> None:
    """List dead letters, the latest last, and how many there are of each reason."""
    settings = from_environment()
    kept: deque[tuple[str, DeadLetter]] = deque(maxlen=limit)
    reasons: Counter[str] = Counter()

    async def work() -> None:
        async for place, letter in _letters(settings):
            reasons[letter.reason] += 1
            if reason in {None, letter.reason} and feed in {None, letter.feed}:
                kept.append((place, letter))

    complete(settings, work())
    shown = sorted(kept, key=lambda entry: entry[1].at)
    if as_json:
        for _, letter in shown:
            click.echo(dumps(letter).rstrip(b"\n"))
        return
    console = output()
    table = Table("at", "reason", "where", "feed", "detail")
    for place, letter in shown:
        table.add_row(
            _time(letter.at), escape(letter.reason), escape(place), escape(letter.feed or ""), escape(_printable(letter.detail)[:200])
        )
    console.print(table)
    for name, number in reasons.most_common():
        console.print(f"{number:>8,}  {escape(name)}", highlight=False)


@command.command("show")
@click.argument("where")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the public form, with the whole record in base64.")
def show(where: str, *, as_json: bool) -> None:
    """Show the dead letters of one place, as `list` names it: topic:partition:offset or file:line."""
    settings = from_environment()
    found: list[DeadLetter] = []

    async def work() -> None:
        async for place, letter in _letters(settings):
            if place == where:
                found.append(letter)

    complete(settings, work())
    if not found:
        raise CustodietError(f"no dead letter of {where}; `custodiet dead-letters list` names the places")
    console = output()
    for letter in found:
        if as_json:
            click.echo(dumps(letter).rstrip(b"\n"))
            continue
        console.print(f"[bold]{escape(letter.reason)}[/] {escape(where)} {_time(letter.at)}", highlight=False)
        console.print(escape(_printable(letter.detail)), highlight=False)
        for name in ("feed", "schema"):
            if getattr(letter, name):
                console.print(f"{name}: {escape(getattr(letter, name))}", highlight=False)
        console.print(f"{len(letter.raw):,} bytes:", highlight=False)
        console.print(escape(_printable(letter.raw[:RAW_SHOWN].decode("utf-8", "backslashreplace"))), highlight=False, soft_wrap=True)


@command.command("redrive")
@click.argument("where", nargs=-1)
@click.option("--reason", help="All of this reason.")
def redrive_(where: tuple[str, ...], reason: str | None) -> None:
    """Send the records at these places, as `list` names them, to their topics again.

    Each is sent as it stands in its topic, as long as that keeps it; a fact that is known by then changes nothing. What was read from a
    file is not sent: ingest the file again. Ends with 1 where anything could not be sent.
    """
    if not where and reason is None:
        raise click.UsageError("name places, or a --reason")
    settings = from_environment()

    async def work() -> Redriven:
        chosen = [letter async for place, letter in _letters(settings) if place in where or letter.reason == reason]
        sender = Sender(client_options(settings), limits(Names(settings.topic_prefix, settings.generation)))
        await sender.start()
        try:
            return await redrive(settings, chosen, sender)
        finally:
            await sender.stop()

    done = complete(settings, work())
    output().print(f"{done.sent:,} sent again", highlight=False)
    if done.gone:
        output().print(f"{done.gone:,} that their topic does not keep any more: ingest their files again", highlight=False)
    if done.others:
        output().print(f"{done.others:,} from files (ingest these again) or from topics of which only the newest counts", highlight=False)
    if done.gone or done.others or not done.sent:
        raise CustodietError("not all was sent again" if done.sent else "nothing was sent again")


async def _letters(settings: Settings) -> AsyncIterator[tuple[str, DeadLetter]]:
    names, wire = Names(settings.topic_prefix, settings.generation), Wire(registry_of(settings))
    async for record in read_to_end(settings, [names.topic(DEAD_LETTERS)]):
        yield _decoded(wire, record)


def _decoded(wire: Wire, record: ConsumerRecord[bytes, bytes]) -> tuple[str, DeadLetter]:
    """Return a dead letter and where what it holds stood; one that cannot be read itself is told as it is."""
    try:
        letter = wire.decode(record.value or b"", DeadLetter)
    except WireError as error:
        return f"{DEAD_LETTERS}:{record.partition}:{record.offset}", DeadLetter(
            reason=f"unreadable-{error.reason}", detail=error.detail, raw=record.value or b"", at=record.timestamp
        )
    if letter.topic is not None:
        return f"{letter.topic}:{letter.partition}:{letter.offset}", letter
    return f"{letter.file}:{letter.line}", letter


def _time(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _printable(text: str) -> str:
    """Show what a terminal would take for a command, or for the other direction, as what it is."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}" for char in text)
