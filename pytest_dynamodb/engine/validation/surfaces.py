"""How AWS takes each operation: which parameters it has, how it words what is wrong with them, what it checks first.

A surface is an operation, or a part of a request with parameters of its own: an action of a transaction, the keys of
one table in BatchGetItem. Its row is looked up once a request (``surface_of``) and then passed along; no rule asks for
an operation's name and a dialect. The rows are those of the long-lived validator. What AWS has changed since 2026-06,
operation by operation and region by region (dynamodb-conformance, registry/splits.json and captures), is a table of its
own, ``CHANGES``: a dialect has those that were known on its day, of its region or of most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

from pytest_dynamodb.dialects import CLASSIC, REGIONS, TODAY, Dialect, dialect_of
from pytest_dynamodb.engine.validation.wording import Wording
from pytest_dynamodb.expressions.messages import Edition
from pytest_dynamodb.expressions.parser import ExpressionName

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
    ``unechoed``        members whose lengths the newer validator checks although it has not taken the operation over
    ``yielding``        kinds of problems with limits that are reported only if there is no other
    ``key_conditions``  which edition words a Query's key conditions, and counts them: ``newer`` by the key's schema
    ``reading``         which edition words what is wrong with Select, segments and the start key of a read
    ``lists_absent``    whether values without expressions are told which expressions there are none of
    ``only_old``        ReturnValues can only ask for what was there before
    ``key_last``        the Key is looked at after the expressions, not before
    ``depth_first``     the depth of a ScanFilter's values is looked at before which parameters come together
    ``charged``         an update counts as large as its statement is: see ``evaluation.charges``
    """

    operation: str = ""
    expressions: tuple[ExpressionName, ...] = ()
    legacy: tuple[str, ...] = ()
    limits: Edition = "older"
    alone: frozenset[str] = frozenset()
    unechoed: frozenset[str] = frozenset()
    yielding: frozenset[str] = frozenset()
    key_conditions: Edition = "older"
    reading: Edition = "older"
    lists_absent: bool = True
    only_old: bool = False
    key_last: bool = False
    depth_first: bool = False
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
# Older operations have exponents that wrap, updates and transactions a level more in values: see Wording. Keys of
# transactions come last: validation-ordering/deepRequests.
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
        spare_levels=1,
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
        reading="newer",
    ),
    Surface(
        operation="Scan",
        expressions=("ProjectionExpression", "FilterExpression"),
        legacy=("AttributesToGet", "ScanFilter", "ConditionalOperator"),
        depth_first=True,
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

    ``operations``  which ones
    ``made``        the members of their rows that it changed
    ``since``       the day on which it was captured
    ``but``         the regions that did not have it then, where most had
    ``only``        the regions that had it then, where most had not
    """

    operations: frozenset[str]
    made: Mapping[str, Any]
    since: date
    but: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    def holds(self, dialect: Dialect) -> bool:
        """Whether the change has come to a dialect."""
        if dialect.day < self.since:
            return False
        if dialect.region is None:
            return not self.only
        return dialect.region in self.only if self.only else dialect.region not in self.but


_LAST: Final = frozenset({"eu-south-2", "me-central-1"})
_FIRST_IN_TRANSACTIONS: Final = frozenset({"ap-northeast-2", "eu-north-1", "eu-west-2"})
_SINGLE_WRITES: Final = frozenset({"DeleteItem", "PutItem", "UpdateItem"})

CHANGES: Final[tuple[SurfaceChange, ...]] = (
    # registry/splits, batch-get-item-empty-request-items-message
    SurfaceChange(
        frozenset({"BatchGetItem"}),
        {"limits": "newer", "layer": "current"},
        date(2026, 9, 2),
        but=frozenset({"me-central-1"}),
    ),
    # limits/itemSizeBySurface; registry/splits, update-item-size-*
    SurfaceChange(frozenset({"UpdateItem"}), {"charged": True}, date(2026, 9, 5), but=_LAST),
    # registry/splits, {put,update}-item-validation-error-aggregation, of which two in three regions had it by the sweep
    # of that day; captures/cross-region-latest.json; GetItem and Query inferred from how they word what is wrong with
    # values, error-messages/valueLayers
    SurfaceChange(
        _SINGLE_WRITES | {"GetItem", "Query"}, {"limits": "newer", "layer": "current"}, date(2026, 9, 26), but=_LAST
    ),
    # captures/cross-region-latest.json, o_upd_two_bad_enums
    SurfaceChange(frozenset({"UpdateItem"}), {"alone": frozenset({"ReturnValues"})}, date(2026, 9, 26), but=_LAST),
    # error-messages/valueLayers; captures/2026-10-07-batch-empty-request-items.json, nullRoundTrip
    SurfaceChange(_SINGLE_WRITES, {"enveloped": True}, date(2026, 10, 7), but=_LAST),
    # limits/nestingDepth; registry/splits, update-item-nesting-depth-expression-value
    SurfaceChange(frozenset({"UpdateItem"}), {"spare_levels": 0}, date(2026, 10, 7), but=_LAST),
    # error-messages/{deleteItem,putItem}; extenddb, seen on AWS in 2026; UpdateItem inferred; before, dynalite's suite
    SurfaceChange(_SINGLE_WRITES | {"Query"}, {"lists_absent": False}, date(2026, 10, 9), but=_LAST),
    # error-messages/queryKeyConditionOperands; extenddb, test_key_condition_nested_attributes;
    # validation-ordering/query
    SurfaceChange(
        frozenset({"Query"}),
        {"key_conditions": "newer", "alone": frozenset({"ConditionalOperator"})},
        date(2026, 10, 9),
        but=_LAST,
    ),
    # validation-ordering/batchOperations
    SurfaceChange(frozenset({"BatchWriteItem"}), {"yielding": frozenset({"keys"})}, date(2026, 10, 9)),
    # captures/2026-10-07-batch-empty-request-items.json
    SurfaceChange(
        frozenset({"BatchWriteItem"}),
        {"unechoed": frozenset({"RequestItems"})},
        date(2026, 10, 7),
        only=frozenset({"ap-east-2", "ap-southeast-1", "eu-central-1", "eu-north-1", "eu-west-2"}),
    ),
    # registry/splits, scan-*: five rules that move together; TotalSegments inferred from Segment. Five more regions
    # gave both answers in that week: af-south-1, ap-southeast-1, -3, -4 and -5
    SurfaceChange(
        frozenset({"Scan"}),
        {"unechoed": frozenset({"Limit", "Segment", "TotalSegments"}), "reading": "newer"},
        date(2026, 10, 7),
        only=frozenset({"ap-east-2", "ap-northeast-2", "eu-central-1", "eu-west-2", "us-west-1"}),
    ),
    # validation-ordering/deepRequests: ten regions were asked, the other seven look at the depth first
    SurfaceChange(
        frozenset({"Scan"}),
        {"depth_first": False},
        date(2026, 10, 9),
        only=frozenset({"ap-southeast-2", "eu-central-1", "eu-west-2"}),
    ),
    # captures/2026-10-08-transact-get-empty-transact-items.json; eu-west-2 gave both answers, and the older one last
    SurfaceChange(
        frozenset({"TransactGetItems"}),
        {"unechoed": frozenset({"TransactItems"})},
        date(2026, 10, 8),
        only=frozenset({"ap-northeast-2", "eu-north-1"}),
    ),
    # captures/2026-10-08-transact-write-rollout.json; how it words other values is captured in eu-west-2 alone
    SurfaceChange(
        frozenset({"TransactWriteItems"}),
        {
            "unechoed": frozenset({"TransactItems"}),
            "layer": "current",
            "wraps": False,
            "spare_levels": 0,
            "charged": True,
        },
        date(2026, 10, 8),
        only=_FIRST_IN_TRANSACTIONS,
    ),
    # error-messages/valueLayers
    SurfaceChange(
        frozenset({"TransactGetItems"}),
        {"layer": "current", "wraps": False},
        date(2026, 10, 9),
        only=frozenset({"eu-west-2"}),
    ),
    # validation-ordering/transactions: a ClientRequestToken of 37 characters
    SurfaceChange(
        frozenset({"TransactWriteItems"}),
        {"unechoed": frozenset({"ClientRequestToken", "TransactItems"})},
        date(2026, 10, 9),
        only=frozenset({"eu-west-2"}),
    ),
)


@lru_cache(maxsize=512)
def surface_of(operation: str, dialect: Dialect = TODAY) -> Surface:
    """The row of an operation in a dialect. One that takes no items has no parameters of this kind and no parts."""
    row = _PLAIN.get(operation) or Surface(operation=operation)
    for change in CHANGES:
        if operation in change.operations and change.holds(dialect):
            row = replace(row, **change.made)
    parts = {name: replace(row, **own) for name, own in _PARTS.get(operation, {}).items()}
    return replace(row, parts=parts)


def distinct_dialects() -> list[Dialect]:
    """One dialect for each set of rows: ``today``, ``classic``, and of regions alike the alphabetically first."""
    found: dict[tuple[bool, ...], Dialect] = {}
    for dialect in (TODAY, CLASSIC, *map(dialect_of, sorted(REGIONS))):
        found.setdefault(tuple(change.holds(dialect) for change in CHANGES), dialect)
    return list(found.values())
