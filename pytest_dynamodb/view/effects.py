"""What exchanges say of items: written, deleted, changed, read. And of tables: their keys and those of their indexes.

The page makes its picture of the tables from this, as of any exchange. A recording shows no more than was asked of
DynamoDB, so the picture is of what was seen: an item that was changed by an expression and never read again is marked
so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pytest_dynamodb.cassette.contracts import TableContract, described_in
from pytest_dynamodb.cassette.items import key_names
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.requests import Part, parts, table_name, tables_of

TreePlace: TypeAlias = list[Any]
"""Where something stands in an exchange: ``params`` or ``answer``, then names and positions."""
ItemEffect: TypeAlias = list[Any]
"""``[action, table, seen, place, ...]``.

``action`` is ``put``, ``delete``, ``update`` or ``read``. ``seen`` says how much of the item stands at the places,
joined: ``all`` of it, ``some`` of it, or its ``key`` alone.
"""

_PARTIAL: Final = ("ProjectionExpression", "AttributesToGet")
"""Parameters with which an answer holds some attributes only."""
_MEMBERS: Final = ("Key", "Item")
_DEPTH: Final = 5
"""How deep items stand in requests: ``RequestItems``, table, position, ``PutRequest``, ``Item``."""


def effects(exchange: Exchange) -> list[ItemEffect]:
    """What a successful exchange did to items, in order; nothing for an error.

    What PartiQL statements write stands in no one place; of them only what they read is told.
    """
    answer = exchange.response
    if answer is None or exchange.error_code is not None:
        return []
    asked = parts(exchange.operation, exchange.params)
    return [*_written(exchange.params, asked, answer), *_read(exchange, asked, answer)]


def _written(params: dict[str, Any], asked: Sequence[Part], answer: Mapping[str, Any]) -> Iterator[ItemEffect]:
    writing = [part for part in asked if part.writes]
    places = dict(_places(params, ["params"])) if writing else {}
    for part in writing:
        item = next((part.content[name] for name in _MEMBERS if isinstance(part.content.get(name), dict)), None)
        place = places.get(id(item))
        if place is None:
            continue
        if part.action != "update":
            yield [part.action, part.table, "all" if part.action == "put" else "key", place]
            continue
        returned = str(part.content.get("ReturnValues"))
        if returned.endswith("_NEW") and answer.get("Attributes"):
            yield ["update", part.table, "all" if returned == "ALL_NEW" else "some", place, ["answer", "Attributes"]]
        else:
            yield ["update", part.table, "key", place]


def _places(node: Any, place: TreePlace) -> Iterator[tuple[int, TreePlace]]:
    """Every map in a request by its identity, down to where items stand."""
    if isinstance(node, dict):
        yield id(node), place
    if len(place) > _DEPTH:
        return
    entries: Iterable[tuple[Any, Any]]
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in entries:
        if isinstance(inner, dict | list):
            yield from _places(inner, [*place, name])


def _read(exchange: Exchange, asked: Sequence[Part], answer: Mapping[str, Any]) -> Iterator[ItemEffect]:
    partial = _partial_tables(exchange.params.get("RequestItems"))
    for part, item, place in _answered(asked, answer):
        if isinstance(item, dict) and item:
            content = part.content
            partly = part.index_name is not None or part.table in partial or "Statement" in content
            partly = partly or any(name in content for name in _PARTIAL)
            yield ["read", part.table, "some" if partly else "all", ["answer", *place]]


def _partial_tables(wanted: Any) -> set[str]:
    """The tables of a BatchGetItem of whose items only some attributes are asked for."""
    tables = wanted.items() if isinstance(wanted, dict) else ()
    return {table_name(name) for name, each in tables if isinstance(each, dict) and any(p in each for p in _PARTIAL)}


def _answered(asked: Sequence[Part], answer: Mapping[str, Any]) -> Iterator[tuple[Part, Any, TreePlace]]:
    """The items of an answer: each with the part of the request that asked for it, and where it stands."""
    responses = answer.get("Responses")
    if isinstance(responses, dict):  # of a BatchGetItem, by table
        for name, items in responses.items():
            part = Part(table_name(name), "get", {})
            yield from ((part, item, ["Responses", name, n]) for n, item in enumerate(items))
    elif isinstance(responses, list):  # of transactions and of batches of statements, part by part
        for number, (part, entry) in enumerate(zip(asked, responses, strict=False)):
            if part.action == "get" and isinstance(entry, dict):
                yield part, entry.get("Item"), ["Responses", number, "Item"]
    elif asked and asked[0].action == "get":
        yield from ((asked[0], item, ["Items", n]) for n, item in enumerate(answer.get("Items") or ()))
        yield asked[0], answer.get("Item"), ["Item"]


# --- schemas ---


def schemas(
    known: Mapping[str, Sequence[str]],
    exchanges: Iterable[Exchange],
    declared: Mapping[str, TableContract] | None = None,
) -> dict[str, dict[str, Any]]:
    """The key attributes of tables and of their indexes, partition key first, as far as the exchanges show them.

    ``known`` are tables' keys, and ``declared`` tables with all of their indexes, that a cassette's header names; those
    that were never there are left out. Of a table that nobody described, queries tell the keys of indexes.
    """
    exchanges = [exchange for exchange in exchanges if exchange.error_code is None]
    there = {table for exchange in exchanges for table in tables_of(exchange.operation, exchange.params)}
    keys = {**known, **key_names(exchanges)}
    found: dict[str, dict[str, Any]] = {
        name: {"keys": list(names), "indexes": {}} for name, names in keys.items() if name in there
    }
    described = {**(declared or {}), **described_in(exchanges)}
    for name, contract in described.items():
        if name in there:
            found[name] = schema_shown(contract)
    for exchange in exchanges:
        for table, index, names in _asked(exchange):
            indexes: dict[str, Any] = found.setdefault(table, {"keys": [], "indexes": {}})["indexes"]
            if table not in described and len(names) >= len(indexes.get(index, ())):
                indexes[index] = names
    return found


def schema_shown(contract: TableContract) -> dict[str, Any]:
    """The key attributes of a table and of its indexes as the page has them."""
    return {
        "keys": [name for name, _ in contract.key],
        "indexes": {index: [name for name, _ in one.key] for index, one in contract.indexes.items()},
    }


def _asked(exchange: Exchange) -> Iterator[tuple[str, str, list[str]]]:
    """Table, index and the index's key attributes, from a query."""
    if exchange.operation == "Query" and "IndexName" in exchange.params:
        (part,) = parts("Query", exchange.params)
        names = [*part.attributes, *_sorted_by(exchange.response or {}, part)]
        if names:
            yield part.table, str(part.index_name), names[:2]


def _sorted_by(answer: Mapping[str, Any], part: Part) -> Iterator[str]:
    """The sort key of an index, where a query compares it with something else than one value."""
    names = part.content.get("ExpressionAttributeNames")
    known = names if isinstance(names, dict) else {}
    text = str(part.content.get("KeyConditionExpression", ""))
    for word in text.replace("(", " ").replace(")", " ").replace(",", " ").split():
        name = known.get(word, word)
        items = answer.get("Items") or [{}]
        if name not in part.attributes and (word in known or name in items[0]):
            yield name
            return
