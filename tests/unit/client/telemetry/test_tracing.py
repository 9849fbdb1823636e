"""Spans of calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from pytest_dynamodb import Attr, ConditionalCheckFailedException, DynamoDbClient, Mock, Request, Response
from pytest_dynamodb.client.telemetry.otel import TracingObserver
from pytest_dynamodb.errors import ProvisionedThroughputExceededException
from pytest_dynamodb.faults import Throttled

Observed = Callable[..., DynamoDbClient]


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


def attributes(exporter: InMemorySpanExporter) -> dict[str, Any]:
    return dict(only(exporter).attributes or {})


def test_a_call_is_a_client_span_with_the_old_names(
    observed: Observed, provider: TracerProvider, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_SEMCONV_STABILITY_OPT_IN", raising=False)
    observed(TracingObserver(provider)).table("app").get({"pk": "a"}, consistent=True)
    span = only(exporter)
    assert (span.name, span.kind, span.status.status_code) == ("DynamoDB.GetItem", SpanKind.CLIENT, StatusCode.UNSET)
    found = attributes(exporter)
    assert found.pop("aws.request_id")
    assert found == {
        "aws.dynamodb.consistent_read": True,
        "aws.dynamodb.consumed_capacity": 1.0,
        "aws.dynamodb.table": "app",
        "aws.dynamodb.table_names": ("app",),
        "aws.region": "eu-west-1",
        "db.operation": "GetItem",
        "db.system": "dynamodb",
        "http.status_code": 200,
        "pytest_dynamodb.attempts": 1,
        "pytest_dynamodb.consumed_capacity": 1.0,
        "rpc.method": "GetItem",
        "rpc.service": "DynamoDB",
        "rpc.system": "aws-api",
    }


def test_todays_names_are_given_where_they_are_opted_in_to(
    observed: Observed, provider: TracerProvider, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    observed(TracingObserver(provider)).table("app").get({"pk": "a"})
    found = attributes(exporter)
    assert found["db.system.name"] == "aws.dynamodb"
    assert found["db.operation.name"] == "GetItem"
    assert found["db.collection.name"] == "app"
    assert found["cloud.region"] == "eu-west-1"
    assert [json.loads(text) for text in found["aws.dynamodb.consumed_capacity"]] == [
        {"TableName": "app", "CapacityUnits": 0.5}
    ]
    assert not {"db.system", "db.operation", "aws.region", "aws.dynamodb.table"} & set(found)


def test_both_names_are_given_while_moving_from_one_to_the_other(
    observed: Observed, provider: TracerProvider, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "database/dup")
    observed(TracingObserver(provider)).table("app").get({"pk": "a"})
    found = attributes(exporter)
    assert (found["db.system"], found["db.system.name"]) == ("dynamodb", "aws.dynamodb")
    assert (found["db.operation"], found["db.operation.name"]) == ("GetItem", "GetItem")


def test_an_error_is_the_spans_error(
    observed: Observed, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    table = observed(TracingObserver(provider)).table("app")
    with pytest.raises(ConditionalCheckFailedException):
        table.put({"pk": "a"}, condition=Attr("pk").not_exists())
    assert only(exporter).status.status_code == StatusCode.ERROR
    assert attributes(exporter)["error.type"] == "ConditionalCheckFailedException"


def test_all_attempts_are_one_span_with_an_event_for_each_that_failed(
    observed: Observed, mock: Mock, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    mock.faults.add(Throttled(times=2))
    observed(TracingObserver(provider)).table("app").get({"pk": "a"})
    span = only(exporter)
    assert attributes(exporter)["pytest_dynamodb.attempts"] == 3
    assert [(event.name, dict(event.attributes or {})["pytest_dynamodb.attempt"]) for event in span.events] == [
        ("retry", 1),
        ("retry", 2),
    ]


def test_a_breaker_that_opens_is_an_event_of_the_span_that_opened_it(
    observed: Observed, mock: Mock, provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    from pytest_dynamodb.client.policy import BreakerPolicy

    mock.faults.add(Throttled(times=1))
    client = observed(TracingObserver(provider), retry=None, breaker=BreakerPolicy(failures=1))
    with pytest.raises(ProvisionedThroughputExceededException):
        client.table("app").get({"pk": "a"})
    (event,) = only(exporter).events
    assert (event.name, dict(event.attributes or {})["pytest_dynamodb.circuit.state"]) == ("circuit breaker", "open")


def test_what_happens_within_a_call_is_below_its_span(
    observed: Observed, mock: Mock, provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[trace.Span] = []
    answer = mock.answer

    def look(request: Request) -> Response:
        seen.append(trace.get_current_span())
        return answer(request)

    monkeypatch.setattr(mock, "answer", look)
    observed(TracingObserver(provider)).table("app").get({"pk": "a"})
    assert seen[0].get_span_context().is_valid
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize("active", [True, False])
def test_it_is_an_internal_span_where_botocores_instrumentation_makes_client_spans(
    active: bool,
    observed: Observed,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contrib = SimpleNamespace(
        BotocoreInstrumentor=lambda: SimpleNamespace(is_instrumented_by_opentelemetry=active),
    )
    monkeypatch.setitem(sys.modules, "opentelemetry.instrumentation.botocore", contrib)
    observed(TracingObserver(provider)).table("app").get({"pk": "a"})
    assert only(exporter).kind == (SpanKind.INTERNAL if active else SpanKind.CLIENT)


def test_an_interrupted_call_ends_its_span(
    observed: Observed,
    mock: Mock,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(request: Request) -> Response:
        raise KeyboardInterrupt

    monkeypatch.setattr(mock, "answer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        observed(TracingObserver(provider)).table("app").get({"pk": "a"})
    assert attributes(exporter)["error.type"] == "KeyboardInterrupt"
    assert not trace.get_current_span().get_span_context().is_valid


def test_without_asking_for_capacity_nothing_else_is_sent_than_without_an_observer(
    observed: Observed, mock: Mock, provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    answer = mock.answer

    def look(request: Request) -> Response:
        sent.append(request.params)
        return answer(request)

    monkeypatch.setattr(mock, "answer", look)
    observed(TracingObserver(provider, capacity=False)).table("app").get({"pk": "a"})
    observed(None).table("app").get({"pk": "a"})
    assert sent[0] == sent[1]
