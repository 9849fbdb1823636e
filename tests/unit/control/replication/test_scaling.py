"""Auto scaling of replicas: settings told back, and nothing scaled (ack-api-quirks, DDB-TABLE-187, 189, 237)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, refusal
from pytest_dynamodb.engine import Engine

THERE = "eu-west-1"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
OFF = {"AutoScalingDisabled": True, "ScalingPolicies": []}
SCALED = {
    "MinimumUnits": 1,
    "MaximumUnits": 10,
    "ScalingPolicyUpdate": {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0}},
}


@pytest.fixture
def engine(engine: Engine) -> Engine:
    ask(
        engine,
        "CreateTable",
        TableName="app",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=definitions("pk g"),
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexes=[{**index("by_g", "g"), "ProvisionedThroughput": UNITS}],
    )
    return engine


def replicate(engine: Engine) -> None:
    ask(engine, "UpdateTable", TableName="app", ReplicaUpdates=[{"Create": {"RegionName": THERE}}])


def scaling(engine: Engine, region: str = "") -> dict[str, Json]:
    told = ask(engine, "DescribeTableReplicaAutoScaling", region=region, TableName="app")
    return {one["RegionName"]: one for one in told["TableAutoScalingDescription"]["Replicas"]}


def update(engine: Engine, **more: Any) -> Json:
    return ask(engine, "UpdateTableReplicaAutoScaling", TableName="app", **more)


def test_a_table_of_one_region_has_none(engine: Engine) -> None:
    for operation in ("DescribeTableReplicaAutoScaling", "UpdateTableReplicaAutoScaling"):
        problem = refusal(engine, operation, TableName="app")
        assert (problem["code"], problem["message"]) == (
            "ResourceNotFoundException",
            "Global table with name: 'app' does not exist.",
        )


def test_it_is_off_at_first(engine: Engine) -> None:
    replicate(engine)
    found = scaling(engine)
    assert found.keys() == {"us-east-1", THERE}
    assert found[THERE]["ReplicaProvisionedReadCapacityAutoScalingSettings"] == OFF
    assert found[THERE]["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "by_g",
            "IndexStatus": "ACTIVE",
            "ProvisionedReadCapacityAutoScalingSettings": OFF,
            "ProvisionedWriteCapacityAutoScalingSettings": OFF,
        }
    ]


def test_writes_are_scaled_everywhere_and_reads_where_it_is_said(engine: Engine) -> None:
    replicate(engine)
    reads = {"RegionName": THERE, "ReplicaProvisionedReadCapacityAutoScalingUpdate": SCALED}
    update(engine, ProvisionedWriteCapacityAutoScalingUpdate=SCALED, ReplicaUpdates=[reads])
    for region in ("", THERE):
        found = scaling(engine, region)
        for name in ("us-east-1", THERE):
            assert found[name]["ReplicaProvisionedWriteCapacityAutoScalingSettings"]["MaximumUnits"] == 10
        assert found["us-east-1"]["ReplicaProvisionedReadCapacityAutoScalingSettings"] == OFF
        (policy,) = found[THERE]["ReplicaProvisionedReadCapacityAutoScalingSettings"]["ScalingPolicies"]
        assert policy == {
            "PolicyName": "DynamoDBReadCapacityUtilization:table/app",
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0},
        }
    update(engine, ProvisionedWriteCapacityAutoScalingUpdate={"AutoScalingDisabled": True})
    assert scaling(engine)[THERE]["ReplicaProvisionedWriteCapacityAutoScalingSettings"] == OFF


def test_an_index_has_its_own(engine: Engine) -> None:
    replicate(engine)
    own = {"IndexName": "by_g", "ProvisionedWriteCapacityAutoScalingUpdate": SCALED}
    update(engine, GlobalSecondaryIndexUpdates=[own])
    (found,) = scaling(engine)[THERE]["GlobalSecondaryIndexes"]
    assert found["ProvisionedWriteCapacityAutoScalingSettings"]["ScalingPolicies"][0]["PolicyName"] == (
        "DynamoDBWriteCapacityUtilization:table/app/index/by_g"
    )


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"ProvisionedWriteCapacityAutoScalingUpdate": {"MinimumUnits": 1, "MaximumUnits": 2}},
            "ValidationException",
            ": Parameters 'ScalingPolicyUpdate' are required unless auto scaling is being disabled.",
        ),
        (
            {"ProvisionedWriteCapacityAutoScalingUpdate": {"AutoScalingDisabled": True, "MinimumUnits": 1}},
            "ValidationException",
            ": Parameters 'MinimumUnits' must be left blank when disabling auto scaling.",
        ),
        (
            {
                "ReplicaUpdates": [
                    {"RegionName": "us-west-2", "ReplicaProvisionedReadCapacityAutoScalingUpdate": SCALED}
                ]
            },
            "ResourceNotFoundException",
            " because a replica does not exist in regions: \u2018[us-west-2]\u2019.",
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"IndexName": "ghost", "ProvisionedWriteCapacityAutoScalingUpdate": SCALED}
                ]
            },
            "ResourceNotFoundException",
            " because the global secondary indexes with names: \u2018[ghost]\u2019 do not exist.",
        ),
    ],
)
def test_refusals(engine: Engine, params: Json, code: str, message: str) -> None:
    replicate(engine)
    problem = refusal(engine, "UpdateTableReplicaAutoScaling", TableName="app", **params)
    about = "Failed to update settings for global table with name: \u2018app\u2019"
    assert (problem["code"], problem["message"]) == (code, about + message)


def test_nothing_is_scaled_on_demand(engine: Engine) -> None:
    replicate(engine)
    ask(engine, "UpdateTable", TableName="app", BillingMode="PAY_PER_REQUEST")
    problem = refusal(
        engine, "UpdateTableReplicaAutoScaling", TableName="app", ProvisionedWriteCapacityAutoScalingUpdate=SCALED
    )
    assert problem["message"].startswith(
        "Failed to update global table with name \u2018app\u2018. Replicas 'us-east-1', "
    )
