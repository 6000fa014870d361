"""Dates as mail programs wrote them, and markings that stand among other fields."""

from datetime import datetime

import pytest

from schemas.records import MailEvent
from streams.sources.mails.headers import instant
from streams.sources.mails.labels import labels
from streams.sources.mails.message import parse


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tue, 4 Jun 2002 09:15:31 +0100", "2002-06-04T08:15:31+00:00"),
        ("Tue, 4 Jun 2002 09:15:31 +0100 (BST)", "2002-06-04T08:15:31+00:00"),
        ("Tue, 4 Jun 2002 09:15:31 BST", "2002-06-04T08:15:31+00:00"),
        ("4 Jun 02 09:15 CEST", "2002-06-04T07:15:00+00:00"),
        ("Tue, 4 Jun 2002 09:15:31 EST", "2002-06-04T14:15:31+00:00"),
        ("Tue, 4 Jun 2002 09:15:31 IST", "2002-06-04T09:15:31+00:00"),
        ("Tuesday, June 4, 2002 9:15 PM", "2002-06-04T21:15:00+00:00"),
        ("4 Jun 2002 12:15:31 AM", "2002-06-04T00:15:31+00:00"),
    ],
)
def test_zones_and_halves_of_the_day_shift_no_instant(written: str, meant: str) -> None:
    """British summer time by name is an hour before UTC; a zone that stands for several is UTC; PM is no zone."""
    assert instant(written) == int(datetime.fromisoformat(meant).timestamp() * 1000)


def test_a_half_of_the_day_in_no_known_form_is_no_date() -> None:
    """It would be twelve hours off one time in two."""
    assert instant("June 4th 2002, 9:15 PM sharp") is None


def test_markings_are_taken_out_of_their_fields() -> None:
    """Who marked a mail, and by which version of the scheme, classifies nothing."""
    header = {"x-protective-marking": "VER=2018.4, NS=gov.example, SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege, ORIGIN=a@b.example"}
    assert labels(header.get) == ("OFFICIAL:Sensitive", "Legal-Privilege")


def test_a_resent_message_id_of_odd_bytes_is_text() -> None:
    """Bytes that are no UTF-8 are read as Windows-1252 there too, and can be sent on."""
    resent = b"Resent-From: c@d.example\nResent-Message-ID: <\xe9@d.example>\n"
    parsed = parse({"message": b"From: a@b.example\nDate: 4 Jun 2002 09:15 +0000\n" + resent + b"\nx"})
    assert isinstance(parsed, list)
    assert [event.message_id for event in parsed if isinstance(event, MailEvent)] == [None, "<é@d.example>"]
