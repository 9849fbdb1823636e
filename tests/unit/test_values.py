"""Attribute values: conversion both ways, numbers, canonical forms, sizes, order."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import uuid
from decimal import Decimal
from typing import Any

import pydantic
import pytest
from boto3.dynamodb.types import Binary

from pytest_dynamodb.errors import PytestDynamoDbError, ValidationException
from pytest_dynamodb.values import (
    UnsupportedValue,
    canonical_item,
    canonical_number,
    canonical_value,
    from_wire,
    from_wire_item,
    item_size,
    order_key,
    to_wire,
    to_wire_item,
    value_size,
)

OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NOT_NUMERIC = "The parameter cannot be converted to a numeric value: "
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"


class State(enum.Enum):
    NEW = "new"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Point:
    x: int
    y: Decimal


class Order(pydantic.BaseModel):
    id: str
    lines: list[int]


class TestToWire:
    @pytest.mark.parametrize(
        ("value", "wire"),
        [
            ("text", {"S": "text"}),
            ("", {"S": ""}),
            (True, {"BOOL": True}),
            (None, {"NULL": True}),
            (0, {"N": "0"}),
            (-12, {"N": "-12"}),
            (Decimal("1.50"), {"N": "1.5"}),
            (Decimal("1E+3"), {"N": "1000"}),
            (b"\x00\xff", {"B": "AP8="}),
            (bytearray(b"a"), {"B": "YQ=="}),
            (memoryview(b"a"), {"B": "YQ=="}),
            (Binary(b"a"), {"B": "YQ=="}),
            (State.NEW, {"S": "new"}),
            (Level.HIGH, {"N": "3"}),
            (datetime.date(2026, 1, 2), {"S": "2026-01-02"}),
            (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), {"S": "2026-01-02T03:04:05+00:00"}),
            (uuid.UUID(int=1), {"S": "00000000-0000-0000-0000-000000000001"}),
            ([1, "a"], {"L": [{"N": "1"}, {"S": "a"}]}),
            ((), {"L": []}),
            ({"a": {}}, {"M": {"a": {"M": {}}}}),
            ({State.NEW: 1}, {"M": {"new": {"N": "1"}}}),
            (Point(1, Decimal("0.5")), {"M": {"x": {"N": "1"}, "y": {"N": "0.5"}}}),
            (Order(id="o", lines=[1]), {"M": {"id": {"S": "o"}, "lines": {"L": [{"N": "1"}]}}}),
        ],
    )
    def test_every_supported_type_has_one_wire_form(self, value: object, wire: dict[str, Any]) -> None:
        assert to_wire(value) == wire

    @pytest.mark.parametrize(
        ("value", "wire"),
        [
            ({"b", "a", "ü"}, {"SS": ["a", "b", "ü"]}),
            ({10, 9, Decimal("0.5")}, {"NS": ["0.5", "9", "10"]}),
            (frozenset({b"\xff", b"\x00"}), {"BS": ["AA==", "/w=="]}),
            ({State.NEW, "new"}, {"SS": ["new"]}),
        ],
    )
    def test_sets_are_sent_in_key_order_whatever_pythons_order(self, value: object, wire: dict[str, Any]) -> None:
        assert to_wire(value) == wire

    def test_a_float_is_refused_with_the_remedy(self) -> None:
        with pytest.raises(UnsupportedValue, match=r'use Decimal\("0.1"\), or opt in with floats=True'):
            to_wire(0.1)

    def test_a_float_that_is_opted_in_keeps_its_shortest_decimal(self) -> None:
        assert to_wire([0.1, 1e22], floats=True) == {"L": [{"N": "0.1"}, {"N": "10000000000000000000000"}]}

    @pytest.mark.parametrize("value", [float("nan"), float("-inf"), Decimal("NaN"), Decimal("Infinity")])
    def test_what_is_no_number_is_refused_even_where_floats_are_opted_in(self, value: object) -> None:
        with pytest.raises(UnsupportedValue, match="is not a number DynamoDB can store"):
            to_wire(value, floats=True)

    @pytest.mark.parametrize(
        ("value", "remedy"),
        [
            (set(), "an empty set has no DynamoDB form"),
            ({1, "a"}, "use a list"),
            ({True}, "use a list"),
            ({1: "a"}, "a map key must be a str"),
            (object(), "a object has no DynamoDB form"),
            (Point, "has no DynamoDB form"),
        ],
    )
    def test_what_has_no_form_is_refused_with_a_remedy(self, value: object, remedy: str) -> None:
        with pytest.raises(UnsupportedValue, match=remedy):
            to_wire(value)

    def test_endless_nesting_is_refused_and_not_a_recursion_error(self) -> None:
        value: list[object] = []
        value.append(value)
        with pytest.raises(UnsupportedValue, match="nested more than 32 levels deep"):
            to_wire(value)

    def test_an_int_too_large_to_write_out_overflows(self) -> None:
        with pytest.raises(ValidationException, match=OVERFLOW):
            to_wire(10**5000)

    def test_an_unsupported_value_is_an_error_of_this_package_and_a_type_error(self) -> None:
        assert issubclass(UnsupportedValue, (PytestDynamoDbError, TypeError))

    def test_items_are_converted_attribute_by_attribute(self) -> None:
        assert to_wire_item({"pk": "a", "n": 1.5}, floats=True) == {"pk": {"S": "a"}, "n": {"N": "1.5"}}


class TestFromWire:
    def test_binary_becomes_bytes_numbers_decimals_and_sets_sets(self) -> None:
        item = {"b": {"B": "AP8="}, "n": {"N": "1.0"}, "ns": {"NS": ["1", "2"]}, "bs": {"BS": ["YQ=="]}}
        assert from_wire_item(item) == {
            "b": b"\x00\xff",
            "n": Decimal(1),
            "ns": {Decimal(1), Decimal(2)},
            "bs": {b"a"},
        }

    def test_documents_are_converted_through_and_through(self) -> None:
        assert from_wire({"M": {"a": {"L": [{"NULL": True}, {"BOOL": False}, {"SS": ["x"]}]}}}) == {
            "a": [None, False, {"x"}]
        }

    @pytest.mark.parametrize(
        "value",
        [
            {},
            {"S": "a", "N": "1"},
            {"X": "a"},
            {"S": 1},
            {"N": 1},
            {"B": "%"},
            {"L": "ab"},
            {"M": []},
            {"SS": [1]},
            "a",
        ],
    )
    def test_what_is_no_attribute_value_is_refused(self, value: Any) -> None:
        with pytest.raises(UnsupportedValue, match="not an attribute value"):
            from_wire(value)

    def test_a_number_that_dynamodb_would_not_store_is_refused_in_its_words(self) -> None:
        with pytest.raises(ValidationException, match=NOT_NUMERIC):
            from_wire({"N": "one"})

    def test_endless_nesting_is_refused_and_not_a_recursion_error(self) -> None:
        value: dict[str, Any] = {"L": []}
        value["L"].append(value)
        with pytest.raises(UnsupportedValue, match="nested more than 32 levels"):
            from_wire(value)


class TestCanonicalNumber:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("0", "0"),
            ("-0", "0"),
            ("0e125", "0"),
            ("0042.1200", "42.12"),
            ("+1e2", "100"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-00.50", "-0.5"),
            ("1E-3", "0.001"),
            ("12345E-2", "123.45"),
            ("1" + "0" * 40, "1" + "0" * 40),
            ("1E125", "1" + "0" * 125),
            ("1E-130", "0." + "0" * 129 + "1"),
            ("9" * 38, "9" * 38),
        ],
    )
    def test_a_number_has_one_spelling_plain_decimal_without_outer_zeros(self, text: str, canonical: str) -> None:
        assert canonical_number(text) == canonical
        assert canonical_number(canonical) == canonical

    # dynamodb-conformance, error-messages/valueLayers and limits/numberExponent: AWS's answers, October 2026
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1e126", OVERFLOW),
            ("-1e99999999999", OVERFLOW),
            ("0e126", OVERFLOW),
            ("1e-131", UNDERFLOW),
            ("0e-131", UNDERFLOW),
            ("1e-99999999999", UNDERFLOW),
            ("abc", NOT_NUMERIC + "abc"),
            ("", NOT_NUMERIC),
            ("1.2.3", NOT_NUMERIC + "1.2.3"),
            (" 1", NOT_NUMERIC + " 1"),
            ("1 ", NOT_NUMERIC + "1 "),
            ("1\n", NOT_NUMERIC + "1\n"),
            ("0x10", NOT_NUMERIC + "0x10"),
            ("1e", NOT_NUMERIC + "1e"),
            ("NaN", NOT_NUMERIC + "NaN"),
            ("Infinity", NOT_NUMERIC + "Infinity"),
            ("٣", NOT_NUMERIC + "٣"),
            ("1_0", NOT_NUMERIC + "1_0"),
            ("1e9223372036854775808", NOT_NUMERIC + "1e9223372036854775808"),
            ("1" * 39, TOO_PRECISE),
            ("1234567890123456789012345678901234567890", TOO_PRECISE),
        ],
    )
    def test_what_dynamodb_does_not_store_is_refused_in_its_words(self, text: str, message: str) -> None:
        with pytest.raises(ValidationException) as caught:
            canonical_number(text)
        assert caught.value.message == message


class TestCanonicalValue:
    @pytest.mark.parametrize(
        ("value", "canonical"),
        [
            ({"N": "1.0"}, {"N": "1"}),
            ({"NS": ["2.0", "1e0"]}, {"NS": ["1", "2"]}),
            ({"SS": ["b", "a"]}, {"SS": ["a", "b"]}),
            ({"BS": ["Yg==", "YQ=="]}, {"BS": ["YQ==", "Yg=="]}),
            ({"L": [{"N": "01"}, {"SS": ["b", "a"]}]}, {"L": [{"N": "1"}, {"SS": ["a", "b"]}]}),
            ({"M": {"a": {"M": {"b": {"N": "-0"}}}}}, {"M": {"a": {"M": {"b": {"N": "0"}}}}}),
        ],
    )
    def test_equal_values_share_one_form(self, value: Any, canonical: Any) -> None:
        assert canonical_value(value) == canonical

    @pytest.mark.parametrize(
        "value",
        [
            {"N": "one"},
            {"N": 1},
            {"NS": ["x", 1]},
            {"SS": ["a", 1]},
            {"SS": "ab"},
            {"L": {}},
            {"M": []},
            {"S": "a", "N": "1.0"},
            {"X": 1},
            {},
            None,
            1,
            ["a"],
        ],
    )
    def test_what_is_not_valid_is_kept_as_it_is(self, value: Any) -> None:
        assert canonical_value(value) == value

    def test_the_given_value_is_not_changed(self) -> None:
        value = {"SS": ["b", "a"]}
        canonical_value(value)
        assert value == {"SS": ["b", "a"]}

    def test_duplicates_in_a_set_stay_since_dynamodb_rejects_them(self) -> None:
        assert canonical_value({"NS": ["1", "1.0"]}) == {"NS": ["1", "1"]}

    def test_nesting_without_end_ends(self) -> None:
        value: dict[str, Any] = {"L": []}
        value["L"].append(value)
        assert canonical_value(value)["L"][0]["L"]

    def test_an_item_that_is_no_mapping_is_kept(self) -> None:
        assert canonical_item(["a"]) == ["a"]
        assert canonical_item({"a": {"N": "1.0"}}) == {"a": {"N": "1"}}


class TestSize:
    # dynamodb-conformance, limits/numberByteSize: measured at AWS
    @pytest.mark.parametrize(
        ("number", "size"),
        [
            ("3.14159", 5),
            ("123456", 4),
            ("1E125", 2),
            ("0", 1),
            ("1", 2),
            ("-1", 3),
            ("0.001", 2),
            ("100", 2),
            ("10.01", 3),
        ],
    )
    def test_a_number_costs_by_its_significant_digits_on_each_side_of_the_point(self, number: str, size: int) -> None:
        assert value_size({"N": number}) == size

    def test_an_item_is_its_names_and_values_in_utf8_bytes(self) -> None:
        assert (
            item_size({"ü": {"S": "ü"}, "b": {"B": "AP8="}, "t": {"BOOL": True}, "z": {"NULL": True}}) == 4 + 3 + 2 + 2
        )

    def test_documents_cost_three_and_one_an_element(self) -> None:
        assert value_size({"L": []}) == 3
        assert value_size({"L": [{"S": "ab"}, {"S": "c"}]}) == 3 + 3 + 2
        assert value_size({"M": {"ab": {"S": "c"}}}) == 3 + 1 + 2 + 1

    def test_sets_cost_their_members(self) -> None:
        assert value_size({"SS": ["ab", "c"]}) == 3
        assert value_size({"NS": ["1", "-1"]}) == 5
        assert value_size({"BS": ["AP8="]}) == 2

    def test_what_is_no_attribute_value_has_no_size(self) -> None:
        with pytest.raises(UnsupportedValue):
            value_size({"X": 1})


class TestOrder:
    def test_text_is_ordered_by_utf8_and_not_by_utf16(self) -> None:
        after, before = {"S": "\U0001f600"}, {"S": "\uff5e"}  # UTF-16 has the surrogates of an emoji first
        assert order_key(before) < order_key(after)  # type: ignore[operator]  # both are bytes

    def test_numbers_are_ordered_by_value_and_binary_by_unsigned_bytes(self) -> None:
        numbers = [{"N": "10"}, {"N": "9"}, {"N": "-1.5"}]
        assert sorted(numbers, key=order_key) == [{"N": "-1.5"}, {"N": "9"}, {"N": "10"}]
        binary = [{"B": "/w=="}, {"B": "AA=="}]
        assert sorted(binary, key=order_key) == [{"B": "AA=="}, {"B": "/w=="}]

    def test_other_types_have_no_order(self) -> None:
        with pytest.raises(UnsupportedValue, match="values of type BOOL have no order"):
            order_key({"BOOL": True})
