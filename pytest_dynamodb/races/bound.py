"""``Races``: what this room does, on one mock."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.mock import Mock
from pytest_dynamodb.races.actors import ActorFunction
from pytest_dynamodb.races.exploration import Exploration, explore
from pytest_dynamodb.races.repetition import FaultExploration, explore_faults


class Races:
    """``explore`` and ``explore_faults`` on one mock. Calling it explores too."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def explore(self, *actors: ActorFunction, **settings: Any) -> Exploration:
        """As ``pytest_dynamodb.races.explore``, whose keyword arguments it takes but for ``mock``."""
        return explore(*actors, mock=self.mock, **settings)

    __call__ = explore

    def explore_faults(self, action: ActorFunction, **settings: Any) -> FaultExploration:
        """As ``pytest_dynamodb.races.explore_faults``, whose keyword arguments it takes but for ``mock``."""
        return explore_faults(action, mock=self.mock, **settings)
