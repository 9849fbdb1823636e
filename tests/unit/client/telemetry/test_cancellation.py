"""Whatever becomes of a call's task, its span ends and its permit comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pytest_dynamodb import ClientConfig, DynamoDbError, Mock, Provider, VirtualClock
from pytest_dynamodb.client.policy import BreakerPolicy, RetryPolicy
from pytest_dynamodb.client.telemetry.capacity import CapacityObserver
from pytest_dynamodb.client.telemetry.observers import Observers
from pytest_dynamodb.client.telemetry.otel import TracingObserver
from pytest_dynamodb.faults import Throttled

pytestmark = pytest.mark.aiobotocore


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def observer(exporter: InMemorySpanExporter) -> TracingObserver:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return TracingObserver(provider)


def client_of(provider: Provider, **settings: Any) -> Any:
    from pytest_dynamodb.client.aio.client import AsyncDynamoDbClient

    return AsyncDynamoDbClient(ClientConfig(region="eu-west-1", **settings), provider=provider)


def test_a_call_that_is_cancelled_between_attempts_ends_its_span(
    mock: Mock, provider_of_mock: Provider, observer: TracingObserver, exporter: InMemorySpanExporter
) -> None:
    async def scenario() -> None:
        waiting = asyncio.Event()

        async def sleep(seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        mock.faults.add(Throttled(times=1))
        async with client_of(provider_of_mock, observer=observer, sleep=sleep) as client:
            task = asyncio.create_task(client.table("app").get({"pk": "a"}))
            await waiting.wait()
            assert exporter.get_finished_spans() == ()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(scenario())
    (span,) = exporter.get_finished_spans()
    found = dict(span.attributes or {})
    assert (found["error.type"], found["pytest_dynamodb.attempts"]) == ("CancelledError", 1)


def test_a_probe_that_is_cancelled_gives_its_permit_back(
    mock: Mock,
    provider_of_mock: Provider,
    clock: VirtualClock,
    observer: TracingObserver,
    exporter: InMemorySpanExporter,
) -> None:
    async def scenario() -> None:
        policy = BreakerPolicy(failures=1, open_for=10, probes=1)
        mock.faults.add(Throttled(times=1))
        async with client_of(provider_of_mock, observer=observer, retry=None, breaker=policy, clock=clock) as client:
            table = client.table("app")
            with pytest.raises(DynamoDbError):
                await table.get({"pk": "a"})
            clock.advance(10)

            asked, answer = asyncio.Event(), client._connection.attempt  # the half-open circuit's one probe hangs

            async def hang(attempt: object) -> None:
                asked.set()
                await asyncio.Event().wait()

            client._connection.attempt = hang
            probe = asyncio.create_task(table.get({"pk": "a"}))
            await asked.wait()
            probe.cancel()
            with pytest.raises(asyncio.CancelledError):
                await probe
            client._connection.attempt = answer
            assert await table.get({"pk": "a"}) == {"pk": "a"}  # a probe again, and it closes the circuit
            assert client.breaker.states == {}

    asyncio.run(scenario())
    errors = [(span.attributes or {}).get("error.type") for span in exporter.get_finished_spans()]
    assert errors == ["ProvisionedThroughputExceededException", "CancelledError", None]


def test_tasks_have_spans_and_totals_of_their_own(
    mock: Mock, provider_of_mock: Provider, observer: TracingObserver, exporter: InMemorySpanExporter
) -> None:
    capacity = CapacityObserver()

    async def measured(table: Any, calls: int) -> float:
        with capacity.measure() as used:
            for _ in range(calls):
                await table.get({"pk": "a"})
                assert not trace.get_current_span().get_span_context().is_valid
        return used.total.read

    async def scenario() -> list[float]:
        settings = {"observer": Observers(observer, capacity), "retry": RetryPolicy()}
        async with client_of(provider_of_mock, **settings) as client:
            return await asyncio.gather(*(measured(client.table("app"), number) for number in range(1, 5)))

    assert asyncio.run(scenario()) == [0.5, 1.0, 1.5, 2.0]
    spans = exporter.get_finished_spans()
    assert len(spans) == 10
    assert all(span.parent is None for span in spans)
