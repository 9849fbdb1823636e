"""The faults that are planned, and those that have struck."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.faults.fault import Fault


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
        self._lock = threading.Lock()
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
