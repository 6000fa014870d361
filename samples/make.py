"""Write the samples: ``python -m samples.make [FOLDER]``, by hand, into this folder unless told otherwise.

The same code writes the same bytes; a test holds the committed files to it.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from samples import exports, people, reference_data
from samples.channels import CHANNELS
from samples.company import COMPANY
from samples.deeds import deeds
from samples.file_habits import FILE_HABITS
from samples.long_runs import LONG_RUNS
from samples.lookalikes import LOOKALIKES
from samples.mails import Mail
from samples.offenders import OFFENDERS
from samples.traffic import background
from streams.simulation.chance import Chance

SEED = 20260420
PLANS = OFFENDERS + LONG_RUNS + CHANNELS + FILE_HABITS + COMPANY + LOOKALIKES
_TRACE_REPEATS = (5, 4, 3, 3, 2, 2, 2, 2, 2, 2)
_AUDIT_REPEATS = (41, 22, 15, 8, 6, 3, 3, 2, 2, 2)


def make() -> dict[str, bytes]:
    """Return every file of the samples that is made, by its path within the folder."""
    chance = Chance(SEED)
    planned = [mail for plan in PLANS for mail in plan.mails]
    everyday = list(background(chance))
    mails = planned + everyday
    done = [*deeds(chance, planned), *(deed for plan in PLANS for deed in plan.deeds)]

    trace = [row for mail in mails if mail.in_trace for row in exports.trace_rows(mail)]
    trace_extra = _extra(chance, [row for mail in everyday if mail.in_trace for row in exports.trace_rows(mail)], _TRACE_REPEATS)
    audit = [exports.audit_row(exports.send_record(mail)) for mail in mails if mail.principal and mail.in_audit]
    audit += [exports.audit_row(exports.deed_record(deed)) for deed in done]
    with_files = [mail for mail in everyday if mail.principal and mail.in_audit and mail.files]
    everyday_sent = [exports.audit_row(exports.send_record(mail)) for mail in with_files]
    audit_extra = _extra(chance, everyday_sent, _AUDIT_REPEATS)
    audit_extra += [
        exports.audit_row(exports.send_record(mail))
        for mail in planned
        if mail.principal and mail.in_audit
        for _ in range(mail.repeats - 1)
    ]
    audit_extra += [exports.audit_row(exports.deed_record(deed)) for deed in done for _ in range(deed.repeats - 1)]
    hunt = [row for mail in planned for row in exports.hunt_rows(mail)]
    broken_trace, broken_audit = _broken(planned)

    counts = {
        "read": len(trace) + len(trace_extra) + len(audit) + len(audit_extra) + len(hunt) + 3,
        "duplicates": len(trace_extra) + len(audit_extra),
        "dead_letters": 3,
        "late": 0,
    }
    return {
        "exports/message-trace.csv": exports.trace_csv(chance.shuffled([*trace, *trace_extra, *broken_trace])),
        "exports/audit-search.csv": exports.audit_csv(chance.shuffled([*audit, *audit_extra, *broken_audit])),
        "exports/defender-hunt.csv": exports.hunt_csv(chance.shuffled(hunt)),
        "reference/officers.csv": exports.reference_csv(OFFICER_COLUMNS, map(_officer, people.ROWS)),
        "reference/document_classes.csv": exports.reference_csv(reference_data.CLASS_COLUMNS, reference_data.CLASSES),
        "reference/exceptions.csv": exports.reference_csv(reference_data.EXCEPTION_COLUMNS, reference_data.EXCEPTIONS),
        "reference/addresses.yaml": _address_lists(),
        "truth.json": _truth(counts),
    }


OFFICER_COLUMNS = (
    "officer_id",
    "name",
    "collar_number",
    "rank",
    "unit",
    "role",
    "vetting",
    "line_manager",
    "addresses",
    "accounts",
    "personal_addresses",
    "last_day",
    "suspended_from",
    "suspended_to",
    "trained_at",
    "warned_at",
    "monitored_from",
    "monitored_to",
    "valid_from",
    "valid_to",
)


def _officer(row: people.Row) -> list[str]:
    """Return one row of officers.csv, in the order of its columns."""
    fields = asdict(row) | {"addresses": row.addresses, "accounts": row.accounts}
    return [";".join(value) if isinstance(value := fields.get(column, ""), tuple) else value for column in OFFICER_COLUMNS]


def _extra(chance: Chance, rows: Sequence[list[str]], repeats: Sequence[int]) -> list[list[str]]:
    """Return further copies, so that some of the rows stand in the export that many times."""
    chosen = chance.shuffled(rows)[: len(repeats)]
    return [row for row, times in zip(chosen, repeats, strict=True) for _ in range(times - 1)]


def _broken(planned: Sequence[Mail]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows that nobody can read: no instant at all; an AuditData cut short; a day that no calendar has."""
    outside = next(mail for mail in planned if not mail.principal)
    sent = next(mail for mail in planned if mail.principal)
    timeless = exports.trace_rows(outside)[0]
    timeless[exports.TRACE_COLUMNS.index("Received")] = ""
    timeless[exports.TRACE_COLUMNS.index("MessageTraceId")] = "00000000-0000-4000-8000-000000000001"
    cut_short = exports.audit_row(exports.send_record(sent) | {"Id": "00000000-0000-4000-8000-000000000002"})
    column = exports.AUDIT_COLUMNS.index("AuditData")
    cut_short[column] = cut_short[column][:400]
    dateless = exports.audit_row(
        exports.send_record(sent) | {"Id": "00000000-0000-4000-8000-000000000003", "CreationTime": "2026-02-30T25:61:00"}
    )
    return [timeless], [cut_short, dateless]


def _address_lists() -> bytes:
    lines = ["# Domains (their subdomains too) and full addresses; the first list that fits wins, in the order own, protected, partner."]
    for name, entries in reference_data.ADDRESS_LISTS.items():
        lines.append(f"{name}:")
        lines += [f"  - {pattern} # {why}" for pattern, why in entries]
    return ("\n".join(lines) + "\n").encode()


def _truth(counts: dict[str, int]) -> bytes:
    """Return truth.json: what must and must not be alerted, by which detector, and why."""
    names = {row.officer_id: row.name for row in people.ROWS}
    named = [
        {"officer_id": expected.officer_id, "name": names[expected.officer_id], "habit": plan.habit} | asdict(expected)
        for plan in PLANS
        for expected in plan.alerts
    ]
    silent = [
        {"officer_id": quiet.officer_id, "name": names[quiet.officer_id], "habit": plan.habit} | asdict(quiet)
        for plan in PLANS
        for quiet in plan.silent
    ]
    truth = {
        "about": "An alert that is not listed under alerts is wrong, whoever it is about. evidence_count is of each of the count alerts.",
        "alerts": named,
        "silent": silent,
        "counts": counts,
        "dead_letters": [
            {"file": "exports/message-trace.csv", "why": "a row without an instant"},
            {"file": "exports/audit-search.csv", "why": "AuditData cut short after 400 characters"},
            {"file": "exports/audit-search.csv", "why": "30 February at 25:61"},
        ],
    }
    return (json.dumps(truth, indent=2, ensure_ascii=False) + "\n").encode()


def write(folder: Path) -> None:
    """Write every made file under ``folder``."""
    for name, content in make().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
