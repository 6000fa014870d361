"""The instant up to which a scan takes events, as it is written on the command line."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from schemas.public import PublicError, millis_of
from schemas.records import Millis
from streams.errors import UsageError


def as_of(text: str, zone: tzinfo) -> Millis:
    """Return the last millisecond of the day that ``2023-05-01`` names in the force's zone, or the instant that a whole one names.

    Raise UsageError for anything else.
    """
    try:
        day = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        try:
            return millis_of(text)
        except PublicError as error:
            raise UsageError(f"--as-of: {text!r} is neither a day like 2023-05-01 nor an instant like 2023-05-01T08:30:00Z") from error
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    return (begins - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) - 1
