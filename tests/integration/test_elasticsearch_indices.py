"""Templates, indices and aliases on a real Elasticsearch."""

import threading
from collections.abc import Iterator

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from deploy.local.stack import Stack
from streams.sinks.elasticsearch.client import Connection, connect
from streams.sinks.elasticsearch.definition import mappings
from streams.sinks.elasticsearch.indices import IndexRefusedError, apply, inspect
from streams.sinks.elasticsearch.names import Names
from streams.sinks.elasticsearch.rebuild import rebuild


@pytest.fixture
def client(stack: Stack) -> Iterator[Elasticsearch]:
    """Give a client of the real server."""
    made = connect(Connection((stack.elasticsearch,)))
    yield made
    made.close()


@pytest.fixture
def names(namespace: str) -> Names:
    """Give names of this test's own."""
    return Names(namespace)


def document(number: int, status: str = "active") -> dict[str, object]:
    """Give the least document that the mapping takes."""
    return {"@timestamp": "2023-03-01T00:00:00.000Z", "event": {"id": str(number)}, "custodiet": {"status": status}}


def held(client: Elasticsearch, index: str) -> set[str]:
    """Give the ids that a search finds."""
    client.indices.refresh(index=index)
    return {hit["_id"] for hit in client.search(index=index, size=100)["hits"]["hits"]}


def make_old_index(client: Elasticsearch, names: Names, **properties: object) -> None:
    """Make the first version of the index as an earlier custodiet would have: with some fields otherwise."""
    mapping = mappings("alerts")
    client.indices.create(
        index=names.index("alerts", 1),
        mappings={"dynamic": "strict", "properties": mapping["properties"] | properties},
        aliases={names.alerts: {}},
    )


def test_second_apply_has_nothing_to_do(client: Elasticsearch, names: Names) -> None:
    """The first run makes everything, the second finds everything as defined."""
    assert all(finding.pending for finding in apply(client, names))
    assert [(finding.index, finding.changes) for finding in apply(client, names)] == [
        (names.index("alerts", 1), ()),
        (names.index("marks", 1), ()),
    ]


def test_inspect_changes_nothing(client: Elasticsearch, names: Names) -> None:
    """Looking leaves no index and no template behind."""
    assert all(finding.pending for finding in inspect(client, names))
    assert not client.indices.exists(index=names.index("alerts", 1))
    assert not client.indices.exists_index_template(name=names.alerts)


def test_unknown_fields_are_refused(client: Elasticsearch, names: Names) -> None:
    """The index takes no field that the mapping does not name, at any depth."""
    apply(client, names)
    for wrong in ({"guessed": 1}, {"custodiet": {"guessed": 1}}, {"custodiet": {"evidence": [{"guessed": 1}]}}):
        with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
            client.index(index=names.alerts, document=wrong)


def test_filtered_alias_shows_active_alerts_alone(client: Elasticsearch, names: Names) -> None:
    """The one alias shows all, the other what is active now."""
    apply(client, names)
    for number, status in enumerate(["active", "superseded", "withdrawn"]):
        client.index(index=names.alerts, id=str(number), document=document(number, status))
    assert held(client, names.alerts) == {"0", "1", "2"}
    assert held(client, names.active) == {"0"}


def test_marks_have_an_index_of_their_own(client: Elasticsearch, names: Names) -> None:
    """Analysts' marks are kept apart from alerts, under a mapping that takes them."""
    apply(client, names)
    mark = {
        "@timestamp": "2023-03-01T00:00:00.000Z",
        "user": {"id": "analyst"},
        "custodiet": {"mark": {"alert_id": "0", "revision": 1, "action": "dismiss", "reason": "known supplier", "comment": "c"}},
    }
    client.index(index=names.marks, document=mark)
    assert len(held(client, names.marks)) == 1
    assert held(client, names.alerts) == set()


