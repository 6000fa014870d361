"""What the commands that talk to Kafka have in common: a broker that does not answer is one clear message."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiokafka.errors import KafkaConnectionError

from streams.errors import CustodietError
from streams.settings import Settings

T = TypeVar("T")


def complete(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end; CustodietError when no broker answers."""
    try:
        return asyncio.run(work)
    except KafkaConnectionError as error:
        raise CustodietError(f"no Kafka broker answers at {settings.kafka}: {error}") from error
