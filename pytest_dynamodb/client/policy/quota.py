"""A bucket of tokens that retries are paid with, so that an outage is not answered with ten times the traffic."""

from __future__ import annotations

import threading

#: What a retry costs, and what a call gives back that succeeded without one: those of AWS's standard retry mode.
RETRY_COST = 5
REFILL = 1


class RetryQuota:
    """A bucket of ``capacity`` tokens, full at first. ``None`` is a bucket that is never empty. Safe for threads."""

    __slots__ = ("_available", "_capacity", "_lock")

    def __init__(self, capacity: int | None) -> None:
        self._capacity, self._available = capacity, capacity or 0
        self._lock = threading.Lock()

    @property
    def available(self) -> int | None:
        """The tokens that are left."""
        return None if self._capacity is None else self._available

    def take(self) -> bool:
        """Pay for a retry; ``False`` if there is not enough."""
        if self._capacity is None:
            return True
        with self._lock:
            if self._available < RETRY_COST:
                return False
            self._available -= RETRY_COST
            return True

    def give_back(self, retries: int) -> None:
        """Note that a call has succeeded after so many retries: what the last one cost comes back."""
        if self._capacity is None or self._available == self._capacity:
            return
        with self._lock:
            self._available = min(self._available + (RETRY_COST if retries else REFILL), self._capacity)
