"""Clocks. Whatever depends on the time asks one of these and never the machine, so that tests can move time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from pytest_dynamodb import forks


def real_time() -> float:
    """Seconds since the epoch by the machine's own clock, also while freezegun or time-machine tell the tests another.

    What is recorded then was recorded now: a cassette's age is nothing that a test may bend.
    """
    traveller: Any = sys.modules.get("time_machine")  # whoever has not imported one of them does not use it
    if traveller is not None and traveller.escape_hatch.is_travelling():
        return float(traveller.escape_hatch.time.time())
    freezer: Any = sys.modules.get("freezegun.api")
    return float(getattr(freezer, "real_time", time.time)())


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> float:
        """Seconds since the epoch. Never decreases."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class VirtualClock:
    """A clock that moves only when it is told to. It starts at the machine's time, so that dates look plausible.

    >>> clock = VirtualClock(1_000.0)
    >>> clock.advance(30)
    >>> clock.now()
    1030.0
    """

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start
        self._lock = forks.lock()
        self.watchers: tuple[Callable[[], object], ...] = ()
        """Called whenever time has passed."""

    def now(self) -> float:
        """Seconds since the epoch on this clock."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass. Raises ``ValueError`` for a negative number: time does not go back."""
        if not seconds >= 0:
            raise ValueError(f"a clock cannot go back: advance({seconds!r})")
        with self._lock:
            self._now += seconds
        for watcher in self.watchers:
            watcher()
