"""Units that come by the second, are kept for a while, and are used up."""

from __future__ import annotations


class Bucket:
    """Begins with one second's units, and holds ``seconds`` of them at most."""

    __slots__ = ("_at", "_rate", "_seconds", "_units")

    def __init__(self, rate: float, seconds: float, now: float) -> None:
        self._rate, self._seconds, self._units, self._at = rate, seconds, rate, now

    def fill(self, rate: float, now: float) -> None:
        """Add what has come by ``now``, at the rate there was; ``rate`` is that from now on."""
        self._units = min(self._units + (now - self._at) * self._rate, rate * self._seconds)
        self._rate, self._at = rate, now

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing left."""
        return self._units <= 0

    def take(self, units: float) -> None:
        """Use units up, more than there are if need be."""
        self._units -= units
