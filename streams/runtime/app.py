"""The Faust apps, one a role, with the settings that were proved."""

from pathlib import Path
from typing import Any, Final

import faust
from faust.types.auth import CredentialsT
from yarl import URL

from streams.runtime.connection import sasl_user, ssl_context
from streams.runtime.lease import Lease
from streams.runtime.names import Names
from streams.runtime.sender import BATCH_BYTES, LINGER_MS
from streams.runtime.transport import Bounds, ChunkedTransport
from streams.settings import Settings

FETCH_BYTES: Final = 1024 * 1024
"""Most bytes of one fetch from one partition; the broker gives a larger record all the same."""


def build(role: str, settings: Settings, worker: str, datadir: Path) -> faust.App:
    """Return the app of a role for the worker of this name, not started. Its name is also that of its consumer group."""
    names = Names(settings.topic_prefix, settings.generation)
    app = faust.App(
        names.group(role),
        **_brokers(settings),
        datadir=str(datadir),
        store="rocksdb://",
        # Faust tells members apart by this address, although nothing listens there.
        canonical_url=URL.build(scheme="http", host=f"{worker}.worker.invalid".lower(), port=1),
        autodiscover=False,
        web_enabled=False,
        web_tables_enabled=False,
        processing_guarantee="at_least_once",
        broker_commit_interval=settings.commit_interval,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=min(3.0, settings.session_timeout / 4),
        broker_rebalance_timeout=settings.rebalance_timeout,
        broker_request_timeout=max(40.0, settings.session_timeout + 5),
        broker_max_poll_interval=24 * 60 * 60.0,  # a partition may wait for Elasticsearch for as long as it takes
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=FETCH_BYTES,
        producer_linger=LINGER_MS / 1000,
        producer_max_batch_size=BATCH_BYTES,
        stream_buffer_maxsize=1_000_000,  # in chunks; what is in flight is bounded by the transport
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication,
        reply_create_topic=False,
        worker_redirect_stdouts=False,
    )
    bounds = Bounds(settings.chunk_records, settings.chunk_bytes, settings.in_flight_bytes)
    lease = Lease(settings.session_timeout, settings.rebalance_timeout)
    app.transport = ChunkedTransport(app.conf.broker_consumer, app, bounds=bounds, lease=lease)
    return app


def _brokers(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"broker": [URL(f"kafka://{server}") for server in settings.kafka.split(",")]}
    credentials = _credentials(settings)
    return options if credentials is None else {**options, "broker_credentials": credentials}


def _credentials(settings: Settings) -> CredentialsT | None:
    context = ssl_context(settings)
    if settings.kafka_security.startswith("SASL"):
        user, password = sasl_user(settings)
        return faust.SASLCredentials(username=user, password=password, ssl_context=context, mechanism=settings.kafka_sasl_mechanism)
    return None if context is None else faust.SSLCredentials(context)
