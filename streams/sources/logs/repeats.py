"""What syslog daemons write where a message came several times in a row.

rsyslog writes it again, ``message repeated 3 times: [ … ]``; older daemons only that it came, ``last message repeated 3 times``.
"""

import re
from typing import Final

LAST: Final = r"last message (?:repeated|buffered) \d+ times?"
"""The older wording, as a regular expression: it says not which message."""

_AGAIN: Final = re.compile(r"message repeated \d+ times: \[ ?(?P<text>.*)\]\s*", re.DOTALL)


def once(text: str) -> str:
    """Return the message that was repeated; any other as it is."""
    again = _AGAIN.fullmatch(text)
    return text if again is None else again["text"]
