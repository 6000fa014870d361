"""Log lines: one event with named values each, as JSON unless somebody looks on from a terminal.

Everything goes through structlog, what Faust and the Kafka client write to the standard library's loggers too.
"""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Final, Literal, TextIO

import structlog

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "json", "console"]

_SERVICES: Final = ("streams.runtime.transport", "streams.runtime.table_store")
NOISY: Final = ("aiokafka", "faust", "mode", "kafka", "asyncio", "elastic_transport", "elasticsearch", *_SERVICES)
"""Loggers whose information is our debugging: those of others, and those of the services that we give to Faust."""


SAY_AGAIN_SECONDS: Final = 60.0
_KINDS_OF_LINES: Final = 1_000


class OnceAMinute(logging.Filter):
    """Lets a foreign logger say the same thing once a minute: a client whose broker is away says it many times a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing said."""
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is to be written; what is told apart is logger, level and the words before their values are filled in."""
        if record.name.split(".")[0] not in NOISY and record.name not in NOISY:
            return True
        said = (record.name, record.levelno, str(record.msg)[:200])
        now = self._clock()
        if now - self._said.get(said, -SAY_AGAIN_SECONDS) < SAY_AGAIN_SECONDS:
            return False
        if len(self._said) > _KINDS_OF_LINES:
            self._said.clear()
        self._said[said] = now
        return True


def _event_of_others(_: Any, __: str, event: Any) -> Any:
    """Keep a foreign line's words as ``message`` under one event name, so that events stay a short list of names."""
    record = event.get("_record")
    if record is not None and event.get("_from_structlog") is False:
        event["message"] = event.pop("event")
        event["event"] = record.name.split(".")[0]
        event["logger"] = record.name
    return event


def configure(level: Level = "info", form: Format = "auto", stream: TextIO | None = None) -> None:
    """Set up logging for this process, anew at each call; lines go to ``stream`` (standard error by default)."""
    out = sys.stderr if stream is None else stream
    console = form == "console" or (form == "auto" and out.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.UnicodeDecoder(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # Plain tracebacks only: one that shows variables would show people's mails.
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(out)
    if level != "debug":
        handler.addFilter(OnceAMinute())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[_event_of_others, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
