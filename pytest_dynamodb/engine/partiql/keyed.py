"""The one item that an INSERT, UPDATE, DELETE or EXISTS is about, and what else its WHERE asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_dynamodb.engine.partiql.branches import key_clause
from pytest_dynamodb.engine.partiql.messages import text
from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.validation.keys import NO_MATCH
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import And, Condition

Key = dict[str, dict[str, Any]]


class NotOneItem(ValidationException):
    """A WHERE that does not fix the key of one item, or not by values of the key's types.

    ``reason`` is what a transaction says instead (hectorvent/floci's captures): there this is why it is cancelled.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def split_key(where: Condition | None, keys: KeySchema, *, conflicts: bool = False) -> tuple[Key, list[Condition]]:
    """The key that equalities fix, and the other conditions.

    Two values for one key attribute are an error, unless ``conflicts`` are to be conditions: EXISTS takes the first.
    Raises NotOneItem.
    """
    key: Key = {}
    others: list[Condition] = []
    for condition in () if where is None else _conjuncts(where):
        clause = key_clause(condition, keys.names)
        if clause is None or clause.operator != "=":
            others.append(condition)
            continue
        value = clause.operands[0].wire
        if key.setdefault(clause.attribute, value) != value:
            if not conflicts:
                message = text("several-keys", name=clause.attribute)
                raise NotOneItem(message, message)
            others.append(condition)
    if len(key) != len(keys.parts):
        raise NotOneItem(text("no-key"), NO_MATCH)
    return key, others


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, And):
        for part in condition.conditions:
            yield from _conjuncts(part)
    else:
        yield condition
