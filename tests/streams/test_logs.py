"""Log lines: one event with named values, whoever wrote it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from streams import logs


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs.NOISY}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_object_with_its_values() -> None:
    """Where nobody looks on from a terminal."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    structlog.get_logger("streams.x").info("chunk", topic="mail-events", last=7)
    (line,) = lines(stream)
    assert (line["event"], line["topic"], line["last"], line["level"]) == ("chunk", "mail-events", 7, "info")
    assert line["timestamp"].endswith("Z")


def test_a_terminal_gets_words_for_people() -> None:
    """Unless JSON is asked for."""
    stream = Terminal()
    logs.configure(stream=stream)
    structlog.get_logger("streams.x").info("chunk")
    assert not stream.getvalue().startswith("{")
    stream = Terminal()
    logs.configure(form="json", stream=stream)
    structlog.get_logger("streams.x").info("chunk")
    assert lines(stream)[0]["event"] == "chunk"


def test_lines_of_faust_and_the_kafka_client_go_the_same_way() -> None:
    """Their words stand under ``message``; the event is whose they are."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    logging.getLogger("aiokafka.consumer.fetcher").warning("lost %s", "it")
    (line,) = lines(stream)
    assert (line["event"], line["message"], line["logger"]) == ("aiokafka", "lost it", "aiokafka.consumer.fetcher")


def test_information_of_others_is_left_out_unless_one_debugs() -> None:
    """A worker's own lines are what one reads."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    logging.getLogger("faust.tables").info("recovering")
    structlog.get_logger("streams.x").debug("detail")
    assert stream.getvalue() == ""
    logs.configure(level="debug", stream=stream)
    logging.getLogger("faust.tables").info("recovering")
    assert len(lines(stream)) == 1


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_variables(form: logs.Format) -> None:
    """They hold people's mails."""
    stream = io.StringIO()
    logs.configure(form=form, stream=stream)
    subject = "Burgess" + "-witness"
    try:
        len(subject) // 0
    except ZeroDivisionError:
        structlog.get_logger("streams.x").exception("record-raised")
    assert "ZeroDivisionError" in stream.getvalue()
    assert subject not in stream.getvalue()


def test_the_same_words_of_a_client_are_written_once_a_minute() -> None:
    """A broker that is away fills no disk; other words, other loggers and our own events are written at once."""
    now = [0.0]
    once = logs.OnceAMinute(lambda: now[0])

    def line(name: str, message: str, *values: object) -> bool:
        return once.filter(logging.LogRecord(name, logging.ERROR, "", 0, message, values, None))

    assert line("aiokafka.conn", "no connection to %s", "a")
    assert not line("aiokafka.conn", "no connection to %s", "b")
    assert line("aiokafka.conn", "something else")
    assert line("faust", "no connection to %s", "a")
    assert [line("streams.worker", "chunk") for _ in range(2)] == [True, True]
    now[0] = 59.9
    assert not line("aiokafka.conn", "no connection to %s", "a")
    now[0] = 60.0
    assert line("aiokafka.conn", "no connection to %s", "a")
