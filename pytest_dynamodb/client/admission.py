"""A call's leave from the circuits that it depends on: those of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.operation import tables_of
from pytest_dynamodb.client.policy.breaker import CircuitBreaker, Outcome, Permit
from pytest_dynamodb.errors import CircuitOpen

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import Call


class Admission:
    """Permits of one call in one region, to be released whatever becomes of it."""

    __slots__ = ("_breaker", "_permits")

    def __init__(self, breaker: CircuitBreaker, call: Call[Any], region: str) -> None:
        """Raises ``CircuitOpen`` if one circuit does not let it pass; none keeps a permit then."""
        self._breaker = breaker
        self._permits: list[tuple[str, Permit | None]] = []
        try:
            for key in self._keys(call, region):
                self._permits.append((key, breaker.admit(key)))
        except CircuitOpen as refusal:
            self.release("unknown")
            refusal.operation, refusal.table = call.operation, call.table
            raise

    def _keys(self, call: Call[Any], region: str) -> tuple[str, ...]:
        tables = tables_of(call.params) if self._breaker.policy.scope == "table" else ()
        return tuple(f"{region}/{table}" if region else table for table in tables or ("",))

    @property
    def probing(self) -> bool:
        """Whether it is the call that finds out whether DynamoDB is well again."""
        return any(permit is not None and permit.probe for _, permit in self._permits)

    @property
    def revoked(self) -> bool:
        """Whether a circuit has opened since, by the failures of others."""
        return any(self._breaker.state(key) == "open" for key, _ in self._permits)

    def release(self, outcome: Outcome) -> None:
        """Tell the circuits what became of the call; ``"unknown"`` frees a probe's place and says nothing else."""
        for key, permit in self._permits:
            if permit is not None:
                permit.release(outcome)
            elif outcome == "failure":
                self._breaker.failed(key)
