"""The circuit breaker: after too many failures nothing is sent for a while, then a few calls find out.

             failures in a row                     open_for is over
closed ─────────────────────────────▶ open ──────────────────────────▶ half-open
   ▲                                    ▲    a probe fails                │
   │                                    └─────────────────────────────────┤
   └──────────────────────────────────────────────────────────────────────┘
                                        as many probes as asked for succeed
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import CircuitOpen, ConfigurationError

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

    Only failures of DynamoDB and of the way to it count: see ``policy.classification``. A call that is cancelled
    counts for nothing. Raises ``ConfigurationError`` for a value out of range.
    """

    failures: int = 5
    open_for: float = 30.0
    probes: int = 1
    successes: int = 1
    scope: Literal["table", "client"] = "table"

    def __post_init__(self) -> None:
        for name in ("failures", "probes", "successes"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name} is 1 or more, not {getattr(self, name)!r}")
        if not self.open_for >= 0:
            raise ConfigurationError(f"open_for is a number of seconds, not {self.open_for!r}")
        if self.scope not in ("table", "client"):
            raise ConfigurationError(f'scope is "table" or "client", not {self.scope!r}')


class _Circuit:
    __slots__ = ("failures", "half_open", "opened_at", "probing", "successes")

    def __init__(self) -> None:
        self.failures = self.probing = self.successes = 0
        self.opened_at: float | None = None
        self.half_open = False


class Permit:
    """Permission for one call, to be released however that ends. A ``probe`` decides whether the circuit closes."""

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

    def __init__(self, policy: BreakerPolicy, clock: Clock, *, on_change: OnChange | None = None) -> None:
        self.policy, self._clock, self.on_change = policy, clock, on_change
        self._circuits: dict[str, _Circuit] = {}
        self._lock = threading.Lock()

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

    def _refusal(self, key: str, left: float) -> CircuitOpen:
        when = f"it will be tried again in {left:.1f} s" if left else "another call is finding out whether it is over"
        return CircuitOpen(
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
