"""Explaining a request: carry it out on a copy of the engine, and read off the answer what it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.engine.engine import DEFAULT_REGION, Engine
from pytest_dynamodb.engine.partiql.plan import orderings
from pytest_dynamodb.engine.partiql.readplan import plan_reads
from pytest_dynamodb.engine.partiql.request import BoundStatement, bind_statement, read_parameters, written_name
from pytest_dynamodb.engine.partiql.select import from_token
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.reads.page import PAGE_SIZE, read_page
from pytest_dynamodb.engine.reads.source import Source, source_of
from pytest_dynamodb.engine.reads.span import walk_partition, walk_segment
from pytest_dynamodb.engine.storage.partition import StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.operations import named
from pytest_dynamodb.requests import Params, Part, changes_nothing, parts, table_name, tables_of, truth
from pytest_dynamodb.simulation.explain.explanation import PLACEHOLDER, Explanation, hints_of, written_out
from pytest_dynamodb.values import canonical_item, item_size

_PAGES: Final = named(shape="collection")
_EXPLAINED: Final = named() - {"BatchExecuteStatement", "ExecuteTransaction", "SearchVectors"}
_SHOWN: Final = ("FilterExpression", "QueryFilter", "ScanFilter", "ProjectionExpression", "AttributesToGet", "Select")
"""What decides only what of an item is given."""


def explain(engine: Engine, request: Request) -> Explanation:
    """What a request would read, write and cost on this engine, which does not change. An error is part of the
    explanation.

    So is what cannot be explained: an operation that reads and writes no items.
    """
    params: Params = request.params
    if request.operation not in _EXPLAINED:
        listed = ", ".join(sorted(_EXPLAINED))
        return Explanation(request.operation, (), None, error=f"only operations on items are explained: {listed}")
    if not isinstance(params, dict):
        return Explanation(request.operation, (), None, error="its parameters are no map")
    index = params.get("IndexName")
    found = Explanation(
        request.operation,
        tuple(filter(None, tables_of(request.operation, params))),
        index if isinstance(index, str) else None,
    )
    before, after = engine.fork(), engine.fork()
    try:
        with after.unrestricted():
            body = after.run(replace(request, params=_telling(params)))
    except DynamoDbError as problem:
        return replace(found, error=f"{problem.code}: {problem.message}")
    found = replace(found, units=dict(_units(body.get("ConsumedCapacity"))))
    if request.operation == "ExecuteStatement":
        return _statement(found, request, body, before)
    return _page(found, request, body, before) if request.operation in _PAGES else _items(found, request, before, after)


def _statement(found: Explanation, request: Request, body: dict[str, Any], before: Engine) -> Explanation:

    bound = bound_statement(request.params)
    name = table_of(bound)
    found, table = replace(found, tables=(name,)), _table(before, request, name)
    if table is None:
        return found
    return statement_explained(found, request.params, body, bound, table, before.clock.now())


def _telling(params: Params) -> dict[str, Any]:
    """The request's parameters, asking for all consumed capacity; a wrong ReturnConsumedCapacity stays as it is."""
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
    """The size of the items evaluated: the same page is read again, with everything shown."""
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
    with engine.unrestricted():
        items: Any = engine.run(replace(request, params=params))["Items"]
    return sum(item_size(item) for item in items)


def _items(found: Explanation, request: Request, before: Engine, after: Engine) -> Explanation:
    touched = parts(request.operation, request.params)
    sizes, present = 0, 0
    for part in touched:
        old, new = (_stored(engine, request, part) for engine in (before, after))
        sizes += max(0 if item is None else item.size for item in (old, new))
        present += old is not None
    reads = changes_nothing(request.operation, request.params)
    return replace(
        found,
        condition=written_out(request.params, "ConditionExpression"),
        consistent=any(part.consistent for part in touched),
        evaluated=len(touched),
        returned=present if reads else 0,
        bytes=sizes,
    )


def _table(engine: Engine, request: Request, name: str) -> Table | None:
    region = engine.region(request.region or DEFAULT_REGION, account=request.account or None)
    return region.find(name, engine.clock.now())


def _stored(engine: Engine, request: Request, part: Part) -> StoredItem | None:
    table = _table(engine, request, part.table)
    return None if table is None else table.get(canonical_item({key: part.attributes[key] for key in table.keys.names}))


# --- PartiQL statements ---

_SCAN = "a SELECT without = or IN for the partition key reads, and is billed for, everything there is"
_MORE = "there are more pages: go on with NextToken"


def bound_statement(params: dict[str, Any]) -> BoundStatement:
    """The statement of a request that has been carried out, parsed once more."""
    return bind_statement(params, read_parameters(params))


def table_of(bound: BoundStatement) -> str:
    """The name of the statement's table."""
    return table_name(written_name(bound.statement.source))


def statement_explained(
    found: Explanation, params: dict[str, Any], body: dict[str, Any], bound: BoundStatement, table: Table, now: float
) -> Explanation:
    """The explanation of a statement. ``table`` is its table as it was before."""
    statement = bound.statement
    if not isinstance(statement, Select):
        return replace(found, evaluated=1)
    index = str(statement.source.parts[1]) if len(statement.source.parts) > 1 else None
    source = source_of(table, {} if index is None else {"IndexName": index}, now=now)
    plan = plan_reads(source, bound.where, orderings(statement.order))
    evaluated, size = _read(list(_statement_stored(source, plan, params)), params)
    has_more, is_scan = "NextToken" in body, plan.reads is None
    return replace(
        found,
        index=index,
        consistent=truth(params.get("ConsistentRead")),
        evaluated=evaluated,
        filtered_out=evaluated - len(body["Items"]),
        returned=len(body["Items"]),
        bytes=size,
        is_scan=is_scan,
        has_more=has_more,
        hints=tuple(hint for hint, holds in ((_SCAN, is_scan), (_MORE, has_more)) if holds),
    )


def _statement_stored(source: Source, plan: Any, params: dict[str, Any]) -> Iterator[Iterator[StoredItem]]:
    """The items that each read of the statement passes, from where the page begins."""
    start = from_token(params)
    if plan.reads is None:
        yield walk_segment(source, (0, 1), start.key)
        return
    for at, read in list(enumerate(plan.reads))[start.read :]:
        key = start.key if at == start.read else None
        yield walk_partition(source, read.identity, read.spans, key, forward=plan.forward)


def _read(reads: list[Iterator[StoredItem]], params: dict[str, Any]) -> tuple[int, int]:
    """The number of items on the page, and their size in bytes."""
    limit = None if params.get("Limit") is None else int(params["Limit"])
    evaluated = size = 0
    for stored in reads:
        page = read_page(stored, limit)
        evaluated, size = evaluated + page.scanned, size + page.size
        if page.last is not None or size >= PAGE_SIZE:
            break
        if limit is not None:
            limit -= page.scanned
    return evaluated, size
