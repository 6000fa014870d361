"""How the counts look on a terminal."""

from rich.table import Table

from streams.counts import Counts

_WORDS = {
    "facts": "facts",
    "duplicates": "duplicates",
    "dead_letters": "dead letters",
    "late": "late",
    "discarded": "discarded",
}


def counts_table(counts: Counts) -> Table:
    """Return the five ends and what they add up to, against the records read."""
    table = Table(box=None, pad_edge=False)
    table.add_column("read", justify="right")
    for words in _WORDS.values():
        table.add_column(words, justify="right")
    table.add_column("adds up")
    figures = [f"{getattr(counts, name):,}" for name in _WORDS]
    table.add_row(f"{counts.read:,}", *figures, "yes" if counts.ended == counts.read else f"no: {counts.ended:,}")
    return table
