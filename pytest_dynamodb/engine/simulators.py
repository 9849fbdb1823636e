"""What may stand round an operation of the engine, where it is switched on: limits, and stale reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.handlers import Handler


class Restorer(Protocol):
    """What a simulator may ask of the engine."""

    def checkpoint(self) -> Callable[[], None]:
        """What is held now; calling what is returned puts it back."""


class Simulator(ABC):
    """Carries operations out, in its own way."""

    @abstractmethod
    def carry_out(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """The body of the answer. Raises ``DynamoDbError``."""

    def around(self, handler: Handler, engine: Restorer) -> Handler:
        """What carries an operation out in this one's way."""
        return lambda call: self.carry_out(call, handler, engine)

    @abstractmethod
    def anew(self) -> Simulator:
        """One with the same settings that has seen nothing yet."""


class Simulation(Protocol):
    """Settings of something that is simulated."""

    def simulator(self) -> Simulator:
        """What simulates it; it has seen nothing yet."""


def switched_on(throughput: Simulation | None, consistency: Simulation | None) -> tuple[Simulator, ...]:
    """Those that are given, the innermost first: what is throttled was never written, so nobody misses it."""
    return tuple(settings.simulator() for settings in (throughput, consistency) if settings is not None)
