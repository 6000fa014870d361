"""Random records of every type, for hypothesis."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from schemas import records

_SIMPLE = {str: st.text(max_size=20), bool: st.booleans(), bytes: st.binary(max_size=20), type(None): st.none()}


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        bounds = next(meta for meta in hint.__metadata__ if isinstance(meta, msgspec.Meta))
        return st.integers(_whole(bounds.ge), _whole(bounds.le))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_values(each) for each in reversed(arguments)))
    if origin is tuple:
        return st.lists(_values(arguments[0]), max_size=3).map(tuple)
    if hint is int:
        return st.integers(-(2**63), 2**63 - 1)
    return _SIMPLE[hint] if hint in _SIMPLE else st.from_type(hint)


def _records(record_type: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(record_type, include_extras=True)
    return st.builds(record_type, **{name: _values(hint) for name, hint in hints.items()})


for _each in vars(records).values():
    if isinstance(_each, type) and issubclass(_each, records.Record) and _each is not records.Record:
        st.register_type_strategy(_each, _records)
