"""The four reference files: what is read from them, and that every fault is named with its place, all at once."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.records import AddressListEntry, Officer
from streams.enrichment.reference_files import (
    CLASS_COLUMNS,
    EXCEPTION_COLUMNS,
    OFFICER_COLUMNS,
    ReferenceFilesError,
    ReferenceRecords,
    read_reference,
    subject_facts,
)
from streams.errors import UsageError

LONDON = ZoneInfo("Europe/London")
GOOD = {
    "officers.csv": (
        "officer_id,name,collar_number,addresses,accounts,personal_addresses,last_day,valid_from,valid_to\n"
        "NM1,Anna Hale,4417,Anna.Hale@northmoor.police.example; ah4417@northmoor.police.example,NORTHMOOR\\ah4417,"
        "A.Hale+x@gmail.com,2024-07-01,2024-01-01,\n"
        '"NM2","Pugh, Gareth",,gareth.pugh@northmoor.police.example,,,,2024-06-01T09:30:00+01:00,2024-06-02\n'
    ),
    "document_classes.csv": (
        "class_id,kind,pattern,marking,categories,protected_person,valid_from,valid_to\n"
        "wp,path,\\\\srv01\\Witness Protection,secret,witness protection;custody,yes,,\n"
        "os,label,3fa85f64-5717-4562-b3fc-2c963f66afa6,OFFICIAL SENSITIVE,,,,\n"
    ),
    "exceptions.csv": (
        "exception_id,officer_id,address,highest_marking,purpose,authorised_by,starts,ends,limit\n"
        "E1,NM1,J.Solicitor@GoogleMail.com,OFFICIAL,Disclosure,DCI Rowe,2024-01-01,2024-02-01,3\n"
        "E2,NM2,@Solicitors.Example,,,DCI Rowe,,,\n"
    ),
    "addresses.yaml": (
        "own:\n  - northmoor.police.example\n  - northmoorpolice.onmicrosoft.com\nprotected: [federation.example, rep@gmail.com]\n"
        "partner:\npersonal: []\nexclude:\n  - mailshot.example\n"
    ),
}


def _write(folder: Path, **changed: str) -> Path:
    for name, text in GOOD.items():
        (folder / name).write_text(changed.get(name.partition(".")[0], text), encoding="utf-8")
    return folder


def _read(folder: Path, **changed: str) -> ReferenceRecords:
    return read_reference(_write(folder, **changed), LONDON, revision=7)


def _faults(folder: Path, **changed: str) -> list[tuple[str, int | None, str | None, str | None]]:
    with pytest.raises(ReferenceFilesError) as caught:
        _read(folder, **changed)
    return [(fault.file, fault.line, fault.column, fault.value) for fault in caught.value.faults]


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_officers_are_read_with_lists_and_dates(tmp_path: Path) -> None:
    """Lists are split, addresses canonical, dates midnight in the force's zone, instants as they are."""
    anna, gareth = _read(tmp_path).officers
    assert anna.addresses == ("anna.hale@northmoor.police.example", "ah4417@northmoor.police.example")
    assert anna.personal_addresses == ("ahale@gmail.com",)
    assert anna.last_day == _ms("2024-06-30T23:00:00+00:00")
    assert anna.valid_from == _ms("2024-01-01T00:00:00+00:00")
    assert gareth == Officer(
        officer_id="NM2",
        name="Pugh, Gareth",
        addresses=("gareth.pugh@northmoor.police.example",),
        valid_from=_ms("2024-06-01T08:30:00+00:00"),
        valid_to=_ms("2024-06-01T23:00:00+00:00"),
    )


def test_classes_exceptions_and_lists_are_read(tmp_path: Path) -> None:
    """Markings are found in any case, addresses and domains are canonical, empty lists are allowed."""
    records = _read(tmp_path)
    witness, sensitive = records.classes
    assert (witness.marking, witness.categories, witness.protected_person) == ("SECRET", ("witness protection", "custody"), True)
    assert (sensitive.marking, sensitive.protected_person) == ("OFFICIAL-SENSITIVE", False)
    first, second = records.exceptions
    assert (first.address, first.highest_marking, first.limit, first.revision) == ("jsolicitor@gmail.com", "OFFICIAL", 3, 7)
    assert (second.address, second.limit, second.starts) == ("@solicitors.example", None, None)
    assert AddressListEntry(list="protected", pattern="rep@gmail.com") in records.entries
    assert len(records.entries) == 5


