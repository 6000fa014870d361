"""From an episode to the alert that tells of it."""

import dataclasses

import msgspec

from detectors.behaviours.repeated_personal_email import Config, RepeatedPersonalEmail
from detectors.contract import Episode, Evidence, Key
from detectors.engine.alerts import alert_of, content_of, digest_of
from detectors.engine.facts import Fact
from detectors.testing import Mails, address, at, document, force
from schemas.detect_rows import BareEvidence, BareFact
from schemas.identity import alert_id, fingerprint
from schemas.records import Activity, Alert, AlertAddress, AlertDocument, OfficerContext, Source

DETECTOR = RepeatedPersonalEmail(Config(), force())
OFFICER = Key("officer", "N1001")
MAILS = Mails()
THREE = (MAILS.mail("2026-05-04", "a"), MAILS.mail("2026-05-05", "b"), MAILS.mail("2026-05-06", "c"))


def selected(*mails: Activity) -> tuple[Evidence, ...]:
    """Return the evidence of mails."""
    return tuple(piece for mail in mails if (piece := DETECTOR.select(mail, OFFICER)) is not None)


def alert(*mails: Activity, key: Key = OFFICER, trigger: str = "", aside: tuple[Evidence, ...] = (), bare: Fact | None = None) -> Alert:
    """Return the alert of an episode of these mails, named by the last unless told otherwise."""
    pieces = selected(*mails)
    facts: dict[str, Fact] = {mail.activity_id: mail for mail in mails}
    if bare is not None:
        facts[bare.activity_id] = bare
        pieces = (*pieces, Evidence(activity_id=bare.activity_id, at=bare.occurred_at, summary="bare"))
    facts |= {piece.activity_id: MAILS.mail(piece.at, piece.activity_id) for piece in aside}
    episode = Episode(evidence=pieces, trigger=trigger or pieces[-1].activity_id)
    return alert_of(DETECTOR, key, episode, aside, facts, "config-1")


def test_an_alert_is_named_by_detector_key_and_trigger() -> None:
    """And by nothing else of its content."""
    assert alert(*THREE, trigger="b").alert_id == alert_id("repeated-personal-email", "officer:N1001", "b") == alert(*THREE[:2]).alert_id


def test_an_alert_tells_when_how_much_and_by_what() -> None:
    """First, last, how many, which version and configuration."""
    found = alert(*THREE)
    assert (found.first_at, found.last_at, found.evidence_count) == (at("2026-05-04"), at("2026-05-06"), 3)
    assert (found.detector_version, found.config_version, found.status) == (DETECTOR.version, "config-1", "active")
    assert (found.score, found.severity) == (2, "low")


def test_the_officer_is_as_of_the_latest_evidence() -> None:
    """Rank and unit, and the reference data that it was seen with."""
    promoted = MAILS.mail("2026-05-07", "d", officer=OfficerContext(name="Robin Vale", rank="DS"), reference_version="r2")
    found = alert(*THREE, promoted)
    assert found.officer is not None
    assert (found.officer_id, found.officer.rank, found.reference_version) == ("N1001", "DS", "r2")


def test_other_groupings_are_no_officers() -> None:
    """An address has sent mails of several."""
    found = alert(*THREE, key=Key("address", "sam.doe@mail.example"))
    assert (found.officer_id, found.officer, found.grouping, found.key) == (None, None, "address", "sam.doe@mail.example")


