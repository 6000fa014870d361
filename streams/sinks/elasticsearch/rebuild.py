"""The way out of an incompatible mapping: the next version of an index, filled from the one before, and the aliases moved in one step."""

from collections.abc import Iterator
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan, streaming_bulk

from streams.sinks.elasticsearch.definition import aliases, template
from streams.sinks.elasticsearch.indices import IndexRefusedError, current, latest
from streams.sinks.elasticsearch.names import Family, Names


def rebuild(client: Elasticsearch, names: Names, family: Family) -> tuple[str, str]:
    """Make the next version of a family's index, copy into it, move the aliases; return the old index's name and the new one's.

    The copy runs by this process, not by ``_reindex``, which small distributions lack. Alerts are copied once more after the move: what a
    worker wrote into the old index meanwhile comes along, and revisions keep either copy from going back. Marks have no revisions: keep
    people's tools away while marks are rebuilt. The old index stays. Raises IndexRefusedError when a document does not fit; the new
    index is taken away again.
    """
    old = current(client, names.alias(family))
    highest = latest(client, names, family)
    if old is None or highest is None:
        raise IndexRefusedError(f"there is no index under {names.alias(family)} to rebuild: run `custodiet index apply`")
    client.indices.put_index_template(name=names.alias(family), **template(family, names))
    new = names.index(family, (names.version(family, highest) or 0) + 1)
    client.indices.create(index=new)
    try:
        _copy(client, family, old, new)
    except IndexRefusedError:
        client.indices.delete(index=new)
        raise
    actions: list[dict[str, Any]] = []
    for alias, body in aliases(family, names).items():
        actions.append({"remove": {"index": old, "alias": alias, "must_exist": False}})
        actions.append({"add": {"index": new, "alias": alias, **body}})
    client.indices.update_aliases(actions=actions)
    if family == "alerts":
        _copy(client, family, old, new)
    client.indices.refresh(index=new)
    return old, new


def _copy(client: Elasticsearch, family: Family, old: str, new: str) -> None:
    client.indices.refresh(index=old)
    for ok, answer in streaming_bulk(client, _actions(client, family, old, new), raise_on_error=False, max_retries=5):
        result = answer["index"]
        if not ok and result["status"] != 409:
            raise IndexRefusedError(f"{old}: document {result['_id']} does not fit {new}: {result.get('error')}")


def _actions(client: Elasticsearch, family: Family, old: str, new: str) -> Iterator[dict[str, Any]]:
    for hit in scan(client, index=old, version=True, size=500):
        action = {"_op_type": "index", "_index": new, "_id": hit["_id"], "_source": hit["_source"]}
        if family == "alerts":
            action |= {"version": hit["_version"], "version_type": "external_gte"}
        yield action
