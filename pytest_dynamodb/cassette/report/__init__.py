"""What a miss and a drift look like to the person who has to deal with them. Pure functions that return text."""

from pytest_dynamodb.cassette.report.misses import (
    describe_drift,
    describe_miss,
    describe_unplayed,
    list_misses,
    nearest,
)
from pytest_dynamodb.cassette.report.trees import differences

__all__ = ["describe_drift", "describe_miss", "describe_unplayed", "differences", "list_misses", "nearest"]