def test_columns_are_those_of_the_published_fields() -> None:
    """The headers are the public field names, no more and no fewer."""
    officers = (
        "officer_id,name,collar_number,rank,unit,role,vetting,line_manager,addresses,accounts,personal_addresses,"
        "last_day,suspended_from,suspended_to,trained_at,warned_at,monitored_from,monitored_to,valid_from,valid_to"
    )
    assert ",".join(OFFICER_COLUMNS) == officers
    assert ",".join(CLASS_COLUMNS) == "class_id,kind,pattern,marking,categories,protected_person,valid_from,valid_to"
    assert ",".join(EXCEPTION_COLUMNS) == "exception_id,officer_id,address,highest_marking,purpose,authorised_by,starts,ends,limit"


def test_every_date_column_of_an_officer_is_read(tmp_path: Path) -> None:
    """No dated column is taken in and dropped."""
    dated = [name for name in OFFICER_COLUMNS if name.endswith(("_day", "_from", "_to", "_at"))]
    days = [f"2024-01-{number + 1:02d}" for number in range(len(dated))]
    text = f"officer_id,name,{','.join(dated)}\nNM1,Anna Hale,{','.join(days)}\nNM2,Gareth Pugh{',' * len(dated)}\n"
    anna, gareth = _read(tmp_path, officers=text).officers
    assert [getattr(anna, name) for name in dated] == [_ms(f"{day}T00:00:00+00:00") for day in days]
    assert {getattr(gareth, name) for name in dated} == {None}


def test_every_fault_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    """One run names the faults of all files: file, line, column and value."""
    faults = _faults(
        tmp_path,
        officers="officer_id,name,valid_from,colour\nNM1,Anna,01/02/2024,red\n,,2024-01-01,\n",
        document_classes="class_id,kind,pattern,marking\na,folder,x,SECRET\nb,hash,xyz,HUSH\n",
        exceptions="exception_id,officer_id,address,authorised_by,limit\nE1,NM9,nobody,DCI,0\n",
        addresses="own: [northmoor.police.example]\nfriends: [x.example]\npartner:\n  - gmail.com\n",
    )
    assert faults == [
        ("officers.csv", 1, "colour", None),
        ("officers.csv", 2, "valid_from", "01/02/2024"),
        ("officers.csv", 3, "officer_id", ""),
        ("officers.csv", 3, "name", ""),
        ("document_classes.csv", 2, "kind", "folder"),
        ("document_classes.csv", 3, "pattern", "xyz"),
        ("document_classes.csv", 3, "marking", "HUSH"),
        ("exceptions.csv", 2, "address", "nobody"),
        ("exceptions.csv", 2, "limit", "0"),
        ("exceptions.csv", 2, "officer_id", "NM9"),
        ("addresses.yaml", 2, None, "friends"),
        ("addresses.yaml", 4, "partner", "gmail.com"),
    ]


def test_message_says_where_what_and_what_is_allowed(tmp_path: Path) -> None:
    """The message holds file, line, column, value and the allowed values, and is a wrong use of the command."""
    with pytest.raises(UsageError, match=r'document_classes\.csv, line 2, column "kind": "folder": allowed is one of label, path, name'):
        _read(tmp_path, document_classes="class_id,kind,pattern,marking\na,folder,x,SECRET\n")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    """Each of the four files must be there."""
    _write(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ReferenceFilesError, match=rf"{name}: missing"):
        read_reference(tmp_path, LONDON)


def test_files_with_only_a_header_are_empty(tmp_path: Path) -> None:
    """Header-only CSV files hold no records."""
    records = _read(
        tmp_path,
        officers="officer_id,name\n",
        document_classes="class_id,kind,pattern\n",
        exceptions="exception_id,officer_id,address,authorised_by\n",
    )
    assert (records.officers, records.classes, records.exceptions) == ([], [], [])


