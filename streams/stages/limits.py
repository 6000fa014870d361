"""Bounds that every stage keeps to."""

MAX_RECORD = 4 * 1024 * 1024
"""The most bytes of one record or state row; a larger one is refused before it is sent."""

CLOCK_SKEW = 24 * 3_600_000
"""How far, in ms, an event time may lie ahead of its producer's clock."""
