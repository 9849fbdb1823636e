"""Sums of numbers and changes of sets, as updates make them."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from pytest_dynamodb.engine.evaluation.paths import Value
from pytest_dynamodb.engine.storage.order import members_in_order
from pytest_dynamodb.values import canonical_number

# Every sum of two numbers is exact: they reach from 1E-130 to 9.9E+125.
_EXACT: Final = Context(prec=300)


def add(left: str, right: str) -> str:
    """The sum of two canonical numbers, canonical.

    Raises ``ValidationException`` where the sum is no DynamoDB number: past its range (extenddb#94, seen on AWS) or of
    more than 38 digits (scylladb#6794: DynamoDB refuses to calculate such a number rather than to round it).
    """
    return canonical_number(format(_EXACT.add(Decimal(left), Decimal(right)), "f"))


def subtract(left: str, right: str) -> str:
    """The difference of two canonical numbers, canonical. Raises as ``add`` does."""
    return canonical_number(format(_EXACT.subtract(Decimal(left), Decimal(right)), "f"))


def united(tag: str, value: Value, added: Value) -> Value:
    """A set with members added, in order; ``value`` itself if it has them all."""
    members: list[str] = value[tag]
    known = set(members)
    new = [member for member in added[tag] if member not in known]
    return {tag: members_in_order(tag, [*members, *new])} if new else value


def without(tag: str, value: Value, removed: Value) -> Value | None:
    """A set less some members; ``None`` if none is left: there are no empty sets."""
    gone = set(removed[tag])
    members = [member for member in value[tag] if member not in gone]
    return {tag: members} if members else None
