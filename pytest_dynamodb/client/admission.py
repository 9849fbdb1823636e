"""Whether the circuit breaker admits a call: it depends on the circuits of the call's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.policy.breaker import CallResult, CircuitBreaker, Permit
from pytest_dynamodb.errors import CircuitOpen

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall


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
