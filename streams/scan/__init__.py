"""The whole pipeline over files, in one process: the same stages as the workers, no Kafka, the same alerts."""

from streams.scan.pipeline import Scan, Scanned
from streams.scan.routing import route, unfit

__all__ = ["Scan", "Scanned", "route", "unfit"]
