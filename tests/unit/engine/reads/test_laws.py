"""Laws of reading: whatever is stored, queries and scans give what plain filtering and sorting would."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_dynamodb.engine.reads.span import holds, positions, span_of
from pytest_dynamodb.expressions.resolution import KeyOperator

TEXTS = st.text("az\u0431\U0001d11e", max_size=3)
NUMBERS = st.decimals(-5, 5, places=1)
OPERATORS: list[KeyOperator] = ["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]


def passes(operator: KeyOperator, place: Any, bounds: list[Any]) -> bool:
    first = bounds[0]
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: place == first,
        "<": lambda: place < first,
        "<=": lambda: place <= first,
        ">": lambda: place > first,
        ">=": lambda: place >= first,
        "BETWEEN": lambda: first <= place <= bounds[1],
        "begins_with": lambda: place.startswith(first),
    }
    return tests[operator]()


@given(st.sets(TEXTS), st.sampled_from(OPERATORS), st.lists(TEXTS, min_size=2, max_size=2))
def test_a_span_of_texts_selects_what_passes(places: set[str], operator: KeyOperator, bounds: list[str]) -> None:
    keys = sorted(places)
    spans = (span_of(operator, bounds, None),)
    start, stop = positions(keys, spans)
    expected = [place for place in keys if passes(operator, place, bounds)]
    assert keys[start:stop] == expected
    assert [place for place in keys if holds(spans, place)] == expected


@given(st.sets(NUMBERS), st.sampled_from(OPERATORS[:-1]), st.lists(NUMBERS, min_size=2, max_size=2))
def test_a_span_of_numbers_selects_what_passes(
    places: set[Decimal], operator: KeyOperator, bounds: list[Decimal]
) -> None:
    keys = sorted(places)
    start, stop = positions(keys, (span_of(operator, bounds, None),))
    assert keys[start:stop] == [place for place in keys if passes(operator, place, bounds)]


@given(
    st.sets(st.tuples(TEXTS, TEXTS, TEXTS)),
    TEXTS,
    st.sampled_from(OPERATORS),
    st.lists(TEXTS, min_size=2, max_size=2),
)
def test_spans_of_several_components_narrow_one_after_another(
    places: set[tuple[str, str, str]], equal: str, operator: KeyOperator, bounds: list[str]
) -> None:
    keys = sorted(places)
    spans = (span_of("=", [equal], 0), span_of(operator, bounds, 1))
    start, stop = positions(keys, spans)
    expected = [place for place in keys if place[0] == equal and passes(operator, place[1], bounds)]
    assert keys[start:stop] == expected
    assert [place for place in keys if holds(spans, place)] == expected


# --- calls -----------------------------------------------------------------------------------------------------------

LETTERS = st.sampled_from(["p", "q", "r"])
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"a": LETTERS, "b": st.text("xyz", min_size=1, max_size=2)}, optional={"c": LETTERS, "d": LETTERS}
    ),
    max_size=25,
)
INDEXES: dict[str | None, tuple[str, str | None]] = {
    None: ("a", "b"),
    "index1": ("a", "c"),
    "index2": ("a", "d"),
    "index3": ("c", None),
    "index4": ("c", "d"),
}


def stored(service: Any, items: list[dict[str, str]]) -> list[dict[str, str]]:
    """Put the items, and what a table of them then holds."""
    service.put("range", *({name: {"S": text} for name, text in item.items()} for item in items))
    return list({(item["a"], item["b"]): item for item in items}.values())


def plain(item: dict[str, Any]) -> dict[str, str]:
    return {name: value["S"] for name, value in item.items()}


def pages(service: Any, operation: str, limit: int | None, **params: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    more: dict[str, Any] = {} if limit is None else {"Limit": limit}
    while True:
        answer = service(operation, TableName="range", **params, **more)
        assert limit is None or answer["ScannedCount"] <= limit
        found += map(plain, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return found
        more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


@settings(max_examples=60)
@given(ITEMS, st.sampled_from(list(INDEXES)), LETTERS, st.sampled_from([None, *OPERATORS]), st.booleans(), st.data())
def test_a_query_gives_what_filtering_and_sorting_all_items_would(
    new_service: Any,
    items: list[dict[str, str]],
    index: str | None,
    hashed: str,
    operator: KeyOperator | None,
    forward: bool,
    data: st.DataObject,
) -> None:
    service = new_service()
    hash_name, range_name = INDEXES[index]
    if range_name is None:
        operator = None
    bounds = sorted(data.draw(st.lists(st.text("pqrxyz", min_size=1, max_size=2), min_size=2, max_size=2)))
    expected = [
        item
        for item in stored(service, items)
        if item.get(hash_name) == hashed
        and (range_name is None or range_name in item)
        and (operator is None or range_name is None or passes(operator, item[range_name], bounds))
    ]
    values = {":h": {"S": hashed}}
    condition = f"{hash_name} = :h"
    if operator is not None:
        condition += " AND " + CONDITIONS.get(operator, f"{{}} {operator} :x").format(range_name)
        values |= {":x": {"S": bounds[0]}} | ({":y": {"S": bounds[1]}} if operator == "BETWEEN" else {})
    params: dict[str, Any] = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    params |= {"IndexName": index} if index else {}
    params["ScanIndexForward"] = forward
    whole = pages(service, "Query", None, **params)
    assert sorted(whole, key=by_key) == sorted(expected, key=by_key)
    ranges = [item[range_name] for item in whole] if range_name else []
    assert ranges == sorted(ranges, reverse=not forward)
    assert pages(service, "Query", data.draw(st.integers(1, 5)), **params) == whole


@settings(max_examples=30)
@given(ITEMS, st.sampled_from(list(INDEXES)), st.integers(1, 4), st.integers(1, 7))
def test_a_scan_gives_everything_once_in_segments_and_pages_of_any_size(
    new_service: Any, items: list[dict[str, str]], index: str | None, total: int, limit: int
) -> None:
    service = new_service()
    expected = [item for item in stored(service, items) if {*INDEXES[index]} - {None} <= item.keys()]
    params: dict[str, Any] = {"IndexName": index} if index else {}
    found: list[dict[str, str]] = []
    for segment in range(total):
        found += pages(service, "Scan", limit, Segment=segment, TotalSegments=total, **params)
    assert sorted(found, key=by_key) == sorted(expected, key=by_key)


def by_key(item: dict[str, str]) -> tuple[str, str]:
    return item["a"], item["b"]


CONDITIONS = {"BETWEEN": "{} BETWEEN :x AND :y", "begins_with": "begins_with({}, :x)"}
