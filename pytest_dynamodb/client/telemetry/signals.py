"""Functions that are called before and after calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_dynamodb.client.telemetry.observers import Ended, Quiet
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.operations import OPERATIONS

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State

BeforeT = TypeVar("BeforeT", bound="Callable[[ApiCall[Any]], object]")
AfterT = TypeVar("AfterT", bound="Callable[[Ended], object]")


class Signals:
    """An observer that calls functions before and after calls, of some operations or of all:

        signals = Signals()

        @signals.before("PutItem", "UpdateItem")
        def check(call): ...  # call.operation, call.tables, call.params as they will be sent

        @signals.after()
        def note(ended): ...  # ended.call, .answer, .error, .attempts, .region, .seconds

        client = DynamoDbClient(ClientConfig(observer=Observers(signals, TracingObserver())))

    They are called in the order in which they were added, in the call's own thread or task. What a function raises
    reaches the caller; what one raises ``before``, with nothing sent. Among ``Observers``, it is logged instead.
    """

    def __init__(self, *, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._before: list[tuple[frozenset[str], Callable[[ApiCall[Any]], object]]] = []
        self._after: list[tuple[frozenset[str], Callable[[Ended], object]]] = []

    def before(self, *operations: str) -> Callable[[BeforeT], BeforeT]:
        """Add the decorated function. Raises ``ConfigurationError`` for an operation that there is not."""
        chosen = _checked(operations)

        def add(function: BeforeT) -> BeforeT:
            self._before.append((chosen, function))
            return function

        return add

    def after(self, *operations: str) -> Callable[[AfterT], AfterT]:
        """Add the decorated function. Raises ``ConfigurationError`` for an operation that there is not."""
        chosen = _checked(operations)

        def add(function: AfterT) -> AfterT:
            self._after.append((chosen, function))
            return function

        return add

    def begin(self, call: ApiCall[Any]) -> _Signalling:
        """A call begins."""
        for operations, function in self._before:
            if call.operation in operations:
                function(call)
        return _Signalling(self._after, call, self._timer)

    def breaker_changed(self, key: str, state: State) -> None:
        """Ignored."""


class _Signalling(Quiet):
    __slots__ = ("_after", "_began", "_call", "_timer")

    def __init__(
        self,
        after: Iterable[tuple[frozenset[str], Callable[[Ended], object]]],
        call: ApiCall[Any],
        timer: Callable[[], float],
    ) -> None:
        self._after, self._call, self._timer, self._began = after, call, timer, timer()

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        ended = Ended(self._call, answer, error, attempts, region, self._timer() - self._began)
        for operations, function in self._after:
            if self._call.operation in operations:
                function(ended)


def _checked(operations: Iterable[str]) -> frozenset[str]:
    chosen = frozenset(operations)
    strange = sorted(chosen - OPERATIONS.keys())
    if strange:
        raise ConfigurationError(f"DynamoDB has no operation {', '.join(strange)}")
    return chosen or frozenset(OPERATIONS)
