"""Bounds on what is read."""

MAX_RECORD = 10 * 1024 * 1024
"""The largest raw record that is parsed, in bytes of UTF-8; a larger one is a dead letter ``too-long``."""

MAX_RAW = 1024 * 1024
"""How much of a raw record a dead letter keeps, in bytes."""
