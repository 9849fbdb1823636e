"""The capacity that calls consume: in one answer, in a block of code, in a client."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_dynamodb import forks
from pytest_dynamodb.client.telemetry.observers import Quiet
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import is_write

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.policy import State


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capacity units: ``read``, ``write``, and ``units``, their sum."""

    read: float = 0.0
    write: float = 0.0

    @property
    def units(self) -> float:
        """Read and write units together."""
        return self.read + self.write

    def __add__(self, other: Capacity) -> Capacity:
        return Capacity(self.read + other.read, self.write + other.write)


NOTHING = Capacity()


def ask_for_capacity(call: ApiCall[Any]) -> None:
    """Ask DynamoDB for the consumed capacity, unless the call's parameters already say whether to."""
    if OPERATIONS[call.operation].items:
        call.params.setdefault("ReturnConsumedCapacity", "TOTAL")


def entries(answer: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The members ``ConsumedCapacity`` of an answer, one for each table."""
    consumed = (answer or {}).get("ConsumedCapacity") or []
    return [consumed] if isinstance(consumed, Mapping) else list(consumed)


def consumed_by(call: ApiCall[Any], answer: Mapping[str, Any] | None) -> dict[str, Capacity]:
    """What an answer says was consumed, by the table's name; empty where it says nothing."""
    found: dict[str, Capacity] = {}
    for entry in entries(answer):
        table = str(entry.get("TableName", ""))
        found[table] = found.get(table, NOTHING) + _capacity(call, entry)
    return found


def _capacity(call: ApiCall[Any], entry: Mapping[str, Any]) -> Capacity:
    if "ReadCapacityUnits" in entry or "WriteCapacityUnits" in entry:
        return Capacity(float(entry.get("ReadCapacityUnits", 0)), float(entry.get("WriteCapacityUnits", 0)))
    units = float(entry.get("CapacityUnits", 0))
    return Capacity(write=units) if is_write(call.operation, call.params) else Capacity(read=units)


class CapacityTotal:
    """A running total. Safe for threads.

    ``total`` is of everything, ``by_table`` of each table, ``calls`` how many calls have been counted.
    """

    def __init__(self) -> None:
        self._lock = forks.lock()
        self._tables: dict[str, Capacity] = {}
        self._calls = 0

    @property
    def total(self) -> Capacity:
        """Everything so far."""
        return sum(self.by_table.values(), NOTHING)

    @property
    def by_table(self) -> dict[str, Capacity]:
        """Everything so far, by the table's name."""
        with self._lock:
            return dict(self._tables)

    @property
    def calls(self) -> int:
        """Calls that have been counted."""
        return self._calls

    def count(self, consumed: Mapping[str, Capacity]) -> None:
        """Add what one call has consumed."""
        with self._lock:
            self._calls += 1
            for table, capacity in consumed.items():
                self._tables[table] = self._tables.get(table, NOTHING) + capacity


_Totals = tuple[CapacityTotal, ...]


class CapacityObserver(CapacityTotal):
    """The total of all calls of the clients that it observes, and of blocks of code:

        capacity = CapacityObserver()
        with DynamoDbClient(ClientConfig(observer=capacity)) as client:
            with capacity.measure() as used:
                client.table("app").query().partition_key("USER#1").execute()
        used.total, capacity.total

    A block counts the calls of the thread or task that it is in, and those which these begin in others. It makes every
    call ask for its ``ConsumedCapacity``, so that a cassette recorded without the observer is not one for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._measuring: contextvars.ContextVar[_Totals] = contextvars.ContextVar("measuring", default=())

    @contextmanager
    def measure(self) -> Iterator[CapacityTotal]:
        """The total of a block of code; blocks may nest."""
        total = CapacityTotal()
        token = self._measuring.set((*self._measuring.get(), total))
        try:
            yield total
        finally:
            self._measuring.reset(token)

    def begin(self, call: ApiCall[Any]) -> _Counting:
        """Ask for the call's capacity."""
        ask_for_capacity(call)
        return _Counting(call, (self, *self._measuring.get()))

    def breaker_changed(self, key: str, state: State) -> None:
        """Ignored: a circuit consumes no capacity."""


class _Counting(Quiet):
    __slots__ = ("_call", "_totals")

    def __init__(self, call: ApiCall[Any], totals: _Totals) -> None:
        self._call, self._totals = call, totals

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        consumed = consumed_by(self._call, answer)
        for total in self._totals:
            total.count(consumed)
