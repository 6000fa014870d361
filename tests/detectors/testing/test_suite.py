"""The contract suite catches whoever breaks the contract: for each check, detectors that break just that."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from hypothesis import Phase, settings

from detectors import contract, judging
from detectors.behaviours.repeated_personal_email import Config, RepeatedPersonalEmail
from detectors.contract import Episode, Evidence, Key, View
from detectors.judging import Rule
from detectors.registry import AnyDetector
from detectors.testing import Example, Mails, document
from detectors.testing.papers import PAGE
from detectors.testing.suite import CHECKS, Candidate, ContractBrokenError
from schemas.records import Activity, Grouping, Kind, Marking, Reason
from tests.detectors.behaviours.test_repeated_personal_email import EXAMPLES, mails

NO_PAGE = Path("no-such-page.md")
FIRES, MISSES = mails("2026-05-04", "2026-05-05", "2026-05-06"), mails("2026-05-04", "2026-05-05")


@pytest.fixture(autouse=True)
def _found_is_enough() -> Iterator[None]:
    """Whoever breaks the contract on purpose needs no smallest example."""
    settings.register_profile("found", settings.get_profile("custodiet"), phases=[Phase.generate], report_multiple_bugs=False)
    settings.load_profile("found")
    yield
    settings.load_profile("custodiet")


class Counting(RepeatedPersonalEmail):
    """Says no from its fifth call on: what it answers depends on what it was asked before."""

    calls = 0

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        self.calls += 1
        return super().select(activity, key) if self.calls < 5 else None


class Newest(RepeatedPersonalEmail):
    """Looks only at what is newer than all it has seen."""

    newest = -1

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        if activity.occurred_at < self.newest:
            return None
        self.newest = activity.occurred_at
        return super().select(activity, key)


class Tallying(RepeatedPersonalEmail):
    """Shows in its alerts how often it was asked."""

    calls = 0

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        self.calls += 1
        evidence = super().select(activity, key)
        return evidence and replace(evidence, summary=f"call {self.calls}")


class OtherName(RepeatedPersonalEmail):
    """Gives its evidence another name than the activity's."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        evidence = super().select(activity, key)
        return evidence and replace(evidence, activity_id=f"my-{evidence.activity_id}")


class OtherTime(RepeatedPersonalEmail):
    """Rounds the instant."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        evidence = super().select(activity, key)
        return evidence and replace(evidence, at=evidence.at // 86_400_000 * 86_400_000 - 1)


class Authorising(RepeatedPersonalEmail):
    """Takes it on itself to allow something."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        evidence = super().select(activity, key)
        return evidence and replace(evidence, authorised_by="the detector")


class Remembering(RepeatedPersonalEmail):
    """Tells every episode only once."""

    def judge(self, view: View) -> Iterable[Episode]:
        told = self.__dict__.setdefault("told", set())
        for episode in super().judge(view):
            if episode not in told:
                told.add(episode)
                yield episode


class Editing(RepeatedPersonalEmail):
    """Edits the activity that it looks at."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        msgspec.structs.force_setattr(activity, "subject", f"{activity.subject}!")
        return super().select(activity, key)


class Sorting(RepeatedPersonalEmail):
    """Takes a piece out of the view that it was handed."""

    def judge(self, view: View) -> Iterable[Episode]:
        episodes = list(super().judge(view))
        if isinstance(view.counted, list) and view.counted:
            view.counted.pop()
        return episodes


class NeedingSubject(RepeatedPersonalEmail):
    """Takes for granted that there is a subject."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        return None if "urgent" in activity.subject.lower() else super().select(activity, key)  # type: ignore[union-attr] # the fault


class NeedingAddress(RepeatedPersonalEmail):
    """Takes for granted that every address is told."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        known = [address.address.lower() for address in activity.addresses]  # type: ignore[union-attr] # the fault
        return super().select(activity, key) if known else None


class NeedingDocuments(RepeatedPersonalEmail):
    """Takes for granted that what has content has a document."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        return super().select(activity, key) if not activity.content or activity.documents[0] else None


