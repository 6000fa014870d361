"""Writes the golden bytes that are missing: ``python tests/schemas/write_golden.py`` after a new example, row or version.

A golden file is what some version once wrote; it is never written again. (Before a schema is released, remove its files and run this.)
"""

import sys
from importlib.resources import files
from pathlib import Path

import msgspec

from schemas.catalogue import RECORDS, catalogue
from schemas.public import loads
from schemas.rows import ROWS, encode_row, row_versions
from schemas.versions import newest, snake
from schemas.wire import Wire

GOLDEN = Path(__file__).parent / "golden"


def main() -> None:
    """Write what is missing and name it."""
    missing = {}
    for record_type in RECORDS:
        name = snake(record_type.__name__)
        for example in (files("schemas") / "examples").iterdir():
            if example.name.split(".")[0] == name:
                case = example.name.split(".")[1]
                data = Wire().encode(loads(example.read_bytes(), record_type), "any")
                missing[f"{name}.v{catalogue().schema(record_type).version}.{case}.hex"] = data
    for row_type in ROWS:
        name = snake(row_type.__name__)
        data = encode_row(msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=row_type))
        missing[f"{name}.v{newest(row_versions(row_type)).version}.hex"] = data
    for name, data in sorted(missing.items()):
        if not (GOLDEN / name).exists():
            (GOLDEN / name).write_text(data.hex() + "\n", "ascii")
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
