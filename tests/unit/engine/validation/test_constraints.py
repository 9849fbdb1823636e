"""Required members and limits. "suite": dynamodb-conformance; messages as AWS answered it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC, TODAY, Dialect
from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import ValidationException

FAILED = "failed to satisfy constraint: Member must"
ENUM_RETURN_VALUES = (
    f"Value 'X' at 'returnValues' {FAILED} satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
)
ENUM_CAPACITY = f"Value 'X' at 'returnConsumedCapacity' {FAILED} satisfy enum value set: [INDEXES, TOTAL, NONE]"
ENUM_METRICS = f"Value 'X' at 'returnItemCollectionMetrics' {FAILED} satisfy enum value set: [SIZE, NONE]"
NEWER_RETURN_VALUES = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
KEY_ATTRIBUTE = {"AttributeName": "pk", "AttributeType": "S"}


def refusal(operation: str, params: dict[str, Any], dialect: Dialect = CLASSIC) -> str:
    with pytest.raises(ValidationException) as caught:
        check_request(surface_of(operation, dialect), params)
    return caught.value.message


def one(sentence: str) -> str:
    return f"1 validation error detected: {sentence}"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, f"Value null at 'tableName' {FAILED} not be null"),
        ("", f"Value '' at 'tableName' {FAILED} have length greater than or equal to 1"),
        ("a" * 256, f"Value '{'a' * 256}' at 'tableName' {FAILED} have length less than or equal to 255"),
        (
            "bad table!@#",
            f"Value 'bad table!@#' at 'tableName' {FAILED} satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
    ],
)
def test_a_table_has_a_name_that_could_be_one(table: str | None, sentence: str) -> None:
    """Suite, error-messages/putItem."""
    assert refusal("PutItem", {"TableName": table, "Item": {}}) == one(sentence)


def test_a_table_may_be_named_by_its_arn() -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    check_request(surface_of("GetItem", CLASSIC), {"TableName": arn, "Key": {"pk": {"S": "a"}}})
    check_request(surface_of("DescribeTable", CLASSIC), {"TableName": arn})


@pytest.mark.parametrize(
    "operation", ["CreateTable", "DeleteTable", "DescribeTable", "DescribeTimeToLive", "UpdateTable"]
)
def test_operations_on_tables_have_words_of_their_own_for_a_missing_name(operation: str) -> None:
    """Suite, error-messages/createTable; dynalite, test/{deleteTable,describeTable,...}."""
    expected = "The parameter 'TableName' is required but was not present in the request"
    assert refusal(operation, {"AttributeDefinitions": [], "KeySchema": []}) == expected


@pytest.mark.parametrize("name", ["", "ab", "a" * 256])
def test_operations_on_tables_have_words_of_their_own_for_the_length_of_a_name(name: str) -> None:
    """dynalite, test/describeTable."""
    expected = "TableName must be at least 3 characters long and at most 255 characters long"
    assert refusal("DescribeTable", {"TableName": name}) == expected


def test_a_new_table_has_at_least_three_letters() -> None:
    """Suite, error-messages/createTable."""
    params = {"AttributeDefinitions": [KEY_ATTRIBUTE], "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    sentence = f"Value 'ab' at 'tableName' {FAILED} have length greater than or equal to 3"
    assert refusal("CreateTable", {"TableName": "ab", **params}) == one(sentence)


def test_a_key_schema_is_printed_as_java_prints_it() -> None:
    """Suite, error-messages/createTable."""
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, *({"AttributeName": n, "KeyType": "RANGE"} for n in "ab")]
    params = {"TableName": "abc", "AttributeDefinitions": [KEY_ATTRIBUTE], "KeySchema": schema}
    assert refusal("CreateTable", params) == one(
        "Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=a, keyType=RANGE), "
        f"KeySchemaElement(attributeName=b, keyType=RANGE)]' at 'keySchema' {FAILED} have length "
        "less than or equal to 2"
    )


def test_a_global_index_may_have_a_key_of_many_attributes() -> None:
    """Multi-attribute keys (developer guide, November 2025)."""
    schema = [{"AttributeName": name, "KeyType": "HASH"} for name in "abcd"]
    index = {"IndexName": "by_abcd", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    check_request(
        surface_of("CreateTable", CLASSIC),
        {
            "TableName": "abc",
            "AttributeDefinitions": [KEY_ATTRIBUTE],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [index],
        },
    )


@pytest.mark.parametrize(
    ("place", "params"),
    [
        ("keySchema.1.member.keyType' {} satisfy enum value set: [HASH, RANGE]", {"KeyType": "INVALID"}),
        (
            "attributeDefinitions.1.member.attributeType' {} satisfy enum value set: [B, N, S]",
            {"AttributeType": "INVALID"},
        ),
    ],
)
def test_members_of_lists_are_counted_from_one(place: str, params: dict[str, str]) -> None:
    """Suite, error-messages/createTable."""
    definition = {"AttributeName": "pk", "AttributeType": params.get("AttributeType", "S")}
    key = {"AttributeName": "pk", "KeyType": params.get("KeyType", "HASH")}
    request = {"TableName": "abc", "AttributeDefinitions": [definition], "KeySchema": [key]}
    assert refusal("CreateTable", request) == one(f"Value 'INVALID' at '{place.format(FAILED)}")


def test_all_that_is_wrong_is_listed() -> None:
    """Suite, validation-ordering/putItem; the order: registry/splits.json and captures/cross-region-latest.json."""
    params = {"TableName": "", "Item": {}, "ReturnValues": "X"}
    sentence = f"Value '' at 'tableName' {FAILED} have length greater than or equal to 1"
    assert refusal("PutItem", params) == f"2 validation errors detected: {ENUM_RETURN_VALUES}; {sentence}"
    enums = dict.fromkeys(["ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"], "X")
    listed = f"3 validation errors detected: {ENUM_CAPACITY}; {ENUM_RETURN_VALUES}; {ENUM_METRICS}"
    assert refusal("PutItem", {"TableName": "abc", "Item": {}, **enums}) == listed


def test_ten_at_most_are_listed() -> None:
    filters = {f"a{number}": {"ComparisonOperator": "X"} for number in range(12)}
    assert refusal("Scan", {"TableName": "abc", "ScanFilter": filters}).startswith("10 validation errors detected: ")


def test_a_query_words_its_limit_otherwise_than_a_scan() -> None:
    """Suite, error-messages/query and error-messages/scan."""
    at_least_one = f"{FAILED} have value greater than or equal to 1"
    assert refusal("Query", {"TableName": "abc", "Limit": 0}) == one(f"Value at 'Limit' {at_least_one}")
    assert refusal("Scan", {"TableName": "abc", "Limit": 0}) == one(f"Value '0' at 'limit' {at_least_one}")


def test_select_is_listed_in_the_service_s_order() -> None:
    """Suite, error-messages/query."""
    assert refusal("Query", {"TableName": "abc", "Select": "INVALID_VALUE"}) == one(
        f"Value 'INVALID_VALUE' at 'select' {FAILED} satisfy enum value set: "
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
    )


def test_a_table_of_a_batch_has_at_most_100_keys() -> None:
    """Suite, error-messages/batchGetItem."""
    keys = [{"pk": {"S": str(number)}} for number in range(101)]
    sentence = f"Value at 'RequestItems.orders.member.Keys' {FAILED} have length less than or equal to 100"
    assert refusal("BatchGetItem", {"RequestItems": {"orders": {"Keys": keys}}}) == one(sentence)


def test_a_table_of_a_batch_has_at_most_25_writes() -> None:
    """Suite, error-messages/batchWriteItem; the printed value: captures/cross-region-latest.json."""
    writes = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}] * 26
    message = refusal("BatchWriteItem", {"RequestItems": {"orders": writes}})
    assert message.startswith(
        one(
            "Value '{orders=[WriteRequest(putRequest=PutRequest(item={pk=AttributeValue(s=a, n=null, b=null, iNT=null, "
            "dECIMAL=null, dOUBLE=null, sS=null, nS=null, bS=null, iNTSET=null, dECIMALSET=null, dOUBLESET=null, "
            "m=null, l=null, nULL=null, bOOL=null)}, workloadProfileName=null), deleteRequest=null), WriteRequest("
        )
    )
    assert message.endswith(
        "]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
    )


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem"])
def test_a_batch_of_nothing_has_words_of_its_own(operation: str) -> None:
    """Suite, error-messages/batchGetItem and batchWriteItem."""
    assert refusal(operation, {"RequestItems": {}}) == f"The requestItems parameter is required for {operation}"


def test_names_of_tables_in_a_batch_are_limited_as_keys_of_a_map() -> None:
    """dynalite, test/batchGetItem; suite, validation-ordering/batchOperations (2026-10-09)."""
    message = refusal("BatchGetItem", {"RequestItems": {"bad!name": {"Keys": [{"pk": {"S": "a"}}]}}})
    assert message.endswith(
        "at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: "
        "[Member must have length less than or equal to 255, Member must have length greater than or equal to 3, "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
    )


@pytest.mark.parametrize("operation", ["TransactGetItems", "TransactWriteItems"])
def test_a_transaction_has_entries(operation: str) -> None:
    """Suite, error-messages/transactGetItems and transactWriteItems."""
    sentence = f"Value '[]' at 'transactItems' {FAILED} have length greater than or equal to 1"
    assert refusal(operation, {"TransactItems": []}) == one(sentence)


def test_a_token_of_a_transaction_has_at_most_36_characters() -> None:
    """Suite, validation-ordering/transactions (2026-10-09, us-east-1)."""
    token, item = "x" * 37, {"pk": {"S": "a"}}
    entry = {"Put": {"TableName": "abc", "Item": item}}
    params = {"TransactItems": [entry], "ClientRequestToken": token, "ReturnConsumedCapacity": "X"}
    sentence = f"Value '{token}' at 'clientRequestToken' {FAILED} have length less than or equal to 36"
    assert refusal("TransactWriteItems", params) == f"2 validation errors detected: {sentence}; {ENUM_CAPACITY}"


class TestTheNewerValidator:
    """Captures/cross-region-latest.json, eu-west-2, of September 2026."""

    def test_it_reports_a_length_alone(self) -> None:
        params = {"TableName": "", "Item": {}, "ReturnValues": "X"}
        sentence = f"Value at 'TableName' {FAILED} have length greater than or equal to 1"
        assert refusal("PutItem", params, TODAY) == one(sentence)
        sentence = f"Value at 'RequestItems' {FAILED} have length greater than or equal to 1"
        assert refusal("BatchGetItem", {"RequestItems": {}}, TODAY) == one(sentence)

    def test_it_leaves_names_of_tables_and_what_is_missing_to_the_older_one(self) -> None:
        for table in (None, "bad table!@#", "a" * 256):
            params: dict[str, Any] = {"TableName": table, "Item": {}}
            assert refusal("PutItem", params, TODAY) == refusal("PutItem", params)

    def test_it_does_not_name_return_values(self) -> None:
        params: dict[str, Any] = {"TableName": "abc", "Key": {}}
        params |= {"ReturnValues": "X", "ReturnConsumedCapacity": "X"}
        listed = f"2 validation errors detected: {ENUM_CAPACITY}; {NEWER_RETURN_VALUES}"
        assert refusal("DeleteItem", params, TODAY) == listed
        assert refusal("UpdateItem", params, TODAY) == one(NEWER_RETURN_VALUES)

    def test_it_has_not_taken_over_every_operation(self) -> None:
        for operation, params in (
            ("BatchWriteItem", {"RequestItems": {}}),
            ("CreateTable", {"TableName": "ab"}),
            ("Scan", {"TableName": "abc", "Limit": 0}),
            ("TransactGetItems", {"TransactItems": []}),
        ):
            assert refusal(operation, params, TODAY) == refusal(operation, params)


def test_a_number_too_long_to_print_is_out_of_range_all_the_same() -> None:
    for limit in (10**5000, -(10**5000)):
        assert f"at 'limit' {FAILED} have value" in refusal("ListTables", {"Limit": limit})


def test_a_new_table_has_a_key_schema_unless_it_copies_another_one() -> None:
    """dynalite, test/createTable; API reference, CreateTable: GlobalTableSourceArn."""
    sentences = [f"Value null at '{name}' {FAILED} not be null" for name in ("attributeDefinitions", "keySchema")]
    assert refusal("CreateTable", {"TableName": "abc"}) == f"2 validation errors detected: {'; '.join(sentences)}"
    source = "arn:aws:dynamodb:eu-west-1:123456789012:table/abc"
    check_request(surface_of("CreateTable", CLASSIC), {"TableName": "abc", "GlobalTableSourceArn": source})


@pytest.mark.parametrize("operation", ["ListTagsOfResource", "TagResource", "UntagResource"])
def test_tags_have_words_of_their_own_for_a_missing_resource(operation: str) -> None:
    """dynalite, test/{listTagsOfResource,tagResource,untagResource}."""
    assert refusal(operation, {}) == "Invalid TableArn"


def test_a_name_of_a_table_in_a_batch_of_writes_gives_way_to_other_problems() -> None:
    """Suite, validation-ordering/batchOperations (2026-10-09)."""
    writes = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}]
    params = {"RequestItems": {"bad!name": writes}, "ReturnConsumedCapacity": "X"}
    assert refusal("BatchWriteItem", params, TODAY) == one(ENUM_CAPACITY)
    assert refusal("BatchWriteItem", params).startswith(f"2 validation errors detected: {ENUM_CAPACITY}; ")


def test_the_newer_validator_prints_collections_as_json() -> None:
    """Suite, validation-ordering/batchOperations (2026-10-09)."""
    params = {"RequestItems": {"bad!name": {"Keys": [{"pk": {"S": "a"}}]}}, "ReturnConsumedCapacity": "X"}
    assert refusal("BatchGetItem", params, TODAY) == (
        """2 validation errors detected: Value '{"bad!name":{"Keys":[{"pk":{"S":"a"}}]}}' at 'requestItems' failed """
        "to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
        "Member must have length greater than or equal to 3, "
        f"Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]; {ENUM_CAPACITY}"
    )


def test_what_is_too_deep_or_too_long_to_print_is_refused_all_the_same() -> None:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(5000):
        value = {"L": [value]}
    keys = [{"pk": value, "unknown": {"X": 10**5000, "S": "a"}}]
    params = {"RequestItems": {"bad!name": {"Keys": keys}}}
    assert "Map keys must satisfy constraint" in refusal("BatchGetItem", params)
    assert "Map keys must satisfy constraint" in refusal("BatchGetItem", params, TODAY)
