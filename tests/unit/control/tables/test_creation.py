"""CreateTable, DescribeTable, ListTables and DeleteTable: what they tell, and when."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

NOT_FOUND = "Requested resource not found: Table: app not found"


def described(engine: Engine, name: str = "app") -> Json:
    body: Json = ask(engine, "DescribeTable", TableName=name)["Table"]
    return body


def provisioned(engine: Engine, read: int = 5, write: int = 5, **more: Any) -> Json:
    body: Json = ask(
        engine,
        "CreateTable",
        TableName="app",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=definitions("pk"),
        ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write},
        **more,
    )["TableDescription"]
    return body


def test_a_provisioned_table_describes_itself() -> None:
    engine = Engine(clock=VirtualClock(1_000.25))
    created = provisioned(engine, 5, 6)
    assert created["TableStatus"] == "CREATING"
    body = described(engine)
    assert len(body.pop("TableId")) == 36
    assert body == {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "CreationDateTime": 1_000.25,
        "DeletionProtectionEnabled": False,
        "ItemCount": 0,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "TableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/app",
        "TableName": "app",
        "TableSizeBytes": 0,
        "TableStatus": "ACTIVE",
        "WarmThroughput": {"ReadUnitsPerSecond": 5, "Status": "ACTIVE", "WriteUnitsPerSecond": 6},
    }


def test_an_on_demand_table_has_no_units_and_a_date_since_when() -> None:
    engine = Engine(clock=VirtualClock(1_000.0))
    table(engine)
    body = described(engine)
    assert body["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 0,
        "WriteCapacityUnits": 0,
    }
    assert body["BillingModeSummary"] == {
        "BillingMode": "PAY_PER_REQUEST",
        "LastUpdateToPayPerRequestDateTime": 1_000.0,
    }
    assert body["WarmThroughput"] == {"ReadUnitsPerSecond": 12_000, "Status": "ACTIVE", "WriteUnitsPerSecond": 4_000}


def test_indexes_are_listed_as_given_and_names_within_them_sorted() -> None:
    """ack-api-quirks, DDB-TABLE-125."""
    engine = Engine()
    table(
        engine,
        AttributeDefinitions=definitions("sk z pk"),
        GlobalSecondaryIndexes=[index("g-z", "z", "INCLUDE", included=("zz", "aa")), index("g-a", "z sk")],
        LocalSecondaryIndexes=[index("local", "pk z", "KEYS_ONLY")],
    )
    body = described(engine)
    assert [part["AttributeName"] for part in body["AttributeDefinitions"]] == ["pk", "sk", "z"]
    first, second = body["GlobalSecondaryIndexes"]
    assert (first["IndexName"], second["IndexName"]) == ("g-z", "g-a")
    assert first["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["aa", "zz"]}
    assert first["IndexStatus"] == "ACTIVE"
    assert "Backfilling" not in first
    assert second["IndexArn"] == body["TableArn"] + "/index/g-a"
    assert body["LocalSecondaryIndexes"] == [
        {
            **index("local", "pk z", "KEYS_ONLY"),
            "IndexArn": body["TableArn"] + "/index/local",
            "IndexSizeBytes": 0,
            "ItemCount": 0,
        }
    ]


def test_counts_and_sizes_are_those_of_now() -> None:
    engine = Engine()
    table(
        engine,
        keys="pk",
        AttributeDefinitions=definitions("pk g"),
        GlobalSecondaryIndexes=[index("by_g", "g", "KEYS_ONLY")],
    )
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "g": s("b"), "more": s("1234567890")})
    ask(engine, "PutItem", TableName="app", Item={"pk": s("b")})
    body = described(engine)
    assert (body["ItemCount"], body["TableSizeBytes"]) == (2, 22)
    by_g = body["GlobalSecondaryIndexes"][0]
    assert (by_g["ItemCount"], by_g["IndexSizeBytes"]) == (1, 5)


def test_options_are_described() -> None:
    engine = Engine(clock=VirtualClock(0.5))
    provisioned(
        engine,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        DeletionProtectionEnabled=True,
    )
    body = described(engine)
    assert body["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert body["LatestStreamLabel"] == "1970-01-01T00:00:00.500"
    assert body["LatestStreamArn"] == body["TableArn"] + "/stream/1970-01-01T00:00:00.500"
    assert body["SSEDescription"] == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": "arn:aws:kms:us-east-1:123456789012:alias/mine",
    }
    assert body["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert body["DeletionProtectionEnabled"] is True


def test_the_same_seed_makes_the_same_ids() -> None:
    first, second, other = Engine(seed=1), Engine(seed=1), Engine(seed=2)
    for engine in (first, second, other):
        table(engine)
    assert described(first)["TableId"] == described(second)["TableId"] != described(other)["TableId"]


def test_a_name_is_taken_once() -> None:
    engine = Engine()
    table(engine)
    again = refusal(
        engine,
        "CreateTable",
        TableName="app",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=definitions("pk"),
    )
    assert (again["code"], again["message"]) == ("ResourceInUseException", "Table already exists: app")


def test_a_table_takes_the_time_that_its_lifecycle_says() -> None:
    clock = VirtualClock(0.0)
    engine = Engine(clock=clock, lifecycle=Lifecycle(create_table=10, delete_table=5))
    provisioned(engine)
    clock.advance(9)
    assert described(engine)["TableStatus"] == "CREATING"
    early = refusal(engine, "GetItem", TableName="app", Key={"pk": s("a")})
    assert (early["code"], early["message"]) == ("ResourceNotFoundException", "Requested resource not found")
    busy = refusal(engine, "DeleteTable", TableName="app")
    assert busy["message"] == "Attempt to change a resource which is still in use: Table is being created: app"
    clock.advance(1)
    assert described(engine)["TableStatus"] == "ACTIVE"
    assert ask(engine, "DeleteTable", TableName="app")["TableDescription"]["TableStatus"] == "DELETING"
    assert described(engine)["TableStatus"] == "DELETING"
    assert refusal(engine, "GetItem", TableName="app", Key={"pk": s("a")})["code"] == "ResourceNotFoundException"
    twice = refusal(engine, "DeleteTable", TableName="app")
    assert twice["message"] == "Attempt to change a resource which is still in use: Table is being deleted: app"
    clock.advance(5)
    assert ask(engine, "ListTables") == {"TableNames": []}
    assert refusal(engine, "DescribeTable", TableName="app")["message"] == NOT_FOUND


def test_a_deleted_table_is_gone_and_its_name_free() -> None:
    engine = Engine()
    table(engine)
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "sk": s("b")})
    gone = ask(engine, "DeleteTable", TableName="app")["TableDescription"]
    assert gone["TableName"] == "app"
    assert set(gone) == {
        *("TableName", "TableStatus", "TableArn", "TableId", "TableSizeBytes", "ItemCount", "ProvisionedThroughput"),
        *("BillingModeSummary", "TableThroughputModeSummary", "DeletionProtectionEnabled"),
    }
    assert refusal(engine, "DescribeTable", TableName="app")["message"] == NOT_FOUND
    assert refusal(engine, "DeleteTable", TableName="app")["message"] == NOT_FOUND
    table(engine)
    assert described(engine)["ItemCount"] == 0


def test_a_protected_table_stays() -> None:
    engine = Engine()
    provisioned(engine, DeletionProtectionEnabled=True)
    refused = refusal(engine, "DeleteTable", TableName="app")
    assert refused["code"] == "ValidationException"
    assert refused["message"] == (
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    )
    ask(engine, "UpdateTable", TableName="app", DeletionProtectionEnabled=False)
    ask(engine, "DeleteTable", TableName="app")


def test_names_come_sorted_and_in_pages() -> None:
    engine = Engine()
    for name in ("zoo", "app", "App", "mid"):
        table(engine, name)
    table(engine, "elsewhere", region="eu-west-1")
    assert ask(engine, "ListTables") == {"TableNames": ["App", "app", "mid", "zoo"]}
    first = ask(engine, "ListTables", Limit=2)
    assert first == {"TableNames": ["App", "app"], "LastEvaluatedTableName": "app"}
    rest = ask(engine, "ListTables", Limit=2, ExclusiveStartTableName="app")
    assert rest == {"TableNames": ["mid", "zoo"]}
    assert ask(engine, "ListTables", ExclusiveStartTableName="moo") == {"TableNames": ["zoo"]}


@pytest.mark.parametrize("name", ["app", "arn:aws:dynamodb:us-east-1:123456789012:table/app"])
def test_a_table_may_be_named_by_its_arn(name: str) -> None:
    engine = Engine()
    table(engine)
    assert described(engine, name)["TableName"] == "app"


def test_limits_and_endpoints_are_told() -> None:
    engine = Engine()
    assert ask(engine, "DescribeLimits")["TableMaxReadCapacityUnits"] == 40_000
    endpoints = ask(engine, "DescribeEndpoints", region="eu-west-1")["Endpoints"]
    assert endpoints == [{"Address": "dynamodb.eu-west-1.amazonaws.com", "CachePeriodInMinutes": 1440}]
