"""Operations that have no method of their own: ``client.call``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_dynamodb import (
    CapacityObserver,
    ClientConfig,
    ConfigurationError,
    DynamoDbClient,
    FaultyProvider,
    Mock,
    MockProvider,
    ResourceNotFoundException,
    VirtualClock,
)
from pytest_dynamodb.faults import Throttled


@pytest.fixture
def mock() -> Mock:
    mock = Mock()
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        client.create_table("app", partition_key="pk").put({"pk": "a", "raw": b"\x01"})
    return mock


def test_any_operation_is_called_and_answered_as_aws_names_it(mock: Mock) -> None:
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        answer = client.call("UpdateTable", TableName="app", DeletionProtectionEnabled=True)
        assert answer["TableDescription"]["DeletionProtectionEnabled"] is True
        assert client.call("DescribeLimits")["AccountMaxReadCapacityUnits"] > 0
        item = client.call("GetItem", TableName="app", Key={"pk": {"S": "a"}})
        assert item == {"Item": {"pk": {"S": "a"}, "raw": {"B": b"\x01"}}}
        client.call("PutItem", TableName="app", Item={"pk": {"S": "b"}, "raw": {"B": b"\x02"}})
        assert client.table("app").get({"pk": "b"}) == {"pk": "b", "raw": b"\x02"}


def test_it_is_retried_and_observed_as_any_other(mock: Mock) -> None:
    clock, observer = VirtualClock(0.0), CapacityObserver()
    mock.faults.add(Throttled(operation="Scan", times=3))
    config = ClientConfig(clock=clock, sleep=clock.advance, observer=observer)
    with DynamoDbClient(config, provider=FaultyProvider(MockProvider(mock), mock.faults)) as client:
        assert client.call("Scan", TableName="app")["Count"] == 1
        assert observer.total.read == 0.5
        assert clock.now() > 0  # it waited three times
        with pytest.raises(ResourceNotFoundException, match="DescribeTable on nowhere"):
            client.call("DescribeTable", TableName="nowhere")


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("UpdateTabel", "is it UpdateTable"),
        ("update_table", "no operation 'update_table'"),
        ("GetRecords", "no operation"),
    ],
)
def test_an_operation_that_there_is_not_is_refused(mock: Mock, operation: str, message: str) -> None:
    with DynamoDbClient(provider=MockProvider(mock)) as client, pytest.raises(ConfigurationError, match=message):
        client.call(operation)


@pytest.mark.aiobotocore
def test_awaited(mock: Mock, awaited: Callable[[Any, Mock], None]) -> None:
    async def scenario(client: Any) -> None:
        answer = await client.call("UpdateTable", TableName="app", DeletionProtectionEnabled=True)
        assert answer["TableDescription"]["DeletionProtectionEnabled"] is True

    awaited(scenario, mock)
