"""A table in memory, and clients that are observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from pytest_dynamodb import (
    ClientConfig,
    DynamoDbClient,
    FaultyProvider,
    Mock,
    MockProvider,
    Provider,
    VirtualClock,
)
from pytest_dynamodb.client.observer import Observer

TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}

Observed = Callable[..., DynamoDbClient]


@pytest.fixture
def mock() -> Mock:
    """A mock with a table ``app`` that holds one item, ``{"pk": "a"}``."""
    mock = Mock(region="eu-west-1")
    mock.load({"app": {"table": TABLE, "items": [{"pk": "a"}]}})
    return mock


@pytest.fixture
def provider_of_mock(mock: Mock) -> Provider:
    return FaultyProvider(MockProvider(mock), mock.faults)


@pytest.fixture
def observed(provider_of_mock: Provider, clock: VirtualClock) -> Iterator[Observed]:
    """Makes clients of the mock with an observer, whose waits take no time but the clock's."""
    with ExitStack() as stack:

        def make(observer: Observer | None, **settings: Any) -> DynamoDbClient:
            config = ClientConfig(region="eu-west-1", observer=observer, clock=clock, sleep=clock.advance, **settings)
            return stack.enter_context(DynamoDbClient(config, provider=provider_of_mock))

        yield make
