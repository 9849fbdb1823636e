"""Scan."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.legacy.attributestoget import attributes_to_get
from pytest_dynamodb.engine.legacy.filters import filter_condition
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.reads.pagereads import Sieve, check_selected, page_body, page_of
from pytest_dynamodb.engine.reads.projection import wanted_of
from pytest_dynamodb.engine.reads.selection import check_select
from pytest_dynamodb.engine.reads.source import Source, source_of
from pytest_dynamodb.engine.reads.startkey import check_scan_key, check_segment, check_table_key, read_start_key
from pytest_dynamodb.engine.reads.walk import walk_segment
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.validation.rules.reads import check_segments


def scan(call: Call) -> dict[str, Any]:
    """A page of everything in a table or an index, in an order that means nothing but stays the same."""
    params = call.params
    sieve, start, segment = _read(call)
    source = source_of(call.table(), params, now=call.clock.now())
    _check(source, sieve, start, segment, params)
    stored = walk_segment(source, segment, start)
    return page_body(call, source, page_of(source, stored, sieve, params), sieve.wanted)


def _read(call: Call) -> tuple[Sieve, Attributes | None, tuple[int, int]]:
    """What the parameters say, as far as that shows without the table."""
    params, surface = call.params, call.surface
    check_usage(surface, params)
    names = attributes_to_get(params)
    legacy_filter = filter_condition(params, "ScanFilter", surface)
    start = read_start_key(surface, params)
    check_segments(params)
    bound = bind_expressions(surface, params)
    check_select(call.operation, params)
    condition = legacy_filter if bound.filter is None else bound.filter
    return Sieve(condition, wanted_of(bound.projection, names)), start, _segment(params)


def _segment(params: dict[str, Any]) -> tuple[int, int]:
    """The segment to read, and of how many: without one it is the first of one."""
    return int(params.get("Segment") or 0), int(params.get("TotalSegments") or 1)


def _check(
    source: Source, sieve: Sieve, start: Attributes | None, segment: tuple[int, int], params: dict[str, Any]
) -> None:
    """What needs the table (order: dynalite's suite, test/scan)."""
    if start is not None:
        check_scan_key(start, source)
    check_selected(source, sieve, params)
    if start is not None:
        check_table_key(start, source.table.keys)
        check_segment(start, source, segment)
    sieve.wanted.check(source.table)
    sieve.check_filter_paths(source.table)