class NeedingWords(RepeatedPersonalEmail):
    """Cannot stand a reason that it does not know."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        if any(not reason for reason in activity.reasons):
            raise LookupError
        return super().select(activity, key)


class Unsettled(RepeatedPersonalEmail):
    """Tells what was final once more."""

    def judge(self, view: View) -> Iterable[Episode]:
        return super().judge(replace(view, settled=frozenset()))


class Sharing(RepeatedPersonalEmail):
    """Puts one piece into two episodes."""

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield episode
            yield Episode(episode.evidence[:1], episode.evidence[0].activity_id)


class Backwards(RepeatedPersonalEmail):
    """Gives its evidence the latest first."""

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield replace(episode, evidence=episode.evidence[::-1])


class Naming(RepeatedPersonalEmail):
    """Names an episode after something else."""

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield replace(episode, trigger="episode-1")


class ShortReach(RepeatedPersonalEmail):
    """Says that it reaches a day, with windows of 30."""

    @property
    def reach(self) -> timedelta:
        return timedelta(days=1)


class Everything(RepeatedPersonalEmail):
    """Adds to a reason how many episodes the officer has in all: what is far away changes it."""

    def judge(self, view: View) -> Iterable[Episode]:
        episodes = list(super().judge(view))
        return [replace(each, reasons=(self.force.points.reason("repeat", words=f"{len(episodes)} times"),)) for each in episodes]


class OwnPoints(RepeatedPersonalEmail):
    """Gives points of its own."""

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield replace(episode, reasons=(Reason(code="repeat", points=1, words="again"),))


class OwnCode(RepeatedPersonalEmail):
    """Gives a reason that no table has."""

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield replace(episode, reasons=(Reason(code="suspicious", points=0, words="looks odd"),))


class Silent(RepeatedPersonalEmail):
    """Gives a reason without words."""

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield replace(episode, reasons=(Reason(code="repeat", points=0, words=""),))


class Worthless(RepeatedPersonalEmail):
    """Alerts for nothing."""

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        evidence = super().select(activity, key)
        return evidence and replace(evidence, reasons=())

    def judge(self, view: View) -> Iterable[Episode]:
        for episode in super().judge(view):
            yield replace(episode, reasons=())


class ByRevision(RepeatedPersonalEmail):
    """Depends on who asks when: an alert quotes how many pieces came before it was first judged."""

    def judge(self, view: View) -> Iterable[Episode]:
        first = self.__dict__.setdefault("first", len(view.counted))
        for episode in super().judge(view):
            yield replace(episode, reasons=(self.force.points.reason("repeat", words=f"after {first}"),))


BREAKERS: list[tuple[str, type[AnyDetector]]] = [
    ("select-is-pure", Counting),
    ("select-is-pure", Newest),
    ("select-is-pure", Tallying),
    ("select-is-pure", OtherName),
    ("select-is-pure", OtherTime),
    ("select-is-pure", Authorising),
    ("judge-is-pure", Remembering),
    ("judge-is-pure", ByRevision),
    ("input-not-mutated", Editing),
    ("input-not-mutated", Sorting),
    ("missing-fields-survived", NeedingSubject),
    ("missing-fields-survived", NeedingAddress),
    ("missing-fields-survived", NeedingDocuments),
    ("missing-fields-survived", NeedingWords),
    ("settled-stay-out", Unsettled),
    ("settled-stay-out", Sharing),
    ("settled-stay-out", Backwards),
    ("settled-stay-out", Naming),
    ("reach-holds", ShortReach),
    ("reach-holds", Everything),
    ("restored-state", Counting),
    ("restored-state", Remembering),
    ("restored-state", ByRevision),
    ("any-order", Newest),
    ("any-order", ByRevision),
    ("duplicates", Tallying),
    ("duplicates", ByRevision),
    ("score-explained", OwnPoints),
    ("score-explained", OwnCode),
    ("score-explained", Silent),
    ("score-explained", Worthless),
]


@pytest.mark.parametrize(("check", "broken"), BREAKERS)
def test_who_breaks_the_contract_is_caught(check: str, broken: type[AnyDetector]) -> None:
    """The check tells of the breach, and does not stumble over it."""
    with pytest.raises(ContractBrokenError):
        CHECKS[check](Candidate(broken, EXAMPLES, NO_PAGE))


class OpenedOften(contract.Detector[Config]):
    """A detector unlike those that there are: files, by the document's content, opened three times in an hour."""

    id: ClassVar[str] = "opened-often"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "A document opened often"
    guidance: ClassVar[str] = "Ask who needs it."
    grouping: ClassVar[Grouping] = "document"
    kinds: ClassVar[frozenset[Kind]] = frozenset({"file"})
    Config: ClassVar[type[contract.Config]] = Config

    @property
    def reach(self) -> timedelta:
        return timedelta(hours=1)

    def select(self, activity: Activity, key: Key) -> Evidence | None:
        marking = next((each.marking for each in activity.documents), None)
        return Evidence(
            activity_id=activity.activity_id,
            at=activity.occurred_at,
            reasons=(self.force.points.reason("attachment"),),
            summary=f"{key.value} was opened",
            counted=marking is not None,
        )

    def judge(self, view: View) -> Iterable[Episode]:
        for part in judging.parts(view, [Rule(window=self.reach, measure="count", threshold=3)], self.force.calendar):
            yield Episode(evidence=part.evidence, trigger=part.trigger)


def opened(*minutes: int, marking: Marking | None = "SECRET") -> tuple[Activity, ...]:
    """Return a document's file events."""
    return tuple(
        Mails().mail(
            f"2026-05-04T10:{minute:02d}", kind="file", grouping="document", value="ab" * 32, documents=[document(marking=marking)]
        )
        for minute in minutes
    )


