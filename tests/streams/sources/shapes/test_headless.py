"""Lines of a tracking log without the header that names their columns."""

import csv
import io
import json
from pathlib import Path

import pytest

from streams.sources.formats import FORMATS, read_input
from streams.sources.shapes.headless import columns_of, record_of

LINE_2019 = (
    '2024-03-04T09:15:32.007Z,2a02:c7f::5,EX01,10.1.2.3,gmail-smtp-in.example,";250 2.0.0 OK, queued;ClientSubmitTime:",To the net,SMTP,'
    "SENDEXTERNAL,29519319995415,<6c1f@wexcombe.police.example>,0b7099ea-cb95-1234-328e-08dc5f139ac8,imogen.t.home@gmail.com,250 2.1.5 OK,"
    '13405,1,,,"Marlin, statements",imogen.tarrant@wexcombe.police.example,imogen.tarrant@wexcombe.police.example,'
    "2024-03-04T09:15:30.814Z;SRV=EX01,Originating,,,,S:DeliveryPriority=Normal,Email,a7ae9ef9-e10c-4111-19bf-000000000004,15.01.2507.035"
)
LINE_2010 = (
    "2012-03-04T09:15:32.007Z,10.1.2.9,EX01,10.1.2.3,EX02,,Default,STOREDRIVER,RECEIVE,2951,<6c1f@wexcombe.police.example>,"
    "imogen.t.home@gmail.com,,13405,1,,,statements,imogen.tarrant@wexcombe.police.example,imogen.tarrant@wexcombe.police.example,04I: ,"
    "Originating,,10.1.2.9,10.1.2.3,S:x=y"
)
LINE_2007 = LINE_2010.removesuffix(",Originating,,10.1.2.9,10.1.2.3,S:x=y")


@pytest.mark.parametrize("line", [LINE_2019, LINE_2010, LINE_2007], ids=["2016 and later", "2010", "2007"])
def test_columns_follow_from_the_number_of_cells(line: str) -> None:
    """Sender, recipient, subject and Message-ID are where each version has them."""
    record = record_of(line)
    assert record is not None
    assert record["recipient-address"] == "imogen.t.home@gmail.com"
    assert record["message-id"] == "<6c1f@wexcombe.police.example>"
    assert record["message-subject"].endswith("statements")
    assert record["sender-address"] == "imogen.tarrant@wexcombe.police.example"
    assert record.get("directionality", "Originating") == "Originating"


@pytest.mark.parametrize(
    "line",
    [
        "",
        LINE_2007.rpartition(",")[0],
        LINE_2019 + ",more",
        LINE_2019.replace("Z,", ",", 1),
        LINE_2010.replace("RECEIVE", "received"),
        "a,b",
    ],
    ids=["empty", "too few", "too many", "no zone", "no event", "another table"],
)
def test_any_other_line_is_none(line: str) -> None:
    """What could be another table is left to its header."""
    assert record_of(line) is None
    assert columns_of(next(csv.reader([line]), [""])) == []


@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_lines_cut_out_of_a_log_are_read_to_the_first(tmp_path: Path, begin: str) -> None:
    """No line is taken for a header, and the format is told from them."""
    path = tmp_path / "grep.txt"
    path.write_text(f"{begin}{LINE_2019}\r\n{LINE_2019}\r\n", "utf-8")
    one = read_input(str(path))
    rows = [record.row for record in one.format.records(path)]
    assert one.format.name == "exchange-tracking"
    assert rows == [record_of(LINE_2019)] * 2


def test_lines_that_a_shipper_wrapped(tmp_path: Path) -> None:
    """An agent of Elastic's keeps the line in event.original; it means what it means in the log."""
    path = tmp_path / "search.ndjson"
    path.write_text(json.dumps({"_source": {"@timestamp": "2024-03-04T09:15:32.007Z", "event": {"original": LINE_2019}}}) + "\n", "utf-8")
    one = read_input(str(path))
    (record,) = one.format.records(path)
    assert one.format.name == "exchange-tracking"
    assert record.row is not None
    header = "#Fields: " + ",".join(columns_of(next(csv.reader(io.StringIO(LINE_2019)))))
    (tmp_path / "whole.log").write_text(f"#Software: x\r\n{header}\r\n{LINE_2019}\r\n", "utf-8")
    (whole,) = FORMATS["exchange-tracking"].records(tmp_path / "whole.log")
    assert whole.row is not None
    assert FORMATS["exchange-tracking"].parse(record.row) == FORMATS["exchange-tracking"].parse(whole.row)
