"""Who an address or an account name belonged to at the time of an event."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.records import Millis, Officer, OfficerContext
from streams.enrichment.address_lists import built_in, suffixes_of
from streams.enrichment.canonical import canonical, parse

NOT_VALID_THEN = "officer-record-not-valid-then"
"""No record of the officer was in force at the event: the nearest one was taken."""

IDENTIFIER_NOT_VALID_THEN = "officer-identifier-not-valid-then"
"""The officer's record in force at the event does not name this address or account: an earlier or later one does."""


@dataclass(frozen=True, slots=True)
class OfficerIdentity:
    """What tells an officer apart, from all of their records: names (maiden names too), addresses, declared personal addresses."""

    names: tuple[str, ...] = ()
    collar_number: str | None = None
    addresses: tuple[str, ...] = ()
    personal_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficerMatch:
    """The officer behind an identifier, as of one instant; ``reasons`` flag what had to be assumed."""

    officer_id: str
    context: OfficerContext
    identity: OfficerIdentity
    reasons: tuple[str, ...] = ()


class OfficerDirectory:
    """All officer records, found by any of their addresses and account names in constant time. Shared mailboxes have no record here."""

    def __init__(self, officers: Iterable[Officer]) -> None:
        """Index the records; their order does not matter."""
        self._records: dict[str, list[Officer]] = {}
        self._by_key: dict[str, list[Officer]] = {}
        self._by_account: dict[str, list[Officer]] = {}
        for officer in sorted(officers, key=_order):
            self._records.setdefault(officer.officer_id, []).append(officer)
            keys, accounts = _keys(officer)
            for key in keys:
                self._by_key.setdefault(key, []).append(officer)
            for account in accounts:
                self._by_account.setdefault(account, []).append(officer)
        self._identities = {officer_id: _identity(records) for officer_id, records in self._records.items()}

    def find(self, identifier: str, at: Millis) -> OfficerMatch | None:
        r"""Find the officer behind ``name@domain``, a UPN, ``DOMAIN\name`` or a bare account name, at the instant ``at``.

        Among records that name the identifier the one in force wins, of several the latest ``valid_from``; when none is in force,
        the nearest in time, flagged. None when nobody is known, or when a bare account name fits two officers at once.
        """
        named = self._named(identifier, at)
        if named is None:
            return None
        records = self._records[named.officer_id]
        reasons: list[str] = []
        chosen = named
        if not _valid(named, at):
            then = [record for record in records if _valid(record, at)]
            chosen = _latest(then) if then else _nearest(records, at)
            reasons.append(IDENTIFIER_NOT_VALID_THEN if then else NOT_VALID_THEN)
        else:
            chosen = _latest([record for record in records if _valid(record, at)])
        identity = self._identities[named.officer_id]
        if chosen.collar_number and chosen.collar_number != identity.collar_number:
            identity = OfficerIdentity(identity.names, chosen.collar_number, identity.addresses, identity.personal_addresses)
        return OfficerMatch(named.officer_id, _context(chosen), identity, tuple(reasons))

    def _named(self, identifier: str, at: Millis) -> Officer | None:
        text = identifier.strip()
        exact = self._by_key.get(canonical(text)) or self._by_key.get(_account_key(text))
        if exact:
            return _best(exact, at)
        mailbox = parse(text)
        if mailbox.domain:
            # An account's UPN is often in no record: the account name at a domain where this officer has an address.
            home = [record for record in self._by_account.get(mailbox.local, ()) if mailbox.domain in _home_domains(record)]
            return self._one(home, at)
        if "@" in text:
            return None
        _, slash, name = text.rpartition("\\")
        candidates = self._by_account.get(name.strip().casefold(), [])
        if slash:  # another domain's account of the same name is another account; a record that names no domain fits any
            candidates = [record for record in candidates if name.strip().casefold() in {account.casefold() for account in record.accounts}]
        return self._one(candidates, at)

    def _one(self, records: list[Officer], at: Millis) -> Officer | None:
        if not records:
            return None
        valid = [record for record in records if _valid(record, at)]
        pool = valid or records
        return None if len({record.officer_id for record in pool}) > 1 else _best(pool, at)


def _keys(officer: Officer) -> tuple[set[str], set[str]]:
    keys = {canonical(address) for address in officer.addresses}
    accounts: set[str] = set()
    for account in officer.accounts:
        key = _account_key(account)
        if "@" in account:
            keys.add(canonical(account))
            accounts.add(parse(account).local)
        else:
            if "\\" in key:
                keys.add(key)
            accounts.add(key.rpartition("\\")[2])
    return keys - {""}, accounts - {""}


def _account_key(account: str) -> str:
    domain, slash, name = account.strip().casefold().replace("/", "\\").rpartition("\\")
    return f"{domain.strip(chr(92)).strip()}\\{name.strip()}" if slash and domain.strip("\\ ") else name.strip()


def _home_domains(officer: Officer) -> set[str]:
    domains = {parse(address).domain for address in (*officer.addresses, *(name for name in officer.accounts if "@" in name))}
    lists = built_in()
    # A contractor's record may name a Gmail address; that does not make every Gmail address a work account.
    elsewhere = (lists.personal, lists.disposable, lists.relay)
    return {domain for domain in domains if domain and not any(group.holds(suffixes_of(domain)) for group in elsewhere)}


def _identity(records: list[Officer]) -> OfficerIdentity:
    latest = records[-1]
    return OfficerIdentity(
        names=tuple(dict.fromkeys(record.name for record in records if record.name)),
        collar_number=latest.collar_number or next((record.collar_number for record in reversed(records) if record.collar_number), None),
        addresses=tuple(dict.fromkeys(canonical(address) for record in records for address in record.addresses)),
        personal_addresses=tuple(dict.fromkeys(canonical(address) for record in records for address in record.personal_addresses)),
    )


def _context(officer: Officer) -> OfficerContext:
    return OfficerContext(
        name=officer.name,
        collar_number=officer.collar_number,
        rank=officer.rank,
        unit=officer.unit,
        role=officer.role,
        vetting=officer.vetting,
        line_manager=officer.line_manager,
    )


def _valid(officer: Officer, at: Millis) -> bool:
    return (officer.valid_from is None or officer.valid_from <= at) and (officer.valid_to is None or at < officer.valid_to)


def _best(records: list[Officer], at: Millis) -> Officer:
    valid = [record for record in records if _valid(record, at)]
    return _latest(valid) if valid else _nearest(records, at)


def _latest(records: list[Officer]) -> Officer:
    return max(records, key=_order)


def _nearest(records: list[Officer], at: Millis) -> Officer:
    def away(officer: Officer) -> Millis:
        if officer.valid_from is not None and at < officer.valid_from:
            return officer.valid_from - at
        return at - officer.valid_to + 1 if officer.valid_to is not None and at >= officer.valid_to else 0

    return min(sorted(records, key=_order, reverse=True), key=away)


def _order(officer: Officer) -> tuple[bool, Millis, str, str]:
    # The officer id and the name only settle ties, so that the answer does not hang on the order of the records.
    return (officer.valid_from is not None, officer.valid_from or 0, officer.officer_id, officer.name)
