"""A moment after which nothing more is begun."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_dynamodb.clock import Clock


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
