"""Query and Scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.legacy import attributes_to_get, check_scan_depth, filter_condition, legacy_key_clauses
from pytest_dynamodb.engine.parameters.expressions import bind_expressions, check_usage
from pytest_dynamodb.engine.parameters.keypaths import check_filter
from pytest_dynamodb.engine.reads import span
from pytest_dynamodb.engine.reads.keyplan import KeyPlan, check_clause_count, plan_query
from pytest_dynamodb.engine.reads.page import Sieve, check_selected, page_body, page_of
from pytest_dynamodb.engine.reads.selection import check_filter_projected, check_select, wanted_of
from pytest_dynamodb.engine.reads.source import Source, check_readable, source_of
from pytest_dynamodb.engine.storage.partition import Attributes
from pytest_dynamodb.engine.validation.rules import check_key_condition, check_segments
from pytest_dynamodb.expressions.messages import Edition
from pytest_dynamodb.expressions.resolution import KeyClause
from pytest_dynamodb.requests import truth

# --- query ---


def query(call: Call) -> dict[str, Any]:
    """A page of the items of one partition, in key order."""
    params = call.params
    clauses, sieve, start = _read(call)
    table = call.table()
    check_readable(table, params, call.operation)
    source = source_of(table, params, now=call.clock.now())
    plan = _plan(source, clauses, start, call.surface.key_conditions)
    _check_sieve(source, sieve, params)
    forward = truth(params.get("ScanIndexForward", True))
    stored = span.walk_partition(source, plan.identity, plan.spans, start, forward=forward)
    return page_body(call, source, page_of(source, stored, sieve, params), sieve.wanted)


def _read(call: Call) -> tuple[Sequence[KeyClause], Sieve, Attributes | None]:
    """What the parameters say, as far as that shows without the table."""
    params, surface = call.params, call.surface
    check_usage(surface, params)
    legacy_filter = filter_condition(params, "QueryFilter", surface)
    names = attributes_to_get(params)
    start = span.read_start_key(surface, params)
    check_key_condition(params)
    bound = bind_expressions(surface, params)
    clauses: Sequence[KeyClause] | None = bound.key_clauses
    if clauses is None:
        clauses = legacy_key_clauses(params, surface) or ()
    check_clause_count(len(clauses), surface.key_conditions, indexed=params.get("IndexName") is not None)
    check_select(surface, params)
    condition = legacy_filter if bound.filter is None else bound.filter
    return clauses, Sieve(condition, wanted_of(bound.projection, names)), start


def _plan(source: Source, clauses: Sequence[KeyClause], start: Attributes | None, edition: Edition) -> KeyPlan:
    if start is not None:
        span.check_count(start, source)
    plan = plan_query(source, clauses, start, edition)
    if start is not None:
        span.check_table_key(start, source.table.keys)
        span.check_within(start, source, plan.identity, plan.spans)
    return plan


def _check_sieve(source: Source, sieve: Sieve, params: dict[str, Any]) -> None:
    """What is kept and given, against keys and index (order: dynalite's suite, test/query)."""
    sieve.wanted.check(source.table)
    if sieve.filter is not None:
        legacy = params.get("QueryFilter") is not None
        check_filter(sieve.filter, source.keys.names, parameter="QueryFilter" if legacy else "Filter Expression")
    check_selected(source, sieve, params)
    sieve.check_filter_paths(source.table)
    if source.index is not None:
        check_filter_projected(source.index, sieve.filter_names)


# --- scan ---


def scan(call: Call) -> dict[str, Any]:
    """A page of everything in a table or an index, in an order that means nothing but stays the same."""
    params = call.params
    sieve, start, segment = _scan_read(call)
    table = call.table()
    check_readable(table, params, call.operation)
    source = source_of(table, params, now=call.clock.now())
    _check(call, source, sieve, start, segment)
    stored = span.walk_segment(source, segment, start)
    return page_body(call, source, page_of(source, stored, sieve, params), sieve.wanted)


def _scan_read(call: Call) -> tuple[Sieve, Attributes | None, tuple[int, int]]:
    """What the parameters say, as far as that shows without the table."""
    params, surface = call.params, call.surface
    if surface.depth_first:
        check_scan_depth(params, surface)
    check_usage(surface, params)
    names = attributes_to_get(params)
    legacy_filter = filter_condition(params, "ScanFilter", surface)
    start = span.read_start_key(surface, params)
    check_segments(surface, params)
    bound = bind_expressions(surface, params)
    check_select(surface, params)
    condition = legacy_filter if bound.filter is None else bound.filter
    return Sieve(condition, wanted_of(bound.projection, names)), start, _segment(params)


def _segment(params: dict[str, Any]) -> tuple[int, int]:
    """The segment to read, and of how many: without one it is the first of one."""
    return int(params.get("Segment") or 0), int(params.get("TotalSegments") or 1)


def _check(call: Call, source: Source, sieve: Sieve, start: Attributes | None, segment: tuple[int, int]) -> None:
    """What needs the table (order: dynalite's suite, test/scan)."""
    if start is not None:
        span.check_scan_key(call.surface, start, source)
    check_selected(source, sieve, call.params)
    if start is not None:
        span.check_table_key(start, source.table.keys)
        span.check_segment(start, source, segment)
    sieve.wanted.check(source.table)
    sieve.check_filter_paths(source.table)
