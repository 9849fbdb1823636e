"""Strategies of keys and items: for a table, however it is described, or for a pydantic model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from pytest_dynamodb.engine import DEFAULT_ACCOUNT, DEFAULT_REGION
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.mock import LoadSource
from pytest_dynamodb.mock.contents import SourceReader
from pytest_dynamodb.strategies.models import is_model, models
from pytest_dynamodb.strategies.values import attribute_values, numbers, texts
from pytest_dynamodb.values import item_size, to_wire_item

# --- keys ---

_SIZES: Final = {"HASH": 2048, "RANGE": 1024}
"""Bytes of the longest value of each part of a key. (Developer guide, "Quotas": Partition keys, Sort keys.)"""

_FEW_TEXTS: Final = ("a", "b", "A", "a ", "\u00e4", "a\u0308")
_FEW_NUMBERS: Final = (0, 1, 2, -1, 10)
_FEW_BYTES: Final = (b"a", b"b", b"\x00", b"\x00\x00", b"\xff")


def _key_part(tag: str, kind: str) -> st.SearchStrategy[Any]:
    """Values of one attribute of a key: mostly one of few, so that keys meet; at times as long as can be."""
    longest = _SIZES[kind]
    if tag == "N":
        return st.one_of(st.sampled_from(_FEW_NUMBERS), st.sampled_from(_FEW_NUMBERS), numbers())
    if tag == "B":
        few = st.sampled_from(_FEW_BYTES)
        return st.one_of(few, few, st.binary(min_size=1, max_size=20), st.just(b"\xfe" * longest))
    few_texts = st.sampled_from(_FEW_TEXTS)
    limits = st.sampled_from(["x" * longest, "\u00e4" * (longest // 2)])
    return st.one_of(few_texts, few_texts, texts(min_size=1), limits)


# --- tables ---


@dataclass(frozen=True)
class Keys:
    """The key attributes of a table and of its indexes: name, type and part of the key."""

    own: Sequence[tuple[str, str, str]]
    indexes: Sequence[tuple[str, str, str]]


def keys_of(source: LoadSource, table: str | None, parameters: Mapping[str, Any] | None) -> Keys:
    """The key attributes of the one table that a source holds, or of the one that is named."""
    params = _params(source, table, parameters or {})
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in params["AttributeDefinitions"]}

    def attributes(schema: Sequence[Mapping[str, str]]) -> list[tuple[str, str, str]]:
        return [(entry["AttributeName"], types[entry["AttributeName"]], entry["KeyType"]) for entry in schema]

    own = attributes(params["KeySchema"])
    names = {name for name, _, _ in own}
    indexes = {
        name: (name, tag, kind)
        for kinds in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for index in params.get(kinds) or ()
        for name, tag, kind in attributes(index["KeySchema"])
        if name not in names
    }
    return Keys(own, list(indexes.values()))


def _params(source: LoadSource, table: str | None, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, Mapping) and "KeySchema" in source:
        return source
    pseudo = {"AWS::Region": DEFAULT_REGION, "AWS::AccountId": DEFAULT_ACCOUNT, "AWS::Partition": "aws"}
    contents = SourceReader(None, parameters, pseudo).contents(source)
    found = {one.table: one.params for one in contents if one.params is not None}
    chosen = list(found.values()) if table is None else [found[table]] if table in found else []
    if len(chosen) != 1:
        there = ", ".join(sorted(found)) or "none"
        raise ConfigurationError(f"items are generated for one table: name it with table=...; there are {there}")
    return chosen[0]


# --- items ---

SIZES: Final = (1024, 1025, 4096, 4097, 400 * 1024)
"""Bytes of items at which something changes: units of writes and reads, and the largest item there is. (Developer
guide, "Quotas": Item size; "Capacity unit consumption".)"""

_NAMES: Final = ("name", "size", "status", "a", "A", "a.b", "a b", "#a", "a[0]", "\u00e4", "_", "0")
"""Names of attributes that expressions need placeholders for, or that are easily mistaken."""

_FILLER: Final = "filler"


def keys(
    source: LoadSource | type, *, table: str | None = None, parameters: Mapping[str, Any] | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """Keys of a table as Python values. Few different ones, so that they collide; some as long as can be.

    ``source``, ``table`` and ``parameters`` are those of ``items``, but for models.
    """
    own = keys_of(_no_model(source), table, parameters).own
    return st.fixed_dictionaries({name: _key_part(tag, kind) for name, tag, kind in own})


def items(
    source: LoadSource | type,
    *,
    table: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    sizes: Collection[int] = SIZES,
) -> st.SearchStrategy[Any]:
    """Items that a table stores, as Python values.

    ``source`` is anything that ``Mock.load`` takes: a table's description, CreateTable's parameters, a template and so
    on, or a file of these; ``table`` names one of several, and ``parameters`` are those of a template. Or it is a
    pydantic model, and what is generated are valid instances of it.

    Keys are mostly of few values, so that items collide: equal numbers in two spellings, texts that look alike. Key
    attributes of indexes are of their type, or missing. Other attributes have any name and any value. Now and then an
    item has exactly one of the ``sizes``, in bytes.

    Raises ``ConfigurationError`` for a source of several tables where none is named, and ``LoadError`` for one that
    cannot be read.
    """
    if is_model(source):
        return models(source)
    found = keys_of(_no_model(source), table, parameters)
    taken = {name for name, _, _ in (*found.own, *found.indexes)}
    others = st.one_of(st.sampled_from(_NAMES), texts(min_size=1)).filter(lambda name: name not in taken)
    wanted = st.one_of(st.none(), st.none(), st.none(), st.sampled_from(sorted(sizes))) if sizes else st.none()
    return st.builds(
        _item,
        st.fixed_dictionaries(
            {name: _key_part(tag, kind) for name, tag, kind in found.own},
            optional={name: _key_part(tag, kind) for name, tag, kind in found.indexes},
        ),
        st.dictionaries(others, attribute_values(), max_size=5),
        wanted,
    )


def _item(key: Mapping[str, Any], others: Mapping[str, Any], size: int | None) -> dict[str, Any]:
    """An item of these attributes, filled up to a size if it is smaller."""
    item = {**others, **key}
    if size is not None and _FILLER not in item:
        missing = size - item_size(to_wire_item({**item, _FILLER: ""}))
        if missing >= 0:
            item[_FILLER] = "x" * missing
    return item


def _no_model(source: LoadSource | type) -> LoadSource:
    if isinstance(source, type):
        raise ConfigurationError(f"{source.__name__} is no pydantic model, and no description of a table either")
    return source
