"""Attribute values. Messages: dynalite's cases run against AWS (test/{getItem,putItem,updateItem,scan}), and
dynamodb-conformance, error-messages/{putItem,valueLayers} and limits.
"""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.validation.values import (
    MAX_ITEM_SIZE,
    check_updated_size,
    checked_expression_values,
    checked_item,
    checked_start_key,
    checked_value,
)
from pytest_dynamodb.errors import DynamoDbError, ValidationException

EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
SEVERAL = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
INVALID = "One or more parameter values were invalid: "
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NESTING = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)

OLDER = surface_of("BatchWriteItem", CLASSIC)

WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, EMPTY),
    ({"a": ""}, EMPTY),
    ({"S": None}, EMPTY),
    ({"M": {"a": {}}}, EMPTY),
    ({"L": [{}]}, EMPTY),
    ({"S": "a", "N": "1"}, SEVERAL),
    ({"NULL": "no"}, f"{INVALID}Null attribute value types must have the value of true"),
    ({"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"),
    ({"SS": []}, f"{INVALID}An string set  may not be empty"),
    ({"NS": []}, f"{INVALID}An number set  may not be empty"),
    ({"BS": []}, f"{INVALID}Binary sets should not be empty"),
    ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
    ({"BS": ["Yg==", "Yg=="]}, f"{INVALID}Input collection [Yg==, Yg==]of type BS contains duplicates."),
    ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    ({"S": "", "N": ""}, NOT_NUMERIC),
    ({"S": "a", "N": "b"}, f"{NOT_NUMERIC}: b"),
    ({"NS": ["1", ""]}, NOT_NUMERIC),
    ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
    ({"N": "1e126"}, OVERFLOW),
    ({"N": "-1e-131"}, UNDERFLOW),
    ({"N": "1e2147483647"}, UNDERFLOW),
    ({"N": "1e2147483648"}, f"{NOT_NUMERIC}: 1e2147483648"),
]


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_a_wrong_value_is_refused_wherever_it_lies(value: dict[str, Any], message: str) -> None:
    for place in (value, {"L": [{"S": "a"}, value]}, {"M": {"a": {"L": [value]}}}):
        with pytest.raises(ValidationException) as caught:
            checked_item({"pk": {"S": "a"}, "a": place}, wording=OLDER)
        assert caught.value.message == message


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_a_wrong_value_of_an_expression_is_reported_with_its_name(value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        checked_expression_values({":a": {"S": "a"}, ":b": value}, wording=OLDER)
    assert caught.value.message == f"ExpressionAttributeValues contains invalid value: {message} for key :b"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, f"The provided starting key is invalid: {EMPTY}"),
        ({"SS": []}, f"The provided starting key is invalid: {INVALID}An string set  may not be empty"),
        ({"NS": []}, f"{INVALID}An number set  may not be empty"),
        ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
        ({"N": "b"}, f"{NOT_NUMERIC}: b"),
    ],
)
def test_some_problems_of_a_start_key_are_reported_as_its_own(value: dict[str, Any], message: str) -> None:
    """dynalite, test/scan and test/query."""
    with pytest.raises(ValidationException) as caught:
        checked_start_key({"pk": value})
    assert caught.value.message == message


class TestTheCurrentLayer:
    """Error-messages/valueLayers, captured 2026-10-09."""

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ({"N": ""}, f"{NOT_NUMERIC}: "),
            ({"N": "1e2147483647"}, OVERFLOW),
            ({"SS": ["b", "a", "b"]}, f'{INVALID}Input collection ["a", "b", "b"] contains duplicates.'),
            (
                {"BS": ["/w==", "AA==", "AA=="]},
                f'{INVALID}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
            ),
            ({"NS": ["2", "1", "2"]}, f"{INVALID}Input collection contains duplicates."),
        ],
    )
    def test_it_is_enveloped_for_single_writes_and_bare_for_reads(self, value: dict[str, Any], message: str) -> None:
        for operation, expected in (
            ("PutItem", f"1 validation error detected: {message}"),
            ("DeleteItem", f"1 validation error detected: {message}"),
            ("GetItem", message),
            ("Query", message),
        ):
            wording = surface_of(operation)
            with pytest.raises(ValidationException) as caught:
                checked_value(value, wording=wording)
            assert caught.value.message == expected
            with pytest.raises(ValidationException) as caught:
                checked_expression_values({":v": value}, wording=wording)
            assert caught.value.message == expected

    def test_values_without_one_type_are_never_enveloped(self) -> None:
        for value, message in (({}, EMPTY), ({"S": "a", "N": "1"}, SEVERAL)):
            with pytest.raises(ValidationException) as caught:
                checked_item({"a": value}, wording=surface_of("PutItem"))
            assert caught.value.message == message

    @pytest.mark.parametrize("operation", ["BatchWriteItem", "Scan", "TransactGetItems", "TransactWriteItems"])
    def test_some_operations_keep_the_older_one(self, operation: str) -> None:
        newer = surface_of(operation)
        assert (newer.layer, newer.enveloped, newer.wraps) == ("older", False, True)


