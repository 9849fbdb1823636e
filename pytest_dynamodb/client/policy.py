"""When a client gives up or tries again: deadlines, the retry quota, kinds of failures, delays and circuit breakers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from pytest_dynamodb import errors, forks
from pytest_dynamodb.clock import Clock

# --- unchanged options ---
# The default of options that are left as they are: ``None`` would switch them off.


class Unchanged(Enum):
    """The one value that stands for no change; an ``Enum``, so that type checkers know it."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED

# --- deadlines ---


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a clock. No attempt and no wait begins that would begin, or end, after it."""

    clock: Clock
    at: float

    @property
    def remaining(self) -> float:
        """Seconds left; negative once it has passed."""
        return self.at - self.clock.now()

    def allows(self, delay: float = 0.0) -> bool:
        """Whether something may begin after this delay."""
        return self.remaining > delay


# --- retry quota ---
# A bucket of tokens that retries are paid with, so that an outage is not answered with ten times the traffic.

RETRY_COST = 5
"""What a retry costs, and what a call gives back that succeeded without one: those of AWS's standard retry mode."""
REFILL = 1


class RetryQuota:
    """A bucket of ``capacity`` tokens, full at first. ``None`` is a bucket that is never empty. Safe for threads."""

    __slots__ = ("_available", "_capacity", "_lock")

    def __init__(self, capacity: int | None) -> None:
        self._capacity, self._available = capacity, capacity or 0
        self._lock = forks.lock()

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


# --- kinds of failures ---
# How long to wait before another attempt, and whether the circuit breaker counts them.
#
# =================  ===================================================  ===================  ======================
# kind               such as                                              sent again after     counts for the breaker
# =================  ===================================================  ===================  ======================
# ``throttling``     ``ProvisionedThroughputExceededException``           ``throttling_base``  yes
# ``unavailable``    ``InternalServerError``, HTTP 503, a broken answer   ``base``             yes
# ``connection``     no answer: out of reach, timed out, cut off          ``base``             yes
# ``conflict``       ``TransactionConflictException``                     ``base``             no
# ``final``          ``ConditionalCheckFailedException``, validation      never                no
# =================  ===================================================  ===================  ======================

FailureKind = Literal["throttling", "unavailable", "connection", "conflict", "final"]

UNHEALTHY: frozenset[FailureKind] = frozenset({"throttling", "unavailable", "connection"})
"""Kinds that say that DynamoDB, or the way to it, is in trouble."""


def kind_of_answer(code: str, status: int, reasons: Iterable[Mapping[str, Any]] | None = None) -> FailureKind:
    """The kind of an error answer. ``reasons`` are those of a cancelled transaction, in wire form."""
    if code in errors.RETRYABLE:
        return errors.RETRYABLE[code]
    if code == errors.TransactionCanceledException.code:
        return kind_of_transaction(reasons or ())
    return "unavailable" if status >= 500 and code not in errors.BY_CODE else "final"


def kind_of_transaction(reasons: Iterable[Mapping[str, Any]]) -> FailureKind:
    """A transaction is worth another attempt if each of its causes is: a false condition stays false."""
    reasons = list(reasons)
    if not errors.transaction_is_retryable(reasons):
        return "final"
    return "conflict" if any(reason.get("Code") == "TransactionConflict" for reason in reasons) else "throttling"


def kind_of(error: errors.DynamoDbError) -> FailureKind:
    """The kind of an error."""
    if isinstance(error, errors.CircuitOpen):
        return "final"  # it is the breaker that says when to ask again
    if isinstance(error, errors.NoResponse):
        return "connection" if error.retryable else "final"
    return kind_of_answer(error.code, error.status, error.members.get("CancellationReasons"))


