"""Spans and metrics of OpenTelemetry: one span a call, with the names that its semantic conventions give."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pytest_dynamodb import forks
from pytest_dynamodb.client.telemetry.capacity import NOTHING, ask_for_capacity, consumed_by, entries
from pytest_dynamodb.client.telemetry.observers import Ended, is_throttling
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.requests import parts

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Counter, Histogram, MeterProvider, Observation
    from opentelemetry.trace import Span, SpanKind, TracerProvider

    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State
    from pytest_dynamodb.errors import DynamoDbError


# --- names of attributes ---
# OpenTelemetry's semantic conventions as they are, and as they were.
#
# ``OTEL_SEMCONV_STABILITY_OPT_IN`` says which are wanted, in a list separated by commas: ``database`` for the new ones,
# ``database/dup`` for both, anything else for the old ones, which the first generation of instrumentations emits. They
# stand here as text: the package that has them as constants is unstable.
#
# Sources: OpenTelemetry semantic conventions 1.44, "Semantic conventions for AWS DynamoDB" and "Database metrics"; for
# the old names 1.24 of the same.

Convention = Literal["old", "new", "dup"]
Fact = Literal["system", "operation", "table", "region", "request_id", "status"]

OPT_IN = "OTEL_SEMCONV_STABILITY_OPT_IN"

_NAMES: Mapping[Fact, tuple[str | None, str | None]] = {
    "system": ("db.system", "db.system.name"),
    "operation": ("db.operation", "db.operation.name"),
    "table": ("aws.dynamodb.table", "db.collection.name"),
    "region": ("aws.region", "cloud.region"),
    "request_id": ("aws.request_id", "aws.request_id"),
    "status": ("http.status_code", "http.response.status_code"),
}
"""Of each fact: what it is called in the old and in the new convention; ``None`` where it has no name."""
_SYSTEM = {"db.system": "dynamodb", "db.system.name": "aws.dynamodb"}
"""Values that are other ones in the new convention."""


def convention_of_environment() -> Convention:
    """What the environment asks for."""
    asked = {part.strip() for part in os.environ.get(OPT_IN, "").split(",")}
    if "database/dup" in asked:
        return "dup"
    return "new" if "database" in asked else "old"


class AttributeNames:
    """The names of one convention; of both in ``"dup"``. ``old`` and ``new`` say which are given."""

    new: bool
    old: bool

    __slots__ = ("_names", "new", "old", "system")

    def __init__(self, convention: Convention | None = None) -> None:
        convention = convention or convention_of_environment()
        self.old, self.new = convention != "new", convention != "old"
        self._names: dict[Fact, tuple[str, ...]] = {
            fact: tuple(
                dict.fromkeys(name for name, given in zip(names, (self.old, self.new), strict=True) if name and given)
            )
            for fact, names in _NAMES.items()
        }
        self.system: dict[str, str] = {name: _SYSTEM[name] for name in self._names["system"]}

    def put(self, into: dict[str, object], fact: Fact, value: object) -> None:
        """Add an attribute, under each of its names, unless its value is empty."""
        if value:
            for name in self._names[fact]:
                into[name] = value


# --- the extra ---


def require_opentelemetry() -> None:
    """Raise ``ConfigurationError`` where the extra is missing."""
    try:
        import opentelemetry.metrics
        import opentelemetry.trace  # noqa: F401 - both are in opentelemetry-api
    except ImportError as problem:
        raise ConfigurationError(
            "spans and metrics need opentelemetry-api: install pytest-dynamodb-cassette[otel]"
        ) from problem


# --- metrics ---
# How long calls take, how often they are made again, what they consume, and which circuits are open.

SCOPE = "pytest_dynamodb.client"

DURATION = "db.client.operation.duration"
BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
"""In seconds. (Semantic conventions, "Metric: db.client.operation.duration".)"""

BREAKER_STATES: Mapping[State, int] = {"closed": 0, "half-open": 1, "open": 2}
"""What the gauge of a circuit shows."""


class MetricsObserver:
    """Counts and measures calls with OpenTelemetry:

    ``db.client.operation.duration``        histogram in seconds, of whole calls; ``error.type`` where they fail
    ``dynamodb.client.retries``             attempts that were made again, by ``error.type``
    ``dynamodb.client.throttles``           attempts that were throttled
    ``dynamodb.client.consumed_capacity``   capacity units, by table and ``dynamodb.capacity.type``, read or write
    ``dynamodb.client.breaker.state``       gauge of each circuit that has ever opened: 0 closed, 1 half-open, 2 open
    ``dynamodb.client.breaker.changes``     changes of it, by ``dynamodb.circuit.state``

    ``provider`` is OpenTelemetry's meter provider; without one, the global one. ``convention`` and ``capacity`` are as
    in ``TracingObserver``. Raises ``ConfigurationError`` where opentelemetry-api is not installed.
    """

    timer: Callable[[], float]

    def __init__(
        self,
        provider: MeterProvider | None = None,
        *,
        convention: Convention | None = None,
        capacity: bool = True,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        require_opentelemetry()
        from opentelemetry import metrics

        meter = metrics.get_meter(SCOPE, meter_provider=provider)
        self._capacity, self.timer, self._names = capacity, timer, AttributeNames(convention)
        self._states: dict[str, State] = {}
        self._lock = forks.lock()
        self.duration: Histogram = meter.create_histogram(
            DURATION,
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self.retries: Counter = meter.create_counter(
            "dynamodb.client.retries", "{retry}", "Attempts that were made again."
        )
        self.throttles: Counter = meter.create_counter(
            "dynamodb.client.throttles", "{attempt}", "Attempts that failed for want of capacity."
        )
        self.consumed: Counter = meter.create_counter(
            "dynamodb.client.consumed_capacity", "{capacity_unit}", "Capacity that calls have consumed."
        )
        self._changes = meter.create_counter(
            "dynamodb.client.breaker.changes", "{change}", "Circuits that have opened, half opened or closed."
        )
        meter.create_observable_gauge(
            "dynamodb.client.breaker.state", [self._gauge], "{state}", "0 closed, 1 half-open, 2 open."
        )

    def begin(self, call: ApiCall[Any]) -> _Measuring:
        """Start measuring the call."""
        if self._capacity:
            ask_for_capacity(call)
        return _Measuring(self, call)

    def breaker_changed(self, key: str, state: State) -> None:
        """Count a circuit's change of state, and keep the state for the gauge."""
        with self._lock:
            self._states[key] = state
        self._changes.add(1, {"dynamodb.circuit": key, "dynamodb.circuit.state": state})

    def attributes(self, call: ApiCall[Any]) -> dict[str, Any]:
        """The attributes of a call's measurements: few, as each combination of their values is a series."""
        found: dict[str, Any] = dict(self._names.system)
        self._names.put(found, "operation", call.operation)
        tables = call.tables
        if len(tables) == 1:
            self._names.put(found, "table", tables[0])
        return found

    def count_consumed(self, ended: Ended, attributes: Mapping[str, Any]) -> None:
        """Count what a call has consumed, table by table."""
        for table, capacity in consumed_by(ended.call, ended.answer).items():
            of_table = dict(attributes)
            self._names.put(of_table, "table", table)
            for kind, units in (("read", capacity.read), ("write", capacity.write)):
                if units:
                    self.consumed.add(units, {**of_table, "dynamodb.capacity.type": kind})

    def _gauge(self, options: CallbackOptions) -> Iterator[Observation]:
        from opentelemetry.metrics import Observation

        with self._lock:
            states = dict(self._states)
        for key, state in states.items():
            yield Observation(BREAKER_STATES[state], {"dynamodb.circuit": key})


