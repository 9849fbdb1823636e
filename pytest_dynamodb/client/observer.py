"""The protocol of observers, which are told of calls: spans, metrics, logs. Without one a call costs nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State
    from pytest_dynamodb.errors import DynamoDbError


class Retrying(Protocol):
    """Is told of attempts that are made again."""

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        """Attempt ``attempt`` (from 1) has failed, and another will be made after ``delay`` seconds."""


class Watch(Retrying, Protocol):
    """Sees one call from its beginning to its end. Its methods are called in the call's own thread or task."""

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        """The call is over: with an answer as botocore gives it, with an error, or cancelled, which is an error too.

        Called exactly once, in a ``finally``. ``region`` is the one that was asked last, ``attempts`` how often
        an answer came or failed to come.
        """


class Observer(Protocol):
    """Told of every call of a client. It should not raise: an exception reaches the caller."""

    def begin(self, call: ApiCall[Any]) -> Watch:
        """A call begins. The observer may add to ``call.params``, which belong to this call alone."""

    def breaker_changed(self, key: str, state: State) -> None:
        """A circuit has changed its state."""
