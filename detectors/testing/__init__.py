"""What tests of detectors are written with, and the contract that every detector must pass.

``builders`` make activities and dated facts, ``running`` plays them to a detector, an ``Example`` is a history that must fire beside
one that just misses it. ``detectors.testing.suite`` is the contract; it needs hypothesis, which custodiet itself does not.
"""

from detectors.testing.builders import LATENESS, Mails, address, at, document, exception_fact, force, subject_fact, under
from detectors.testing.example import Example
from detectors.testing.running import run, view_of

__all__ = [
    "LATENESS",
    "Example",
    "Mails",
    "address",
    "at",
    "document",
    "exception_fact",
    "force",
    "run",
    "subject_fact",
    "under",
    "view_of",
]
