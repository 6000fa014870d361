"""Where each thing that happened is logged, and the shelves of all the exports."""

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from pathlib import Path

from streams.simulation.chance import Chance
from streams.simulation.exports import audit, defender, message_trace
from streams.simulation.exports.shelf import Shelf, Written
from streams.simulation.force import OWN, TENANT
from streams.simulation.happenings import Happening, Mail, Setting, Touch
from streams.simulation.world import World

TRACE, SENT, AUDIT, HUNTED = "message-trace-{month}.csv", "audit-mail-{month}.ndjson", "audit-search-{month}.csv", "defender-{month}.csv"
_SENDS_ON = frozenset({"ForwardTo", "RedirectTo", "ForwardAsAttachmentTo", "ForwardingSmtpAddress", "ForwardingAddress"})
_WATCHED_CMDLETS = frozenset({"Remove-InboxRule", "Disable-InboxRule"})
_INSIDE = (f"@{OWN}", f"@{TENANT}")


class Desk:
    """Writes each day into the exports."""

    def __init__(self, world: World, folder: Path) -> None:
        """Open the shelves in ``folder``."""
        self._span = (f"{world.first}T00:00:00", f"{world.last}T23:59:59")

        def shelf(name: str, header: str, number: int) -> Shelf:
            spoil = {TRACE: message_trace.spoil, SENT: audit.spoil_line, AUDIT: audit.spoil_row, HUNTED: defender.spoil}[name]
            return Shelf(folder, name, header, world.rates, Chance(world.seed * 101 + number), spoil)

        self._trace = shelf(TRACE, message_trace.HEADER, 1)
        self._sent = shelf(SENT, "", 2)
        self._audit = shelf(AUDIT, audit.HEADER, 3)
        self._hunted = shelf(HUNTED, defender.HEADER, 4)
        self._shelves = (self._trace, self._sent, self._audit, self._hunted)

    def write(self, day: date, happened: Iterable[Happening]) -> None:
        """Write a day, in the order of time."""
        for each in sorted(happened, key=attrgetter("at", "id")):
            if isinstance(each, Mail):
                self._mail(day, each)
            elif isinstance(each, Touch):
                self._audit.put(day, audit.touched(each))
            elif isinstance(each, Setting):
                self._audit.put(day, audit.changed(each), watched=_watched(each))
            else:
                self._audit.put(day, audit.signed_in(each), watched=False)
        for shelf in self._shelves:
            shelf.close_day(day)

    def close(self, last: date) -> Written:
        """Write what is late still; return what the exports hold."""
        total = Written()
        for shelf in self._shelves:
            shelf.close(last)
            total.add(shelf.written)
        return total

    def _mail(self, day: date, mail: Mail) -> None:
        for line in message_trace.lines(mail, self._span):
            self._trace.put(day, line)
        if mail.account:
            self._sent.put(day, audit.sent(mail))
        if mail.files and not all(address.endswith(_INSIDE) for address in (mail.sender, *mail.to)):
            for line in defender.lines(mail):
                self._hunted.put(day, line)
        if mail.dlp:
            self._audit.put(day, audit.policy_match(mail))


def _watched(setting: Setting) -> bool:
    """Tell whether a reader takes a cmdlet for one that sends mail on, or ends that."""
    return setting.operation in _WATCHED_CMDLETS or any(name in _SENDS_ON for name, _ in setting.parameters)
