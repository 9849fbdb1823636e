"""Limits of units a second: calls wait for their turn, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    CapacityObserver,
    ClientConfig,
    ConfigurationError,
    FaultyProvider,
    Mock,
    MockProvider,
    RateLimit,
    VirtualClock,
)
from pytest_dynamodb.faults import Throttled

Make = Callable[..., Any]


@pytest.fixture
def mock() -> Mock:
    mock = Mock()
    mock.load({"app": {"table": {**KEY, "BillingMode": "PAY_PER_REQUEST"}}})
    return mock


KEY: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(0.0)


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def make(request: pytest.FixtureRequest, mock: Mock, clock: VirtualClock) -> Make:
    def made(**settings: Any) -> Any:
        config = ClientConfig(clock=clock, sleep=clock.advance, region="us-east-1", **settings)
        return client_of(request.param, config, provider=FaultyProvider(MockProvider(mock), mock.faults))

    return made


@pytest.mark.parametrize(("rate", "size"), [(2, 100), (2, 2500), (10, 2500), (100, 5000)])
def test_no_more_units_a_second_are_consumed(make: Make, clock: VirtualClock, rate: int, size: int) -> None:
    capacity = CapacityObserver()
    with make(rate=RateLimit(read=rate, write=rate), observer=capacity) as client:
        table = client.table("app")
        table.put({"pk": "a", "text": "x" * size})
        before, began = capacity.total, clock.now()
        for _ in range(50):
            table.put({"pk": "a", "text": "x" * size})
        passed = clock.now() - began
        used = capacity.total.write - before.write
        assert rate * passed <= used + size / 1024 + 1  # it waits for nothing but units
        assert used <= rate * (passed + 1) + size / 1024 + 1  # a second's units at once, and the call that is under way
        for _ in range(20):
            table.get({"pk": "a"})
        assert capacity.total.read <= rate * (clock.now() - passed - began + 1) + size / 2048 + 1


def test_a_limit_is_of_reads_or_of_writes_and_of_nothing_else(make: Make, clock: VirtualClock) -> None:
    with make(rate=RateLimit(write=1)) as client:
        table = client.table("app")
        for _ in range(20):
            table.get({"pk": "a"})
            client.describe_table("app")
        assert clock.now() == 0
        for _ in range(3):
            table.put({"pk": "a"})
        assert clock.now() == pytest.approx(2)
        unlimited = table.with_options(rate=None)
        for _ in range(20):
            unlimited.put({"pk": "a"})
        assert clock.now() == pytest.approx(2)


def test_tables_that_share_a_limit_share_its_units(make: Make, clock: VirtualClock) -> None:
    limit = RateLimit(write=1)
    with make() as client:
        one, other = (client.table("app").with_options(rate=limit) for _ in range(2))
        for _ in range(3):
            one.put({"pk": "a"})
            other.put({"pk": "b"})
        assert clock.now() == pytest.approx(5)


def test_a_query_is_taken_for_what_the_last_one_cost(make: Make, clock: VirtualClock) -> None:
    with make() as client:
        table = client.table("app")
        for number in range(40):
            table.put({"pk": str(number), "text": "x" * 4000})
        limited = table.with_options(rate=RateLimit(read=10))
        waits = []
        for _ in range(3):
            began = clock.now()
            limited.scan().execute()
            waits.append(round(clock.now() - began, 1))
        assert waits == [0, 3.0, 2.0]  # 20 units each: one second's units and a debt; that and its own; its own


def test_what_is_throttled_makes_an_adaptive_limit_slower_for_a_while(
    make: Make, clock: VirtualClock, mock: Mock
) -> None:
    limit = RateLimit(write=100, adaptive=True)
    with make(rate=limit) as client:
        table = client.table("app")
        mock.faults.add(Throttled(times=2))
        table.put({"pk": "a"})
        assert 25 <= limit.rates["write"] < 30
        clock.advance(60)
        table.put({"pk": "a"})
        assert limit.rates == {"write": 100}
    steady = RateLimit(write=100)
    with make(rate=steady) as client:
        mock.faults.add(Throttled(times=2))
        client.table("app").put({"pk": "a"})
        assert steady.rates == {"write": 100}


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_is_above_nothing(rate: float) -> None:
    with pytest.raises(ConfigurationError, match="write is a number of units a second above 0"):
        RateLimit(write=rate)
