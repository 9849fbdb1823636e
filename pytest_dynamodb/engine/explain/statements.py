"""PartiQL statements: whether a SELECT reads by key or everything, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.explain.explanation import Explanation
from pytest_dynamodb.engine.partiql.nexttoken import from_token
from pytest_dynamodb.engine.partiql.ordering import orderings
from pytest_dynamodb.engine.partiql.readplan import plan_reads
from pytest_dynamodb.engine.partiql.request import Bound, bind_statement, read_parameters
from pytest_dynamodb.engine.partiql.sources import written_name
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.reads.page import PAGE_SIZE, read_page
from pytest_dynamodb.engine.reads.source import Source, source_of
from pytest_dynamodb.engine.reads.walk import walk_partition, walk_segment
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.requests import table_name, truth

_SCAN = "a SELECT without = or IN for the partition key reads, and is billed for, everything there is"
_MORE = "there are more pages: go on with NextToken"


def bound_statement(params: dict[str, Any]) -> Bound:
    """A statement that has been carried out, read once more."""
    return bind_statement(params, read_parameters(params))


def table_of(bound: Bound) -> str:
    """The name of the table that a statement names."""
    return table_name(written_name(bound.statement.source))


def statement_explained(
    found: Explanation, params: dict[str, Any], body: dict[str, Any], bound: Bound, table: Table, now: float
) -> Explanation:
    """What there is to say of a statement on ``table``, which is as it was before it."""
    statement = bound.statement
    if not isinstance(statement, Select):
        return replace(found, evaluated=1)
    index = str(statement.source.parts[1]) if len(statement.source.parts) > 1 else None
    source = source_of(table, {} if index is None else {"IndexName": index}, now=now)
    plan = plan_reads(source, bound.where, orderings(statement.order))
    evaluated, size = _read(list(_stored(source, plan, params)), params)
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


def _stored(source: Source, plan: Any, params: dict[str, Any]) -> Iterator[Iterator[Item]]:
    """What each read comes across, from where the page begins."""
    start = from_token(params)
    if plan.reads is None:
        yield walk_segment(source, (0, 1), start.key)
        return
    for at, read in list(enumerate(plan.reads))[start.read :]:
        key = start.key if at == start.read else None
        yield walk_partition(source, read.identity, read.spans, key, forward=plan.forward)


def _read(reads: list[Iterator[Item]], params: dict[str, Any]) -> tuple[int, int]:
    """Items and bytes of the page."""
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
