"""Laws of reading: whatever is stored, queries and scans give what plain filtering and sorting would."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.engine.reads.span import holds, positions, span_of
from pytest_dynamodb.expressions.keyconditions import KeyOperator

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