# --- retries ---


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with jitter.

    Before attempt n + 1, ``min(min(base * 2^(n-1), max_delay) * (1 + U), max_delay)`` seconds pass, with U from [0, 1).

    ``max_attempts``      how often a request is sent at most, the first time included
    ``throttling_base``   in seconds, after throttling; ``base`` after everything else that is worth another attempt.
                          AWS's SDKs of 2026 have it the other way round (25 ms, and 1 s after throttling): see the
                          how-to on retries before choosing
    ``max_delay``         in seconds; what DynamoDB asks for with ``x-amz-retry-after`` is waited for, but no longer
    ``quota``             a client's budget of retries: each takes 5 of it and gives them back when it succeeds; none is
                          made when it is used up. ``None`` for no such limit

    Raises ``ConfigurationError`` for a value out of range.
    """

    max_attempts: int = 10
    throttling_base: float = 0.05
    base: float = 0.1
    max_delay: float = 20.0
    quota: int | None = 500

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise errors.ConfigurationError(
                f"max_attempts counts the first attempt too and is 1 or more: {self.max_attempts}"
            )
        for name in ("throttling_base", "base", "max_delay"):
            if not getattr(self, name) >= 0:
                raise errors.ConfigurationError(f"{name} is a number of seconds, not {getattr(self, name)!r}")
        if self.quota is not None and self.quota < 0:
            raise errors.ConfigurationError(f"quota is None, or 0 or more, not {self.quota}")

    def delay(self, failures: int, kind: FailureKind, jitter: float, *, retry_after: float = 0.0) -> float:
        """Seconds to wait after the failure of this number, from 1; ``jitter`` is a number in [0, 1)."""
        base = self.throttling_base if kind == "throttling" else self.base
        # 2 ** 1024 is no float; and beyond a few dozen the cap has long been reached.
        delay = min(base * 2.0 ** min(failures - 1, 64), self.max_delay) * (1.0 + jitter)
        return min(max(delay, retry_after), self.max_delay)


# --- circuit breaker ---
# After too many failures nothing is sent for a while, then a few calls find out whether the trouble is over.
#
#              failures in a row                     open_for is over
# closed ─────────────────────────────▶ open ──────────────────────────▶ half-open
#    ▲                                    ▲    a probe fails                │
#    │                                    └─────────────────────────────────┤
#    └──────────────────────────────────────────────────────────────────────┘
#                                         as many probes as asked for succeed

State = Literal["closed", "open", "half-open"]
CallResult = Literal["success", "failure", "unknown"]
OnChange = Callable[[str, State], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a circuit opens and when it closes again.

    ``failures``    calls in a row that have failed, with all their retries, for it to open
    ``open_for``    seconds in which nothing is sent
    ``probes``      calls that may be under way at a time while it is half-open; they are not retried
    ``successes``   probes that must succeed for it to close
    ``scope``       ``"table"`` for one circuit a table, ``"client"`` for one circuit in all; each region has its own

    Only failures of DynamoDB and of the way to it count: ``UNHEALTHY``. A call that is cancelled counts for nothing.
    Raises ``ConfigurationError`` for a value out of range.
    """

    failures: int = 5
    open_for: float = 30.0
    probes: int = 1
    successes: int = 1
    scope: Literal["table", "client"] = "table"

    def __post_init__(self) -> None:
        for name in ("failures", "probes", "successes"):
            if getattr(self, name) < 1:
                raise errors.ConfigurationError(f"{name} is 1 or more, not {getattr(self, name)!r}")
        if not self.open_for >= 0:
            raise errors.ConfigurationError(f"open_for is a number of seconds, not {self.open_for!r}")
        if self.scope not in ("table", "client"):
            raise errors.ConfigurationError(f'scope is "table" or "client", not {self.scope!r}')


class _Circuit:
    __slots__ = ("failures", "half_open", "opened_at", "probing", "successes")

    def __init__(self) -> None:
        self.failures = self.probing = self.successes = 0
        self.opened_at: float | None = None
        self.half_open = False


class Permit:
    """Permission for one call, to be released however that ends. A ``probe`` decides whether the circuit closes."""

    opened_at: float | None
    probe: bool

    __slots__ = ("_breaker", "_key", "_released", "opened_at", "probe")

    def __init__(self, breaker: CircuitBreaker, key: str, opened_at: float | None) -> None:
        self._breaker, self._key, self.opened_at = breaker, key, opened_at
        self.probe, self._released = opened_at is not None, False

    def release(self, outcome: CallResult) -> None:
        """Report the call's result. Releasing again changes nothing."""
        if not self._released:
            self._released = True
            self._breaker._settle(self._key, self, outcome)  # noqa: SLF001 - one thing in two classes


