"""Templates, indices and aliases: what is there, what ``index apply`` would change, and the change itself."""

from dataclasses import dataclass
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from streams.errors import CustodietError
from streams.sinks.elasticsearch.definition import FAMILIES, aliases, mappings, template
from streams.sinks.elasticsearch.names import Family, Names
from streams.sinks.elasticsearch.plan import Change, field_changes


class IndexRefusedError(CustodietError):
    """The indices cannot be made as custodiet needs them; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One family as it is: ``index`` carries the alias (None when none does), ``changes`` lead to the definition."""

    family: Family
    alias: str
    index: str | None
    changes: tuple[Change, ...]

    @property
    def incompatible(self) -> tuple[Change, ...]:
        """The changes that no index takes in place."""
        return tuple(change for change in self.changes if change.kind == "rebuild")

    @property
    def pending(self) -> bool:
        """Whether anything is left to do."""
        return any(change.kind != "leave" for change in self.changes)


def inspect(client: Elasticsearch, names: Names) -> list[Finding]:
    """Return what is there and what differs, for alerts and marks; nothing is changed. IndexRefusedError when a name is taken."""
    return [_inspect(client, names, family) for family in FAMILIES]


def apply(client: Elasticsearch, names: Names) -> list[Finding]:
    """Make templates, indices and aliases as defined, and return what was found before; a second run finds nothing to do.

    Raises IndexRefusedError, having changed nothing, when an index holds a field in a way that cannot be changed in place.
    """
    findings = inspect(client, names)
    blocked = [f"  {finding.index}: {change.what}" for finding in findings for change in finding.incompatible]
    if blocked:
        raise IndexRefusedError(
            "these fields cannot be changed in an index that has them:\n" + "\n".join(blocked) + "\n"
            "Way out: `custodiet index apply --rebuild` makes the next version of the index, copies every document into it and moves the "
            "aliases in one step; workers may go on meanwhile."
        )
    for finding in findings:
        if finding.pending:
            _apply(client, names, finding)
    return findings


def _apply(client: Elasticsearch, names: Names, finding: Finding) -> None:
    family = finding.family
    wanted = aliases(family, names)
    client.indices.put_index_template(name=names.alias(family), **template(family, names))
    index = finding.index or latest(client, names, family)
    if index is None:
        try:
            client.indices.create(index=names.index(family, 1), aliases=wanted)
        except BadRequestError as error:
            # Another `index apply` was quicker by a moment; what it made is the same.
            if "resource_already_exists_exception" not in str(error):
                raise
        return
    try:
        client.indices.put_mapping(index=index, **_put_mapping(mappings(family)))
    except BadRequestError as error:
        raise IndexRefusedError(f"{index}: {error}\nWay out: `custodiet index apply --rebuild`.") from error
    client.indices.put_settings(index=index, settings={"index": {"refresh_interval": _refresh_interval(family, names)}})
    client.indices.update_aliases(actions=[{"add": {"index": index, "alias": alias, **body}} for alias, body in wanted.items()])


def _put_mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    return {"dynamic": mapping["dynamic"], "properties": mapping["properties"]}


def _inspect(client: Elasticsearch, names: Names, family: Family) -> Finding:
    alias = names.alias(family)
    changes = _template_changes(client, names, family)
    index = current(client, alias)
    if index is None:
        highest = latest(client, names, family)
        changes.append(Change("make", f"index {names.index(family, 1)}: new" if highest is None else f"alias {alias}: onto {highest}"))
        if highest is None:
            return Finding(family, alias, None, tuple(changes))
    held = index or latest(client, names, family)
    state = client.indices.get(index=str(held))[str(held)]
    changes += field_changes(state["mappings"], mappings(family))
    interval = state["settings"]["index"].get("refresh_interval", "1s")
    if interval != _refresh_interval(family, names):
        changes.append(Change("make", f"refresh_interval: {interval} -> {_refresh_interval(family, names)}"))
    for name, body in aliases(family, names).items():
        if state["aliases"].get(name) != body:
            changes.append(Change("make", f"alias {name}: {'filter differs' if name in state['aliases'] else 'new'}"))
    return Finding(family, alias, index, tuple(changes))


def _template_changes(client: Elasticsearch, names: Names, family: Family) -> list[Change]:
    alias = names.alias(family)
    wanted = template(family, names)
    try:
        held = client.indices.get_index_template(name=alias)["index_templates"][0]["index_template"]
    except NotFoundError:
        return [Change("make", f"template {alias}: new")]
    changes = [
        Change("make", f"template {alias}: {part} differs")
        for part in ("index_patterns", "priority", "version", "_meta")
        if held.get(part) != wanted[part]
    ]
    if held["template"].get("settings") != wanted["template"]["settings"]:
        changes.append(Change("make", f"template {alias}: settings differ"))
    if field_changes(held["template"].get("mappings", {}), wanted["template"]["mappings"]):
        changes.append(Change("make", f"template {alias}: mappings differ"))
    return changes


def _refresh_interval(family: Family, names: Names) -> str:
    return str(template(family, names)["template"]["settings"]["index"]["refresh_interval"])


def current(client: Elasticsearch, alias: str) -> str | None:
    """Return the index that carries an alias; None when none does. IndexRefusedError when several do, or an index has the alias's name."""
    try:
        carriers: list[str] = sorted(client.indices.get_alias(name=alias).body)
    except NotFoundError:
        if client.indices.exists(index=alias):
            raise IndexRefusedError(
                f"{alias} is an index where custodiet needs an alias: something wrote to it before `index apply`. Delete it; the index "
                "worker writes every alert again from the `alerts` topic under a new generation."
            ) from None
        return None
    if len(carriers) > 1:
        raise IndexRefusedError(f"{alias} stands on several indices ({', '.join(carriers)}): take it off all but one")
    return carriers[0]


def latest(client: Elasticsearch, names: Names, family: Family) -> str | None:
    """Return the highest version of a family's index that exists; None when there is none."""
    every: dict[int | None, str] = {names.version(family, index): index for index in client.indices.get(index=names.pattern(family)).body}
    versions = [version for version in every if version is not None]
    return every[max(versions)] if versions else None
