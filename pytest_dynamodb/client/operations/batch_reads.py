"""Batches of reads: any number of keys, in requests of 100, until all have been read or patience ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.operations.keys import ItemIdentity, identity, invalid_item
from pytest_dynamodb.client.page import Page, total
from pytest_dynamodb.client.steps import Steps, pause, send, together
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.builders import PathLike
from pytest_dynamodb.expressions.nodes import Name, Path, ProjectionTree
from pytest_dynamodb.expressions.rendering import expression_params
from pytest_dynamodb.expressions.updates import as_projection
from pytest_dynamodb.values import from_wire_item, to_wire_item

KEYS = 100
"""Keys of one request (API reference, BatchGetItem)."""

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage(Page[Item_co]):
    """The items that exist, in the order of their keys, each once.

    ``failed`` holds keys that were throttled until the last attempt, not those of items that do not exist.
    ``scanned_count`` is 0.
    """

    failed: Sequence[Item] = ()


def decoded(page: BatchPage[Item], decode: Callable[[Item], Any] | None) -> BatchPage[Any]:
    """The page with its items decoded; ``None`` leaves them as they are."""
    return page if decode is None else replace(page, items=[decode(item) for item in page.items])


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is read of one table. ``hidden`` are key attributes that are only read to tell the items apart."""

    params: Mapping[str, Any]
    names: tuple[str, ...]
    hidden: tuple[str, ...]

    @classmethod
    def of(
        cls, keys: Sequence[Mapping[str, Any]], *, consistent: bool, projection: Iterable[PathLike] | str | None
    ) -> _Wanted:
        names = tuple(to_wire_item(keys[0])) if keys else ()
        params: dict[str, Any] = {"ConsistentRead": True} if consistent else {}
        hidden: tuple[str, ...] = ()
        if projection is not None:
            paths = as_projection(projection).paths
            whole = {path.parts[0].text for path in paths if isinstance(path.parts[0], Name)}
            hidden = tuple(name for name in names if name not in whole)
            params.update(
                expression_params(projection=ProjectionTree((*paths, *(Path((Name(name),)) for name in hidden))))
            )
        return cls(params, names, hidden)


@dataclass(frozen=True, slots=True)
class _Answer:
    found: dict[ItemIdentity, Item]
    left: list[tuple[str, dict[str, Any]]]
    capacity: dict[str, float]


_Keys = Mapping[str, Sequence[Mapping[str, Any]]]


def batch_get(
    requested: _Keys, *, consistent: bool, projection: Iterable[PathLike] | str | None = None
) -> Steps[dict[str, BatchPage[Item]]]:
    """The items of each table."""
    listed = {table: list(keys) for table, keys in requested.items()}
    wanted = {table: _Wanted.of(keys, consistent=consistent, projection=projection) for table, keys in listed.items()}
    wires = {identity(table, wire): (table, wire) for table, keys in listed.items() for wire in map(to_wire_item, keys)}
    every = list(wires.values())
    chunks = [every[at : at + KEYS] for at in range(0, len(every), KEYS)]
    answers = yield from together([_chunk(chunk, wanted) for chunk in chunks])
    found: dict[ItemIdentity, Item] = {}
    left: dict[str, list[Item]] = {table: [] for table in wanted}
    capacity: dict[str, float | None] = {}
    for answer in answers:
        found.update(answer.found)
        for table, key in answer.left:
            left[table].append(from_wire_item(key))
        for table, units in answer.capacity.items():
            capacity[table] = total(capacity.get(table), units)
    return {
        table: BatchPage(
            items=[found[key] for key, (whose, _) in wires.items() if whose == table and key in found],
            capacity=capacity.get(table),
            failed=left[table],
        )
        for table in wanted
    }


def _chunk(keys: list[tuple[str, dict[str, Any]]], wanted: Mapping[str, _Wanted]) -> Steps[_Answer]:
    """One request, and as many more for what it leaves over as patience allows."""
    whole = _Answer({}, keys, {})
    rounds = 0
    while True:
        try:
            answer = yield from send(_call(whole.left, wanted))
        except ValidationException as error:
            return (yield from _halves(whole, wanted, error))
        whole.found.update(answer.found)
        for table, units in answer.capacity.items():
            whole.capacity[table] = whole.capacity.get(table, 0.0) + units
        whole = _Answer(whole.found, answer.left, whole.capacity)
        rounds += 1
        if not whole.left or not (yield from pause(rounds)):
            return whole


def _halves(whole: _Answer, wanted: Mapping[str, _Wanted], error: ValidationException) -> Steps[_Answer]:
    """What was refused in two requests, and so on, until it is known which key it is. Raises ``InvalidBatchItem``."""
    keys = whole.left
    if len(keys) == 1:
        table, wire = keys[0]
        key = from_wire_item(wire)
        raise invalid_item(error, table, key, key) from error
    found, left, capacity = whole.found, [], whole.capacity
    for half in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
        answer = yield from _chunk(half, wanted)
        found.update(answer.found)
        left += answer.left
        for table, units in answer.capacity.items():
            capacity[table] = capacity.get(table, 0.0) + units
    return _Answer(found, left, capacity)


def _call(keys: Iterable[tuple[str, dict[str, Any]]], wanted: Mapping[str, _Wanted]) -> ApiCall[_Answer]:
    requests: dict[str, dict[str, Any]] = {}
    for table, key in keys:
        requests.setdefault(table, {**wanted[table].params, "Keys": []})["Keys"].append(key)

    def read(answer: Mapping[str, Any]) -> _Answer:
        found = {}
        for table, items in (answer.get("Responses") or {}).items():
            for wire in items:
                item = from_wire_item(wire)
                key = to_wire_item({name: item[name] for name in wanted[table].names if name in item})
                for name in wanted[table].hidden:
                    item.pop(name, None)
                found[identity(table, key)] = item
        left = [
            (table, to_wire_item(from_wire_item(key)))
            for table, asked in (answer.get("UnprocessedKeys") or {}).items()
            for key in asked["Keys"]
        ]
        capacity = {
            spent["TableName"]: spent.get("CapacityUnits", 0.0) for spent in answer.get("ConsumedCapacity") or ()
        }
        return _Answer(found, left, capacity)

    return ApiCall("BatchGetItem", {"RequestItems": requests, "ReturnConsumedCapacity": "TOTAL"}, read)
