"""How well known offenders are found in a simulated force's year, and what writing and scanning it takes.

``python -m benchmarks.simulated_year [--seeds 1 2 3 4] [--officers 1000] [--years 1] [--keep DIR]``. For each seed the three real commands
run one after the other: ``custodiet simulate``, ``scan`` and ``score``, all with their defaults. ``--keep`` leaves alerts and scores there.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rig.command import Ran, custodiet
from benchmarks.rig.figures import Report, arguments, say

MEGABYTE = 1024 * 1024
FIVE_MINUTES = 300.0


@dataclass(frozen=True, slots=True)
class Year:
    """What one seed came to: what writing and scanning took, how the records ended, and the score as ``score --json`` prints it."""

    simulated: Ran
    scanned: Ran
    counts: Mapping[str, int]
    score: Mapping[str, Any]


def run(seed: int, officers: int, years: int, folder: Path) -> Year:
    """Write, scan and score one force; its exports are gone afterwards."""
    force, alerts, told = folder / f"force-{seed}", folder / f"alerts-{seed}.ndjson", folder / f"told-{seed}.json"
    drawn = ["--officers", str(officers), "--years", str(years), "--seed", str(seed)]
    simulated = custodiet(["simulate", str(force), *drawn], told)
    say(f"seed {seed}: written in {simulated.seconds:.0f} s, {simulated.peak / MEGABYTE:.0f} MB")
    exports = sorted(str(each) for each in (force / "exports").iterdir())
    scanned = custodiet(["scan", *exports, "--reference", str(force / "reference"), "--alerts", str(alerts), "--json"], told)
    counts = {name: number for name, number in json.loads(told.read_bytes()).items() if isinstance(number, int)}
    say(f"seed {seed}: scanned in {scanned.seconds:.0f} s, {scanned.peak / MEGABYTE:.0f} MB")
    custodiet(["score", str(alerts), str(force / "truth.json"), "--json"], folder / f"score-{seed}.json")
    shutil.rmtree(force)
    return Year(simulated, scanned, counts, json.loads((folder / f"score-{seed}.json").read_bytes()))


def report(years: Mapping[int, Year], what: str) -> Report:
    """Lay the figures out, and in the notes who was missed and which alerts were wrong."""
    made = Report(f"{what}; medium and above")
    for seed, year in years.items():
        name = f"seed {seed}: "
        made.at_most(f"{name}written in", year.simulated.seconds, FIVE_MINUTES, "s")
        made.add(f"{name}writing, peak memory", year.simulated.peak / MEGABYTE, "MB")
        made.add(f"{name}records a second of scan", year.counts["read"] / year.scanned.seconds, "1/s")
        made.add(f"{name}scan, peak memory", year.scanned.peak / MEGABYTE, "MB")
        made.at_least(
            f"{name}recall of classified items or six such mails", 100 * year.score["recall_of_classified_or_six_mails"], 100, "%"
        )
        made.at_least(f"{name}recall", 100 * year.score["recall"], 95, "%")
        made.at_least(f"{name}precision", 100 * year.score["precision"], 90, "%")
        made.notes += notes(seed, year.score)
    return made


def notes(seed: int, score: Mapping[str, Any]) -> list[str]:
    """Return in words how many there were, who was missed, and which alerts were wrong."""
    found, alerts, days = score["offenders"], score["alerts"], score["days_until_first_alert"]
    people = f"{found['found']} of {found['of']} offenders found, {alerts['right']} of {alerts['of']} alerts right"
    told = [f"seed {seed}: {people}, median {days['median']} days from the first deed to the first alert"]
    told += [f"  missed: {each['habit']}: {each['reason']}" for each in score["missed"]]
    wrong = Counter((each["detector"], each["severity"], each["looks_like"] or "everyday mail") for each in score["wrong"])
    return told + [f"  wrong: {number} x {', '.join(which)}" for which, number in wrong.most_common()]


def measure(seeds: Sequence[int], officers: int, years: int, keep: Path | None) -> Report:
    """Run every seed."""
    with tempfile.TemporaryDirectory(prefix="custodiet-bench-") as folder:
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
        found = {seed: run(seed, officers, years, keep or Path(folder)) for seed in seeds}
    return report(found, f"{officers:,} officers, {years} year(s)")


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--officers", type=int, default=1_000)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    measure(given.seeds, given.officers, given.years, given.keep).show(as_json=given.json)


if __name__ == "__main__":
    main()
