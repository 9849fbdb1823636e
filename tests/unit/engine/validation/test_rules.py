"""Rules between the parameters of one operation."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC
from pytest_dynamodb.engine.reads.selection import check_select
from pytest_dynamodb.engine.validation.rules import (
    action_of,
    check_batch_get,
    check_batch_write,
    check_distinct,
    check_distinct_items,
    check_key_condition,
    check_segments,
)
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.writes.write import check_return_values
from pytest_dynamodb.errors import ValidationException

SPECIFIC = "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"


@pytest.mark.parametrize("wanted", ["UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"])
def test_a_put_returns_only_what_was_there(wanted: str) -> None:
    """dynalite, test/putItem."""
    with pytest.raises(ValidationException) as caught:
        check_return_values(surface_of("PutItem", CLASSIC), {"ReturnValues": wanted})
    assert caught.value.message == "ReturnValues can only be ALL_OLD or NONE"
    check_return_values(surface_of("PutItem", CLASSIC), {"ReturnValues": "ALL_OLD"})


def test_that_stands_behind_an_envelope_in_the_newer_dialect() -> None:
    """dynamodb-conformance, error-messages/deleteItem (2026-10-09)."""
    with pytest.raises(ValidationException) as caught:
        check_return_values(surface_of("DeleteItem"), {"ReturnValues": "ALL_NEW"})
    assert caught.value.message == "1 validation error detected: ReturnValues can only be ALL_OLD or NONE"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Segment": 0},
            (
                "The TotalSegments parameter is required but was not present in the request "
                "when Segment parameter is present"
            ),
        ),
        (
            {"TotalSegments": 2},
            (
                "The Segment parameter is required but was not present in the request "
                "when parameter TotalSegments is present"
            ),
        ),
        (
            {"Segment": 5, "TotalSegments": 5},
            (
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                "Segment: 5 is not less than TotalSegments: 5"
            ),
        ),
    ],
)
def test_a_segment_is_one_of_all(params: dict[str, Any], message: str) -> None:
    """dynamodb-conformance, error-messages/scan."""
    with pytest.raises(ValidationException) as caught:
        check_segments(surface_of("Scan"), params)
    assert caught.value.message == message


def test_segments_may_be_left_out_and_start_at_zero() -> None:
    check_segments(surface_of("Scan"), {})
    check_segments(surface_of("Scan"), {"Segment": 0, "TotalSegments": 1})


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        ("Query", {"Select": "SPECIFIC_ATTRIBUTES"}, f"1 validation error detected: {SPECIFIC}"),
        ("Scan", {"Select": "SPECIFIC_ATTRIBUTES"}, SPECIFIC),
        (
            "Query",
            {"Select": "COUNT", "ProjectionExpression": "a"},
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            "Scan",
            {"Select": "ALL_ATTRIBUTES", "AttributesToGet": ["a"]},
            "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES",
        ),
        (
            "Scan",
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
    ],
)
def test_select_agrees_with_the_rest(operation: str, params: dict[str, Any], message: str) -> None:
    """dynamodb-conformance, tier1/query/select, of October 2026."""
    with pytest.raises(ValidationException) as caught:
        check_select(surface_of(operation), params)
    assert caught.value.message == message


def test_select_may_be_left_out_and_may_repeat_what_is_implied() -> None:
    check_select(surface_of("Query"), {"ProjectionExpression": "a"})
    check_select(surface_of("Query"), {"ProjectionExpression": "a", "Select": "SPECIFIC_ATTRIBUTES"})
    check_select(surface_of("Scan"), {"IndexName": "by_a", "Select": "ALL_PROJECTED_ATTRIBUTES"})


def test_a_query_has_a_key_condition() -> None:
    """dynalite, test/query."""
    with pytest.raises(ValidationException, match="Either the KeyConditions or KeyConditionExpression parameter"):
        check_key_condition({"TableName": "abc"})


def test_a_batch_has_at_most_100_keys_in_all() -> None:
    """dynalite, test/batchGetItem."""
    keys = [{"pk": {"S": str(number)}} for number in range(60)]
    with pytest.raises(ValidationException) as caught:
        check_batch_get({"RequestItems": {"orders": {"Keys": keys}, "users": {"Keys": keys}}})
    assert caught.value.message == "Too many items requested for the BatchGetItem call"


def test_a_batch_reads_no_key_twice_and_takes_equal_numbers_for_two() -> None:
    """dynamodb-conformance, error-messages/batchGetItem."""
    for keys in ([{"pk": {"S": "a"}}] * 2, [{"a": {"S": "a"}, "b": {"N": "1"}}, {"b": {"N": "1"}, "a": {"S": "a"}}]):
        with pytest.raises(ValidationException) as caught:
            check_batch_get({"RequestItems": {"orders": {"Keys": keys}}})
        assert caught.value.message == "Provided list of item keys contains duplicates"
    check_batch_get({"RequestItems": {"orders": {"Keys": [{"pk": {"N": "1"}}, {"pk": {"N": "1.0"}}]}}})
    check_batch_get({"RequestItems": {name: {"Keys": [{"pk": {"S": "a"}}]} for name in ("orders", "users")}})


@pytest.mark.parametrize("request_", [{}, {"PutRequest": {"Item": {}}, "DeleteRequest": {"Key": {}}}])
def test_a_request_of_a_batch_puts_or_deletes(request_: dict[str, Any]) -> None:
    """dynalite, test/batchWriteItem."""
    with pytest.raises(ValidationException, match="more than one datatypes set"):
        check_batch_write({"RequestItems": {"orders": [request_]}})


def test_a_batch_writes_at_most_25_items_in_all() -> None:
    writes: list[dict[str, Any]] = [{"DeleteRequest": {"Key": {}}}] * 13
    with pytest.raises(ValidationException, match="Too many items"):
        check_batch_write({"RequestItems": {"orders": writes, "users": writes}})


def test_identities_are_distinct() -> None:
    check_distinct(["a", "b"])
    with pytest.raises(ValidationException) as caught:
        check_distinct(["a", "b", "a"])
    assert caught.value.message == "Provided list of item keys contains duplicates"
    check_distinct_items([("orders", "a"), ("users", "a")])
    with pytest.raises(ValidationException) as caught:
        check_distinct_items([("orders", "a"), ("orders", "a")])
    assert caught.value.message == "Transaction request cannot include multiple operations on one item"


def test_an_entry_of_a_transaction_is_one_action() -> None:
    put: dict[str, Any] = {"TableName": "abc", "Item": {}}
    assert action_of({"Put": put, "Delete": None}) == ("Put", put)
    with pytest.raises(ValidationException) as caught:
        action_of({"Put": put, "Delete": {}})
    assert caught.value.message == "TransactItems can only contain one of Check, Put, Update or Delete"
    with pytest.raises(ValidationException, match="should contain Delete or Put or Update request"):
        action_of({})
