"""The alerts that must stand after a history, whole, by the naive reading of design section 5.

Of the product it uses the table of points with its words, the names of things (``schemas.identity``) and the record types; how pieces
make a score, which pieces are shown, and what belongs to whom it works out for itself.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from detectors.engine.facts import Record
from detectors.judging import Rule
from schemas.identity import alert_id, fingerprint
from schemas.records import Alert, AlertAddress, AlertDocument, AlertEvidence, Reason, Severity, SubjectFact
from tests.detectors.engine.oracle_mails import POINTS, Piece, Reading, read
from tests.detectors.engine.oracle_windows import Part, parts

_DAY = timedelta(days=1) // timedelta(milliseconds=1)
_SPEAKING = {"own-account-declared", "attachment", "marked-message", "official-sensitive", "secret", "category", "protected-person"}


def alerts(records: Iterable[Record], officer: str, rules: Sequence[Rule], slow_rules: Sequence[Rule] | None) -> dict[str, Alert]:
    """Return what must stand, by id: of ``repeated-personal-email``, ``sensitive-to-personal`` and, with rules, ``slow-drip``."""
    reading = read(records)
    found = [_alert(name, officer, part, pattern, reading) for name, pattern, some in judged(reading, rules, slow_rules) for part in some]
    return {alert.alert_id: alert for alert in found}


def judged(reading: Reading, rules: Sequence[Rule], slow_rules: Sequence[Rule] | None) -> list[tuple[str, tuple[Reason, ...], list[Part]]]:
    """Return each detector's id, what it says of every pattern, and its parts."""
    counted = [piece for piece in reading.pieces if piece.counted]
    watched = monitored(reading.subjects)
    alone = [Part(piece.name, (piece,), 1) for piece in counted if piece.sensitive]
    found = [
        ("repeated-personal-email", (POINTS.reason("repeat"),), parts(counted, rules, watched)),
        ("sensitive-to-personal", (), alone),
    ]
    if slow_rules is not None:
        found.append(("slow-drip", (POINTS.reason("sustained"),), parts(counted, slow_rules, watched)))
    return found


def monitored(subjects: Sequence[SubjectFact]) -> Callable[[int], bool]:
    """Return what tells whether the officer was under enhanced monitoring at an instant."""
    return lambda at: any(_within(at, each.monitored_from, each.monitored_to) for each in subjects)


def _alert(detector: str, officer: str, part: Part, pattern: tuple[Reason, ...], reading: Reading) -> Alert:
    pieces = part.pieces
    first, last = pieces[0], pieces[-1]
    shadow = [
        each
        for each in reading.pieces
        if not each.counted and first.at <= each.at <= last.at and (each.sensitive or detector != "sensitive-to-personal")
    ]
    leaving = (POINTS.reason("leaver"),) if any(_leaver(piece.at, reading.subjects) for piece in pieces) else ()
    reasons = _reasons(pieces, (*pattern, *leaving))
    total = sum(reason.points for reason in reasons)
    return Alert(
        alert_id=alert_id(detector, f"officer:{officer}", part.trigger),
        detector=detector,
        detector_version=1,
        grouping="officer",
        key=officer,
        officer_id=officer,
        officer=last.mail.officer,
        status="active",
        superseded_by=None,
        revision=0,
        change="opened",
        severity=_severity(total),
        score=total,
        reasons=reasons,
        first_at=first.at,
        last_at=last.at,
        evidence_count=len(pieces),
        shadow_count=len(shadow),
        evidence=tuple(map(_shown, _chosen(pieces, [each for each in shadow if each.authorised_by is not None]))),
        evidence_digest=fingerprint(*(piece.name for piece in pieces)),
        config_version="",
        reference_version=last.mail.reference_version,
    )


def _reasons(pieces: Sequence[Piece], pattern: tuple[Reason, ...]) -> tuple[Reason, ...]:
    most = max(piece.points for piece in pieces)
    best = next(piece for piece in pieces if piece.points == most)
    reasons = (*best.reasons, *pattern)
    total = sum(reason.points for reason in reasons)
    speaking = any(reason.code in _SPEAKING for piece in pieces for reason in piece.reasons)
    if total > 3 and not speaking:
        return (*reasons, Reason(code="no-content", points=3 - total, words="held at low: nothing attached, labelled or marked"))
    if total > 3 and _to_the_public(pieces, pattern):
        words = "held at low: unclassified files, most of them to an address that no other went to"
        return (*reasons, Reason(code="everyday", points=3 - total, words=words))
    if total > 20:
        return (*reasons, Reason(code="ceiling", points=20 - total, words="a score ends at 20"))
    return reasons


def _to_the_public(pieces: Sequence[Piece], pattern: tuple[Reason, ...]) -> bool:
    plain = {"personal-address", "attachment", "sustained"}
    if any(reason.code not in plain for piece in pieces for reason in piece.reasons) or any(each.code not in plain for each in pattern):
        return False
    named = [{address.address for address in piece.unofficial if address.address is not None} for piece in pieces]
    alone = [mine for k, mine in enumerate(named) if mine and not any(mine & other for j, other in enumerate(named) if j != k)]
    return 2 * len(alone) > len(pieces)


def _severity(total: int) -> Severity:
    return "critical" if total >= 9 else "high" if total >= 7 else "medium" if total >= 4 else "low"


def _leaver(at: int, subjects: Iterable[SubjectFact]) -> bool:
    return any(
        (each.last_day is not None and each.last_day - 30 * _DAY <= at < each.last_day + _DAY)
        or _within(at, each.suspended_from, each.suspended_to)
        for each in subjects
    )


def _within(at: int, start: int | None, end: int | None) -> bool:
    return start is not None and start <= at and (end is None or at < end)


def _chosen(pieces: Sequence[Piece], authorised: list[Piece]) -> list[Piece]:
    """Return the first ten, the last ten and the thirty with most points, then up to ten that were authorised while there is room."""
    chosen = list(pieces)
    if len(chosen) > 50:
        rest = sorted(pieces[10:-10], key=lambda each: (each.at, each.name))
        rest.sort(key=lambda each: each.points, reverse=True)  # stable: ties stay by time and id
        chosen = [*pieces[:10], *rest[:30], *pieces[-10:]]
    chosen += authorised[: max(0, min(10, 50 - len(chosen)))]
    return sorted(chosen, key=lambda each: (each.at, each.name))


def _shown(piece: Piece) -> AlertEvidence:
    mail = piece.mail
    return AlertEvidence(
        activity_id=mail.activity_id,
        occurred_at=mail.occurred_at,
        kind="mail",
        officer_id=None,
        summary=piece.summary,
        message_id=mail.message_id,
        path=None,
        addresses=tuple(AlertAddress(address=each.address, class_=each.class_, own=each.own) for each in mail.addresses),
        documents=tuple(
            AlertDocument(name=each.name, size=each.size, sha256=each.sha256, marking=each.marking, categories=each.categories)
            for each in mail.documents
        ),
        points=piece.points,
        authorised_by=piece.authorised_by,
        sources=mail.sources,
    )