class CircuitBreaker:
    """Circuits by key. Safe for threads and tasks: its lock is never held while a call is made.

    ``on_change`` is told the key and the new state, outside of the lock.
    """

    policy: BreakerPolicy
    on_change: OnChange | None

    def __init__(self, policy: BreakerPolicy, clock: Clock, *, on_change: OnChange | None = None) -> None:
        self.policy, self._clock, self.on_change = policy, clock, on_change
        self._circuits: dict[str, _Circuit] = {}
        self._lock = forks.lock()

    def state(self, key: str = "") -> State:
        """The state of a circuit now; ``"closed"`` for an unknown one."""
        circuit = self._circuits.get(key)
        if circuit is None or circuit.opened_at is None:
            return "closed"
        over = self._clock.now() - circuit.opened_at >= self.policy.open_for
        return "half-open" if circuit.half_open or over else "open"

    @property
    def states(self) -> dict[str, State]:
        """The state of every circuit that has seen a failure."""
        return {key: self.state(key) for key in list(self._circuits)}

    @property
    def troubled(self) -> bool:
        """Whether any circuit is open, half-open, or has counted failures."""
        return bool(self._circuits)

    def admit(self, key: str) -> Permit | None:
        """A permit for a call; ``None``, with nothing to release, where the circuit has counted no failure.

        Raises ``CircuitOpen``.
        """
        circuit = self._circuits.get(key)
        if circuit is None:
            return None
        changed = False
        with self._lock:
            if circuit.opened_at is None:
                return Permit(self, key, None)
            left = circuit.opened_at + self.policy.open_for - self._clock.now()
            if not circuit.half_open and left <= 0:
                circuit.half_open = changed = True
                circuit.probing = circuit.successes = 0
            if not circuit.half_open or circuit.probing >= self.policy.probes:
                raise self._refusal(key, max(left, 0.0))
            circuit.probing += 1
            permit = Permit(self, key, circuit.opened_at)
        if changed:
            self._tell(key, "half-open")
        return permit

    def failed(self, key: str) -> None:
        """Note the failure of a call that had no permit to give back."""
        self._settle(key, None, "failure")

    def _refusal(self, key: str, left: float) -> errors.CircuitOpen:
        when = f"it will be tried again in {left:.1f} s" if left else "another call is finding out whether it is over"
        return errors.CircuitOpen(
            f"the circuit of {key or 'this client'} is open: calls have failed; {when}", retry_after=left
        )

    def _settle(self, key: str, permit: Permit | None, outcome: CallResult) -> None:
        with self._lock:
            circuit = self._circuits.get(key)
            if circuit is None:
                if outcome != "failure":
                    return
                circuit = self._circuits[key] = _Circuit()
            news = self._settled(circuit, permit, outcome)
            if news == "closed" or (circuit.opened_at is None and not circuit.failures):
                del self._circuits[key]
        if news is not None:
            self._tell(key, news)

    def _settled(self, circuit: _Circuit, permit: Permit | None, outcome: CallResult) -> State | None:
        """Count an outcome; the state that the circuit changes to, if it does."""
        if permit is not None and permit.probe:
            if not circuit.half_open or circuit.opened_at != permit.opened_at:
                return None  # of an earlier time: it has been decided without it
            circuit.probing -= 1
            if outcome == "failure":
                return self._open(circuit)
            circuit.successes += outcome == "success"
            return "closed" if circuit.successes >= self.policy.successes else None
        if circuit.opened_at is not None or outcome == "unknown":
            return None  # begun while it was closed; what it says is old
        circuit.failures = circuit.failures + 1 if outcome == "failure" else 0
        return self._open(circuit) if circuit.failures >= self.policy.failures else None

    def _open(self, circuit: _Circuit) -> State:
        circuit.opened_at, circuit.half_open, circuit.failures = self._clock.now(), False, 0
        return "open"

    def _tell(self, key: str, state: State) -> None:
        if self.on_change is not None:
            self.on_change(key, state)