class _Measuring:
    __slots__ = ("_attributes", "_began", "_call", "_observer")

    def __init__(self, observer: MetricsObserver, call: ApiCall[Any]) -> None:
        self._observer, self._call = observer, call
        self._attributes = observer.attributes(call)
        self._began = observer.timer()

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        attributes = {**self._attributes, "error.type": error.code}
        self._observer.retries.add(1, attributes)
        if is_throttling(error):
            self._observer.throttles.add(1, attributes)

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        observer, attributes = self._observer, self._attributes
        ended = Ended(self._call, answer, error, attempts, region, observer.timer() - self._began)
        observer._names.put(attributes, "region", region)  # noqa: SLF001 - one thing in two classes
        if error is not None:
            attributes = {**attributes, "error.type": ended.error_type}
        observer.duration.record(ended.seconds, attributes)
        if ended.throttled:
            observer.throttles.add(1, attributes)
        observer.count_consumed(ended, attributes)


# --- attributes of a call ---
# What a span says of it: from its parameters when it begins, from its answer when it is over.

SpanAttributes = dict[str, Any]

_PARAMETERS: Mapping[str, str] = {
    "ConsistentRead": "aws.dynamodb.consistent_read",
    "IndexName": "aws.dynamodb.index_name",
    "Limit": "aws.dynamodb.limit",
    "ProjectionExpression": "aws.dynamodb.projection",
    "ScanIndexForward": "aws.dynamodb.scan_forward",
    "Segment": "aws.dynamodb.segment",
    "Select": "aws.dynamodb.select",
    "TotalSegments": "aws.dynamodb.total_segments",
}
"""Parameters that go into a span as they are."""
_ANSWERS: Mapping[str, str] = {"Count": "aws.dynamodb.count", "ScannedCount": "aws.dynamodb.scanned_count"}
"""Members of an answer that do."""

ATTEMPTS = "pytest_dynamodb.attempts"
"""Ours: no convention has a name for these."""
CAPACITY = "pytest_dynamodb.consumed_capacity"


