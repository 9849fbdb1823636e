"""Which expression and legacy parameters requests have, in the order in which DynamoDB names them.

A surface is an operation, or a part of a request with expressions of its own: an action of a transaction, the keys of
one table in BatchGetItem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pytest_dynamodb.expressions.parser import ExpressionName

SurfaceName: TypeAlias = Literal[
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "GetItem",
    "Query",
    "Scan",
    "KeysAndAttributes",
    "Put",
    "Update",
    "Delete",
    "ConditionCheck",
    "Get",
]


@dataclass(frozen=True, slots=True)
class Surface:
    """The expression parameters, the legacy ones, and the expressions that may use values."""

    expressions: tuple[ExpressionName, ...]
    legacy: tuple[str, ...] = ()

    @property
    def valued(self) -> tuple[ExpressionName, ...]:
        """The expressions that values may be for."""
        return tuple(name for name in self.expressions if name != "ProjectionExpression")


SURFACES: Final[dict[SurfaceName, Surface]] = {
    # dynalite's suite: "if all expressions and non-expression"; extenddb's tests that also run against AWS
    "PutItem": Surface(("ConditionExpression",), ("Expected", "ConditionalOperator")),
    "UpdateItem": Surface(
        ("UpdateExpression", "ConditionExpression"), ("AttributeUpdates", "Expected", "ConditionalOperator")
    ),
    "DeleteItem": Surface(("ConditionExpression",), ("Expected", "ConditionalOperator")),
    "GetItem": Surface(("ProjectionExpression",), ("AttributesToGet",)),
    "Query": Surface(
        ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    ),
    "Scan": Surface(
        ("ProjectionExpression", "FilterExpression"), ("AttributesToGet", "ScanFilter", "ConditionalOperator")
    ),
    "KeysAndAttributes": Surface(("ProjectionExpression",), ("AttributesToGet",)),
    "Put": Surface(("ConditionExpression",)),
    "Update": Surface(("UpdateExpression", "ConditionExpression")),
    "Delete": Surface(("ConditionExpression",)),
    "ConditionCheck": Surface(("ConditionExpression",)),
    "Get": Surface(("ProjectionExpression",)),
}

WITHOUT_VALUES: Final = frozenset(name for name, surface in SURFACES.items() if not surface.valued)
"""Surfaces that have no ExpressionAttributeValues."""

CHECKED_IN_ORDER: Final[tuple[ExpressionName, ...]] = (
    "UpdateExpression",
    "ConditionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
"""The order in which the expressions of a request are checked (dynalite's suite: test/scan, test/query)."""
