"""What CreateTable refuses, in AWS's words and order.

Messages: dynalite's tests (test/createTable.js); dynamodb-conformance, error-messages/createTable; ack-api-quirks,
DDB-TABLE-123 to 129 and 442.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, definitions, index, refusal
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request

INVALID = "One or more parameter values were invalid: "
SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
NO_FIRST_HASH = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
NO_SECOND_RANGE = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
UNDEFINED = "Invalid KeySchema: Some index key attribute have no definition"
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}


def keys(text: str) -> list[Json]:
    """``"a:HASH b:RANGE"``."""
    pairs = [part.split(":") for part in text.split()]
    return [{"AttributeName": name, "KeyType": role} for name, role in pairs]


def refused(**params: Any) -> str:
    base = {
        "TableName": "app",
        "AttributeDefinitions": definitions("a"),
        "KeySchema": keys("a:HASH"),
        "BillingMode": "PAY_PER_REQUEST",
    }
    problem = refusal(Engine(), "CreateTable", **{**base, **params})
    assert problem["code"] == "ValidationException"
    message: str = problem["message"]
    return message


def with_global(*indexes: Json, defined: str = "a b", **more: Any) -> str:
    return refused(AttributeDefinitions=definitions(defined), GlobalSecondaryIndexes=list(indexes), **more)


def with_local(*indexes: Json, defined: str = "a b", table_keys: str = "a:HASH b:RANGE") -> str:
    return refused(
        AttributeDefinitions=definitions(defined), KeySchema=keys(table_keys), LocalSecondaryIndexes=list(indexes)
    )


@pytest.mark.parametrize(
    ("defined", "schema", "message"),
    [
        ("", "a:HASH", UNDEFINED),
        ("b", "a:HASH b:RANGE", UNDEFINED),
        ("a", "a:HASH a:RANGE", UNDEFINED),
        (
            "b",
            "a:HASH",
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                "Keys: [a], AttributeDefinitions: [b]"
            ),
        ),
        ("a b", "a:HASH a:HASH", SAME_NAME),
        ("a b", "a:RANGE b:HASH", NO_FIRST_HASH),
        ("a b", "a:HASH b:HASH", NO_SECOND_RANGE),
        (
            "a b",
            "a:HASH",
            (
                f"{INVALID}Number of attributes in KeySchema does not exactly match "
                "number of attributes defined in AttributeDefinitions"
            ),
        ),
        ("a a", "a:HASH", "Attribute Name is duplicated: a"),
    ],
)
def test_keys_of_tables(defined: str, schema: str, message: str) -> None:
    assert refused(AttributeDefinitions=definitions(defined), KeySchema=keys(schema)) == message


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("b:RANGE", NO_FIRST_HASH),
        ("b:RANGE a:HASH", NO_FIRST_HASH),
        ("b:HASH b:RANGE", SAME_NAME),
        (
            "a:HASH b:RANGE c:HASH",
            f"{INVALID}All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ),
        ("a:HASH b:HASH a:RANGE", "The KeySchema contains multiple key attributes with the same name"),
        (
            "a:HASH b:HASH c:HASH d:HASH e:HASH",
            f"{INVALID}The KeySchema exceeds the maximum allowed number of HASH key attributes",
        ),
        (
            "a:HASH b:RANGE c:RANGE d:RANGE e:RANGE f:RANGE",
            f"{INVALID}The KeySchema exceeds the maximum allowed number of RANGE key attributes",
        ),
    ],
)
def test_keys_of_global_indexes(schema: str, message: str) -> None:
    used = " ".join(dict.fromkeys(["a", *(part["AttributeName"] for part in keys(schema))]))
    assert with_global({**index("one", "b"), "KeySchema": keys(schema)}, defined=used) == message


def test_a_global_index_may_have_four_and_four_key_attributes() -> None:
    names = "h1 h2 h3 h4 r1 r2 r3 r4"
    schema = keys(" ".join(f"{name}:{'HASH' if name[0] == 'h' else 'RANGE'}" for name in names.split()))
    engine = Engine()
    answer = engine.run(
        _request(
            AttributeDefinitions=definitions("a " + names),
            GlobalSecondaryIndexes=[{**index("one", "a"), "KeySchema": schema}],
        )
    )
    body: Any = answer["TableDescription"]
    assert body["GlobalSecondaryIndexes"][0]["KeySchema"] == schema


def _request(**params: Any) -> Request:
    base = {"TableName": "app", "KeySchema": keys("a:HASH"), "BillingMode": "PAY_PER_REQUEST"}
    return Request("CreateTable", {**base, **params})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("a:RANGE", NO_FIRST_HASH),
        ("a:HASH b:HASH", NO_SECOND_RANGE),
        ("a:HASH a:RANGE", SAME_NAME),
        ("a:HASH", f"{INVALID}Index KeySchema does not have a range key for index: one"),
        (
            "b:HASH a:RANGE",
            (
                f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: one. "
                "index hash key: b, table hash key: a"
            ),
        ),
        (
            "a:HASH c:RANGE",
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                "Keys: [a, c], AttributeDefinitions: [a, b]"
            ),
        ),
    ],
)
def test_keys_of_local_indexes(schema: str, message: str) -> None:
    assert with_local({**index("one", "a b"), "KeySchema": keys(schema)}) == message


def test_a_local_index_needs_a_table_with_a_range_key() -> None:
    assert with_local(index("one", "a b"), table_keys="a:HASH") == (
        f"{INVALID}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
    )


@pytest.mark.parametrize(
    ("projection", "message"),
    [
        ({}, "Unknown ProjectionType: null"),
        (
            {"ProjectionType": "ALL", "NonKeyAttributes": ["x"]},
            "ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        ({"ProjectionType": "INCLUDE"}, "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
        (
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "x"]},
            "Duplicate element in NonKeyAttributes: x",
        ),
    ],
)
def test_projections(projection: Json, message: str) -> None:
    assert with_global({**index("one", "b"), "Projection": projection}) == INVALID + message


def test_index_names_are_used_once_over_both_kinds() -> None:
    twice = refused(
        AttributeDefinitions=definitions("a b"),
        KeySchema=keys("a:HASH b:RANGE"),
        LocalSecondaryIndexes=[index("one", "a b")],
        GlobalSecondaryIndexes=[index("one", "b a")],
    )
    assert twice == f"{INVALID}Duplicate index name: one"


def test_numbers_of_indexes_are_limited() -> None:
    assert with_global(*[index(f"i{i:02}", "b") for i in range(21)]) == (
        f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20"
    )
    assert with_local(*[index(f"i{i:02}", "a b") for i in range(6)]) == (
        f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5"
    )
    assert refused(GlobalSecondaryIndexes=[]) == f"{INVALID}List of GlobalSecondaryIndexes is empty"
    assert refused(LocalSecondaryIndexes=[]) == f"{INVALID}List of LocalSecondaryIndexes is empty"


def test_projected_attributes_are_limited_over_all_indexes() -> None:
    names = tuple(f"n{i}" for i in range(20))
    indexes = [index(f"i{i}x", "b", "INCLUDE", included=names) for i in range(6)]
    assert "limit of 100" in with_global(*indexes)


def test_definitions_that_nothing_uses_are_told_before_other_faults_of_indexes() -> None:
    """ack-api-quirks, DDB-TABLE-127."""
    faulty = {**index("one", "b"), "Projection": {}}
    assert with_global(faulty, defined="a b c") == (
        f"{INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [a, b, c], keys used: [a, b]"
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"ProvisionedThroughput": UNITS},
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        ),
        (
            {"OnDemandThroughput": {"MaxWriteRequestUnits": 0}},
            "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "OnDemandThroughput": {"MaxReadRequestUnits": 5},
            },
            "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            "Table is being created with a stream disabled, UpdateViewType should not be specified",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            "Table is being created with a stream enabled, UpdateViewType is required",
        ),
        (
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            "SSEType can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "alias/x"}},
            "SSEType KMS is required if KMSMasterKeyId is specified",
        ),
    ],
)
def test_throughput_and_options(params: Json, message: str) -> None:
    assert refused(**params) == INVALID + message


def test_units_are_bounded() -> None:
    huge = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1_000_000_000_001}
    assert refused(BillingMode="PROVISIONED", ProvisionedThroughput=huge) == (
        "Given value 1000000000001 for WriteCapacityUnits is out of bounds"
    )


def test_indexes_are_billed_as_their_table_is() -> None:
    assert with_global({**index("one", "b"), "ProvisionedThroughput": UNITS}) == (
        f"{INVALID}ProvisionedThroughput should not be specified for index: one when BillingMode is PAY_PER_REQUEST"
    )
    assert with_global(index("one", "b"), BillingMode="PROVISIONED", ProvisionedThroughput=UNITS) == (
        f"{INVALID}ProvisionedThroughput is not specified for index: one"
    )


def test_what_no_table_can_be_without() -> None:
    assert "'keySchema'" in refused(KeySchema=None)
    assert "'attributeDefinitions'" in refused(AttributeDefinitions=None)


def test_indexes_share_the_rules_of_ceilings_and_warm_throughput() -> None:
    """ack-api-quirks, DDB-TABLE-128."""
    ceiling = {"OnDemandThroughput": {"MaxReadRequestUnits": 0}}
    assert with_global({**index("one", "b"), **ceiling}) == (
        f"{INVALID}Requested MaxReadRequestUnits for OnDemandThroughput for index : one is outside of valid range"
    )
    provisioned: Json = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}
    assert with_global({**index("one", "b"), "ProvisionedThroughput": UNITS, **ceiling}, **provisioned) == (
        f"{INVALID}MaxReadRequestUnits for OnDemandThroughput for index: one cannot be specified "
        "when table BillingMode is PROVISIONED."
    )
    cold = {"WarmThroughput": {"ReadUnitsPerSecond": 1_000}}
    assert with_global({**index("one", "b"), **cold}).startswith(
        f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for index one "
        "is lower than initial throughput for OnDemand"
    )
