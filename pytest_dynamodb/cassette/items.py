"""What requests did to tables: the items that they read or wrote, and the capacity units that they consumed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import Part, is_write, parts, table_name
from pytest_dynamodb.values import canonical_value

# --- items ---
# As far as they can be told from a request's parameters. Needed for causal order: a read of an item after a write of it
# must see what was recorded after that write.

ItemKey = tuple[str, str]
"""A table and the canonical key of one of its items; the key is "" for the table as a whole."""

_encode = json.JSONEncoder(sort_keys=True, default=str).encode


class Touched(NamedTuple):
    """What a request touches. ``whole`` says that it reads a collection, of which any item may matter."""

    items: tuple[ItemKey, ...]
    writes: bool
    whole: bool = False


NOTHING = Touched((), writes=False)


def key_names(exchanges: Iterable[Exchange]) -> dict[str, tuple[str, ...]]:
    """The names of each table's key attributes, partition key first, from whatever the exchanges show of them."""
    tables: dict[str, tuple[str, ...]] = {}
    for exchange in exchanges:
        row = OPERATIONS.get(exchange.operation)
        if row is None or not row.items:
            tables.update(_schemas(exchange))
            continue
        table = exchange.params.get("TableName")
        if isinstance(table, str) and table in tables:  # the commonest, at a glance
            continue
        for part in parts(exchange.operation, exchange.params):
            if part.table not in tables and (key := part.exact_key) is not None:
                tables[part.table] = tuple(key)
    return tables


def _schemas(exchange: Exchange) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The key schemas in descriptions of tables, in a request or in its answer."""
    response = exchange.response or {}
    for description in (exchange.params, response.get("Table"), response.get("TableDescription")):
        schema = description.get("KeySchema") if isinstance(description, dict) else None
        if isinstance(schema, list) and description is not None:
            ordered = sorted((e for e in schema if isinstance(e, dict)), key=lambda e: str(e.get("KeyType")))
            names = tuple(str(e.get("AttributeName")) for e in ordered)  # HASH sorts before RANGE
            yield table_name(str(description.get("TableName"))), names


def touched(operation: str, params: Mapping[str, Any], tables: Mapping[str, tuple[str, ...]]) -> Touched:
    """What a request touches.

    A write whose key cannot be told, as of an item put into a table of unknown keys, counts as a change of the whole
    table only; such a read, as of a collection.
    """
    row = OPERATIONS.get(operation)
    if row is None or not row.items:
        return NOTHING
    collection = row.shape in {"collection", "search"}
    items: dict[ItemKey, None] = {}
    writes = row.effect == "writes"
    whole = False
    for part in parts(operation, params):
        if part.action == "check":
            continue
        key = None if collection else part.exact_key or _named_key(part, tables)
        if key is not None:
            items[part.table, _canonical(key)] = None
        if part.action != "get":
            items[part.table, ""] = None
            writes = True
        elif key is None:
            items[part.table, ""] = None
            whole = True
    return Touched(tuple(items), writes=writes, whole=whole)


def _named_key(part: Part, tables: Mapping[str, tuple[str, ...]]) -> dict[str, Any] | None:
    """The key among the attributes that a part names; ``None`` where it cannot be told."""
    names = tables.get(part.table)
    if not names or part.index_name is not None:
        return None
    attributes = part.attributes
    return {name: attributes[name] for name in names} if all(name in attributes for name in names) else None


def _canonical(key: Mapping[str, Any]) -> str:
    return _encode({name: canonical_value(value) for name, value in key.items()})


# --- capacity units ---


class Consumed(NamedTuple):
    """Read and write units, and the successful operations whose answer did not say what they consumed."""

    read: float
    write: float
    unreported: list[str]


def consumed(exchanges: Iterable[Exchange]) -> Consumed:
    """The sum over ``exchanges``; errors and operations on tables consume nothing."""
    read = write = 0.0
    unreported = []
    for exchange in exchanges:
        row = OPERATIONS.get(exchange.operation)
        if exchange.error_code is not None or row is None or not row.uses_units:
            continue
        reported = (exchange.response or {}).get("ConsumedCapacity")
        if not reported:
            unreported.append(exchange.operation)
        writes = is_write(exchange.operation, exchange.params)
        for entry in reported if isinstance(reported, list) else [reported] if isinstance(reported, dict) else []:
            units = reported_units(entry, writes=writes)
            read, write = read + units[0], write + units[1]
    return Consumed(read, write, unreported)


def reported_units(entry: Mapping[str, Any], *, writes: bool) -> tuple[float, float]:
    """Read and write units of one ``ConsumedCapacity``.

    Transactions report both arms; other operations report one total, which is of their own kind.
    """
    if "ReadCapacityUnits" in entry or "WriteCapacityUnits" in entry:
        return float(entry.get("ReadCapacityUnits", 0)), float(entry.get("WriteCapacityUnits", 0))
    total = float(entry.get("CapacityUnits", 0))
    return (0.0, total) if writes else (total, 0.0)