@pytest.mark.parametrize(
    ("officers", "expected"),
    [
        ("", (1, None)),
        ("officer_id;name\nNM1;Anna\n", (1, "officer_id;name")),
        ("officer_id\nNM1\n", (1, "name")),
        ("officer_id,name,name\nNM1,Anna,Hale\n", (1, "name")),
        ("officer_id,name\nNM1,Hale, Anna\n", (2, None)),
        ('officer_id,name\nNM1,"Anna\n', (2, None)),
        ('officer_id,name\n\n"NM1","Two\nlines"\nNM:2,Pugh\n', (5, "officer_id")),
        ("officer_id,name,valid_from\nNM1,A,2024-01-01\nNM1,B,2024-01-01\n", (3, "valid_from")),
        ("officer_id,name,valid_from,valid_to\nNM1,A,2024-01-02,2024-01-02\n", (2, "valid_to")),
        ("officer_id,name,valid_from\nNM1,A,2024-02-30\n", (2, "valid_from")),
        ("officer_id,name,valid_from\nNM1,A,2024-01-01T10:00:00\n", (2, "valid_from")),
        ("officer_id,name,addresses\nNM1,A,a@b.example;nonsense\n", (2, "addresses")),
    ],
)
def test_faults_of_the_officers_file(tmp_path: Path, officers: str, expected: tuple[int, str | None]) -> None:
    """Each wrong file is refused with the line and column of the fault."""
    faults = _faults(tmp_path, officers=officers)
    assert expected in [(line, column) for file, line, column, _ in faults if file == "officers.csv"]


@pytest.mark.parametrize(
    ("addresses", "line"),
    [
        ("own: [northmoor.police.example\n", 2),
        ("- own\n", 1),
        ("own: northmoor.police.example\n", None),
        ("own: []\n", None),
        ("", None),
        ("own: [uk]\n", 1),
        ("own: [co.uk]\n", 1),
        ("own:\n  - x.example\n  - '*.onmicrosoft.com'\n", 3),
        ("own: [x.example]\nprotected:\n  - hotmail.co.uk\n", 3),
        ("own: [x.example]\npartner: [a@b@c]\n", 2),
        ("own: [x.example]\npartner: [7]\n", 2),
        ("own: [x.example]\npartner: ['a.*.example']\n", 2),
        ("own: [x.example]\nown: [y.example]\n", None),
    ],
)
def test_faults_of_the_address_lists(tmp_path: Path, addresses: str, line: int | None) -> None:
    """A list that is damaged, unknown, or would hide everybody's mailbox is refused."""
    faults = [fault for fault in _faults(tmp_path, addresses=addresses) if fault[0] == "addresses.yaml"]
    assert faults
    if line is not None:
        assert line in [fault[1] for fault in faults]


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """A file in another encoding is named instead of read wrongly; a byte order mark is no fault."""
    _write(tmp_path)
    (tmp_path / "officers.csv").write_bytes("officer_id,name\nNM1,Zoë\n".encode("cp1252"))
    with pytest.raises(ReferenceFilesError, match=r"officers\.csv: not UTF-8"):
        read_reference(tmp_path, LONDON)
    (tmp_path / "officers.csv").write_bytes("officer_id,name\nNM1,Zoë\nNM2,Anna\n".encode("utf-8-sig"))
    assert read_reference(tmp_path, LONDON).officers[0].name == "Zoë"


def test_subject_facts_are_one_for_each_record(tmp_path: Path) -> None:
    """A fact is named for the officer and the instant its record begins, and carries the record's dates."""
    officers = [*_read(tmp_path).officers, Officer(officer_id="NM3", name="Zoë", personal_addresses=("Z.Oe@GoogleMail.com",))]
    anna, gareth, zoe = subject_facts(officers, 42)
    assert (anna.fact_id, gareth.fact_id, zoe.fact_id) == ("NM1@2024-01-01T00:00:00.000Z", "NM2@2024-06-01T08:30:00.000Z", "NM3@always")
    assert (anna.revision, anna.officer_id, anna.last_day) == (42, "NM1", int(datetime(2024, 6, 30, 23, tzinfo=UTC).timestamp() * 1000))
    assert zoe.personal_addresses == ("zoe@gmail.com",)


def test_own_domains_may_stand_elsewhere(tmp_path: Path) -> None:
    """In the configuration, that is; then the lists may be empty, and must be right all the same."""
    folder = _write(tmp_path, addresses="protected: [federation.example]\n")
    assert [entry.list for entry in read_reference(folder, LONDON, own_elsewhere=True).entries] == ["protected"]
    with pytest.raises(ReferenceFilesError, match="at least one domain"):
        read_reference(folder, LONDON)
    with pytest.raises(ReferenceFilesError, match="unknown list"):
        read_reference(_write(tmp_path, addresses="owm: []\n"), LONDON, own_elsewhere=True)
