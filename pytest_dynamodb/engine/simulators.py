"""Simulators: what may surround an operation of the engine where it is switched on, such as limits and stale reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.handlers import Handler


class Restorer(Protocol):
    """What a simulator needs of the engine."""

    def checkpoint(self) -> Callable[[], None]:
        """Remember what is held now; calling the result restores it."""


class Simulator(ABC):
    """Carries operations out in its own way."""

    @abstractmethod
    def carry_out(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """The body of the answer. Raises ``DynamoDbError``."""

    def around(self, handler: Handler, engine: Restorer) -> Handler:
        """A handler that carries an operation out in this simulator's way."""
        return lambda call: self.carry_out(call, handler, engine)

    @abstractmethod
    def anew(self) -> Simulator:
        """A simulator with the same settings that has seen nothing yet."""


class Simulation(Protocol):
    """Settings that a simulator is made from."""

    def simulator(self) -> Simulator:
        """A new simulator with these settings."""


def switched_on(throughput: Simulation | None, consistency: Simulation | None) -> tuple[Simulator, ...]:
    """The simulators of the settings given, innermost first: a throttled write was never made, so no read can miss
    it.
    """
    return tuple(settings.simulator() for settings in (throughput, consistency) if settings is not None)
