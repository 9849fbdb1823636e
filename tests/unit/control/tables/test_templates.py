"""Tables written down by DescribeTable or CloudFormation become CreateTable's parameters."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import ask, definitions, index
from pytest_dynamodb.control.tables.templates import create_table_params_of, time_to_live_of
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.errors import ConfigurationError

KEYS = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": definitions("pk"),
}
UNITS = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
RICH: dict[str, Any] = {
    "TableName": "app",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": definitions("g pk sk"),
    "LocalSecondaryIndexes": [index("local", "pk g", "KEYS_ONLY")],
    "GlobalSecondaryIndexes": [
        {**index("by_g", "g", "INCLUDE", included=("x",)), "ProvisionedThroughput": UNITS},
    ],
    "BillingMode": "PROVISIONED",
    "ProvisionedThroughput": UNITS,
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "TableClass": "STANDARD_INFREQUENT_ACCESS",
    "DeletionProtectionEnabled": True,
}


@pytest.mark.parametrize(
    "params",
    [
        RICH,
        {
            "TableName": "app",
            **KEYS,
            "BillingMode": "PAY_PER_REQUEST",
            "OnDemandThroughput": {"MaxReadRequestUnits": 9},
            "WarmThroughput": {"ReadUnitsPerSecond": 12_500, "WriteUnitsPerSecond": 4_000},
        },
        {"TableName": "app", **KEYS, "BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS},
    ],
)
def test_a_description_makes_the_table_that_it_describes(params: dict[str, Any]) -> None:
    engine = Engine()
    ask(engine, "CreateTable", **params)
    answer = ask(engine, "DescribeTable", TableName="app")
    assert create_table_params_of(answer) == params
    assert create_table_params_of(answer["Table"]) == params
    assert create_table_params_of(params) == params


def test_a_resource_of_cloudformation() -> None:
    resource = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            **KEYS,
            "ProvisionedThroughput": {"ReadCapacityUnits": "3", "WriteCapacityUnits": "4"},
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            "SSESpecification": {"SSEEnabled": "true"},
            "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "Tags": [{"Key": "env", "Value": "test"}],
        },
    }
    assert create_table_params_of(resource, name="app") == {
        "TableName": "app",
        **KEYS,
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": UNITS,
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        "SSESpecification": {"Enabled": True},
        "Tags": [{"Key": "env", "Value": "test"}],
    }
    assert time_to_live_of(resource) == {"AttributeName": "ends", "Enabled": True}
    assert time_to_live_of({"Properties": KEYS}) is None


def test_a_global_table_is_that_of_its_first_replica() -> None:
    properties = {
        "TableName": "app",
        **KEYS,
        "AttributeDefinitions": definitions("pk g"),
        "BillingMode": "PROVISIONED",
        "WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": {"MinCapacity": 4}},
        "GlobalSecondaryIndexes": [
            {
                **index("by_g", "g"),
                "WriteProvisionedThroughputSettings": {"WriteCapacityAutoScalingSettings": {"MinCapacity": 2}},
            }
        ],
        "Replicas": [
            {
                "Region": "us-east-1",
                "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 3},
                "GlobalSecondaryIndexes": [
                    {"IndexName": "by_g", "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 1}}
                ],
                "Tags": [{"Key": "env", "Value": "test"}],
            },
            {"Region": "eu-west-1", "Tags": [{"Key": "env", "Value": "other"}]},
        ],
    }
    params = create_table_params_of(properties)
    assert params["ProvisionedThroughput"] == UNITS
    assert params["GlobalSecondaryIndexes"] == [
        {**index("by_g", "g"), "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}
    ]
    assert params["Tags"] == [{"Key": "env", "Value": "test"}]
    ask(Engine(), "CreateTable", **params)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (KEYS, "has no name, but None"),
        ({**KEYS, "TableName": {"Ref": "Name"}}, "has no name, but"),
        ({"TableName": "app"}, "this describes no table, it has no AttributeDefinitions"),
    ],
)
def test_what_describes_no_table(description: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        create_table_params_of(description)