@pytest.mark.parametrize("check", [check for check in CHECKS if check not in {"named", "documented"}])
def test_a_detector_of_another_kind_and_grouping_is_held_to_the_same(check: str) -> None:
    """Its examples are all that the suite needs to know of it."""
    examples = (
        Example("three times", fires=opened(0, 20, 59), near_miss=opened(0, 59)),
        Example("marked", opened(1, 2, 3), opened(1, 2, 3, marking=None)),
    )
    CHECKS[check](Candidate(OpenedOften, examples, NO_PAGE))


class BadlyNamed(RepeatedPersonalEmail):
    """Its id is not its module's name."""

    id: ClassVar[str] = "something-else"


class Untitled(RepeatedPersonalEmail):
    """Says nothing of itself to the analyst."""

    guidance: ClassVar[str] = ""


class Demanding(RepeatedPersonalEmail):
    """Cannot be made without configuration."""

    class Config(Config):
        """Its own, with a field that has no default."""

        limit: int


@pytest.mark.parametrize("broken", [BadlyNamed, Untitled, Demanding])
def test_a_detector_without_a_proper_name_is_caught(broken: type[AnyDetector], monkeypatch: pytest.MonkeyPatch) -> None:
    """The id is the module's name, there is guidance, and everything has a default."""
    monkeypatch.setattr(broken, "__module__", RepeatedPersonalEmail.__module__)
    with pytest.raises(ContractBrokenError):
        CHECKS["named"](Candidate(broken, EXAMPLES, NO_PAGE))


def test_a_page_that_says_it_all_passes(tmp_path: Path) -> None:
    """What the next tests take away is all that is asked for."""
    page = written(tmp_path, lambda text: text)
    CHECKS["documented"](Candidate(RepeatedPersonalEmail, EXAMPLES, page))


@pytest.mark.parametrize("heading", PAGE)
def test_a_page_that_leaves_a_section_empty_is_caught(tmp_path: Path, heading: str) -> None:
    """A heading alone is not an answer."""
    page = written(tmp_path, lambda text: text.replace(f"## {heading}\nAll of `enabled` and `rules`.", f"## {heading}\n"))
    with pytest.raises(ContractBrokenError, match=heading):
        CHECKS["documented"](Candidate(RepeatedPersonalEmail, EXAMPLES, page))


def test_a_page_that_does_not_name_a_setting_is_caught(tmp_path: Path) -> None:
    """Whatever can be set is under Tuning."""
    page = written(tmp_path, lambda text: text.replace(" and `rules`", ""))
    with pytest.raises(ContractBrokenError, match="rules"):
        CHECKS["documented"](Candidate(RepeatedPersonalEmail, EXAMPLES, page))


def test_no_page_is_caught() -> None:
    """The message says where to write it."""
    with pytest.raises(ContractBrokenError, match=r"no-such-page\.md"):
        CHECKS["documented"](Candidate(RepeatedPersonalEmail, EXAMPLES, NO_PAGE))


def test_a_module_that_does_not_say_what_it_is_about_is_caught(tmp_path: Path) -> None:
    """The docstring of the detector's module, here this one, has to name its blind spots."""
    with pytest.raises(ContractBrokenError, match="Blind spots"):
        CHECKS["documented"](Candidate(Untitled, EXAMPLES, written(tmp_path, lambda text: text)))


@pytest.mark.parametrize(
    ("examples", "complaint"),
    [
        ((), "no example"),
        ((Example("two are enough", fires=MISSES, near_miss=MISSES),), "must fire, and does not"),
        ((Example("three are too few", fires=FIRES, near_miss=FIRES),), "the near miss fires"),
        ((Example("nothing is a near miss", fires=FIRES, near_miss=()),), "cannot miss"),
    ],
)
def test_examples_that_tell_nothing_apart_are_caught(examples: tuple[Example, ...], complaint: str) -> None:
    """An example is a pair, and both halves are played."""
    with pytest.raises(ContractBrokenError, match=complaint):
        CHECKS["examples"](Candidate(RepeatedPersonalEmail, examples, NO_PAGE))


@pytest.mark.parametrize("check", [check for check in CHECKS if check not in {"named", "documented", "examples"}])
def test_without_an_example_every_check_says_just_that(check: str) -> None:
    """Whoever begins a detector is told what to write next, and nothing of what the checks are made of."""
    with pytest.raises(ContractBrokenError, match="repeated-personal-email has no example to play: give its test module EXAMPLES"):
        CHECKS[check](Candidate(RepeatedPersonalEmail, (), NO_PAGE))


def written(folder: Path, change: Callable[[str], str]) -> Path:
    """Write a page that says all that is asked for, changed."""
    page = folder / "repeated-personal-email.md"
    page.write_text(change("# A title\n\n" + "".join(f"## {heading}\nAll of `enabled` and `rules`.\n" for heading in PAGE)), "utf-8")
    return page
