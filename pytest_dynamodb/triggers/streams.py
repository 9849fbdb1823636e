"""``Mock.streams``: functions that are handed what is written to a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.control.kinesis import SentRecord
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.triggers.mapping import EventSourceMapping
from pytest_dynamodb.triggers.reader import Ask, EventSourceReader, KinesisReader, StreamReader
from pytest_dynamodb.triggers.subscription import (
    MOST_INVOCATIONS,
    LambdaFunction,
    Subscription,
    warn_of,
)

When: TypeAlias = Literal["deliver", "write", "clock"]
"""When records are handed over: on ``deliver()``, after each write, or as the clock is moved."""


class Streams:
    """Functions subscribed to the streams of an engine's tables."""

    def __init__(self, engine: Engine, region: Callable[[], str]) -> None:
        self._engine, self._region = engine, region
        self._subscriptions: list[tuple[Subscription, When]] = []

    def subscribe(
        self,
        table: str,
        handler: LambdaFunction,
        *,
        when: When = "deliver",
        mapping: EventSourceMapping | Mapping[str, Any] | None = None,
        filters: Sequence[Mapping[str, Any] | str] = (),
        batch_size: int = 100,
        shape: Literal["lambda", "pipes"] = "lambda",
        kinesis: bool = False,
        at_least_once: bool = False,
        seed: int = 0,
        on_failure: Callable[[dict[str, Any]], object] | None = None,
        region: str | None = None,
        **settings: Any,
    ) -> Subscription:
        """Hand what is written to ``table`` from now on to ``handler(event, context)``, as Lambda would.

        ``when``           on ``deliver()`` (unless given), after each ``"write"``, or as the ``"clock"`` is moved
        ``filters``, ``batch_size`` and any other setting of an ``EventSourceMapping``
        ``mapping``        the settings in one, in place of those: an ``EventSourceMapping``, or the parameters of
                           Lambda's CreateEventSourceMapping as they stand in a template
        ``shape``          ``"pipes"``: the event is the list of records, as EventBridge Pipes hands it over
        ``kinesis``        read the Kinesis stream that the table sends to, in place of the table's own
        ``at_least_once``  hand some batches over twice, as Lambda may; ``seed`` determines which
        ``on_failure``     is called with what a destination is sent about records that were given up

        Returns the subscription, whose ``invocations`` and ``discarded`` tell what happened. Raises
        ``ConfigurationError`` for a table without a stream and for settings that Lambda would not take.
        """
        if mapping is not None and (settings or filters or batch_size != 100):
            raise ConfigurationError("give the settings in a mapping or one by one, and not both ways")
        if mapping is None:
            try:
                mapping = EventSourceMapping(filters=filters, batch_size=batch_size, **settings)
            except TypeError as problem:
                raise ConfigurationError(f"subscribe: {problem}") from None
        elif not isinstance(mapping, EventSourceMapping):
            mapping = EventSourceMapping.from_lambda(mapping)
        if when not in ("deliver", "write", "clock"):
            raise ConfigurationError(f"when is 'deliver', 'write' or 'clock', not {when!r}")
        if when == "clock" and not isinstance(self._engine.clock, VirtualClock):
            raise ConfigurationError("when='clock' needs a clock that can be moved, and this mock has one of its own")
        place = region or self._region()

        def ask(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
            return self._engine.run(Request(operation, dict(params), place))

        reader = self._reader(ask, table, place, kinesis=kinesis, from_start=mapping.starting_position != "LATEST")
        subscription = Subscription(
            reader,
            handler,
            mapping,
            self._engine.clock,
            shape=shape,
            at_least_once=at_least_once,
            seed=seed,
            on_failure=on_failure,
        )
        if not self._subscriptions:
            self._listen()
        self._subscriptions.append((subscription, when))
        return subscription

    def _reader(self, ask: Ask, table: str, place: str, *, kinesis: bool, from_start: bool) -> EventSourceReader:
        if not kinesis:
            return StreamReader(ask, table, from_start=from_start)

        def sent() -> Iterable[SentRecord]:
            return self._engine.region(place).records.of(SentRecord).values()

        return KinesisReader(ask, table, sent, from_start=from_start)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Hand nothing more to a function. Raises ``ConfigurationError`` if it is not subscribed."""
        left = [(one, when) for one, when in self._subscriptions if one is not subscription]
        if len(left) == len(self._subscriptions):
            raise ConfigurationError(f"not subscribed to {subscription.table} here: {subscription.handler!r}")
        self._subscriptions = left

    def deliver(self) -> int:
        """Hand over all that there is, as if all waiting was over: batches that are not full, windows not yet closed.

        Returns how many calls that took. Raises ``DeliveryFailed`` from what a function raised, if its batch would be
        tried again for ever; that of one function after the others had their turn.
        """
        before = self._called()
        while True:
            called = self._called()
            for subscription in [one for one, _ in self._subscriptions]:
                subscription.deliver(everything=True)
            failures = [one.failure for one, _ in self._subscriptions if one.failure is not None]
            if self._called() == called or failures:
                break
            if called - before > MOST_INVOCATIONS:
                raise ConfigurationError(f"still more to hand over after {MOST_INVOCATIONS} calls: what calls what?")
        if failures:
            raise failures[0]
        return self._called() - before

    def restored(self) -> None:
        """The engine holds something else now: what was written before that is not handed over any more."""
        for subscription, _ in self._subscriptions:
            subscription.restored()

    def _called(self) -> int:
        return sum(len(subscription.invocations) for subscription, _ in self._subscriptions)

    # --- by themselves ---

    def _listen(self) -> None:
        self._engine.watchers = (*self._engine.watchers, lambda: self._due("write"))
        if isinstance(self._engine.clock, VirtualClock):
            self._engine.clock.watchers = (*self._engine.clock.watchers, lambda: self._due("write", "clock"))

    def _due(self, *occasions: When) -> None:
        for subscription, when in list(self._subscriptions):
            if when in occasions:
                subscription.deliver(everything=False)
                if subscription.failure is not None:
                    warn_of(subscription.failure)
