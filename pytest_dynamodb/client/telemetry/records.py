"""Log records, on the standard library's logging, with what they say as attributes of the record too."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.telemetry.capacity import NOTHING, consumed_by
from pytest_dynamodb.client.telemetry.observers import Ended

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State
    from pytest_dynamodb.errors import DynamoDbError

LOGGER = "pytest_dynamodb.client"
# A library says nothing to programs that have not set logging up. (Python, "Configuring Logging for a Library".)
logging.getLogger("pytest_dynamodb").addHandler(logging.NullHandler())


class LoggingObserver:
    """Logs calls to the logger ``pytest_dynamodb.client``, or to the one given:

    ``DEBUG``     a call that succeeded, or failed because of its request: a false condition, a malformed request
    ``INFO``      an attempt that is made again; a call that was cancelled
    ``WARNING``   a call that failed because of DynamoDB or the network; a circuit that changes its state

    What a record says, its attributes say too, for formatters that write JSON: ``dynamodb_event`` (``call``, ``retry``
    or ``circuit``), ``dynamodb_operation``, ``_table``, ``_region``, ``_attempts``, ``_duration_ms``, ``_request_id``,
    ``_error``, ``_capacity``. Neither keys nor items are ever logged.
    """

    log: logging.Logger
    timer: Callable[[], float]

    def __init__(self, logger: logging.Logger | None = None, *, timer: Callable[[], float] = time.perf_counter) -> None:
        self.log, self.timer = logger or logging.getLogger(LOGGER), timer

    def begin(self, call: ApiCall[Any]) -> _Logging:
        """Start measuring the call."""
        return _Logging(self, call)

    def breaker_changed(self, key: str, state: State) -> None:
        """Log a circuit's change of state."""
        self.log.warning(
            "DynamoDB: the circuit of %s is %s",
            key or "the client",
            state,
            extra={"dynamodb_event": "circuit", "dynamodb_circuit": key, "dynamodb_state": state},
        )


class _Logging:
    __slots__ = ("_began", "_call", "_observer")

    def __init__(self, observer: LoggingObserver, call: ApiCall[Any]) -> None:
        self._observer, self._call, self._began = observer, call, observer.timer()

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        self._observer.log.info(
            "%s: attempt %d failed with %s, another follows in %.3f s",
            _where(self._call),
            attempt,
            error.code,
            delay,
            extra={
                "dynamodb_event": "retry",
                "dynamodb_operation": self._call.operation,
                "dynamodb_table": self._call.table,
                "dynamodb_attempts": attempt,
                "dynamodb_delay_ms": round(delay * 1000, 3),
                "dynamodb_error": error.code,
            },
        )

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        observer = self._observer
        ended = Ended(self._call, answer, error, attempts, region, observer.timer() - self._began)
        level = _level(ended)
        if observer.log.isEnabledFor(level):
            observer.log.log(
                level,
                "%s: %s after %.1f ms, attempt %d",
                _where(self._call),
                ended.error_type or "done",
                ended.seconds * 1000,
                attempts,
                extra=_facts(ended),
            )


def _where(call: ApiCall[Any]) -> str:
    return f"{call.operation} on {call.table}" if call.table else call.operation


def _level(ended: Ended) -> int:
    if ended.cancelled:
        return logging.INFO
    return logging.WARNING if ended.unhealthy or ended.error_type == "CircuitOpen" else logging.DEBUG


def _facts(ended: Ended) -> dict[str, object]:
    consumed = consumed_by(ended.call, ended.answer)
    return {
        "dynamodb_event": "call",
        "dynamodb_operation": ended.call.operation,
        "dynamodb_table": ended.call.table,
        "dynamodb_region": ended.region,
        "dynamodb_attempts": ended.attempts,
        "dynamodb_duration_ms": round(ended.seconds * 1000, 3),
        "dynamodb_request_id": ended.request_id,
        "dynamodb_error": ended.error_type or None,
        "dynamodb_capacity": sum(consumed.values(), NOTHING).units if consumed else None,
    }
