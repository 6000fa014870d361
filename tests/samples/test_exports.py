"""The exports hold the traps that they promise, told from the raw rows alone."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from samples import exports, make

SAMPLES = Path(make.__file__).parent
TRACE = SAMPLES / "exports" / "message-trace.csv"
AUDIT = SAMPLES / "exports" / "audit-search.csv"
HUNT = SAMPLES / "exports" / "defender-hunt.csv"
TRUTH = json.loads((SAMPLES / "truth.json").read_text())
ADDRESS = re.compile(r"[\w.+\-]+@[\w.\-]+")
INVENTED = re.compile(r"demo|invented", re.IGNORECASE)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, byte order mark or not."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def trace() -> list[dict[str, str]]:
    """Return the rows of the message trace."""
    return rows_of(TRACE)


@pytest.fixture(scope="module")
def audit() -> list[dict[str, str]]:
    """Return the rows of the audit search."""
    return rows_of(AUDIT)


@pytest.fixture(scope="module")
def records(audit: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Every AuditData that is JSON, the unreadable date among them."""
    return [json.loads(row["AuditData"]) for row in audit if row["AuditData"].endswith("}")]


def readable(instant: str) -> bool:
    """Tell whether this is a date and a time."""
    try:
        datetime.fromisoformat(instant.strip()[:19])
    except ValueError:
        return False
    return True


def bare(message_id: str) -> str:
    """Return what all spellings of a Message-ID have in common."""
    return message_id.strip().strip("<>").lower()


def test_the_columns_are_the_published_ones(trace: list[dict[str, str]], audit: list[dict[str, str]]) -> None:
    """All files have the headers of their products, and no ragged row."""
    assert all(tuple(row) == exports.HUNT_COLUMNS for row in rows_of(HUNT))
    assert all(tuple(row) == exports.TRACE_COLUMNS for row in trace)
    assert all(tuple(row) == exports.AUDIT_COLUMNS for row in audit)


def test_exactly_three_rows_cannot_be_read(trace: list[dict[str, str]], audit: list[dict[str, str]], records: list[dict[str, Any]]) -> None:
    """One has no instant, one is cut short, one has a day that is none."""
    timeless = [row for row in trace if not readable(row["Received"])]
    cut_short = len(audit) - len(records)
    dateless = [record for record in records if not readable(record["CreationTime"])]
    assert (len(timeless), cut_short, len(dateless)) == (1, 1, 1)
    assert TRUTH["counts"]["dead_letters"] == 3


def test_every_row_is_counted(trace: list[dict[str, str]], audit: list[dict[str, str]]) -> None:
    """The truth's ``read`` and ``duplicates`` are those of the rows."""
    hunt = rows_of(HUNT)
    copies = sum(times - 1 for rows in (trace, audit, hunt) for times in Counter(tuple(row.values()) for row in rows).values())
    assert (len(trace) + len(audit) + len(hunt), copies) == (TRUTH["counts"]["read"], TRUTH["counts"]["duplicates"])


def test_only_exact_copies_share_a_record_id(trace: list[dict[str, str]], audit: list[dict[str, str]]) -> None:
    """So that a duplicate by id is a duplicate in full."""
    for rows, columns in ((trace, ("MessageTraceId", "RecipientAddress")), (audit, ("RecordId",))):
        distinct = {tuple(row.values()) for row in rows}
        assert len({tuple(dict(zip(rows[0], values, strict=True))[column] for column in columns) for values in distinct}) == len(distinct)


def test_a_record_is_repeated_fifty_times(audit: list[dict[str, str]]) -> None:
    """The most repeated record stands there 50 times."""
    assert Counter(row["RecordId"] for row in audit).most_common(1)[0][1] == 50


def test_neither_export_is_in_order_of_time(trace: list[dict[str, str]], audit: list[dict[str, str]]) -> None:
    """Neither up nor down."""
    for instants in ([row["Received"] for row in trace], [row["CreationDate"] for row in audit]):
        assert instants not in (sorted(instants), sorted(instants, reverse=True))


def test_all_lies_in_one_quarter(trace: list[dict[str, str]], records: list[dict[str, Any]]) -> None:
    """20 April to 20 June, so that no episode is cut."""
    instants = [row["Received"] for row in trace] + [record["CreationTime"] for record in records]
    assert {instant[:7] for instant in instants if readable(instant)} == {"2026-04", "2026-05", "2026-06"}


def test_what_was_sent_knows_no_recipient(records: list[dict[str, Any]]) -> None:
    """A Send record names attachments and never whom they went to."""
    sent = [record for record in records if record["Operation"] == "Send"]
    assert sent
    assert not any(ADDRESS.findall(json.dumps({**record, "UserId": "", "MailboxOwnerUPN": "", "Item": {}})) for record in sent)


def test_every_planned_mail_meets_in_both_exports(trace: list[dict[str, str]], records: list[dict[str, Any]]) -> None:
    """Each mail sent that an alert rests on has its recipients in the trace, and its attachments in the audit log alone."""
    of_alerted = [mail for plan in make.PLANS if plan.alerts for mail in plan.mails if mail.in_audit]
    sent = {bare(record["Item"]["InternetMessageId"]): record for record in records if record["Operation"] == "Send"}
    for mail in of_alerted:
        recipients = {row["RecipientAddress"] for row in trace if bare(row["MessageId"]) == bare(mail.message_id)}
        assert recipients == {recipient.address for recipient in mail.recipients}
        named = sent[bare(mail.message_id)]["Item"].get("Attachments", "")
        assert named == "; ".join(f"{file.name} ({file.size}b)" for file in mail.files)


def test_message_ids_are_spelt_in_more_ways_than_one(trace: list[dict[str, str]], records: list[dict[str, Any]]) -> None:
    """Brackets and case differ between the two exports."""
    in_trace = {bare(row["MessageId"]): row["MessageId"] for row in trace}
    in_audit = [record["Item"]["InternetMessageId"] for record in records if record["Operation"] == "Send"]
    shared = [(spelling, in_trace[bare(spelling)]) for spelling in in_audit if bare(spelling) in in_trace]
    assert {a == b for a, b in shared} == {True, False}
    assert {a == a.lower() for a, _ in shared} == {True, False}
    assert {a.startswith("<") for a, _ in shared} == {True, False}


def test_the_audit_log_holds_every_kind_that_it_promises(records: list[dict[str, Any]]) -> None:
    """Mail, delegates, files, rules, folders read, sign-ins and a policy match."""
    promised = {"Send", "SendAs", "SendOnBehalf", "FileAccessed", "FileDownloaded", "New-InboxRule", "MailItemsAccessed", "UserLoggedIn"}
    assert promised | {"DlpRuleMatch"} <= {record["Operation"] for record in records}


def test_nobody_real_is_named() -> None:
    """Every address is in a reserved domain, in the invented tenant, or has a local part that says that it is invented."""
    text = TRACE.read_text("utf-8-sig") + AUDIT.read_text() + HUNT.read_text("utf-8-sig")
    real = {
        address
        for address in ADDRESS.findall(text)
        if not re.search(r"(\.example|northmoorpolice\.onmicrosoft\.com)$", address, re.IGNORECASE)
    }
    assert real
    assert [address for address in real if not INVENTED.search(address)] == []
