"""The page about assembly and the table in the code say the same."""

from pathlib import Path

import pytest

from streams.enrichment.precedence import PRECEDENCE, Scalar, trust

PAGE = (Path(__file__).parents[3] / "docs" / "assembly.md").read_text("utf-8")


def rows() -> dict[str, str]:
    """Return the page's table: field -> feeds."""
    table = PAGE.split("| field | believed first to last | why |")[1].split("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {cell[0]: cell[1] for cell in cells}


@pytest.mark.parametrize("scalar", sorted(PRECEDENCE))
def test_the_page_names_the_feeds_in_the_order_of_the_code(scalar: Scalar) -> None:
    """Each field has its row."""
    named = rows()
    row = named["an attachment's name, size, label, hash" if scalar == "attachment" else scalar]
    if row == "the same":
        row = named["occurred_at"]
    assert tuple(row.split(", ")) == PRECEDENCE[scalar]


def test_trust_falls_along_the_table_and_is_least_for_strangers() -> None:
    """Lower is believed first."""
    order = [trust(feed, "subject") for feed in (*PRECEDENCE["subject"], "new-feed")]
    assert order == list(range(len(order)))
