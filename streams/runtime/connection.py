"""How to reach Kafka, in the words of each of the clients."""

import asyncio
import ssl
import time
from typing import Any, Final

import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.errors import UsageError
from streams.settings import Settings

log = structlog.get_logger(__name__)

SAY_EVERY_SECONDS: Final = 60.0
TRY_EVERY_SECONDS: Final = 1.0


def client_options(settings: Settings) -> dict[str, Any]:
    """Return the keyword arguments of aiokafka's clients; UsageError when SASL lacks its user or password."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka.split(","),
        "security_protocol": settings.kafka_security,
        "ssl_context": ssl_context(settings),
    }
    if settings.kafka_security.startswith("SASL"):
        user, password = sasl_user(settings)
        options |= {"sasl_mechanism": settings.kafka_sasl_mechanism, "sasl_plain_username": user, "sasl_plain_password": password}
    return options


def admin_options(settings: Settings) -> dict[str, Any]:
    """Return the keyword arguments of kafka-python's clients."""
    return {**client_options(settings), "client_id": "custodiet-admin"}


async def until_broker(settings: Settings) -> None:
    """Return when a broker answers; say at once and then once a minute that it does not."""
    began = time.monotonic()
    said: float | None = None
    while True:
        client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=5_000)
        try:
            await client.start()
        except (KafkaError, OSError, TimeoutError) as error:
            now = time.monotonic()
            if said is None or now - said >= SAY_EVERY_SECONDS:
                log.warning("broker-away", kafka=settings.kafka, waited_seconds=round(now - began), error=str(error))
                said = now
            await asyncio.sleep(TRY_EVERY_SECONDS)
        else:
            if said is not None:
                log.info("broker-there", kafka=settings.kafka, waited_seconds=round(time.monotonic() - began))
            return
        finally:
            await client.close()


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how to check the brokers' certificates; None without TLS."""
    if not settings.kafka_security.endswith("SSL"):
        return None
    return ssl.create_default_context(cafile=None if settings.kafka_ca is None else str(settings.kafka_ca))


def sasl_user(settings: Settings) -> tuple[str, str]:
    """Return user and password; UsageError when either is missing."""
    if settings.kafka_user is None or settings.kafka_password is None:
        raise UsageError(f"CUSTODIET_KAFKA_SECURITY={settings.kafka_security} needs CUSTODIET_KAFKA_USER and CUSTODIET_KAFKA_PASSWORD")
    return settings.kafka_user, settings.kafka_password.get_secret_value()
