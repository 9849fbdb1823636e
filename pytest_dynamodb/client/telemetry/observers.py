"""Several observers as one; and no call fails because of one of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.observer import Observer, Watch
from pytest_dynamodb.client.policy import UNHEALTHY, kind_of
from pytest_dynamodb.errors import DynamoDbError

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State


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


# --- watches ---
# What those of several observers share: above all the summary of a call that is over.


class Quiet:
    """A watch that ignores retries."""

    __slots__ = ()

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        """Ignored."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that is over. ``seconds`` is how long it took, waits included; ``region`` may be empty."""

    call: ApiCall[Any]
    answer: Mapping[str, Any] | None
    error: BaseException | None
    attempts: int
    region: str
    seconds: float

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it was for."""
        return self.call.tables

    @property
    def error_type(self) -> str:
        """DynamoDB's code, or the exception's name; empty for a call that succeeded."""
        return error_type(self.error)

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.error is not None and not isinstance(self.error, Exception)

    @property
    def unhealthy(self) -> bool:
        """Whether it failed because of DynamoDB or the network, and not because of the request."""
        return isinstance(self.error, DynamoDbError) and kind_of(self.error) in UNHEALTHY

    @property
    def throttled(self) -> bool:
        """Whether it ended with throttling."""
        return isinstance(self.error, DynamoDbError) and is_throttling(self.error)

    @property
    def request_id(self) -> str:
        """What AWS support asks for; empty where no answer came."""
        if isinstance(self.error, DynamoDbError):
            return self.error.request_id
        return str((self.answer or {}).get("ResponseMetadata", {}).get("RequestId", ""))

    @property
    def status(self) -> int:
        """The HTTP status; 0 where no answer came."""
        if isinstance(self.error, DynamoDbError):
            return self.error.status
        return int((self.answer or {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def error_type(error: BaseException | None) -> str:
    """DynamoDB's code, or the exception's name; empty for none."""
    if isinstance(error, DynamoDbError):
        return error.code
    return "" if error is None else type(error).__qualname__


def is_throttling(error: DynamoDbError) -> bool:
    """Whether the error is throttling."""
    return kind_of(error) == "throttling"
