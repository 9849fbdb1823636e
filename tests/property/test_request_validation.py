"""Laws of the checks that a request passes before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.dialects import CLASSIC, TODAY, dialect_of
from pytest_dynamodb.engine.validation.acceptance import acceptor
from pytest_dynamodb.engine.validation.constraints import violations
from pytest_dynamodb.engine.validation.payload import check_types
from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.shapes import Shape, _model, input_shape
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.validation.values import checked_expression_values, checked_item, checked_value
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.values import canonical_value, item_size, to_wire, value_size

OPERATIONS = st.sampled_from(sorted(_model()["operations"]))
DIALECTS = st.sampled_from([CLASSIC, TODAY, dialect_of("eu-west-2")])
TAGS = st.sampled_from(["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS", "X"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(4000).map(lambda digits: 10**digits),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["\ud800", "1", "1e999", "AA==", "A===", "=", "abc", "true", "arn:", "ALL_OLD", ""]),
)
HOSTILE: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(TAGS, st.text(max_size=3)), inner, max_size=3),
    ),
    max_leaves=8,
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
WIRE_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**38) + 1, 10**38 - 1),
        TEXTS,
        st.binary(max_size=6),
        st.sets(TEXTS, min_size=1, max_size=3),
        st.sets(st.integers(-(10**30), 10**30), min_size=1, max_size=3),
        st.sets(st.binary(max_size=4), min_size=1, max_size=3),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS.filter(bool), inner, max_size=3)),
    max_leaves=10,
).map(to_wire)


CODES = {"SerializationException", "ValidationException"}


def outcome(check: Callable[[], Any]) -> DynamoDbError | None:
    """What a check refuses with. Whatever else it raises is a crash."""
    try:
        check()
    except DynamoDbError as refusal:
        return refusal
    return None


def shaped(data: st.DataObject, shape: Shape, depth: int = 0) -> Any:
    """Content that is mostly what a shape wants, and now and then is not."""
    if data.draw(st.integers(0, 9)) == 0:
        return data.draw(HOSTILE)
    if shape.attribute:
        return data.draw(st.one_of(WIRE_VALUES, st.dictionaries(TAGS, HOSTILE, max_size=2)))
    if shape.kind == "structure":
        chosen = data.draw(st.sets(st.sampled_from(sorted(shape.members) or ["X"]), max_size=4))
        names = chosen | set(shape.required) if depth < 3 else set(shape.required)
        return {name: shaped(data, shape.members[name].shape, depth + 1) for name in names & shape.members.keys()}
    if shape.kind == "list" and shape.element is not None:
        return [shaped(data, shape.element, depth + 1) for _ in range(data.draw(st.integers(0, 2)))]
    if shape.kind == "map" and shape.element is not None:
        names = data.draw(st.sets(st.sampled_from(["abc", "a!", "é"]), max_size=2))
        return {name: shaped(data, shape.element, depth + 1) for name in names}
    if shape.kind == "string":
        return data.draw(st.sampled_from([*shape.choices, "abc", "a" * 40, "é", ""]))
    return data.draw(st.one_of(st.booleans(), st.integers(-2, 200)))


@given(st.data(), OPERATIONS, DIALECTS)
def test_a_request_is_accepted_or_refused_and_never_a_crash(data: st.DataObject, operation: str, dialect: Any) -> None:
    shape = input_shape(operation)
    assert shape is not None
    params = shaped(data, shape)
    refusal = outcome(partial(check_request, surface_of(operation, dialect), params))
    assert refusal is None or (refusal.code in CODES and refusal.message)


@given(st.data(), OPERATIONS)
def test_what_the_quick_look_accepts_the_exact_one_accepts_too(data: st.DataObject, operation: str) -> None:
    shape = input_shape(operation)
    assert shape is not None
    params = shaped(data, shape)
    if acceptor(operation)(params):
        check_types(shape, params)
        assert not list(violations(shape, params))


@given(st.dictionaries(st.text(max_size=3), HOSTILE, max_size=3), OPERATIONS, DIALECTS)
def test_values_are_checked_or_refused_and_never_a_crash(attributes: Any, operation: str, dialect: Any) -> None:
    wording = surface_of(operation, dialect)
    for check in (checked_item, checked_expression_values):
        refusal = outcome(partial(check, attributes, wording=wording))
        assert refusal is None or refusal.code in CODES


@given(st.dictionaries(TEXTS.filter(bool), WIRE_VALUES, max_size=4))
def test_an_item_s_size_is_that_of_its_values(attributes: Any) -> None:
    item = checked_item(attributes)
    assert item.size == item_size(attributes) == item_size(item.attributes)


@given(WIRE_VALUES)
def test_a_checked_value_stays_as_it_is(value: Any) -> None:
    checked, size = checked_value(value)
    assert checked_value(checked) == (checked, size)
    assert size == value_size(checked)
    assert canonical_value(checked) == canonical_value(value)


def test_a_value_nested_a_hundred_thousand_levels_deep_is_refused() -> None:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(100_000):
        value = {"L": [value]}
    params: dict[str, Any] = {"TableName": "abc", "Item": {"pk": {"S": "a"}, "data": value}}
    check_request(surface_of("PutItem", CLASSIC), params)
    refusal = outcome(partial(checked_item, params["Item"]))
    assert refusal is not None
    assert refusal.message.startswith("Nesting Levels have exceeded supported limits")
    while "L" in value:  # taken apart, because some Pythons free nested lists by recursion
        value = value["L"].pop()
