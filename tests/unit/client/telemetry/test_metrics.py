"""Metrics of calls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from pytest_dynamodb import DynamoDbClient, Mock, ProvisionedThroughputExceededException, VirtualClock
from pytest_dynamodb.client.policy import BreakerPolicy
from pytest_dynamodb.client.telemetry.otel import BUCKETS, MetricsObserver
from pytest_dynamodb.errors import CircuitOpen
from pytest_dynamodb.faults import Throttled

Observed = Callable[..., DynamoDbClient]


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def observer(reader: InMemoryMetricReader) -> MetricsObserver:
    """One whose calls take two seconds each."""
    times = count(step=2.0)
    return MetricsObserver(MeterProvider([reader]), convention="new", timer=lambda: next(times))


def points(reader: InMemoryMetricReader, name: str) -> list[Any]:
    data = reader.get_metrics_data()
    metrics = data.resource_metrics[0].scope_metrics[0].metrics if data else []
    return [point for metric in metrics if metric.name == name for point in metric.data.data_points]


def test_the_duration_is_a_histogram_with_the_conventions_buckets(
    observed: Observed, observer: MetricsObserver, reader: InMemoryMetricReader
) -> None:
    observed(observer).table("app").get({"pk": "a"})
    (point,) = points(reader, "db.client.operation.duration")
    assert (point.count, point.sum, tuple(point.explicit_bounds)) == (1, 2.0, BUCKETS)
    assert dict(point.attributes) == {
        "db.system.name": "aws.dynamodb",
        "db.operation.name": "GetItem",
        "db.collection.name": "app",
        "cloud.region": "eu-west-1",
    }


def test_retries_and_throttles_are_counted(
    observed: Observed, mock: Mock, observer: MetricsObserver, reader: InMemoryMetricReader
) -> None:
    mock.faults.add(Throttled(times=2))
    observed(observer).table("app").get({"pk": "a"})
    (retries,) = points(reader, "dynamodb.client.retries")
    (throttles,) = points(reader, "dynamodb.client.throttles")
    assert (retries.value, throttles.value) == (2, 2)
    assert retries.attributes["error.type"] == "ProvisionedThroughputExceededException"


def test_the_attempt_that_was_not_made_again_is_a_throttle_too(
    observed: Observed, mock: Mock, observer: MetricsObserver, reader: InMemoryMetricReader
) -> None:
    mock.faults.add(Throttled(times=1))
    with pytest.raises(ProvisionedThroughputExceededException):
        observed(observer, retry=None).table("app").get({"pk": "a"})
    (throttles,) = points(reader, "dynamodb.client.throttles")
    assert throttles.value == 1
    (duration,) = points(reader, "db.client.operation.duration")
    assert duration.attributes["error.type"] == "ProvisionedThroughputExceededException"


def test_consumed_capacity_is_counted_by_table_and_kind(
    observed: Observed, observer: MetricsObserver, reader: InMemoryMetricReader
) -> None:
    table = observed(observer).table("app")
    table.get({"pk": "a"})
    table.put({"pk": "b"})
    units = {
        point.attributes["dynamodb.capacity.type"]: (point.attributes["db.collection.name"], point.value)
        for point in points(reader, "dynamodb.client.consumed_capacity")
    }
    assert units == {"read": ("app", 0.5), "write": ("app", 1.0)}


def test_the_gauge_shows_the_circuit_as_it_is(
    observed: Observed, mock: Mock, clock: VirtualClock, observer: MetricsObserver, reader: InMemoryMetricReader
) -> None:
    mock.faults.add(Throttled(times=1))
    table = observed(observer, retry=None, breaker=BreakerPolicy(failures=1, open_for=30)).table("app")
    assert points(reader, "dynamodb.client.breaker.state") == []
    with pytest.raises(ProvisionedThroughputExceededException):
        table.get({"pk": "a"})
    with pytest.raises(CircuitOpen):
        table.get({"pk": "a"})
    (state,) = points(reader, "dynamodb.client.breaker.state")
    assert (state.value, state.attributes) == (2, {"dynamodb.circuit": "app"})
    clock.advance(30)
    table.get({"pk": "a"})
    (state,) = points(reader, "dynamodb.client.breaker.state")
    assert state.value == 0
    changes = points(reader, "dynamodb.client.breaker.changes")
    assert {point.attributes["dynamodb.circuit.state"] for point in changes} == {"open", "half-open", "closed"}
