"""Checks of what comes with a detector: names, docstring, page, examples."""

import inspect
import re
from datetime import timedelta

from pydantic import ValidationError

from detectors import contract
from detectors.testing.builders import force
from detectors.testing.candidate import Candidate, ContractBrokenError
from detectors.testing.running import run
from schemas.records import Activity

DOCSTRING = ("Behaviour", "Proof", "Blind spots", "What the analyst does")
PAGE = ("Behaviour", "Data that proves it", "Blind spots", "How an attacker gets round it", "What the analyst does when it fires", "Tuning")
_ID = re.compile(r"[a-z]+(-[a-z]+)*")


def named(candidate: Candidate) -> None:
    """Check that the id names the module and that title, guidance, version, kinds and a configuration with defaults are there."""
    detector = candidate.detector
    module = detector.__module__.rpartition(".")[2]
    if not _ID.fullmatch(detector.id) or module != detector.id.replace("-", "_"):
        raise ContractBrokenError(f"the id {detector.id!r} must be words joined by hyphens, and the module's name with them: {module}")
    if detector.version < 1 or not detector.title or not detector.guidance or not detector.kinds:
        raise ContractBrokenError(f"{detector.id} lacks a version from 1, a title, guidance or kinds")
    if not issubclass(detector.Config, contract.Config):
        raise ContractBrokenError(f"the Config of {detector.id} does not extend detectors.contract.Config")
    try:
        config = detector.Config()
    except ValidationError as error:
        raise ContractBrokenError(f"the Config of {detector.id} has no default for everything") from error
    if detector(config, force()).reach < timedelta():
        raise ContractBrokenError(f"{detector.id} reaches backwards")


def documented(candidate: Candidate) -> None:
    """Check that docstring and page say what a reader must know, and the page what can be set."""
    detector = candidate.detector
    said = inspect.getdoc(inspect.getmodule(detector)) or ""
    silent = [topic for topic in DOCSTRING if not re.search(rf"^{topic}: \S", said, re.MULTILINE)]
    wanting = [f"the docstring of {detector.__module__} does not say: {', '.join(silent)}"] if silent else []
    wanting += _wanting(candidate)
    if wanting:
        raise ContractBrokenError("; ".join(wanting))


def _wanting(candidate: Candidate) -> list[str]:
    """Return what a detector's page leaves out."""
    if not candidate.page.is_file():
        return [f"{candidate.detector.id} has no page: write {candidate.page}"]
    sections = _sections(candidate.page.read_text("utf-8"))
    missing = [heading for heading in PAGE if not sections.get(heading)]
    untold = [name for name in candidate.detector.Config.model_fields if f"`{name}`" not in sections.get("Tuning", "")]
    name = candidate.page.name
    return [
        *([f"{name} has nothing under: {', '.join(missing)}"] if missing else []),
        *([f"{name} does not say, under Tuning, what can be set: {', '.join(untold)}"] if untold else []),
    ]


def _sections(page: str) -> dict[str, str]:
    """Return the text under each second-level heading."""
    pieces = re.split(r"^## +(.+?) *$", page, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], (text.strip() for text in pieces[1::2]), strict=True))


def examples_tell_apart(candidate: Candidate) -> None:
    """Check that there are examples: what must fire does, and the near miss, which holds something to look at, does not."""
    if not candidate.examples:
        raise ContractBrokenError(f"{candidate.detector.id} has no example: give its test module EXAMPLES")
    for example in candidate.examples:
        if not run([example.detector(candidate.detector)], example.fires):
            raise ContractBrokenError(f"{example.rule}: must fire, and does not")
        if run([example.detector(candidate.detector)], example.near_miss):
            raise ContractBrokenError(f"{example.rule}: the near miss fires")
        if not any(isinstance(record, Activity) and record.kind in candidate.detector.kinds for record in example.near_miss):
            raise ContractBrokenError(f"{example.rule}: a near miss that holds nothing for this detector cannot miss")
