"""Alerts to work with, and strategies for any alert that can be."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from schemas.records import (
    Alert,
    AlertAddress,
    AlertDocument,
    AlertEvidence,
    OfficerContext,
    Reason,
    Source,
)

MakeAlert = Callable[..., Alert]

FULL_EVIDENCE = (
    AlertEvidence(
        activity_id="a1",
        occurred_at=1_677_661_200_000,
        kind="mail",
        summary="statement.docx to j.bloggs@gmail.com",
        message_id="1@northmoor.police.example",
        addresses=(
            AlertAddress(address="j.bloggs@gmail.com", class_="personal", own="likely"),
            AlertAddress(address=None, class_="protected"),
        ),
        documents=(
            AlertDocument(name="statement.docx", size=1200, sha256="ab" * 32, marking="OFFICIAL-SENSITIVE", categories=("investigation",)),
            AlertDocument(size=10),
        ),
        points=6,
        sources=(Source(feed="m365-audit", record_id="r1"), Source(feed="m365-message-trace", record_id="r2")),
    ),
    AlertEvidence(
        activity_id="a2",
        occurred_at=1_677_747_600_000,
        kind="inbound",
        summary="a mail from the officer's own account",
        message_id="2@gmail.com",
        addresses=(AlertAddress(address="jo.other@proton.me", class_="personal", own="declared"),),
        authorised_by="Supt Vale",
    ),
    AlertEvidence(activity_id="a3", occurred_at=1_677_834_000_000, kind="file", summary="opened", path="\\\\files\\ops\\plan.docx"),
    AlertEvidence(activity_id="a4", occurred_at=1_677_920_400_000, kind="setting", officer_id="NM1235", summary="ForwardTo set"),
)


@pytest.fixture
def make_alert() -> MakeAlert:
    """Give a maker of alerts that have every field; keywords change some."""

    def make(**changes: object) -> Alert:
        fields: dict[str, object] = {
            "alert_id": "0" * 32,
            "detector": "repeated-personal-email",
            "detector_version": 1,
            "grouping": "officer",
            "key": "officer:NM1234",
            "officer_id": "NM1234",
            "officer": OfficerContext(
                name="Jo Bloggs",
                collar_number="1234",
                rank="Constable",
                unit="Serious Crime",
                role="Investigator",
                vetting="MV",
                line_manager="NM0002",
            ),
            "superseded_by": "f" * 32,
            "revision": 2**40 + 17,
            "change": "opened",
            "severity": "high",
            "score": 8,
            "reasons": (Reason(code="destination-own", points=3, words="to the officer's own account"),),
            "first_at": FULL_EVIDENCE[0].occurred_at,
            "last_at": FULL_EVIDENCE[-1].occurred_at,
            "evidence_count": 4,
            "shadow_count": 1,
            "evidence": FULL_EVIDENCE,
            "evidence_digest": "d1",
            "config_version": "c1",
            "reference_version": "r1",
        }
        return Alert(**(fields | changes))  # type: ignore[arg-type] # keywords of a test

    return make


@pytest.fixture(scope="session")
def any_alert() -> st.SearchStrategy[Alert]:
    """Give a strategy over every alert that Avro can hold, at instants that ISO 8601 can write."""
    words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    instants = st.integers(-62_135_596_800_000, 253_402_300_799_999)
    numbers = st.integers(-(2**63), 2**63 - 1)
    return st.builds(
        Alert,
        revision=numbers,
        score=st.integers(0, 20),
        evidence_count=numbers,
        shadow_count=numbers,
        first_at=instants,
        last_at=instants,
        detector_version=numbers,
        officer_id=st.none() | words,
        officer=st.none() | st.builds(OfficerContext, name=st.none() | words, unit=st.none() | words, role=st.none() | words),
        evidence=st.lists(
            st.builds(
                AlertEvidence,
                occurred_at=instants,
                points=numbers,
                addresses=st.lists(st.builds(AlertAddress, address=st.none() | words), max_size=3).map(tuple),
                documents=st.lists(
                    st.builds(
                        AlertDocument, name=st.none() | words, size=st.none() | numbers, categories=st.lists(words, max_size=2).map(tuple)
                    ),
                    max_size=3,
                ).map(tuple),
                sources=st.lists(st.builds(Source), max_size=2).map(tuple),
            ),
            max_size=4,
        ).map(tuple),
        reasons=st.lists(st.builds(Reason, points=numbers), max_size=3).map(tuple),
    )