@pytest.mark.parametrize(
    ("number", "message"), [("1e2147483647", OVERFLOW), ("1e-2147483649", UNDERFLOW), ("1e99999999999", OVERFLOW)]
)
def test_only_batches_scans_and_transactions_wrap_exponents(number: str, message: str) -> None:
    """Limits/numberExponent and error-messages/valueLayers, captured in October 2026."""
    with pytest.raises(ValidationException) as caught:
        checked_item({"a": {"N": number}}, wording=surface_of("PutItem", CLASSIC))
    assert caught.value.message == message


def test_an_empty_name_inside_is_found_after_what_is_too_deep_anywhere() -> None:
    """Validation-ordering/deepRequests (2026-10-09)."""
    with pytest.raises(ValidationException) as caught:
        checked_item({"m": {"M": {"": {"S": "x"}}}, "data": nested(40)})
    assert caught.value.message == NESTING


def test_values_of_a_transaction_may_be_a_level_deeper_than_stored_ones() -> None:
    """Limits/nestingDepth: in no region are they refused at 32 levels, as UpdateItem's are."""
    wording = surface_of("TransactWriteItems", CLASSIC)
    assert checked_expression_values({":v": nested(32)}, wording=wording) == {":v": nested(32)}
    with pytest.raises(ValidationException) as caught:
        checked_expression_values({":v": nested(40)}, wording=wording)
    assert caught.value.message == f"ExpressionAttributeValues contains invalid value: {NESTING} for key :v"


def test_31_levels_are_accepted_and_32_are_not() -> None:
    """Limits/nestingDepth."""
    assert checked_value(nested(31))[0] == nested(31)
    with pytest.raises(ValidationException) as caught:
        checked_item({"pk": {"S": "a"}, "data": nested(32)})
    assert caught.value.message == NESTING


def test_values_are_canonical_and_shared_with_nobody() -> None:
    sent: dict[str, Any] = {"n": {"N": "+01.50"}, "l": {"L": [{"BOOL": "yes"}]}, "s": {"SS": ["b", "", "a"]}}
    item = checked_item(sent)
    assert dict(item.attributes) == {"n": {"N": "1.5"}, "l": {"L": [{"BOOL": True}]}, "s": {"SS": ["", "a", "b"]}}
    sent["l"]["L"].append({"S": "later"})
    assert len(item.attributes["l"]["L"]) == 1


def test_empty_texts_binaries_lists_and_maps_are_values() -> None:
    """Limits/emptyValues."""
    attributes = {"s": {"S": ""}, "b": {"B": ""}, "l": {"L": []}, "m": {"M": {}}}
    assert dict(checked_item(attributes).attributes) == attributes


def test_an_empty_attribute_name_is_refused_before_values_are_looked_at() -> None:
    """Validation-ordering/deepRequests (2026-10-09)."""
    with pytest.raises(ValidationException) as caught:
        checked_item({"data": nested(100), "": {"S": "a"}})
    assert caught.value.message == "Empty attribute name"


def test_an_item_may_have_409600_bytes() -> None:
    """Limits/itemSize."""
    largest = {"pk": {"S": "a" * (MAX_ITEM_SIZE - 2)}}
    assert checked_item(largest).size == MAX_ITEM_SIZE
    with pytest.raises(ValidationException) as caught:
        checked_item({"pk": {"S": "é" * (MAX_ITEM_SIZE // 2)}})
    assert caught.value.message == "Item size has exceeded the maximum allowed size"
    assert checked_item({"pk": {"S": "a" * MAX_ITEM_SIZE}}, limit=None).size == MAX_ITEM_SIZE + 2


def test_an_item_may_not_grow_past_that_either() -> None:
    check_updated_size(MAX_ITEM_SIZE)
    with pytest.raises(ValidationException) as caught:
        check_updated_size(MAX_ITEM_SIZE + 1)
    assert caught.value.message == "Item size to update has exceeded the maximum allowed size"


@pytest.mark.parametrize(
    "value",
    [
        1,
        "a",
        [],
        True,
        {"S": 1},
        {"N": 1},
        {"SS": "a"},
        {"SS": [None]},
        {"L": {}},
        {"M": []},
        {"B": 1},
        {"S": "\ud800"},
    ],
)
def test_what_could_not_come_over_the_wire_is_an_error_all_the_same(value: Any) -> None:
    with pytest.raises(DynamoDbError) as caught:
        checked_item({"a": value})
    assert caught.value.code == "SerializationException"