def test_lost_filter_and_interval_are_put_back(client: Elasticsearch, names: Names) -> None:
    """What somebody changed by hand is told and mended."""
    apply(client, names)
    index = names.index("alerts", 1)
    client.indices.put_alias(index=index, name=names.active)
    client.indices.put_settings(index=index, settings={"index": {"refresh_interval": "1h"}})
    told = [change.what for finding in apply(client, names) for change in finding.changes]
    assert told == ["refresh_interval: 1h -> 1s", f"alias {names.active}: filter differs"]
    assert not any(finding.pending for finding in inspect(client, names))


def test_new_field_is_added_in_place(client: Elasticsearch, names: Names) -> None:
    """An index that lacks a field gets it and keeps its documents."""
    make_old_index(client, names, tags={"type": "keyword", "ignore_above": 256})
    client.indices.put_mapping(index=names.alerts, properties={"gone": {"type": "long"}})
    client.index(index=names.alerts, id="1", document=document(1))
    told = [change.what for change in apply(client, names)[0].changes]
    assert "field tags: ignore_above 256 -> 1024" in told
    assert "field gone: no longer written, stays in this index" in told
    assert not any(finding.pending for finding in inspect(client, names))
    assert held(client, names.active) == {"1"}


def test_incompatible_field_is_refused_with_the_way_out(client: Elasticsearch, names: Names) -> None:
    """A field of another type stops the run before anything changes, and the message says how to go on."""
    make_old_index(client, names, tags={"type": "long"})
    with pytest.raises(IndexRefusedError, match=r"(?s)field tags: type long -> keyword.*--rebuild"):
        apply(client, names)
    assert not client.indices.exists_index_template(name=names.alerts)
    assert not client.indices.exists_alias(name=names.active)


def test_rebuild_moves_documents_and_aliases(client: Elasticsearch, names: Names) -> None:
    """The next version holds every document in its revision and carries the aliases; the old index stays without them."""
    make_old_index(client, names, tags={"type": "long"})
    for number in range(3):
        body = document(number) | {"tags": [7]}
        client.index(index=names.alerts, id=str(number), document=body, version=40 + number, version_type="external_gte")
    old, new = rebuild(client, names, "alerts")
    assert (old, new) == (names.index("alerts", 1), names.index("alerts", 2))
    assert held(client, names.active) == held(client, names.alerts) == {"0", "1", "2"}
    assert [client.get(index=new, id=str(number))["_version"] for number in range(3)] == [40, 41, 42]
    assert list(client.indices.get_alias(name=names.alerts).body) == [new]
    assert client.indices.exists(index=old)
    assert apply(client, names)[0].changes == ()


def test_rebuild_that_does_not_fit_leaves_everything(client: Elasticsearch, names: Names) -> None:
    """A document that the new mapping refuses stops the rebuild: the aliases stay, the half-filled index goes."""
    make_old_index(client, names, odd={"type": "long"})
    client.index(index=names.alerts, id="1", document=document(1) | {"odd": 1})
    with pytest.raises(IndexRefusedError, match="document 1 does not fit"):
        rebuild(client, names, "alerts")
    assert list(client.indices.get_alias(name=names.alerts).body) == [names.index("alerts", 1)]
    assert not client.indices.exists(index=names.index("alerts", 2))


def test_index_in_the_place_of_the_alias_is_refused(client: Elasticsearch, names: Names) -> None:
    """An index that bears the alias's name is told of, not written into."""
    client.indices.create(index=names.alerts)
    with pytest.raises(IndexRefusedError, match="is an index where custodiet needs an alias"):
        apply(client, names)


def test_two_at_once_end_as_one(stack: Stack, client: Elasticsearch, names: Names) -> None:
    """Several runs at the same time all end well, with one index."""
    faults: list[Exception] = []

    def run() -> None:
        own = connect(Connection((stack.elasticsearch,)))
        try:
            apply(own, names)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            faults.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert not any(finding.pending for finding in inspect(client, names))
