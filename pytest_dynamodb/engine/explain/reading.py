"""Carrying a request out on a copy, and reading from the answer what it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.engine.engine import DEFAULT_REGION, Engine
from pytest_dynamodb.engine.explain.explanation import Explanation
from pytest_dynamodb.engine.explain.hints import hints_of
from pytest_dynamodb.engine.explain.wording import PLACEHOLDER, written_out
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.operations import named
from pytest_dynamodb.requests import Part, changes_nothing, parts, table_name, tables_of, truth
from pytest_dynamodb.values import canonical_item, item_size

Params = Mapping[str, Any]

_PAGES: Final = named(shape="collection")
_EXPLAINED: Final = named() - {"BatchExecuteStatement", "ExecuteTransaction", "SearchVectors"}
#: What decides only what of an item is given.
_SHOWN: Final = ("FilterExpression", "QueryFilter", "ScanFilter", "ProjectionExpression", "AttributesToGet", "Select")


def explain(engine: Engine, request: Request) -> Explanation:
    """What a request would take, of an engine that it leaves as it is. An error is told, not raised.

    Raises ``ValueError`` for operations that do not read or write items.
    """
    if request.operation not in _EXPLAINED:
        raise ValueError(
            f"{request.operation}: only operations on items are explained, {', '.join(sorted(_EXPLAINED))}"
        )
    params: Params = request.params
    found = Explanation(
        request.operation, tuple(filter(None, tables_of(request.operation, params))), params.get("IndexName")
    )
    before, after = engine.fork(), engine.fork()
    try:
        with after.at_ease():
            body = after.run(replace(request, params=_telling(params)))
    except DynamoDbError as problem:
        return replace(found, error=f"{problem.code}: {problem.message}")
    found = replace(found, units=dict(_units(body.get("ConsumedCapacity"))))
    if request.operation == "ExecuteStatement":
        return _statement(found, request, body, before)
    return _page(found, request, body, before) if request.operation in _PAGES else _items(found, request, before, after)


def _statement(found: Explanation, request: Request, body: dict[str, Any], before: Engine) -> Explanation:
    from pytest_dynamodb.engine.explain.statements import bound_statement, statement_explained, table_of

    bound = bound_statement(request.params)
    name = table_of(bound)
    found, table = replace(found, tables=(name,)), _table(before, request, name)
    if table is None:
        return found
    return statement_explained(found, request.params, body, bound, table, before.clock.now())


def _telling(params: Params) -> dict[str, Any]:
    """The same, but that the answer tells all that it used; what is wrong stays wrong."""
    given = params.get("ReturnConsumedCapacity", "NONE")
    return {**params, "ReturnConsumedCapacity": "INDEXES" if given in ("NONE", "TOTAL") else given}


def _units(capacity: Any) -> Iterator[tuple[str, float]]:
    for usage in capacity if isinstance(capacity, list) else [capacity or {}]:
        table = table_name(usage.get("TableName", ""))
        own = usage.get("Table", {}).get("CapacityUnits", 0.0)
        arms = {
            f"{table}/{name}": arm["CapacityUnits"]
            for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for name, arm in usage.get(member, {}).items()
        }
        if own or not arms:
            yield table, own
        yield from arms.items()


def _page(found: Explanation, request: Request, body: Mapping[str, Any], before: Engine) -> Explanation:
    params, scanned = request.params, body["ScannedCount"]
    found = replace(
        found,
        key_condition=written_out(params, "KeyConditionExpression"),
        filter=written_out(params, "FilterExpression"),
        consistent=truth(params.get("ConsistentRead")),
        evaluated=scanned,
        filtered_out=scanned - body["Count"],
        returned=body["Count"],
        bytes=_bytes(request, scanned, before),
        is_scan=request.operation == "Scan",
        has_more="LastEvaluatedKey" in body,
    )
    table = _table(before, request, found.tables[0])
    return found if table is None else replace(found, hints=hints_of(found, params, table))


def _bytes(request: Request, scanned: int, engine: Engine) -> int:
    """Of what is evaluated: the same page once more, with everything shown."""
    if not scanned:
        return 0
    params = {name: value for name, value in request.params.items() if name not in _SHOWN} | {"Limit": scanned}
    used = set(PLACEHOLDER.findall(str(params.get("KeyConditionExpression"))))
    for member in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        kept = {key: value for key, value in (params.pop(member, None) or {}).items() if key in used}
        if kept:
            params[member] = kept
    if "IndexName" in params:
        params["Select"] = "ALL_PROJECTED_ATTRIBUTES"
    with engine.at_ease():
        items: Any = engine.run(replace(request, params=params))["Items"]
    return sum(item_size(item) for item in items)


def _items(found: Explanation, request: Request, before: Engine, after: Engine) -> Explanation:
    aims = parts(request.operation, request.params)
    sizes, present = 0, 0
    for part in aims:
        old, new = (_stored(engine, request, part) for engine in (before, after))
        sizes += max(0 if item is None else item.size for item in (old, new))
        present += old is not None
    reads = changes_nothing(request.operation, request.params)
    return replace(
        found,
        condition=written_out(request.params, "ConditionExpression"),
        consistent=any(part.consistent for part in aims),
        evaluated=len(aims),
        returned=present if reads else 0,
        bytes=sizes,
    )


def _table(engine: Engine, request: Request, name: str) -> Table | None:
    region = engine.region(request.region or DEFAULT_REGION, account=request.account or None)
    return region.find(name, engine.clock.now())


def _stored(engine: Engine, request: Request, part: Part) -> Item | None:
    table = _table(engine, request, part.table)
    return None if table is None else table.get(canonical_item({key: part.attributes[key] for key in table.keys.names}))
