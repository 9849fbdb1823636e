"""Which items a request reads or writes, as far as that can be told from its parameters.

Needed for causal order: a read of an item after a write of it must see what was recorded after that write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.values import canonical_value

#: Operations that change items, and those that read given items or collections of them.
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
ITEM_READS = frozenset({"GetItem", "BatchGetItem", "TransactGetItems"})
COLLECTION_READS = frozenset({"Query", "Scan"})
_ONE_ITEM = frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem"})

#: A table and the canonical key of one of its items; the key is "" for the table as a whole.
Item = tuple[str, str]


_encode = json.JSONEncoder(sort_keys=True, default=str).encode


class Touched(NamedTuple):
    """What a request touches. ``whole`` says that it reads a collection, of which any item may matter."""

    items: tuple[Item, ...]
    writes: bool
    whole: bool = False


NOTHING = Touched((), writes=False)


def key_names(exchanges: Iterable[Exchange]) -> dict[str, tuple[str, ...]]:
    """The names of each table's key attributes, partition key first, from whatever the exchanges show of them."""
    tables: dict[str, tuple[str, ...]] = {}
    for exchange in exchanges:
        if exchange.operation in _ONE_ITEM:  # the commonest, at a glance
            key, table = exchange.params.get("Key"), _name(exchange.params)
            if table not in tables and isinstance(key, dict):
                tables[table] = tuple(key)
            continue
        for table, names, surely_ordered in _schemas(exchange):
            if surely_ordered or table not in tables:
                tables[table] = names
    return tables


def _schemas(exchange: Exchange) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    described = [
        exchange.params,
        (exchange.response or {}).get("Table"),
        (exchange.response or {}).get("TableDescription"),
    ]
    for description in described:
        schema = description.get("KeySchema") if isinstance(description, dict) else None
        if isinstance(schema, list) and description is not None:
            ordered = sorted((e for e in schema if isinstance(e, dict)), key=lambda e: str(e.get("KeyType")))
            names = tuple(str(e.get("AttributeName")) for e in ordered)  # HASH sorts before RANGE
            yield str(description.get("TableName")), names, True
    for table, key in _keys(exchange.operation, exchange.params):
        yield table, tuple(key), False


def _keys(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a request names outright."""
    for table, action in _actions(operation, params):
        key = action.get("Key")
        if isinstance(key, dict):
            yield table, key


def touched(operation: str, params: Mapping[str, Any], tables: Mapping[str, tuple[str, ...]]) -> Touched:
    """What a request touches. An item put into a table of unknown keys counts as a change of the whole table only."""
    if operation in COLLECTION_READS:
        return Touched(((_name(params), ""),), writes=False, whole=True)
    writes = operation in WRITES
    if not writes and operation not in ITEM_READS:
        return NOTHING
    items: dict[Item, None] = {}
    for table, action in _actions(operation, params):
        if action.get("_check"):
            continue
        key = action.get("Key")
        if not isinstance(key, dict):
            item, names = action.get("Item"), tables.get(table)
            key = {name: item.get(name) for name in names} if isinstance(item, dict) and names else None
        if key is not None:
            items[table, _canonical(key)] = None
        if writes:
            items[table, ""] = None
    return Touched(tuple(items), writes=writes)


def _canonical(key: dict[str, Any]) -> str:
    return _encode({name: canonical_value(value) for name, value in key.items()})


def _actions(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Table and action: what holds a ``Key`` or an ``Item``, for single, batch and transaction requests alike."""
    spread = _SPREAD.get(operation)
    if spread is not None:
        yield from spread(params)
    elif operation in WRITES or operation in ITEM_READS:
        yield _name(params), params


def _batch_get(params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for table, wanted in _map(params.get("RequestItems")).items():
        for key in _list(_map(wanted).get("Keys")):
            yield _short(table), {"Key": key}


def _batch_write(params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for table, writes in _map(params.get("RequestItems")).items():
        for write in _list(writes):
            for action in _map(write).values():
                yield _short(table), _map(action)


def _transaction(params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in _list(params.get("TransactItems")):
        for kind, action in _map(entry).items():
            marked = {**_map(action), "_check": True} if kind == "ConditionCheck" else _map(action)
            yield _name(marked), marked


_SPREAD: dict[str, Callable[[Mapping[str, Any]], Iterator[tuple[str, Mapping[str, Any]]]]] = {
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "TransactGetItems": _transaction,
    "TransactWriteItems": _transaction,
}


def _name(params: Mapping[str, Any]) -> str:
    return _short(str(params.get("TableName")))


def _short(table: str) -> str:
    """A table's name, where it may also be given as an ARN."""
    return table.rsplit("/", 1)[-1] if table.startswith("arn:") else table


def table_names(operation: str, params: Mapping[str, Any]) -> set[str]:
    """The tables a request names, for deciding whether it may be recorded; PartiQL statements name none."""
    named = {table for table, _ in _actions(operation, params)}
    named.update(_short(table) for table in _map(params.get("RequestItems")))
    for holder in ("TableName", "TableArn", "TargetTableName", "SourceTableName", "GlobalTableName"):
        value = params.get(holder)
        if isinstance(value, str):
            named.add(_short(value))
    return {name for name in named if name != "None"}


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
