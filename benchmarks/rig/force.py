"""An invented force of any size, and its reference directory."""

import csv
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.state import CHECKOUT
from schemas.records import Officer

OWN: Final = "northmoor.police.example"
SAMPLES: Final = CHECKOUT / "samples" / "reference"
_FIRST: Final = (
    *("Ada", "Bryn", "Cerys", "Dafydd", "Elin", "Fergus", "Greta", "Huw", "Iona", "Jago", "Kezia", "Lorcan", "Mabel", "Nye", "Orla"),
    *("Piran", "Quinn", "Rhian", "Seth", "Tamsin", "Una", "Vesna", "Wren", "Xanthe", "Yusuf", "Zelda", "Amir", "Bea", "Cai", "Dilys"),
)
_LAST: Final = (
    *("Ashgrove", "Birkett", "Calloway", "Denholm", "Eastlake", "Farrant", "Gillow", "Harkness", "Ingleby", "Jessop", "Kestle", "Lorimer"),
    *("Marwood", "Netherby", "Ormerod", "Penhale", "Quayle", "Roscarrock", "Scholes", "Trevanion", "Ullock", "Vennor", "Wharton", "Yeadon"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """An officer as mails see one."""

    officer_id: str
    name: str
    address: str


def people(count: int) -> list[Person]:
    """Return so many officers, the same at each call."""
    chance = random.Random(1829)
    found = []
    for number in range(count):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        found.append(Person(f"NB{number:05}", f"{first} {last}", f"{first}.{last}{number}@{OWN}".lower()))
    return found


def write_reference(folder: Path, officers: list[Person]) -> None:
    """Write the four reference files: these officers, no exceptions, document classes and address lists of the samples."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("document_classes.csv", "addresses.yaml"):
        shutil.copy(SAMPLES / name, folder / name)
    header = (SAMPLES / "exceptions.csv").read_text("utf-8").splitlines()[0]
    (folder / "exceptions.csv").write_text(header + "\n", "utf-8")
    with (folder / "officers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, Officer.__struct_fields__, restval="")
        writer.writeheader()
        for each in officers:
            row = {"officer_id": each.officer_id, "name": each.name, "collar_number": each.officer_id[2:], "rank": "Constable"}
            writer.writerow({**row, "unit": "Response", "addresses": each.address, "valid_from": "2020-01-01"})
