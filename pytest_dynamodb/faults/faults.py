"""What all faults share: the conditions under which one strikes, and the plan that holds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pytest_dynamodb import forks
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Outcome, Request
from pytest_dynamodb.requests import Part, parts
from pytest_dynamodb.values import canonical_value, to_wire


@dataclass(frozen=True)
class Blow:
    """The request that a fault strikes, and what the fault may do about it.

    ``answer``   returns the outcome that the request, or a part of it, would have without the fault
    ``commit``   carries the request out and discards the answer; a replay has nothing to carry out
    ``wait``     lets seconds pass on the virtual clock, if there is one
    ``timeout``  the caller's read timeout in seconds, if it is known
    ``whole``    whether a request can only be answered as a whole, as in a replay
    """

    request: Request
    answer: Callable[[Request], Outcome]
    commit: Callable[[], None]
    wait: Callable[[float], None]
    timeout: float | None = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Fault(ABC):
    """Something that goes wrong. It strikes requests that meet all of its conditions; one without conditions, every
    request.

    ``operation``  the name of an operation, such as ``"PutItem"``, or several names
    ``table``      the table's name
    ``index``      the index that is read; together with ``table`` also the index that a write updates
    ``key``        key attributes of an item, as Python values: of a single item, of one in a batch or a transaction, or
                   those that a Query asks for. The partition key alone stands for all items that have it
    ``nth``        which of the matching requests is the first to be struck, from 1. A retry is another request; one
                   that an earlier fault has struck does not count
    ``times``      how many matching requests are struck from then on; ``None`` is all of them

    Raises ``ConfigurationError`` for conditions that can never be met.
    """

    operation: str | tuple[str, ...] | None = None
    table: str | None = None
    index: str | None = None
    key: Mapping[str, Any] | None = None
    nth: int = 1
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ConfigurationError(f"nth and times count from 1: {self!r}")
        if any(not name[:1].isupper() for name in self.operations):
            raise ConfigurationError(f"an operation is named as AWS does, such as 'PutItem': {self!r}")

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The operations that it can strike; empty for any operation."""
        given = self.operation
        return (given,) if isinstance(given, str) else tuple(given or ())

    @cached_property
    def _wire_key(self) -> dict[str, Any]:
        return {name: canonical_value(to_wire(value)) for name, value in (self.key or {}).items()}

    def concerns(self, request: Request) -> bool:
        """Whether a request meets its conditions, apart from ``nth`` and ``times``."""
        if self.operations and request.operation not in self.operations:
            return False
        if self.table is None and self.index is None and self.key is None:
            return True
        return any(map(self._aims_at, parts(request.operation, request.params)))

    def _aims_at(self, part: Part) -> bool:
        if self.table is not None and part.table != self.table:
            return False
        if self.index is not None and part.index_name != self.index and not (self.table and part.writes):
            return False
        return self.key is None or self._has_key(part.attributes)

    def _has_key(self, attributes: Mapping[str, Any]) -> bool:
        return all(
            name in attributes and canonical_value(attributes[name]) == value for name, value in self._wire_key.items()
        )

    def struck_parts(self, request: Request) -> list[bool]:
        """For each item of a batch or a transaction, whether it meets the fault's conditions."""
        return [self._aims_at(part) for part in parts(request.operation, request.params)]

    @abstractmethod
    def outcome(self, blow: Blow) -> Outcome:
        """What the caller gets instead of the answer."""


# --- the plan ---


class Strike(NamedTuple):
    """A fault that has struck, and the request."""

    fault: Fault
    request: Request


class _Plan:
    """A planned fault, and how many matching requests there have been."""

    __slots__ = ("fault", "seen")

    def __init__(self, fault: Fault) -> None:
        self.fault, self.seen = fault, 0

    @property
    def is_over(self) -> bool:
        """Whether it can strike no more."""
        times = self.fault.times
        return times is not None and self.seen >= self.fault.nth - 1 + times


class Faults:
    """The planned faults, in order; of several that match a request, the first strikes. Safe to use from any thread.

    A request that one of them strikes does not count for those after it. So several faults for the same requests follow
    one another.
    """

    is_empty: bool

    def __init__(self, *faults: Fault) -> None:
        self._lock = forks.lock()
        self._plans: tuple[_Plan, ...] = ()
        self.is_empty = True
        """Whether nothing is planned: then no request need be looked at."""
        self._struck: list[Strike] = []
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Plan more faults, after the ones already planned. Raises ``ConfigurationError`` for what is not a fault."""
        for fault in faults:
            if not isinstance(fault, Fault):
                raise ConfigurationError(f"a fault is an object such as Throttled(operation='PutItem'), not {fault!r}")
        with self._lock:
            self._keep((*self._plans, *map(_Plan, faults)))

    def clear(self) -> None:
        """Drop all planned faults. ``struck`` keeps what has happened."""
        with self._lock:
            self._keep(())

    @contextmanager
    def during(self, *faults: Fault) -> Iterator[None]:
        """Plan these faults for the length of a ``with`` block."""
        self.add(*faults)
        mine = self._plans[len(self._plans) - len(faults) :]
        try:
            yield
        finally:
            with self._lock:
                self._keep(tuple(plan for plan in self._plans if plan not in mine))

    def _keep(self, plans: tuple[_Plan, ...]) -> None:
        self._plans, self.is_empty = plans, not plans

    @property
    def planned(self) -> list[Fault]:
        """The faults that are planned, in order."""
        return [plan.fault for plan in self._plans]

    @property
    def struck(self) -> list[Strike]:
        """The strikes so far, in order."""
        return list(self._struck)

    @property
    def pending(self) -> list[Fault]:
        """The planned faults that have not struck as often as planned; those with ``times=None``, if they have not
        struck at all.
        """
        happened = [id(strike.fault) for strike in self._struck]
        return [
            plan.fault
            for plan in self._plans
            if not plan.is_over and (plan.fault.times or id(plan.fault) not in happened)
        ]

    def due(self, request: Request) -> Fault | None:
        """The fault that strikes this request, or ``None``. The request counts as one from now on."""
        with self._lock:
            for plan in self._plans:
                fault = plan.fault
                if plan.is_over or not fault.concerns(request):
                    continue
                plan.seen += 1
                if plan.seen >= fault.nth:
                    self._struck.append(Strike(fault, request))
                    return fault
        return None

    def __repr__(self) -> str:
        return f"<faults: {len(self._plans)} planned, {len(self._struck)} struck>"
