"""What every fault has: when it strikes, and what it is told when it does."""

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
    """A fault's moment: the request, and what may be done about it.

    ``answer``   the outcome that there would be without the fault, of this request or of a part of it
    ``commit``   have the request carried out and forget the answer; a replay has nothing to carry out
    ``wait``     let seconds pass, on a virtual clock where there is one
    ``timeout``  how many seconds the caller waits for an answer, where that is known
    ``whole``    whether requests can only be answered as a whole, as by a replay
    """

    request: Request
    answer: Callable[[Request], Outcome]
    commit: Callable[[], None]
    wait: Callable[[float], None]
    timeout: float | None = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Fault(ABC):
    """Something that goes wrong. All conditions must hold; none at all is every request.

    ``operation``  the name of an operation, such as ``"PutItem"``, or several
    ``table``      the table's name
    ``index``      the index that is read; of writes to a ``table`` that is named as well, the index they also write to
    ``key``        attributes of the key of an item, as Python values: of a single item, of one in a batch or a
                   transaction, or of what a Query asks for. The partition key alone stands for all of its items
    ``nth``        the how-manieth of such requests is the first it happens to. A retry is another request, and what
                   an earlier fault has struck does not count
    ``times``      how many requests it happens to from there on; ``None`` is all of them

    Raises ``ConfigurationError`` for what can never happen.
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
        """The operations it is for; none is all."""
        given = self.operation
        return (given,) if isinstance(given, str) else tuple(given or ())

    @cached_property
    def _wire_key(self) -> dict[str, Any]:
        return {name: canonical_value(to_wire(value)) for name, value in (self.key or {}).items()}

    def concerns(self, request: Request) -> bool:
        """Whether it may happen to a request."""
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
        """Of a batch or a transaction: for each of its items whether the fault is about it."""
        return [self._aims_at(part) for part in parts(request.operation, request.params)]

    @abstractmethod
    def outcome(self, blow: Blow) -> Outcome:
        """What the caller gets instead of an answer."""


# --- the faults that are planned, and those that have struck ---


class Strike(NamedTuple):
    """A fault that has happened, and to which request."""

    fault: Fault
    request: Request


class _Plan:
    """A fault and how many requests of its kind there have been."""

    __slots__ = ("fault", "seen")

    def __init__(self, fault: Fault) -> None:
        self.fault, self.seen = fault, 0

    @property
    def is_over(self) -> bool:
        """Whether it can happen no more."""
        times = self.fault.times
        return times is not None and self.seen >= self.fault.nth - 1 + times


class Faults:
    """Planned faults, in order: the first that is due strikes. May be used from any number of threads.

    A request that one of them strikes is none to those behind it, so that faults on the same requests follow one
    another.
    """

    def __init__(self, *faults: Fault) -> None:
        self._lock = forks.lock()
        self._plans: tuple[_Plan, ...] = ()
        self._struck: list[Strike] = []
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Plan more, behind those that are planned already. Raises ``ConfigurationError`` for what is no fault."""
        for fault in faults:
            if not isinstance(fault, Fault):
                raise ConfigurationError(f"a fault is an object such as Throttled(operation='PutItem'), not {fault!r}")
        with self._lock:
            self._plans = (*self._plans, *map(_Plan, faults))

    def clear(self) -> None:
        """Plan nothing any more. What has struck stays known."""
        with self._lock:
            self._plans = ()

    @contextmanager
    def during(self, *faults: Fault) -> Iterator[None]:
        """Plan faults for a block only."""
        self.add(*faults)
        mine = self._plans[len(self._plans) - len(faults) :]
        try:
            yield
        finally:
            with self._lock:
                self._plans = tuple(plan for plan in self._plans if plan not in mine)

    @property
    def struck(self) -> list[Strike]:
        """What has happened so far, in order."""
        return list(self._struck)

    @property
    def pending(self) -> list[Fault]:
        """What is planned and has not happened as often as it was to; with ``times=None``, not at all."""
        happened = [id(strike.fault) for strike in self._struck]
        return [
            plan.fault
            for plan in self._plans
            if not plan.is_over and (plan.fault.times or id(plan.fault) not in happened)
        ]

    def due(self, request: Request) -> Fault | None:
        """The fault that strikes a request, which counts as one from now on; ``None`` if it gets through."""
        if not self._plans:
            return None
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
