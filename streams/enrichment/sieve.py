"""The few rows of mail-events and file-events that can matter, found column by column before any record is made of them.

``can_matter`` says it of one event; ``sieve`` says it of a whole batch and may keep too much, never too little: what it keeps is asked
again. A row can matter when a recipient lies outside the force and its partners, or, where it names no recipients (the audit log never
does), when it carries an attachment, a label, a DLP type or a marking: another feed may name the recipients.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow.compute

from schemas.records import AddressClass, MailEvent
from streams.enrichment.reference import Reference
from streams.enrichment.wanted import Wanted

Mask: TypeAlias = npt.NDArray[np.bool_]
Array: TypeAlias = Any
Batch: TypeAlias = Any

# Most of its functions are made at run time, out of mypy's sight.
pc: Final[Any] = pyarrow.compute
arrow: Final[Any] = pyarrow

_HARMLESS: Final = frozenset({"own-tenant", "partner"})
_NO_SENDER_OF_WORK: Final = frozenset({"own-tenant", "partner", "protected"})
# An address of which the text after the @ is surely the domain: no display name, no prefix, no quotes, one @.
_PLAIN: Final = r"^[A-Za-z0-9._'&/=?^{}|~!#$%*`+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
# Addresses that carry another one in their local part; mailbox.py takes it out.
_ENCAPSULATED: Final = r"(?i)^imcea|^prvs=|^srs[01][=+-]|\+srs=|#ext#@"
_LONGEST: Final = 254
# Every marking and every handling code that a subject is read for holds one of these; beyond ASCII all letters have many forms.
_MARKING_HINT: Final = (
    r"(?i)of{1,2}ic|off-?sen|secret|confidential|restricted|protect|[35]\s?x"
    r"|(^|[^a-z0-9])o[^a-z0-9]*s([^a-z0-9]|$)|[^\x00-\x7f]"
)


def can_matter(event: MailEvent, reference: Reference, wanted: Wanted) -> bool:
    """Tell whether a mail event can be part of an activity that is wanted. Pure in the one event."""
    kind_of = reference.addresses.classify
    out, back = "mail" in wanted.kinds, "inbound" in wanted.kinds
    incoming = event.direction == "inbound" and kind_of(event.sender) != "own-tenant"
    if event.recipients:
        if back and kind_of(event.sender) not in _NO_SENDER_OF_WORK:
            return True
        return out and not incoming and any(kind_of(recipient) not in _HARMLESS for recipient in event.recipients)
    if not (out or back) or (incoming and not back):
        return False
    return bool(event.attachments or event.labels or event.dlp_types) or _marked(event, reference)


def sieve(batch: Batch, reference: Reference, wanted: Wanted) -> Mask:
    """Return for each row of a batch of MailEvents whether it may matter."""
    rows: int = batch.num_rows
    out, back = "mail" in wanted.kinds, "inbound" in wanted.kinds
    if rows == 0 or not (out or back):
        return np.zeros(rows, dtype=bool)
    named = _lengths(batch, "recipients") > 0
    inward = _equal(batch, "direction", "inbound")
    if inward.any():
        inward &= _where(_column(batch, "sender"), reference, lambda kind: kind != "own-tenant")
    keep = np.zeros(rows, dtype=bool)
    if out:
        keep |= named & ~inward & _any_outside(batch, reference)
    if back:
        keep |= named & _where(_column(batch, "sender"), reference, lambda kind: kind not in _NO_SENDER_OF_WORK)
    if not named.all():
        keep |= ~named & _content(batch) & (~inward | back)
    return keep


def sieve_files(batch: Batch, wanted: Wanted) -> Mask:
    """Return for each row of a batch of FileEvents whether somebody wants what was done."""
    if "file" not in wanted.kinds:
        return np.zeros(batch.num_rows, dtype=bool)
    actions = arrow.array(sorted(wanted.actions), arrow.string())
    asked: Mask = pc.is_in(_column(batch, "action"), value_set=actions).to_numpy(zero_copy_only=False)
    return asked


def _marked(event: MailEvent, reference: Reference) -> bool:
    if not event.subject:
        return False
    known = reference.documents.classify_message(event.subject, (), (), event.occurred_at)
    return known.marking is not None or bool(known.categories) or known.protected_person


def _any_outside(batch: Batch, reference: Reference) -> Mask:
    """Tell of each row whether any recipient is neither own tenant nor partner."""
    lists = _column(batch, "recipients")
    outside = _where(lists.flatten(), reference, lambda kind: kind not in _HARMLESS)
    parents = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    found: Mask = np.bincount(parents[outside], minlength=batch.num_rows) > 0
    return found


def _content(batch: Batch) -> Mask:
    """Tell of each row whether it carries what can matter without recipients; a subject may hold a marking."""
    carried = (_lengths(batch, "attachments") > 0) | (_lengths(batch, "labels") > 0) | (_lengths(batch, "dlp_types") > 0)
    subject = pc.fill_null(pc.match_substring_regex(_column(batch, "subject"), _MARKING_HINT), fill_value=False)
    content: Mask = carried | subject.to_numpy(zero_copy_only=False)
    return content


def _where(addresses: Array, reference: Reference, says: Callable[[AddressClass], bool]) -> Mask:
    """Tell of each address whether its class is so; each distinct domain, and each distinct address that is not plain, is asked once."""
    if len(addresses) == 0:
        return np.zeros(0, dtype=bool)
    encoded = addresses.dictionary_encode()
    distinct = encoded.dictionary
    plain = pc.and_(pc.match_substring_regex(distinct, _PLAIN), pc.less_equal(pc.binary_length(distinct), _LONGEST))
    plain = pc.and_not(plain, pc.match_substring_regex(distinct, _ENCAPSULATED)).to_numpy(zero_copy_only=False)
    domains = pc.ascii_lower(pc.replace_substring_regex(distinct, r"^[^@]*@", "")).dictionary_encode()
    book = reference.addresses
    answers = np.zeros(len(distinct), dtype=bool)
    by_domain = domains.indices.to_numpy(zero_copy_only=False)
    kinds = _kinds_of(domains.dictionary, np.unique(by_domain[plain]), book.classify_domain)
    sure = np.array([kind is not None for kind in kinds], dtype=bool)
    so = np.array([kind is not None and says(kind) for kind in kinds], dtype=bool)
    answers[plain] = so[by_domain[plain]]
    for place in np.flatnonzero(~plain | ~sure[by_domain]):
        answers[place] = says(book.classify(distinct[int(place)].as_py()))
    found: Mask = answers[encoded.indices.to_numpy(zero_copy_only=False)]
    return found


def _kinds_of(domains: Array, asked: npt.NDArray[Any], classify: Callable[[str], AddressClass | None]) -> list[AddressClass | None]:
    kinds: list[AddressClass | None] = [None] * len(domains)
    for place in asked:
        kinds[int(place)] = classify(domains[int(place)].as_py())
    return kinds


def _column(batch: Batch, name: str) -> Array:
    return batch.column(batch.schema.get_field_index(name))


def _lengths(batch: Batch, name: str) -> npt.NDArray[Any]:
    lengths: npt.NDArray[Any] = pc.fill_null(pc.list_value_length(_column(batch, name)), 0).to_numpy(zero_copy_only=False)
    return lengths


def _equal(batch: Batch, name: str, text: str) -> Mask:
    same: Mask = pc.fill_null(pc.equal(_column(batch, name), text), fill_value=False).to_numpy(zero_copy_only=False)
    return same if same.flags.writeable else same.copy()
