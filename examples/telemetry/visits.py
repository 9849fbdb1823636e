"""An application that counts visits, and tells an OpenTelemetry collector what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from pytest_dynamodb import ClientConfig, DynamoDbClient, MetricsObserver, Observers, TracingObserver

RESOURCE = Resource.create({"service.name": "visits"})


@contextmanager
def telemetry(collector: str) -> Iterator[Observers]:
    """Observers that send spans and metrics to the OTLP/HTTP collector at this URL; all is sent when the block ends."""
    tracers = TracerProvider(resource=RESOURCE)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{collector}/v1/traces")))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{collector}/v1/metrics"))
    meters = MeterProvider([reader], resource=RESOURCE)
    try:
        yield Observers(TracingObserver(tracers, convention="new"), MetricsObserver(meters, convention="new"))
    finally:
        tracers.shutdown()
        meters.shutdown()


def open_client(observers: Observers, region: str = "eu-west-1") -> DynamoDbClient:
    """A client whose calls are observed. Whom it asks, `PYTEST_DYNAMODB_PROVIDER` decides."""
    return DynamoDbClient(ClientConfig(region=region, observer=observers))


def count_visit(client: DynamoDbClient, page: str) -> int:
    """Count one visit more of a page. Returns how many there are."""
    item = client.table("visits").update({"page": page}).add("visits", 1).returning("all_new").execute()
    return int((item or {})["visits"])
