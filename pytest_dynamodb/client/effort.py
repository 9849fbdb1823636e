"""The attempts at one call in one region: their timing, whether another one follows, whether the breaker admits any."""

from __future__ import annotations

import contextvars
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.policy import CallResult, CircuitBreaker, Deadline, FailureKind, Permit, kind_of
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import CircuitOpen, DynamoDbError

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.observer import Retrying
    from pytest_dynamodb.client.policy import RetryPolicy, RetryQuota
    from pytest_dynamodb.client.rates import RateLimit

# --- timing ---
# The clock, the sleep and the jitter of a client, which tests replace.

Sleep = Callable[[float], object]
"""Waits for so many seconds, or returns what is to be awaited for that."""


class MonotonicClock:
    """Seconds since some moment; never goes back."""

    def now(self) -> float:
        """Seconds since that moment."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Timing:
    """``sleep`` waits; ``None`` waits in real time, and not at all while everything is answered offline.

    A ``sleep`` that is given is always called. ``jitter`` draws from [0, 1).
    """

    clock: Clock = field(default_factory=MonotonicClock)
    sleep: Sleep | None = None
    jitter: Callable[[], float] = random.random


# --- effort ---

current: contextvars.ContextVar[Effort | None] = contextvars.ContextVar("pytest_dynamodb_effort", default=None)
"""The effort of the call that is under way in this thread or task: botocore's events are not told of it."""


SHORTEST = 0.001
"""Seconds that an attempt gets at least: some HTTP clients take 0 for no limit."""


class Effort:
    """Counts the attempts at a call. ``sent`` are those that went to the network, ``attempts`` all of them.

    Between attempts over the network it is asked in an event of botocore's, so that all of them are one call of
    botocore's, with one token; ``core.perform`` asks where a provider has answered before anything was sent.
    """

    attempts: int
    call: ApiCall[Any]
    limit: int
    sent: int
    settled: bool

    __slots__ = (
        "_admission",
        "_deadline",
        "_quota",
        "_rate",
        "_retry",
        "_timing",
        "_watch",
        "attempts",
        "call",
        "damaged",
        "limit",
        "pause",
        "sent",
        "settled",
    )

    def __init__(
        self,
        call: ApiCall[Any],
        *,
        timing: Timing,
        retry: RetryPolicy | None = None,
        quota: RetryQuota | None = None,
        deadline: Deadline | None = None,
        watch: Retrying | None = None,
        admission: Admission | None = None,
        rate: RateLimit | None = None,
        limit: int = 1,
    ) -> None:
        self._timing, self._retry, self._quota = timing, retry, quota
        self._deadline, self._watch, self._admission, self._rate = deadline, watch, admission, rate
        self.call, self.limit = call, limit
        self.attempts = self.sent = 0
        self.damaged: bool = False
        """Whether the last answer was damaged on its way: its checksum is wrong."""
        self.settled = False
        """Whether it has been decided that there will be no other attempt, here or when this was recorded."""
        self.pause: Callable[[float], Any] | None = None
        """The driver's way to wait."""

    @property
    def patience(self) -> float | None:
        """Seconds left for an attempt until the deadline; ``None`` without one, or where the clock is a test's."""
        deadline = self._deadline
        if deadline is None or not isinstance(deadline.clock, MonotonicClock):
            return None
        return max(deadline.remaining, SHORTEST)

    def succeeded(self) -> None:
        """Note an answer that is no error."""
        self.attempts += 1
        if self._quota is not None:
            self._quota.give_back(self.attempts - 1)

    def failed(self, error: DynamoDbError, *, retry_after: float = 0.0) -> float | None:
        """Note an attempt that failed. The seconds to wait before another one; ``None`` if there shall be none."""
        self.attempts += 1
        kind = kind_of(error)
        if kind == "throttling" and self._rate is not None:
            self._rate.throttled(self.call, self._timing.clock.now())
        delay = None if kind == "final" else self._delay(kind, retry_after)
        if delay is None:
            self.settled = True
        elif self._watch is not None:
            self._watch.retrying(error, self.attempts, delay)
        return delay

    def _delay(self, kind: FailureKind, retry_after: float) -> float | None:
        policy = self._retry
        if policy is None or self.attempts >= self.limit:
            return None
        if self._admission is not None and self._admission.revoked:
            return None
        delay = policy.delay(self.attempts, kind, self._timing.jitter(), retry_after=retry_after)
        if self._deadline is not None and not self._deadline.allows(delay):
            return None
        return delay if self._quota is None or self._quota.take() else None


# --- admission ---
# Whether the circuit breaker admits a call: it depends on the circuits of the call's tables.


class Admission:
    """The permits of one call in one region. They must be released, however the call ends."""

    __slots__ = ("_breaker", "_call", "_permits", "_region")

    def __init__(self, breaker: CircuitBreaker, call: ApiCall[Any], region: str) -> None:
        """Raises ``CircuitOpen`` if one circuit does not let it pass; none keeps a permit then."""
        self._breaker, self._call, self._region = breaker, call, region
        self._permits: dict[str, Permit | None] | None = None
        if breaker.troubled:
            self._enter()

    def _enter(self) -> None:
        self._permits = {}
        try:
            for key in self._keys():
                self._permits[key] = self._breaker.admit(key)
        except CircuitOpen as refusal:
            self.release("unknown")
            refusal.operation, refusal.table = self._call.operation, self._call.table
            raise

    def _keys(self) -> tuple[str, ...]:
        tables = self._call.tables if self._breaker.policy.scope == "table" else ()
        return tuple(f"{self._region}/{table}" if self._region else table for table in tables or ("",))

    @property
    def probing(self) -> bool:
        """Whether this call is the probe of a half-open circuit."""
        permits = self._permits
        return permits is not None and any(permit is not None and permit.probe for permit in permits.values())

    @property
    def revoked(self) -> bool:
        """Whether failures of other calls have opened a circuit since this call was admitted."""
        return self._breaker.troubled and any(self._breaker.state(key) == "open" for key in self._keys())

    def release(self, outcome: CallResult) -> None:
        """Report the call's result to the circuits. ``"unknown"`` only frees the place of a probe."""
        permits = self._permits
        if permits is None:  # all was well when it began, and most calls end well too
            permits = dict.fromkeys(self._keys()) if outcome == "failure" else {}
        for key, permit in permits.items():
            if permit is not None:
                permit.release(outcome)
            elif outcome == "failure":
                self._breaker.failed(key)
