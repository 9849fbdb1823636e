"""Types of a request's body. Messages: dynalite's cases run against AWS (test/helpers.js, assertType)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import DynamoDbError

JAVA = "com.amazonaws.dynamodb.v20120810"
MAP_FOUND = "Start of structure or map found where not expected"
CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
    "loader 'bootstrap')"
)


def refusal(operation: str, params: Any) -> str:
    with pytest.raises(DynamoDbError) as caught:
        check_request(surface_of(operation), params)
    assert caught.value.code == "SerializationException"
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (True, "TRUE_VALUE cannot be converted to String"),
        (False, "FALSE_VALUE cannot be converted to String"),
        (23, "NUMBER_VALUE cannot be converted to String"),
        (-2147483648, "NUMBER_VALUE cannot be converted to String"),
        (34.56, "DECIMAL_VALUE cannot be converted to String"),
        ([], "Unrecognized collection type class java.lang.String"),
        ({}, MAP_FOUND),
    ],
)
def test_what_is_no_text_is_refused_where_text_stands(content: Any, message: str) -> None:
    assert refusal("GetItem", {"TableName": content}) == message
    assert refusal("PutItem", {"Item": {"a": {"S": content}}}) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("23", "Unexpected token received from parser"),
        (23, "NUMBER_VALUE cannot be converted to Boolean"),
        (34.56, "DECIMAL_VALUE cannot be converted to Boolean"),
        ([], "Unrecognized collection type class java.lang.Boolean"),
        ({}, MAP_FOUND),
    ],
)
def test_what_is_no_boolean_is_refused_where_one_stands(content: Any, message: str) -> None:
    assert refusal("GetItem", {"ConsistentRead": content}) == message
    assert refusal("GetItem", {"Key": {"a": {"BOOL": content}}}) == message


@pytest.mark.parametrize("word", ["true", "FALSE", "1", "0", "Yes", "no"])
def test_words_for_booleans_are_booleans(word: str) -> None:
    check_request(surface_of("GetItem"), {"TableName": "abc", "Key": {"a": {"S": "a"}}, "ConsistentRead": word})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("23", "STRING_VALUE cannot be converted to Integer"),
        (True, "TRUE_VALUE cannot be converted to Integer"),
        (False, "FALSE_VALUE cannot be converted to Integer"),
        ([], "Unrecognized collection type class java.lang.Integer"),
        ({}, MAP_FOUND),
    ],
)
def test_what_is_no_integer_is_refused_where_one_stands(content: Any, message: str) -> None:
    assert refusal("Scan", {"Limit": content}) == message


def test_decimals_are_cut_to_integers() -> None:
    check_request(surface_of("Scan"), {"TableName": "abc", "Limit": 34.56})


def test_capacity_units_are_longs() -> None:
    throughput = {"ReadCapacityUnits": "1", "WriteCapacityUnits": 1}
    message = refusal("CreateTable", {"ProvisionedThroughput": throughput})
    assert message == "STRING_VALUE cannot be converted to Long"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (True, "only base-64-encoded strings are convertible to bytes"),
        (23, "only base-64-encoded strings are convertible to bytes"),
        ([], "Unrecognized collection type class java.nio.ByteBuffer"),
        ({}, MAP_FOUND),
        ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        ("=+/=", "Invalid last non-pad Base64 character dectected"),
        ("+/+=", "Invalid last non-pad Base64 character dectected"),
    ],
)
def test_what_is_no_base64_is_refused_where_binary_stands(content: Any, message: str) -> None:
    assert refusal("PutItem", {"Item": {"a": {"B": content}}}) == message
    assert refusal("PutItem", {"Item": {"a": {"L": [{"M": {"b": {"BS": [content]}}}]}}}) == message


@pytest.mark.parametrize("content", ["23", True, 23, 34.56])
def test_lists_maps_and_structures_of_a_structure_are_no_scalars(content: Any) -> None:
    for params in (
        {"AttributesToGet": content},
        {"Key": content},
        {"Key": {"a": {"SS": content}}},
        {"ExpressionAttributeNames": content},
    ):
        assert refusal("GetItem", params) == "Unexpected field type"
    assert refusal("UpdateItem", {"AttributeUpdates": {"a": {"Value": content}}}) == "Unexpected field type"


@pytest.mark.parametrize("content", ["23", True, 23, 34.56])
def test_structures_in_lists_and_maps_are_no_scalars(content: Any) -> None:
    assert refusal("GetItem", {"Key": {"a": content}}) == "Unexpected value type in payload"
    assert refusal("GetItem", {"Key": {"a": {"L": [content]}}}) == "Unexpected value type in payload"


@pytest.mark.parametrize("content", ["23", True, 23, 34.56])
def test_lists_and_maps_in_lists_and_maps_are_no_scalars(content: Any) -> None:
    assert refusal("BatchWriteItem", {"RequestItems": {"a": content}}) == CAST
    assert refusal("BatchGetItem", {"RequestItems": {"a": {"Keys": [content]}}}) == CAST


@pytest.mark.parametrize(
    ("operation", "params", "java"),
    [
        ("GetItem", {"Key": []}, f"java.util.Map<java.lang.String, {JAVA}.AttributeValue>"),
        ("GetItem", {"ExpressionAttributeNames": []}, "java.util.Map<java.lang.String, java.lang.String>"),
        ("GetItem", {"Key": {"a": []}}, f"class {JAVA}.AttributeValue"),
        ("Query", {"KeyConditions": {"a": []}}, f"class {JAVA}.Condition"),
        (
            "BatchWriteItem",
            {"RequestItems": []},
            f"java.util.Map<java.lang.String, java.util.List<{JAVA}.WriteRequest>>",
        ),
        ("BatchWriteItem", {"RequestItems": {"a": [{"PutRequest": []}]}}, f"class {JAVA}.PutRequest"),
        (
            "BatchGetItem",
            {"RequestItems": {"a": {"Keys": [[]]}}},
            f"java.util.Map<java.lang.String, {JAVA}.AttributeValue>",
        ),
    ],
)
def test_a_list_is_no_map_or_structure(operation: str, params: Any, java: str) -> None:
    assert refusal(operation, params) == f"Unrecognized collection type {java}"


def test_a_map_is_no_list() -> None:
    assert refusal("GetItem", {"AttributesToGet": {}}) == MAP_FOUND
    assert refusal("BatchWriteItem", {"RequestItems": {"a": {}}}) == MAP_FOUND


def test_types_come_before_what_is_missing() -> None:
    assert refusal("PutItem", {"ReturnValues": 1}) == "NUMBER_VALUE cannot be converted to String"


def test_unknown_members_and_nulls_are_of_any_type() -> None:
    check_request(
        surface_of("GetItem"),
        {"TableName": "abc", "Key": {"a": {"S": "a", "X": 1}}, "Unknown": [1], "ProjectionExpression": None},
    )


@pytest.mark.parametrize("body", [[], "text", 1, True, 1.5])
def test_a_body_is_a_structure(body: Any) -> None:
    refusal("GetItem", body)


def test_an_operation_that_is_none_is_unknown() -> None:
    with pytest.raises(DynamoDbError) as caught:
        check_request(surface_of("GetItems"), {})
    assert caught.value.code == "UnknownOperationException"


def test_what_is_sent_as_it_should_be_is_taken_as_it_is() -> None:
    params = {"TableName": "abc", "Key": {"a": {"S": "a"}}, "ConsistentRead": False}
    assert check_request(surface_of("GetItem"), params) is params


def test_words_decimals_nulls_and_unknown_members_are_read_as_aws_reads_them() -> None:
    key = {"a": {"S": "a", "N": None}}
    params = {"TableName": "abc", "Key": key, "ConsistentRead": "false", "AttributesToGet": None, "Other": 1}
    assert check_request(surface_of("GetItem"), params) == {
        "TableName": "abc",
        "Key": key,
        "ConsistentRead": False,
    }
    assert check_request(surface_of("Scan"), {"TableName": "abc", "Limit": 34.56}) == {
        "TableName": "abc",
        "Limit": 34,
    }
    assert params["ConsistentRead"] == "false"
