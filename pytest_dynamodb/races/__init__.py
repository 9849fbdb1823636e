"""Races found, not hoped for: ``explore`` tries the orders in which several actors may make their DynamoDB calls, and
``explore_faults`` lets each call of an action fail.

Everything plays on a mock. A gate lets one call through at a time, so that the order is decided and not a matter of
luck; orders that differ only in calls that commute are tried once.
"""

from __future__ import annotations

from pytest_dynamodb.races.actors import ProcessGone
from pytest_dynamodb.races.bound import Races
from pytest_dynamodb.races.exploration import Exploration, RaceFound, explore
from pytest_dynamodb.races.repetition import FaultExploration, UnsafeCall, UnsafeToRepeat, explore_faults
from pytest_dynamodb.races.strikes import FAILURE_NAMES

__all__ = [
    "FAILURE_NAMES",
    "Exploration",
    "FaultExploration",
    "ProcessGone",
    "RaceFound",
    "Races",
    "UnsafeCall",
    "UnsafeToRepeat",
    "explore",
    "explore_faults",
]
