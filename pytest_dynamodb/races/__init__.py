"""Races found, not hoped for: ``explore`` tries the orders in which several actors may make their DynamoDB calls.

Everything plays on a mock. A gate lets one call through at a time, so that the order is decided and not a matter of
luck; orders that differ only in calls that commute are tried once.
"""

from __future__ import annotations

from pytest_dynamodb.races.actors import ProcessGone
from pytest_dynamodb.races.bound import Races
from pytest_dynamodb.races.exploration import Exploration, RaceFound, explore

__all__ = ["Exploration", "ProcessGone", "RaceFound", "Races", "explore"]