def test_evidence_shows_what_the_mail_was_and_where_it_is_known_from() -> None:
    """Addresses with class and own account, documents with marking and content, sources."""
    mail = MAILS.mail(
        "2026-05-04",
        "a",
        to=[address("me@mail.example", own="likely")],
        documents=[document("plan.pdf", marking="SECRET", categories=("plans",), sha256="ab" * 32, size=7)],
        sources=(Source(feed="m365-audit", record_id="1"), Source(feed="m365-message-trace", record_id="2")),
    )
    (shown,) = alert(mail).evidence
    assert (shown.activity_id, shown.occurred_at, shown.kind, shown.message_id) == ("a", at("2026-05-04"), "mail", mail.message_id)
    assert shown.summary == "“notes” with 1 attachment to me@mail.example (likely own account)"
    assert shown.addresses == (AlertAddress(address="me@mail.example", class_="personal", own="likely"),)
    assert shown.documents == (AlertDocument(name="plan.pdf", size=7, sha256="ab" * 32, marking="SECRET", categories=("plans",)),)
    assert (shown.points, shown.authorised_by, shown.sources) == (10, None, mail.sources)


def test_shadow_between_first_and_last_is_counted_and_what_is_authorised_shown() -> None:
    """Ends included; what lies outside belongs to nobody."""
    days = ("2026-05-03", "2026-05-04", "2026-05-05T12:00", "2026-05-06", "2026-05-07")
    aside = tuple(Evidence(activity_id=f"s{day}", at=at(day), counted=False) for day in days)
    allowed = tuple(dataclasses.replace(piece, authorised_by="Supt Ash") for piece in aside)
    assert (alert(*THREE, aside=aside).shadow_count, len(alert(*THREE, aside=aside).evidence)) == (3, 3)
    shown = [(piece.occurred_at, piece.authorised_by) for piece in alert(*THREE, aside=allowed).evidence if piece.authorised_by]
    assert shown == [(at(day), "Supt Ash") for day in days[1:4]]


def test_a_bare_piece_is_shown_as_what_is_left_of_it() -> None:
    """Id and instant; officer and reference data are the latest that are known."""
    bare = BareFact(
        activity_id="z", revision=1, kind="mail", occurred_at=at("2026-05-08"), counted_by=(BareEvidence(detector=DETECTOR.id),)
    )
    found = alert(*THREE, bare=bare)
    assert (found.evidence_count, found.last_at, found.reference_version) == (4, at("2026-05-08"), "r1")
    assert found.officer == THREE[0].officer
    last = found.evidence[-1]
    assert (last.activity_id, last.occurred_at, last.kind, last.summary, last.addresses, last.sources) == (
        "z",
        at("2026-05-08"),
        "mail",
        "bare",
        (),
        (),
    )


def test_an_alert_of_bare_pieces_alone_knows_no_officer() -> None:
    """The key tells whose it is."""
    bare = BareFact(
        activity_id="z", revision=1, kind="mail", occurred_at=at("2026-05-08"), counted_by=(BareEvidence(detector=DETECTOR.id),)
    )
    found = alert(bare=bare)
    assert (found.officer_id, found.officer, found.reference_version) == ("N1001", None, "")


def test_the_evidence_digest_is_of_all_pieces() -> None:
    """Those that are not shown too, in the order of time."""
    mails = [MAILS.mail(at("2026-05-04") + minute * 60_000, f"m{minute:03d}") for minute in range(80)]
    found = alert(*mails)
    assert len(found.evidence) == 50
    assert found.evidence_digest == fingerprint(*(mail.activity_id for mail in mails))


def test_how_an_alert_came_to_be_is_no_content() -> None:
    """Revision and change differ between two runs over the same facts."""
    found = alert(*THREE)
    later = msgspec.structs.replace(found, revision=17, change="severity-raised")
    assert content_of(later) == content_of(found) == found
    assert digest_of(later) == digest_of(found)


def test_the_digest_names_the_content() -> None:
    """Any of it."""
    found = alert(*THREE)
    others = [
        msgspec.structs.replace(found, status="withdrawn"),
        msgspec.structs.replace(found, superseded_by="x"),
        msgspec.structs.replace(found, shadow_count=1),
        msgspec.structs.replace(found, reasons=()),
        msgspec.structs.replace(found, evidence=found.evidence[1:]),
    ]
    assert len({digest_of(each) for each in (found, *others)}) == 6
