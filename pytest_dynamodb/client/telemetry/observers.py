"""Several observers as one; and no call fails because of one of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.observer import Observer, Watch

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy.breaker import State
    from pytest_dynamodb.errors import DynamoDbError

_log = logging.getLogger("pytest_dynamodb.client")


class Observers:
    """Tells each of some observers: ``ClientConfig(observer=Observers(TracingObserver(), LoggingObserver()))``.

    What one of them raises is logged and goes no further. They are told of an end in the opposite order.
    """

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def begin(self, call: ApiCall[Any]) -> _Watches:
        """A call begins."""
        watches: list[Watch] = []
        for observer in self._observers:
            try:
                watches.append(observer.begin(call))
            except Exception:  # noqa: BLE001 - logged, and no reason for a call to fail
                _log.exception("%r could not begin to watch %s", observer, call.operation)
        return _Watches(watches)

    def breaker_changed(self, key: str, state: State) -> None:
        """A circuit has changed its state."""
        for observer in self._observers:
            try:
                observer.breaker_changed(key, state)
            except Exception:  # noqa: BLE001 - logged, and no reason for a call to fail
                _log.exception("%r could not be told of the circuit of %s", observer, key)


class _Watches:
    __slots__ = ("_watches",)

    def __init__(self, watches: list[Watch]) -> None:
        self._watches = watches

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        for watch in self._watches:
            try:
                watch.retrying(error, attempt, delay)
            except Exception:  # noqa: BLE001 - logged, and no reason for a call to fail
                _log.exception("%r could not be told of another attempt", watch)

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        for watch in reversed(self._watches):
            try:
                watch.end(answer, error, attempts, region)
            except Exception:  # noqa: BLE001 - logged, and no reason for a call to fail
                _log.exception("%r could not be told of the end of a call", watch)
