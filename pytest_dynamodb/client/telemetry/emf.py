"""CloudWatch metrics as log lines: a line of JSON for each call, in CloudWatch's embedded metric format.

Source: Amazon CloudWatch user guide, "Specification: Embedded metric format".
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.telemetry.capacity import NOTHING, ask_for_capacity, consumed_by
from pytest_dynamodb.client.telemetry.observers import Ended, is_throttling
from pytest_dynamodb.clock import Clock, SystemClock
from pytest_dynamodb.errors import ConfigurationError

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State
    from pytest_dynamodb.errors import DynamoDbError

WriteLine = Callable[[str], object]

_UNITS: Mapping[str, str] = {
    "Duration": "Milliseconds",
    "Errors": "Count",
    "Retries": "Count",
    "Throttles": "Count",
    "ConsumedReadCapacity": "Count",
    "ConsumedWriteCapacity": "Count",
}
"""The metrics of a call, with CloudWatch's unit of each."""
DIMENSIONS = (("Operation",), ("Operation", "Table"))
"""What a metric may be looked up by; other properties can be searched for in the log."""
_PROPERTIES = frozenset({"Operation", "Table", "Region"})


class EmfObserver:
    """Writes a line for each call, and for each change of a circuit, which CloudWatch Logs turns into metrics.

    ``write``        is given each line, without a line break; without one, lines go to standard output, as in Lambda
    ``namespace``    of the metrics
    ``dimensions``   sets of ``Operation``, ``Table`` and ``Region``: each combination of values is a metric to pay for
    ``properties``   what else every line says, such as a service's name
    ``capacity``     as in ``TracingObserver``

    Raises ``ConfigurationError`` for another dimension.
    """

    timer: Callable[[], float]

    def __init__(
        self,
        write: WriteLine | None = None,
        *,
        namespace: str = "DynamoDB/Client",
        dimensions: Sequence[Sequence[str]] = DIMENSIONS,
        properties: Mapping[str, str] | None = None,
        capacity: bool = True,
        clock: Clock | None = None,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        unknown = {name for names in dimensions for name in names} - _PROPERTIES - set(properties or ())
        if unknown:
            known = ", ".join(sorted(_PROPERTIES))
            raise ConfigurationError(f"dimensions are of {known} or of properties, not {', '.join(sorted(unknown))}")
        self._write, self._namespace = write or _print, namespace
        self._dimensions, self._properties = [list(names) for names in dimensions], dict(properties or {})
        self._capacity, self._clock, self.timer = capacity, clock or SystemClock(), timer

    def begin(self, call: ApiCall[Any]) -> _Writing:
        """Start measuring the call."""
        if self._capacity:
            ask_for_capacity(call)
        return _Writing(self, call)

    def breaker_changed(self, key: str, state: State) -> None:
        """Write a line for a circuit's change of state."""
        self.line({"CircuitOpen": int(state == "open")}, {"CircuitOpen": "Count"}, {"Circuit": key}, [["Circuit"]])

    def call_line(self, ended: Ended, throttles: int) -> None:
        """Write the line of a call."""
        consumed = sum(consumed_by(ended.call, ended.answer).values(), NOTHING)
        metrics = {
            "Duration": round(ended.seconds * 1000, 3),
            "Errors": int(ended.error is not None and not ended.cancelled),
            "Retries": max(ended.attempts - 1, 0),
            "Throttles": throttles + ended.throttled,
            "ConsumedReadCapacity": consumed.read,
            "ConsumedWriteCapacity": consumed.write,
        }
        facts = {
            "Operation": ended.call.operation,
            "Table": ended.call.table,
            "Region": ended.region,
            "RequestId": ended.request_id,
            "Error": ended.error_type,
        }
        self.line(metrics, _UNITS, {name: value for name, value in facts.items() if value}, self._dimensions)

    def line(
        self,
        metrics: Mapping[str, float],
        units: Mapping[str, str],
        facts: Mapping[str, str],
        dimensions: Sequence[Sequence[str]],
    ) -> None:
        """Write a line. A set of dimensions of which the call lacks one, such as a table, is left out of it."""
        properties = {**self._properties, **facts}
        given = [list(names) for names in dimensions if all(name in properties for name in names)]
        directive = {
            "Namespace": self._namespace,
            "Dimensions": given,
            "Metrics": [{"Name": name, "Unit": units[name]} for name in metrics],
        }
        # A directive must have dimensions; a line without one is a log line and no metric.
        about = {"Timestamp": int(self._clock.now() * 1000), "CloudWatchMetrics": [directive] if given else []}
        self._write(json.dumps({"_aws": about, **properties, **metrics}))


class _Writing:
    __slots__ = ("_began", "_call", "_observer", "_throttles")

    def __init__(self, observer: EmfObserver, call: ApiCall[Any]) -> None:
        self._observer, self._call, self._began, self._throttles = observer, call, observer.timer(), 0

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        self._throttles += is_throttling(error)

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        seconds = self._observer.timer() - self._began
        self._observer.call_line(Ended(self._call, answer, error, attempts, region, seconds), self._throttles)


def _print(line: str) -> None:
    # One write, so that the lines of several threads do not run into each other.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