def attributes_at_the_beginning(call: ApiCall[Any], names: AttributeNames) -> SpanAttributes:
    """The attributes that are known before anything is sent. Samplers see these."""
    found: SpanAttributes = {"rpc.system": "aws-api", **names.system}
    if names.old:
        found.update({"rpc.service": "DynamoDB", "rpc.method": call.operation})
    names.put(found, "operation", call.operation)
    tables = call.tables
    if tables:
        found["aws.dynamodb.table_names"] = tables
    if len(tables) == 1:
        names.put(found, "table", tables[0])
    found.update({name: call.params[parameter] for parameter, name in _PARAMETERS.items() if parameter in call.params})
    if names.new and (size := len(parts(call.operation, call.params))) > 1:
        found["db.operation.batch.size"] = size
    return found


def attributes_at_the_end(ended: Ended, names: AttributeNames) -> SpanAttributes:
    """The attributes that are known once it is over."""
    found: SpanAttributes = {ATTEMPTS: ended.attempts}
    names.put(found, "region", ended.region)
    names.put(found, "request_id", ended.request_id)
    names.put(found, "status", ended.status)
    if ended.error is not None:
        found["error.type"] = ended.error_type
    answer = ended.answer or {}
    found.update({name: answer[member] for member, name in _ANSWERS.items() if member in answer})
    consumed = entries(answer)
    if consumed:
        units = sum(consumed_by(ended.call, answer).values(), NOTHING).units
        found[CAPACITY] = units
        # A number where the old names are asked for, a list of JSON texts where the new ones are: one attribute cannot
        # be both, so that in "dup" the new one wins.
        found["aws.dynamodb.consumed_capacity"] = [json.dumps(entry) for entry in consumed] if names.new else units
    return found


# --- spans ---
# One for each call, however many attempts it takes.

_CONTRIB = "opentelemetry.instrumentation.botocore"


class TracingObserver:
    """Makes a span ``DynamoDB.GetItem`` of each call, with an event for each attempt that is made again.

    ``provider``     OpenTelemetry's tracer provider; without one, the global one
    ``kind``         of the spans: ``"client"``, or ``"internal"`` where something below makes those. Without one it is
                     ``"internal"`` while opentelemetry-instrumentation-botocore is active
    ``convention``   the names of attributes: ``"old"``, ``"new"`` or ``"dup"`` for both; without one, as
                     ``OTEL_SEMCONV_STABILITY_OPT_IN`` asks for
    ``capacity``     whether to ask DynamoDB what a call has consumed, which changes what is sent, and so recorded

    Raises ``ConfigurationError`` where opentelemetry-api is not installed.
    """

    def __init__(
        self,
        provider: TracerProvider | None = None,
        *,
        kind: Literal["client", "internal"] | None = None,
        convention: Convention | None = None,
        capacity: bool = True,
    ) -> None:
        require_opentelemetry()
        from opentelemetry import trace

        self._tracer = trace.get_tracer(SCOPE, tracer_provider=provider)
        self._kinds = {"client": trace.SpanKind.CLIENT, "internal": trace.SpanKind.INTERNAL}
        self._kind, self._capacity = kind, capacity
        self._names = AttributeNames(convention)

    def begin(self, call: ApiCall[Any]) -> _Tracing:
        """Begin a span, which is the current one until the call is over."""
        if self._capacity:
            ask_for_capacity(call)
        span = self._tracer.start_span(
            f"DynamoDB.{call.operation}",
            kind=self._span_kind(),
            attributes=attributes_at_the_beginning(call, self._names),
        )
        return _Tracing(call, span, self._names)

    def breaker_changed(self, key: str, state: State) -> None:
        """Add an event to the current span."""
        from opentelemetry import trace

        attributes = {"pytest_dynamodb.circuit": key, "pytest_dynamodb.circuit.state": state}
        trace.get_current_span().add_event("circuit breaker", attributes)

    def _span_kind(self) -> SpanKind:
        return self._kinds[self._kind or ("internal" if botocore_is_instrumented() else "client")]


def botocore_is_instrumented() -> bool:
    """Whether OpenTelemetry's own instrumentation makes a client span of each call of botocore's."""
    contrib: Any = sys.modules.get(_CONTRIB)
    if contrib is None:
        return False
    return bool(contrib.BotocoreInstrumentor().is_instrumented_by_opentelemetry)


class _Tracing:
    __slots__ = ("_call", "_names", "_span", "_token")

    def __init__(self, call: ApiCall[Any], span: Span, names: AttributeNames) -> None:
        from opentelemetry import context, trace

        self._call, self._span, self._names = call, span, names
        self._token = context.attach(trace.set_span_in_context(span))

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        attributes: SpanAttributes = {
            "error.type": error.code,
            "pytest_dynamodb.attempt": attempt,
            "pytest_dynamodb.delay": delay,
        }
        self._span.add_event("retry", attributes)

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        from opentelemetry import context
        from opentelemetry.trace import Status, StatusCode

        context.detach(self._token)
        try:
            ended = Ended(self._call, answer, error, attempts, region, 0.0)
            self._span.set_attributes(attributes_at_the_end(ended, self._names))
            if error is not None:
                self._span.set_status(Status(StatusCode.ERROR, str(error) or ended.error_type))
        finally:
            self._span.end()
