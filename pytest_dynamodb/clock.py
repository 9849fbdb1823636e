"""Clocks. Whatever depends on the time asks one of these and never the machine, so that tests can move time."""

from __future__ import annotations

import threading
import time
from typing import Protocol


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
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since the epoch on this clock."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass. Raises ``ValueError`` for a negative number: time does not go back."""
        if not seconds >= 0:
            raise ValueError(f"a clock cannot go back: advance({seconds!r})")
        with self._lock:
            self._now += seconds
