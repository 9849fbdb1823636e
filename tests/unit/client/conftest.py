"""Clients of botocore without the cost of the first in each session; asynchronous clients in a loop of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pytest_dynamodb import ClientConfig, Mock, MockProvider

Scenario = Callable[[Any], Awaitable[None]]


@pytest.fixture(autouse=True)
def read_models_once(models_read_once: None) -> None:
    """Most tests here make clients in sessions of their own."""


@pytest.fixture
def awaited() -> Callable[[Scenario, Mock], None]:
    """Carries out what is to be awaited, with an asynchronous client over a mock."""

    def run(scenario: Scenario, mock: Mock) -> None:
        async def whole() -> None:
            from pytest_dynamodb import AsyncDynamoDbClient

            async with AsyncDynamoDbClient(ClientConfig(region="us-east-1"), provider=MockProvider(mock)) as client:
                await scenario(client)

        asyncio.run(whole())

    return run
