"""What a collector is told. The calls go to memory: neither they nor the telemetry leave this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector import Collector, attributes
from pytest_dynamodb import ConditionalCheckFailedException, Mock, mock_dynamodb
from visits import count_visit, open_client, telemetry

VISITS = {
    "KeySchema": [{"AttributeName": "page", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "page", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture
def mock() -> Iterator[Mock]:
    with mock_dynamodb(region="eu-west-1", load={"visits": {"table": VISITS}}) as mock:
        yield mock


def points(collector: Collector, name: str) -> list[Any]:
    (metric,) = [metric for metric in collector.metrics if metric.name == name]
    return list(getattr(metric, metric.WhichOneof("data")).data_points)


def test_each_call_is_a_span(mock: Mock, collector: Collector) -> None:
    with telemetry(collector.url) as observers, open_client(observers) as client:
        assert [count_visit(client, "/"), count_visit(client, "/")] == [1, 2]
    first, second = collector.spans
    assert (first.name, first.kind) == ("DynamoDB.UpdateItem", Span.SPAN_KIND_CLIENT)
    assert second.start_time_unix_nano >= first.end_time_unix_nano
    found = attributes(first)
    assert found["db.system.name"] == "aws.dynamodb"
    assert found["db.operation.name"] == "UpdateItem"
    assert found["db.collection.name"] == "visits"
    assert found["cloud.region"] == "eu-west-1"
    assert found["pytest_dynamodb.consumed_capacity"] == 1.0


def test_each_call_is_measured(mock: Mock, collector: Collector) -> None:
    with telemetry(collector.url) as observers, open_client(observers) as client:
        count_visit(client, "/")
        with pytest.raises(ConditionalCheckFailedException):
            client.table("visits").delete({"page": "/"}, condition="attribute_not_exists(page)")
    durations = {
        attributes(point).get("error.type", ""): point for point in points(collector, "db.client.operation.duration")
    }
    assert {error: point.count for error, point in durations.items()} == {"": 1, "ConditionalCheckFailedException": 1}
    assert list(durations[""].explicit_bounds) == [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
    (consumed,) = points(collector, "dynamodb.client.consumed_capacity")
    assert (attributes(consumed)["dynamodb.capacity.type"], consumed.as_double) == ("write", 1.0)
