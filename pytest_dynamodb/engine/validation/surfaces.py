"""How AWS takes each operation: which parameters it has, how it words what is wrong with them, what it checks first.

A surface is an operation, or a part of a request with parameters of its own: an action of a transaction, the keys of
one table in BatchGetItem. Its row is looked up once a request (``surface_of``) and then passed along; no rule asks for
an operation's name and a dialect. What AWS has changed since 2026-06, operation by operation and region by region
(dynamodb-conformance, registry/splits.json), is a table of its own: ``CHANGES``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final, Literal, TypeAlias

from pytest_dynamodb.engine.validation.wording import Wording
from pytest_dynamodb.expressions.messages import Edition
from pytest_dynamodb.expressions.parser import ExpressionName

Dialect: TypeAlias = Literal["classic", "2026"]
"""Whose answers: those of the long-lived validator (``classic``), or those with every one of ``CHANGES``."""

CHECKED_IN_ORDER: Final[tuple[ExpressionName, ...]] = (
    "UpdateExpression",
    "ConditionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
"""The order in which the expressions of a request are checked (dynalite's suite: test/scan, test/query)."""


@dataclass(frozen=True)
class Surface(Wording):
    """One row: an operation, or one of its ``parts``, as AWS takes it.

    ``operation``       the operation of the request, also of a part
    ``expressions``     its expression parameters, in the order in which AWS names them
    ``legacy``          the parameters that those have replaced, in AWS's order
    ``limits``          which validator looks at required members and limits: see ``validation.constraints``
    ``alone``           members of which ``newer`` limits report a problem alone, before any other
    ``yielding``        kinds of problems with limits that are reported only if there is no other
    ``key_conditions``  which edition words a Query's key conditions, and counts them: ``newer`` by the key's schema
    ``lists_absent``    whether values without expressions are told which expressions there are none of
    ``only_old``        ReturnValues can only ask for what was there before
    ``key_last``        the Key is looked at after the expressions, not before
    ``charged``         an update counts as large as its statement is: see ``evaluation.charges``
    """

    operation: str = ""
    expressions: tuple[ExpressionName, ...] = ()
    legacy: tuple[str, ...] = ()
    limits: Edition = "older"
    alone: frozenset[str] = frozenset()
    yielding: frozenset[str] = frozenset()
    key_conditions: Edition = "older"
    lists_absent: bool = True
    only_old: bool = False
    key_last: bool = False
    charged: bool = False
    parts: Mapping[str, Surface] = field(default_factory=dict)

    @cached_property
    def checked(self) -> tuple[ExpressionName, ...]:
        """The expression parameters in the order in which they are checked."""
        return tuple(name for name in CHECKED_IN_ORDER if name in self.expressions)

    @cached_property
    def valued(self) -> tuple[ExpressionName, ...]:
        """The expression parameters that ExpressionAttributeValues may be for."""
        return tuple(name for name in self.expressions if name != "ProjectionExpression")


# Parameters: dynalite's suite, "if all expressions and non-expression"; extenddb's tests that also run against AWS.
# Older operations have exponents that wrap, transactions a level more in values: see Wording. Keys of transactions come
# last: validation-ordering/deepRequests.
_ROWS: Final[tuple[Surface, ...]] = (
    Surface(
        operation="PutItem",
        expressions=("ConditionExpression",),
        legacy=("Expected", "ConditionalOperator"),
        only_old=True,
    ),
    Surface(
        operation="UpdateItem",
        expressions=("UpdateExpression", "ConditionExpression"),
        legacy=("AttributeUpdates", "Expected", "ConditionalOperator"),
        charged=True,
    ),
    Surface(
        operation="DeleteItem",
        expressions=("ConditionExpression",),
        legacy=("Expected", "ConditionalOperator"),
        only_old=True,
    ),
    Surface(operation="GetItem", expressions=("ProjectionExpression",), legacy=("AttributesToGet",)),
    Surface(
        operation="Query",
        expressions=("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        legacy=("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    ),
    Surface(
        operation="Scan",
        expressions=("ProjectionExpression", "FilterExpression"),
        legacy=("AttributesToGet", "ScanFilter", "ConditionalOperator"),
        wraps=True,
    ),
    Surface(operation="BatchGetItem"),
    Surface(operation="BatchWriteItem", wraps=True),
    Surface(operation="TransactGetItems", wraps=True),
    Surface(operation="TransactWriteItems", wraps=True, spare_levels=1, key_last=True),
)
_PLAIN: Final[dict[str, Surface]] = {row.operation: row for row in _ROWS}

_PARTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "BatchGetItem": {
        "KeysAndAttributes": {"expressions": ("ProjectionExpression",), "legacy": ("AttributesToGet",)},
    },
    "TransactGetItems": {"Get": {"expressions": ("ProjectionExpression",)}},
    "TransactWriteItems": {
        "Put": {"expressions": ("ConditionExpression",)},
        "Update": {"expressions": ("UpdateExpression", "ConditionExpression")},
        "Delete": {"expressions": ("ConditionExpression",)},
        "ConditionCheck": {"expressions": ("ConditionExpression",)},
    },
}
"""What the parts of a request have for themselves; all else they have from its row."""


@dataclass(frozen=True, slots=True)
class SurfaceChange:
    """What AWS has changed about some operations.

    ``made``   the members of their rows that it changed
    ``since``  the day on which most regions were seen to have it
    ``but``    regions that had not got it then
    """

    operations: frozenset[str]
    made: Mapping[str, Any]
    since: date
    but: frozenset[str] = frozenset()


_LAST: Final = frozenset({"eu-south-2", "me-central-1"})

CHANGES: Final[tuple[SurfaceChange, ...]] = (
    # captures/cross-region-latest.json; GetItem and Query inferred from how they word what is wrong with values,
    # error-messages/valueLayers
    SurfaceChange(
        frozenset({"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"}),
        {"limits": "newer", "layer": "current"},
        date(2026, 10, 7),
        but=_LAST,
    ),
    # error-messages/valueLayers
    SurfaceChange(
        frozenset({"DeleteItem", "PutItem", "UpdateItem"}), {"enveloped": True}, date(2026, 10, 7), but=_LAST
    ),
    # error-messages/{deleteItem,putItem}; extenddb, seen on AWS in 2026; UpdateItem inferred; in ``classic`` dynalite
    SurfaceChange(
        frozenset({"DeleteItem", "PutItem", "Query", "UpdateItem"}),
        {"lists_absent": False},
        date(2026, 10, 9),
        but=_LAST,
    ),
    # captures/cross-region-latest.json, o_upd_two_bad_enums
    SurfaceChange(frozenset({"UpdateItem"}), {"alone": frozenset({"ReturnValues"})}, date(2026, 10, 7), but=_LAST),
    # error-messages/queryKeyConditionOperands; extenddb, test_key_condition_nested_attributes;
    # validation-ordering/query
    SurfaceChange(
        frozenset({"Query"}),
        {"key_conditions": "newer", "alone": frozenset({"ConditionalOperator"})},
        date(2026, 10, 9),
    ),
    # validation-ordering/batchOperations
    SurfaceChange(frozenset({"BatchWriteItem"}), {"yielding": frozenset({"keys"})}, date(2026, 10, 9)),
)


@lru_cache(maxsize=512)
def surface_of(operation: str, dialect: Dialect = "classic") -> Surface:
    """The row of an operation in a dialect. One that takes no items has no parameters of this kind and no parts."""
    row = _PLAIN.get(operation) or Surface(operation=operation)
    if dialect == "2026":
        for change in CHANGES:
            if operation in change.operations:
                row = replace(row, **change.made)
    parts = {name: replace(row, **own) for name, own in _PARTS.get(operation, {}).items()}
    return replace(row, parts=parts)
