"""From an episode to the alert that tells of it. The content is a function of the key's facts alone."""

from collections.abc import Mapping, Sequence

import msgspec

from detectors.contract import Episode, Evidence, Key
from detectors.engine.bounds import shown
from detectors.engine.facts import Fact
from detectors.registry import AnyDetector
from detectors.scoring import score
from schemas.identity import activity_key, alert_id, fingerprint
from schemas.records import Activity, Alert, AlertAddress, AlertDocument, AlertEvidence

_UNPUBLISHED_REVISION = 0


def alert_of(
    detector: AnyDetector, key: Key, episode: Episode, shadow: Sequence[Evidence], facts: Mapping[str, Fact], config_version: str
) -> Alert:
    """Return the alert of an episode, not yet published (revision 0, change ``opened``).

    ``shadow`` is all of the key's shadow evidence, sorted; what lies between the episode's first and last piece belongs to it.
    """
    first, last = episode.evidence[0].at, episode.evidence[-1].at
    aside = [piece for piece in shadow if first <= piece.at <= last]
    scored = score(episode)
    latest = next((fact for piece in reversed(episode.evidence) if isinstance(fact := facts[piece.activity_id], Activity)), None)
    return Alert(
        alert_id=alert_id(detector.id, activity_key(key.grouping, key.value), episode.trigger),
        detector=detector.id,
        detector_version=detector.version,
        grouping=key.grouping,
        key=key.value,
        officer_id=key.value if key.grouping == "officer" else None,
        officer=latest.officer if latest is not None and key.grouping == "officer" else None,
        revision=_UNPUBLISHED_REVISION,
        change="opened",
        severity=scored.severity,
        score=scored.score,
        reasons=scored.reasons,
        first_at=first,
        last_at=last,
        evidence_count=len(episode.evidence),
        shadow_count=len(aside),
        evidence=tuple(_shown_evidence(key, piece, facts[piece.activity_id]) for piece in shown(episode.evidence, aside)),
        evidence_digest=fingerprint(*(piece.activity_id for piece in episode.evidence)),
        config_version=config_version,
        reference_version=latest.reference_version if latest is not None else "",
    )


def content_of(alert: Alert) -> Alert:
    """Return the alert without what tells how it came to be as it is: what two runs over the same facts must agree on."""
    return msgspec.structs.replace(alert, revision=_UNPUBLISHED_REVISION, change="opened")


def digest_of(alert: Alert) -> str:
    """Return a name of the alert's content."""
    return fingerprint(msgspec.json.encode(content_of(alert)).decode())


def _shown_evidence(key: Key, piece: Evidence, fact: Fact) -> AlertEvidence:
    if not isinstance(fact, Activity):
        return AlertEvidence(
            activity_id=piece.activity_id, occurred_at=piece.at, kind=fact.kind, summary=piece.summary, points=piece.points
        )
    return AlertEvidence(
        activity_id=piece.activity_id,
        occurred_at=piece.at,
        kind=fact.kind,
        officer_id=None if key.grouping == "officer" else fact.officer_id,
        summary=piece.summary,
        message_id=fact.message_id,
        path=fact.path,
        addresses=tuple(AlertAddress(address=each.address, class_=each.class_, own=each.own) for each in fact.addresses),
        documents=tuple(
            AlertDocument(name=each.name, size=each.size, sha256=each.sha256, marking=each.marking, categories=each.categories)
            for each in fact.documents
        ),
        points=piece.points,
        authorised_by=piece.authorised_by,
        sources=fact.sources,
    )
