"""Metrics: how long calls take, how often they are made again, what they consume, and which circuits are open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.telemetry.capacity import ask_for_capacity, consumed_by
from pytest_dynamodb.client.telemetry.conventions import Convention, Names
from pytest_dynamodb.client.telemetry.requirement import require_opentelemetry
from pytest_dynamodb.client.telemetry.watches import Ended, is_throttling

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy.breaker import State
    from pytest_dynamodb.errors import DynamoDbError

SCOPE = "pytest_dynamodb.client"

DURATION = "db.client.operation.duration"
#: In seconds. (Semantic conventions, "Metric: db.client.operation.duration".)
BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)

#: What the gauge of a circuit shows.
BREAKER_STATES: Mapping[State, int] = {"closed": 0, "half-open": 1, "open": 2}


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
        self._capacity, self.timer, self._names = capacity, timer, Names(convention)
        self._states: dict[str, State] = {}
        self._lock = threading.Lock()
        self.duration = meter.create_histogram(
            DURATION,
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self.retries = meter.create_counter("dynamodb.client.retries", "{retry}", "Attempts that were made again.")
        self.throttles = meter.create_counter(
            "dynamodb.client.throttles", "{attempt}", "Attempts that failed for want of capacity."
        )
        self.consumed = meter.create_counter(
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
