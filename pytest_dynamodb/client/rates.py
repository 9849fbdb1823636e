"""``RateLimit``: so many read and write units a second, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pytest_dynamodb import forks
from pytest_dynamodb.client.telemetry.capacity import NOTHING, ask_for_capacity, consumed_by
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.requests import is_write

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall

LEAST = 0.01
"""The part of its rate that an adaptive limit never falls below."""
RECOVERY = 60.0
"""Seconds in which an adaptive limit climbs from nothing to its rate, as long as nothing is throttled."""


class _Bucket:
    """Units that may be consumed: as many as a second brings, at most. Below zero, later calls have to wait."""

    __slots__ = ("_at", "balance", "most", "rate")

    def __init__(self, rate: float) -> None:
        self.most = self.rate = self.balance = rate
        self._at: float | None = None

    def refill(self, now: float) -> None:
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        self.rate = min(self.most, self.rate + self.most * passed / RECOVERY)
        self.balance = min(self.rate, self.balance + self.rate * passed)

    def take(self, units: float, now: float) -> float:
        """Take units; the seconds to wait until they are there."""
        self.refill(now)
        self.balance -= units
        return max(0.0, -self.balance / self.rate)

    def halve(self, now: float) -> None:
        self.refill(now)
        self.rate = max(self.rate / 2, self.most * LEAST)
        self.balance = min(self.balance, self.rate)


Kind = Literal["read", "write"]


class RateLimit:
    """At most so many read and write capacity units a second, for a client or a table: calls wait for their turn.

    ``ClientConfig(rate=RateLimit(read=100, write=50))``, ``table.with_options(rate=RateLimit(write=25))``. Whoever is
    given the same object shares its units; ``None`` is no limit. ``adaptive`` halves a rate whenever something is
    throttled, and lets it climb back within a minute. Safe for threads and tasks.

    What a call will cost is not known before its answer: it is taken for what the last one of its kind cost, and
    corrected then. After a pause, as much as a second brings may be consumed at once.
    """

    def __init__(self, *, read: float | None = None, write: float | None = None, adaptive: bool = False) -> None:
        """Raises ``ConfigurationError`` for a rate that is not above 0."""
        for name, rate in (("read", read), ("write", write)):
            if rate is not None and not rate > 0:
                raise ConfigurationError(f"{name} is a number of units a second above 0, not {quoted(rate)}")
        self.adaptive = adaptive
        self._buckets: dict[Kind, _Bucket] = {}
        if read is not None:
            self._buckets["read"] = _Bucket(float(read))
        if write is not None:
            self._buckets["write"] = _Bucket(float(write))
        self._costs: dict[tuple[str, tuple[str, ...]], float] = {}
        self._lock = forks.lock()

    @property
    def rates(self) -> dict[str, float]:
        """The units a second that there are now: less than were given, after something was throttled."""
        with self._lock:
            return {kind: bucket.rate for kind, bucket in self._buckets.items()}

    def reserve(self, call: ApiCall[Any], now: float) -> tuple[float, float]:
        """Take what a call will probably cost: so many units, and the seconds that it has to wait for them."""
        bucket = self._buckets.get(_kind(call))
        if bucket is None:
            return 0.0, 0.0
        ask_for_capacity(call)
        with self._lock:
            units = self._costs.get((call.operation, call.tables), 1.0)
            return units, bucket.take(units, now)

    def spent(self, call: ApiCall[Any], answer: Mapping[str, Any], reserved: float, now: float) -> None:
        """Correct what was taken for a call by what it has cost."""
        kind = _kind(call)
        bucket = self._buckets.get(kind)
        if bucket is None:
            return
        capacity = sum(consumed_by(call, answer).values(), NOTHING)
        cost = capacity.write if kind == "write" else capacity.read
        with self._lock:
            bucket.take(cost - reserved, now)
            self._costs[call.operation, call.tables] = cost

    def throttled(self, call: ApiCall[Any], now: float) -> None:
        """Note that an attempt was throttled."""
        bucket = self._buckets.get(_kind(call))
        if bucket is not None and self.adaptive:
            with self._lock:
                bucket.halve(now)


def _kind(call: ApiCall[Any]) -> Kind:
    return "write" if is_write(call.operation, call.params) else "read"
