"""Access, then send.

Behaviour: a file is opened, downloaded or copied and, within the hour, the officer sends a mail with an attachment to a personal,
disposable, relay or own account. The two are joined by content hash, else by file name, else by time alone with a classified file.
Proof: the file server's or cloud's record of the access, and the mail; by hash they are the very same content. The class of the file
counts for the mail, whatever its attachment is called by then; by time alone only from the second time and where more speaks against it
(``joining.worth``).
Blind spots: files from where nothing logs access, or taken long before; a renamed and changed copy of a file that nothing classifies.
What the analyst does: compare file and attachment, see where the file lies and whose it is, and ask what the access was for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from detectors import contract, files, joining
from detectors.contract import Episode, Evidence, Key, View
from detectors.durations import Duration, milliseconds
from detectors.joining import Join
from detectors.mails import class_reasons, is_such_mail, mail_evidence
from detectors.patterns import leaver
from detectors.points import Code
from schemas.records import Activity, FileAction, Grouping, Kind, Millis

_CODES: dict[Join, Code] = {"hash": "access-then-send-hash", "name": "access-then-send-name", "time": "access-then-send-time"}


class Config(contract.Config):
    """How long before the mail an access counts, how far clocks may differ, whether time alone joins, and within what it does so again."""

    window: Annotated[Duration, Field(gt=timedelta())] = timedelta(minutes=60)
    slack: Annotated[Duration, Field(ge=timedelta())] = timedelta(minutes=5)
    by_time: bool = True
    again_within: Annotated[Duration, Field(ge=timedelta())] = timedelta(days=30)


class AccessThenSend(contract.Detector[Config]):
    """Each such mail with an attachment that follows an access to the same file, or to a classified one, within the hour."""

    id: ClassVar[str] = "access-then-send"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "A file accessed, then sent"
    guidance: ClassVar[str] = "Compare the file with the attachment, find out whose it is, and ask what the access was for."
    grouping: ClassVar[Grouping] = "officer"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"file", "mail"})
    actions: ClassVar[frozenset[FileAction]] = frozenset(files.ACCESSES)
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        """From a mail back to one that was joined by time, and by the accesses that it shares with an earlier one to those of that one."""
        return self.config.again_within + 2 * (self.config.window + self.config.slack)

    def select(self, activity: Activity, key: Key) -> Evidence | None:  # noqa: ARG002 - the officer's own key says no more
        """Return an access, or such a mail with an attachment."""
        if (file := files.file_of(activity)) is not None:
            return Evidence(
                activity_id=activity.activity_id,
                at=activity.occurred_at,
                role=joining.access_role(file),
                facets=(("file", file.name or ""),),
                reasons=class_reasons(activity, self.force.points) if files.is_sensitive(file) else (),
                summary=files.told(activity, file),
            )
        mail = mail_evidence(activity, self.force.points) if is_such_mail(activity) and activity.documents else None
        if mail is None:
            return None
        withheld = (("withheld", "yes"),) if activity.withheld else ()
        return replace(mail, role="mail", facets=(*mail.facets, *joining.mail_facets(activity.documents), *withheld))

    def judge(self, view: View) -> Iterable[Episode]:
        """Return an episode for every mail that an access belongs to; an access is shown with the first mail that it belongs to."""
        accesses = [piece for piece in view.counted if piece.role != "mail"]
        instants = [piece.at for piece in accesses]
        window, slack = milliseconds(self.config.window), milliseconds(self.config.slack)
        taken = set(view.settled)
        explained: set[str] = set()
        by_time: list[Millis] = []
        for mail in (piece for piece in view.counted if piece.role == "mail"):
            around = accesses[bisect_left(instants, mail.at - window) : bisect_right(instants, mail.at + slack)]
            joined = joining.join(mail, around, by_time=self.config.by_time, explained=explained)
            if joined is None:
                continue
            again = joined.how == "time" and self._again(by_time, mail.at)
            if joined.how == "time":
                by_time.append(mail.at)
            else:
                explained.update(piece.activity_id for piece in joined.accesses)
            # What a withheld mail's attachments are called is not told, so neither may be which file was sent; a bare mail may be one.
            named = bool(mail.facets) and ("withheld", "yes") not in mail.facets
            shown = [replace(each, reasons=()) for each in joined.accesses if named and each.activity_id not in taken]
            taken.update(piece.activity_id for piece in shown)
            if mail.activity_id in view.settled:
                continue
            sent = replace(mail, reasons=joining.worth(mail, joined, again=again))
            pattern = self.force.points.reason(_CODES[joined.how], words=joining.told(mail, joined, named=named))
            yield Episode(
                evidence=tuple(sorted((sent, *shown), key=lambda piece: (piece.at, piece.activity_id))),
                trigger=mail.activity_id,
                reasons=(pattern, *leaver([mail], view.subject, self.force.points)),
            )

    def _again(self, earlier: Sequence[Millis], at: Millis) -> bool:
        """Tell whether a mail was joined by time on an earlier occasion: within ``again_within``, and more than the window ago."""
        since, until = at - milliseconds(self.config.again_within), at - milliseconds(self.config.window)
        return bisect_left(earlier, since) < bisect_left(earlier, until)
