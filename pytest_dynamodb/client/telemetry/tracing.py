"""Spans: one for each call, however many attempts it takes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pytest_dynamodb.client.telemetry.attributes import (
    Attributes,
    attributes_at_the_beginning,
    attributes_at_the_end,
)
from pytest_dynamodb.client.telemetry.capacity import ask_for_capacity
from pytest_dynamodb.client.telemetry.conventions import Convention, Names
from pytest_dynamodb.client.telemetry.requirement import require_opentelemetry
from pytest_dynamodb.client.telemetry.watches import Ended

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanKind, TracerProvider

    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy.breaker import State
    from pytest_dynamodb.errors import DynamoDbError

SCOPE = "pytest_dynamodb.client"
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
        self._names = Names(convention)

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

    def __init__(self, call: ApiCall[Any], span: Span, names: Names) -> None:
        from opentelemetry import context, trace

        self._call, self._span, self._names = call, span, names
        self._token = context.attach(trace.set_span_in_context(span))

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        attributes: Attributes = {
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
