"""Reference data for a worker on the real broker: whole before the first event, then followed."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from schemas.records import AddressListEntry, Officer, Record
from schemas.wire import Wire
from streams.errors import CustodietError
from streams.runtime.admin import Admin, wanted
from streams.runtime.connection import client_options
from streams.runtime.reference import ReferenceService
from streams.runtime.sender import Sender, ToSend
from streams.runtime.shelf import ENTRIES, OFFICERS, key_of
from streams.settings import Settings

ROSS = Officer(officer_id="N1", name="Ada Ross", addresses=("ada.ross@northmoor.police.example",))
OWN = AddressListEntry(list="own", pattern="northmoor.police.example")


@pytest.fixture
def settings(stack: Stack, namespace: str) -> Settings:
    """Give settings with topics behind them."""
    made = Settings(kafka=stack.kafka, topic_prefix=namespace)
    with Admin(made) as admin:
        admin.create(admin.compare(wanted(made)))
    return made


async def send(settings: Settings, topic: str, *records: Record) -> None:
    """Send reference records."""
    sender = Sender(client_options(settings))
    await sender.start()
    await sender.send([ToSend(settings.topic_prefix + topic, key_of(record), Wire().encode(record, topic)) for record in records])
    await sender.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most 30 s."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.05)


async def test_what_the_topics_hold_is_there_before_the_first_event_and_then_followed(settings: Settings) -> None:
    """A chunk keeps the one that it began with: a change makes a new one."""
    await send(settings, OFFICERS, ROSS)
    await send(settings, ENTRIES, OWN)
    async with ReferenceService(settings, Wire()) as service:
        first = service.current
        assert first.officers.find("ada.ross@northmoor.police.example", 0) is not None
        await send(settings, ENTRIES, AddressListEntry(list="partner", pattern="partner.example"))
        await until(lambda: service.current is not first)
        assert service.current.version != first.version


async def test_empty_topics_are_waited_for_and_told_of(settings: Settings) -> None:
    """Enriching without them would call every mail external."""
    with capture_logs() as said:
        service = ReferenceService(settings, Wire())
        entering = asyncio.create_task(service.__aenter__())
        await until(lambda: any(line["event"] == "reference-missing" for line in said))
        assert not entering.done()
        await send(settings, ENTRIES, OWN)
        await send(settings, OFFICERS, ROSS)
        await asyncio.wait_for(entering, 30)
        await service.__aexit__(None, None, None)
    assert service.current.officers.find("ada.ross@northmoor.police.example", 0) is not None


async def test_the_wait_ends_with_the_time_out_of_the_settings(settings: Settings) -> None:
    """And names the command to run."""
    impatient = settings.model_copy(update={"reference_timeout": 0.1})
    with pytest.raises(CustodietError, match="custodiet reference load"):
        async with ReferenceService(impatient, Wire()):
            pass


async def test_before_it_was_read_there_is_none(settings: Settings) -> None:
    """Nobody enriches with nothing by accident."""
    with pytest.raises(RuntimeError):
        _ = ReferenceService(settings, Wire()).current
