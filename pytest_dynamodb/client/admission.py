"""A call's leave from the circuits that it depends on: those of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.policy.breaker import CircuitBreaker, Outcome, Permit
from pytest_dynamodb.errors import CircuitOpen

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import Call


class Admission:
    """Permits of one call in one region, to be released whatever becomes of it."""

    __slots__ = ("_breaker", "_call", "_permits", "_region")

    def __init__(self, breaker: CircuitBreaker, call: Call[Any], region: str) -> None:
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
        """Whether it is the call that finds out whether DynamoDB is well again."""
        permits = self._permits
        return permits is not None and any(permit is not None and permit.probe for permit in permits.values())

    @property
    def revoked(self) -> bool:
        """Whether a circuit has opened since, by the failures of others."""
        return self._breaker.troubled and any(self._breaker.state(key) == "open" for key in self._keys())

    def release(self, outcome: Outcome) -> None:
        """Tell the circuits what became of the call; ``"unknown"`` frees a probe's place and says nothing else."""
        permits = self._permits
        if permits is None:  # all was well when it began, and most calls end well too
            permits = dict.fromkeys(self._keys()) if outcome == "failure" else {}
        for key, permit in permits.items():
            if permit is not None:
                permit.release(outcome)
            elif outcome == "failure":
                self._breaker.failed(key)
