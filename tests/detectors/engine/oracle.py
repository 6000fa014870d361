"""A second, deliberately naive reading of design section 5: all facts, every window, no state, nothing retired."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from detectors.engine.facts import Record
from detectors.judging import Rule
from schemas.identity import alert_id
from schemas.records import Activity, ExceptionFact, SubjectFact

RANK = {None: 0, "OFFICIAL": 1, "OFFICIAL-SENSITIVE": 2, "SECRET": 3, "TOP SECRET": 4}
LONDON = ZoneInfo("Europe/London")
Summary = tuple[str, str, tuple[str, ...], int, tuple[str, ...]]
"""alert id, detector, evidence ids, shadow count, ids of shown authorised pieces"""


def latest(records: Iterable[Record]) -> tuple[list[Activity], list[ExceptionFact], list[SubjectFact]]:
    """Keep the highest revision of every fact."""
    activities: dict[str, Activity] = {}
    exceptions: dict[str, ExceptionFact] = {}
    subjects: dict[str, SubjectFact] = {}
    for record in records:
        if isinstance(record, Activity):
            if record.activity_id not in activities or record.revision > activities[record.activity_id].revision:
                activities[record.activity_id] = record
        elif isinstance(record, ExceptionFact):
            if record.exception_id not in exceptions or record.revision > exceptions[record.exception_id].revision:
                exceptions[record.exception_id] = record
        elif record.fact_id not in subjects or record.revision > subjects[record.fact_id].revision:
            subjects[record.fact_id] = record
    standing = sorted((a for a in activities.values() if not a.void), key=lambda a: (a.occurred_at, a.activity_id))
    return (
        standing,
        sorted((e for e in exceptions.values() if not e.void), key=lambda e: e.exception_id),
        [s for s in subjects.values() if not s.void],
    )


def alerts(records: Iterable[Record], officer: str, rules: Iterable[Rule]) -> set[Summary]:  # noqa: C901 - one long plain reading
    """Return what must stand after these records, for ``repeated-personal-email`` with these rules and ``sensitive-to-personal``."""
    activities, exceptions, subjects = latest(records)
    declared = {address for subject in subjects for address in subject.personal_addresses}
    drawn: dict[str, int] = defaultdict(int)
    counted, shadow = list[Activity](), list[Activity]()
    authorised, sensitive = set[str](), set[str]()
    for activity in activities:
        own = [a for a in activity.addresses if a.own in {"likely", "declared"} or a.address in declared]
        unofficial = [a for a in activity.addresses if a.class_ in {"personal", "disposable", "relay"} or a in own]
        if not unofficial:
            continue
        rank = max(RANK[d.marking] for d in activity.documents) if activity.documents else 0
        protected = any(d.protected_person for d in activity.documents)
        if rank >= 2 or protected or any(d.categories for d in activity.documents):
            sensitive.add(activity.activity_id)
        if not activity.content and not own:
            shadow.append(activity)
            continue
        used: set[str] = set()
        for a in unofficial:
            fitting = [e.exception_id for e in exceptions if fits(e, a.address, activity.occurred_at, rank, drawn)]
            if not fitting or protected:
                used = set()
                break
            used.add(fitting[0])
        for name in used:
            drawn[name] += 1
        (shadow if used else counted).append(activity)
        if used:
            authorised.add(activity.activity_id)
    found = set()
    for trigger, part in parts(counted, rules):
        found.add(summary("repeated-personal-email", officer, trigger, part, shadow, authorised))
    hidden = [a for a in shadow if a.activity_id in sensitive]
    for activity in counted:
        if activity.activity_id in sensitive:
            found.add(summary("sensitive-to-personal", officer, activity.activity_id, [activity], hidden, authorised))
    return found


def fits(exception: ExceptionFact, address: str | None, instant: int, rank: int, drawn: dict[str, int]) -> bool:
    """Tell whether an exception covers one address at one instant."""
    return (
        exception.address == address
        and (exception.starts is None or exception.starts <= instant)
        and (exception.ends is None or instant < exception.ends)
        and max(RANK[exception.highest_marking], 1) >= rank
        and (exception.limit is None or drawn[exception.exception_id] < exception.limit)
    )


def summary(detector: str, officer: str, trigger: str, part: list[Activity], shadow: list[Activity], authorised: set[str]) -> Summary:
    """Project a part onto what is compared."""
    aside = [a for a in shadow if part[0].occurred_at <= a.occurred_at <= part[-1].occurred_at]
    shown = tuple(a.activity_id for a in aside if a.activity_id in authorised)[: min(10, max(0, 50 - len(part)))]
    return (alert_id(detector, f"officer:{officer}", trigger), detector, tuple(a.activity_id for a in part), len(aside), shown)


def measured(rule: Rule, window: list[Activity]) -> int:
    """Measure one window by looking at all of it."""
    if rule.measure == "count":
        return len(window)
    days = {datetime.fromtimestamp(a.occurred_at / 1000, LONDON).date() for a in window}
    if rule.measure == "days":
        return len(days)
    if rule.measure == "weeks":
        return len({day.isocalendar()[:2] for day in days})
    raise ValueError(rule.measure)


def parts(pieces: list[Activity], rules: Iterable[Rule]) -> list[tuple[str, list[Activity]]]:
    """Try every window of every rule; link what shares a hot one; cut by quarter."""
    hot_windows: list[tuple[int, list[int], int]] = []  # end, positions, position that reached the threshold
    for rule in rules:
        for end in sorted({p.occurred_at for p in pieces}):
            inside = [i for i, p in enumerate(pieces) if end - rule.width < p.occurred_at <= end]
            if measured(rule, [pieces[i] for i in inside]) < rule.threshold:
                continue
            ties = [i for i in inside if pieces[i].occurred_at == end]
            reached = next(i for i in ties if measured(rule, [pieces[j] for j in inside if j <= i]) >= rule.threshold)
            hot_windows.append((end, inside, reached))
    linked = {(i, i + 1) for _, inside, _ in hot_windows for i in inside if i + 1 in inside}
    hot = sorted({i for _, inside, _ in hot_windows for i in inside})
    episodes: list[list[int]] = []
    for i in hot:
        if episodes and (i - 1, i) in linked:
            episodes[-1].append(i)
        else:
            episodes.append([i])
    found = []
    for episode in episodes:
        quarters = defaultdict(list)
        for i in episode:
            quarters[quarter(min(end for end, inside, _ in hot_windows if i in inside))].append(i)
        for number, members in quarters.items():
            reached = min(r for end, _, r in hot_windows if r in episode and quarter(end) == number)
            found.append((pieces[reached].activity_id, [pieces[i] for i in members]))
    return found


def quarter(at: int) -> tuple[int, int]:
    """Return the calendar quarter."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.year, (moment.month - 1) // 3
