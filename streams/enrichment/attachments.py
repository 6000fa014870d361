"""The same attachment named by several feeds -> one attachment.

An audit log gives name and size, a folder of messages the hash too. Feeds measure size differently (before or after transfer encoding),
so size decides only where one feed names two attachments alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from schemas.records import Attachment
from streams.enrichment.precedence import Fact, trust


def unite_attachments(facts: Sequence[Fact]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Return the attachments of one message, sorted, and the labels that lost: two feeds may label one attachment differently.

    Pure in the set of facts.
    """
    named: dict[str, set[tuple[str, Attachment]]] = defaultdict(set)
    for fact in facts:
        for attachment in fact.event.attachments:
            named[attachment.name.strip().casefold()].add((fact.event.feed, attachment))
    united: list[Attachment] = []
    lost: set[str] = set()
    for entries in named.values():
        for same in _split(entries):
            one, labels = _one(same)
            united.append(one)
            lost |= labels
    return tuple(sorted(united, key=_order)), tuple(sorted(lost))


def _split(entries: set[tuple[str, Attachment]]) -> list[set[tuple[str, Attachment]]]:
    """Split the entries under one name into those that are the same attachment."""
    hashes = {attachment.sha256 for _, attachment in entries if attachment.sha256}
    per_feed: dict[str, set[tuple[int | None, str | None]]] = defaultdict(set)
    for feed, attachment in entries:
        per_feed[feed].add((attachment.size, attachment.sha256))
    if len(hashes) <= 1 and all(len(known) == 1 for known in per_feed.values()):
        return [entries]
    sizes_of = {
        digest: {attachment.size for _, attachment in entries if attachment.sha256 == digest and attachment.size is not None}
        for digest in sorted(hashes)
    }
    groups: dict[tuple[str, int | str], set[tuple[str, Attachment]]] = defaultdict(set)
    vague: set[tuple[str, Attachment]] = set()
    for feed, attachment in entries:
        if attachment.sha256:
            groups["hash", attachment.sha256].add((feed, attachment))
            continue
        if attachment.size is None:
            vague.add((feed, attachment))
            continue
        fitting = [digest for digest, sizes in sizes_of.items() if attachment.size in sizes]
        groups[("hash", fitting[0]) if fitting else ("size", attachment.size)].add((feed, attachment))
    if not groups:
        return [vague]
    first = min(groups, key=lambda group: (group[0], str(group[1])))
    groups[first] |= vague  # a name alone adds nothing but perhaps a label
    return list(groups.values())


def _one(entries: Iterable[tuple[str, Attachment]]) -> tuple[Attachment, set[str]]:
    ordered = [attachment for _, _, attachment in sorted((trust(feed, "attachment"), _order(each), each) for feed, each in entries)]
    labels = [attachment.label for attachment in ordered if attachment.label]
    one = Attachment(
        name=ordered[0].name,
        size=next((each.size for each in ordered if each.size is not None), None),
        label=labels[0] if labels else None,
        sha256=next((each.sha256 for each in ordered if each.sha256), None),
    )
    return one, set(labels[1:]) - {one.label or ""}


def _order(attachment: Attachment) -> tuple[str, int, str, str]:
    return attachment.name, -1 if attachment.size is None else attachment.size, attachment.sha256 or "", attachment.label or ""
