"""Creating, waiting for, describing and deleting tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_requests import ask
from pytest_dynamodb import (
    ClientConfig,
    ConfigurationError,
    DynamoDbClient,
    Engine,
    Index,
    Lifecycle,
    Mock,
    MockProvider,
    ResourceInUseException,
    ResourceNotFoundException,
    TableNotReady,
    VirtualClock,
)
from pytest_dynamodb.client.operations.tables import creation


@pytest.fixture
def client() -> Iterator[DynamoDbClient]:
    with DynamoDbClient(provider=MockProvider()) as client:
        yield client


def test_a_table_is_described_by_its_keys(client: DynamoDbClient) -> None:
    indexes = [
        Index(name="by-day", partition_key={"tenant": "S", "region": "S"}, sort_key={"day": "N"}, attributes=[]),
        Index(name="by-size", sort_key={"size": "N"}, attributes=["name"], local=True),
    ]
    table = client.create_table("app", partition_key="pk", sort_key={"n": "N"}, indexes=indexes)
    described = table.describe()
    assert described["TableStatus"] == "ACTIVE"
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "n", "KeyType": "RANGE"},
    ]
    types = {key["AttributeName"]: key["AttributeType"] for key in described["AttributeDefinitions"]}
    assert types == {"pk": "S", "n": "N", "tenant": "S", "region": "S", "day": "N", "size": "N"}
    (by_day,) = described["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in by_day["KeySchema"]] == ["tenant", "region", "day"]
    assert by_day["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    (by_size,) = described["LocalSecondaryIndexes"]
    assert by_size["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name"]}
    assert client.describe_table(table)["TableName"] == "app"


def test_parameters_may_be_given_as_aws_names_them(client: DynamoDbClient) -> None:
    table = client.create_table(
        TableName="app",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "B"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    assert table.name == "app"
    assert client.describe_table("app")["StreamSpecification"]["StreamEnabled"]
    assert table.query().partition_key(b"\x00").count() == 0


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({}, "a name and a key"),
        ({"name": "app"}, "a name and a key"),
        ({"name": "app", "partition_key": "a", "sort_key": {"a": "N"}}, "one type in all keys"),
        ({"name": "app", "partition_key": "a", "indexes": [Index(name="gsi")]}, "a global index has a partition key"),
        (
            {"name": "app", "partition_key": "a", "indexes": [Index(name="lsi", partition_key="b", local=True)]},
            "a local one the table's",
        ),
    ],
)
def test_what_makes_no_table_is_refused_before_anything_is_sent(arguments: dict[str, Any], what: str) -> None:
    given = {"name": None, "partition_key": None, "sort_key": None, "indexes": (), **arguments}
    with pytest.raises(ConfigurationError, match=what):
        creation(**given, given={})


def test_a_table_is_waited_for_until_it_is_active() -> None:
    mock = Mock(Engine(lifecycle=Lifecycle(create_table=20, delete_table=7)))
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        mock.clock.advance(seconds)

    with DynamoDbClient(ClientConfig(sleep=sleep), provider=MockProvider(mock)) as client:
        table = client.create_table("app", partition_key="pk", wait=60)
        assert table.describe()["TableStatus"] == "ACTIVE"
        assert 20 <= sum(waits) < 30
        assert waits[:3] == [0.5, 0.75, 1.125]
        waits.clear()
        client.delete_table(table, wait=60)
        assert 7 <= sum(waits) < 15
        with pytest.raises(ResourceNotFoundException):
            table.describe()


def test_waiting_ends_with_what_the_table_is() -> None:
    mock = Mock(Engine(lifecycle=Lifecycle(create_table=1000)))
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        client.create_table("app", partition_key="pk")
        with pytest.raises(TableNotReady, match="app is not active after 10 seconds: it is creating") as caught:
            client.wait_until_active("app", timeout=10)
        assert isinstance(caught.value, TimeoutError)
        with pytest.raises(TableNotReady, match="it is gone"):
            client.wait_until_active("nowhere", timeout=1)


def test_all_tables_are_listed(client: DynamoDbClient) -> None:
    names = [f"table-{number:03}" for number in range(120)]
    for name in names:
        client.create_table(name, partition_key="pk")
    assert client.list_tables() == names


def test_a_time_to_live_is_set_and_taken_back() -> None:
    clock = VirtualClock(1_700_000_000.0)
    engine = Engine(clock=clock)

    def described() -> Any:
        return ask(engine, "DescribeTimeToLive", region="us-east-1", TableName="app")["TimeToLiveDescription"]

    with DynamoDbClient(ClientConfig(region="us-east-1"), provider=MockProvider(Mock(engine))) as client:
        table = client.create_table("app", partition_key="pk")
        client.set_time_to_live("app", "expires")
        assert described() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
        clock.advance(3600)  # before that, AWS changes it no second time
        client.set_time_to_live(table, "expires", enabled=False)
        assert described() == {"TimeToLiveStatus": "DISABLED"}


def test_errors_of_tables_are_dynamodbs(client: DynamoDbClient) -> None:
    client.create_table("app", partition_key="pk")
    with pytest.raises(ResourceInUseException):
        client.create_table("app", partition_key="pk")
    with pytest.raises(ResourceNotFoundException):
        client.delete_table("nowhere")
