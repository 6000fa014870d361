"""What a document or message holds: marking, categories, protected person, each with the reason code that says why.

Everything that fits is united: the highest marking, all categories, a protected person if any rule says so. Reasons name rules and
never quote a file name or a subject: those may have to be withheld.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from schemas.records import Classification, ClassKind, DocumentClass, Marking, Millis
from streams.enrichment.markings import highest, is_intelligence_report, read_handling, read_label, read_name, read_subject
from streams.enrichment.paths import glob_rule, normal_path, path_rule

INTELLIGENCE_REPORT = "intelligence report"
"""The category of a document whose name or subject speaks of a 5x5x5 or 3x5x2 report."""

_ORDER: Final[tuple[ClassKind, ...]] = ("label", "hash", "path", "site", "name", "dlp")

Rule = tuple[DocumentClass, Callable[[str], bool]]


class DocumentClassifier:
    """The force's document classes and the built-in reading of markings.

    Labels, hashes and DLP types are looked up; paths and names are matched rule by rule.
    """

    def __init__(self, classes: Iterable[DocumentClass]) -> None:
        """Compile the rules; their order does not matter."""
        self._exact: dict[tuple[ClassKind, str], list[DocumentClass]] = {}
        self._dlp_globs: list[Rule] = []
        self._paths: list[Rule] = []
        self._names: list[Rule] = []
        for rule in sorted(classes, key=lambda rule: (rule.class_id, rule.pattern)):
            if rule.kind in ("path", "site"):
                self._paths.append((rule, path_rule(rule.pattern)))
            elif rule.kind == "name":
                self._names.append((rule, _name_rule(rule.pattern)))
            elif rule.kind == "dlp" and "*" in rule.pattern:
                self._dlp_globs.append((rule, glob_rule(_key(rule.pattern))))
            else:
                self._exact.setdefault((rule.kind, _key(rule.pattern)), []).append(rule)

    def classify_attachment(
        self,
        name: str,
        size: int | None,  # noqa: ARG002 - part of what is known of an attachment; no rule weighs it yet
        label: str | None,
        sha256: str | None,
        at: Millis,
    ) -> Classification:
        """Classify one attachment; ``size`` is in bytes, ``sha256`` in hex, ``at`` the instant that rules must be valid at."""
        found = _Found(at)
        self._label(label, found)
        self._hash(sha256, found)
        self._name(name, found)
        return found.classification()

    def classify_file(self, path: str, name: str, label: str | None, sha256: str | None, at: Millis) -> Classification:
        """Classify one file by where it lies as well; ``path`` is a UNC path, a drive path or a URL as the feed writes it."""
        found = _Found(at)
        self._label(label, found)
        self._hash(sha256, found)
        place = normal_path(path)
        for rule, matches in self._paths:
            if found.open_to(rule) and matches(place):
                found.rule(rule)
        self._name(name, found)
        return found.classification()

    def classify_message(self, subject: str | None, labels: Sequence[str], dlp_types: Sequence[str], at: Millis) -> Classification:
        """Classify a message by its labels, the sensitive-information types that DLP found in it, and the marking in its subject."""
        found = _Found(at)
        for label in labels:
            self._label(label, found)
        for dlp_type in dlp_types:
            key = _key(dlp_type)
            found.rules(self._exact.get(("dlp", key), ()))
            for rule, matches in self._dlp_globs:
                if found.open_to(rule) and matches(key):
                    found.rule(rule)
        if subject:
            found.text(read_subject(subject), "subject-text")
            _intelligence(subject, found)
        return found.classification()

    def _label(self, label: str | None, found: "_Found") -> None:
        if not label or not label.strip():
            return
        key = _key(label)
        found.rules(self._exact.get(("label", key), ()))
        # A sub-label comes as "Parent\Child" or "Parent/Child"; a rule may name the child alone.
        child = _key(key.replace("\\", "/").rpartition("/")[2])
        if child != key:
            found.rules(self._exact.get(("label", child), ()))
        found.text(read_label(label), "label-text")

    def _hash(self, sha256: str | None, found: "_Found") -> None:
        if sha256:
            found.rules(self._exact.get(("hash", _key(sha256)), ()))

    def _name(self, name: str, found: "_Found") -> None:
        if not name:
            return
        for rule, matches in self._names:
            if found.open_to(rule) and matches(name):
                found.rule(rule)
        found.text(read_name(name), "name-text")
        _intelligence(name, found)


class _Found:
    """What has been found so far, united."""

    def __init__(self, at: Millis) -> None:
        self._at = at
        self._rules: dict[tuple[str, str], DocumentClass] = {}
        self._texts: dict[str, Marking | None] = {}
        self._categories: set[str] = set()

    def open_to(self, rule: DocumentClass) -> bool:
        return (rule.valid_from is None or rule.valid_from <= self._at) and (rule.valid_to is None or self._at < rule.valid_to)

    def rule(self, rule: DocumentClass) -> None:
        self._rules[(rule.kind, f"{rule.class_id}\n{rule.pattern}")] = rule

    def rules(self, rules: Iterable[DocumentClass]) -> None:
        for rule in rules:
            if self.open_to(rule):
                self.rule(rule)

    def text(self, marking: Marking | None, reason: str) -> None:
        if marking is not None:
            self._texts[reason] = marking

    def category(self, category: str, reason: str, marking: Marking | None) -> None:
        self._categories.add(category)
        self._texts[reason] = marking

    def classification(self) -> Classification:
        rules = sorted(self._rules.values(), key=lambda rule: (_ORDER.index(rule.kind), rule.class_id, rule.pattern))
        markings = [marking for marking in (*(rule.marking for rule in rules), *self._texts.values()) if marking]
        categories = self._categories.union(*(rule.categories for rule in rules))
        reasons = (*(f"{rule.kind}:{rule.class_id}" for rule in rules), *self._texts)
        return Classification(
            marking=highest(markings),
            categories=tuple(sorted(categories)),
            protected_person=any(rule.protected_person for rule in rules),
            reasons=tuple(dict.fromkeys(reasons)),
        )


def _intelligence(text: str, found: _Found) -> None:
    if is_intelligence_report(text):
        handling = read_handling(text)
        found.category(INTELLIGENCE_REPORT, "handling-code" if handling else "intelligence-form", handling)


def _key(text: str) -> str:
    return " ".join(text.strip().strip("{}").casefold().split())


def _name_rule(pattern: str) -> Callable[[str], bool]:
    """Compile a rule over file names: a glob over the whole name, or words that must stand in it side by side."""
    if "*" in pattern or "?" in pattern:
        matches = glob_rule(pattern.casefold())
        return lambda name: matches(name.casefold())
    sought = _words(pattern)
    return lambda name: bool(sought) and f" {sought} " in f" {_words(name)} "


def _words(text: str) -> str:
    """Fold a name to words and numbers parted by single spaces, so that ``op_kestrel-brief`` holds ``Op Kestrel``."""
    folded = text.casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())
