"""The force's own and partner domains may stand in the configuration file as well as in the reference data."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from streams.config import parse_config
from streams.enrichment.reference_cells import ReferenceFilesError
from streams.enrichment.reference_files import read_reference
from streams.scan import Scan
from streams.sources.formats import read_input

SAMPLES = Path(__file__).parents[3] / "samples"
NOW = 1_790_000_000_000
OWN = "own_domains: [northmoor.police.example]"


def found(folder: Path, config: str, lists: str) -> list[tuple[str, int]]:
    """Scan three mails to a villager and one to a desk of the force with these lists; return each alert's detector and count of mails."""
    reference = folder / "reference"
    shutil.copytree(SAMPLES / "reference", reference, dirs_exist_ok=True)
    (reference / "addresses.yaml").write_text(lists, "utf-8")
    lines = [
        {
            "record_id": f"r{number}",
            "message_id": f"<m{number}@x.example>",
            "occurred_at": f"2026-05-1{number}T09:00:00Z",
            "sender": "graham.pettifer@northmoor.police.example",
            "recipients": ["someone.demo@villagemail.example" if number else "desk@northmoor.police.example"],
            "attachments": [{"name": f"plan {number}.docx", "size": 4096}],
        }
        for number in range(4)
    ]
    mail = folder / "mail.ndjson"
    mail.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    force = parse_config(config, "force.yaml")
    records = read_reference(reference, force.calendar.zone, own_elsewhere=force.names_own)
    run = Scan(force, records, dead_letter=lambda letter: pytest.fail(letter.detail), now=NOW)
    scanned = asyncio.run(run.run([read_input(f"mail-ndjson:{mail}")]))
    return [(alert.detector, alert.evidence_count) for alert in scanned.alerts]


@pytest.mark.parametrize(
    ("config", "own"),
    [
        ("", "own: [northmoor.police.example]"),
        (f"force: {{{OWN}}}", ""),
        (f"force: {{{OWN}}}", "own: [northmoor.police.example]"),
        (f"force: {{{OWN}}}", "own: [northmoorpolice.onmicrosoft.com]"),
    ],
)
def test_own_domains_count_wherever_they_stand(tmp_path: Path, config: str, own: str) -> None:
    """In either place, in both, or some in each: a mail to the force itself has not left it."""
    lists = f"personal: [villagemail.example, northmoor.police.example]  # own goes before\n{own}\n"
    assert found(tmp_path, config, lists) == [("repeated-personal-email", 3)]


def test_a_partner_of_the_file_is_a_partner(tmp_path: Path) -> None:
    """Though the reference data call the domain personal: the order of classes decides."""
    assert found(tmp_path, f"force: {{{OWN}, partner_domains: [villagemail.example]}}", "personal: [villagemail.example]") == []


def test_a_force_without_any_own_domain_is_refused(tmp_path: Path) -> None:
    """No mail would ever leave it."""
    with pytest.raises(ReferenceFilesError, match="at least one domain"):
        found(tmp_path, "force: {partner_domains: [council.example]}", "personal: [villagemail.example]")
