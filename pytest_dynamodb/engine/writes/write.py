"""What all writes share: where they go, on what condition, and how a call carries one out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.writes.conditions import Conditions
from pytest_dynamodb.errors import error_for

FAILED_CONDITION = "The conditional request failed"

_NO_ATTRIBUTES: Attributes = {}


class Write(ABC):
    """A write to one item, checked as far as that goes without its table.

    ``key``        attributes among which the key is; canonical
    ``size``       bytes that count towards the limit of a batch or a transaction
    ``condition``  what the item must meet; ``None`` is no condition
    ``failure``    ReturnValuesOnConditionCheckFailure
    """

    __slots__ = ("condition", "failure", "key", "size")

    def __init__(self, key: Attributes, size: int, conditions: Conditions) -> None:
        self.key, self.size = key, size
        self.condition, self.failure = conditions.test, conditions.failure

    @abstractmethod
    def check_against(self, table: Table) -> None:
        """Check what depends on the table's schema. Raises ``ValidationException``."""

    @abstractmethod
    def outcome(self, table: Table, old: Item | None) -> Item | None:
        """The item after the write; ``None`` is no item. Changes nothing. Raises ``ValidationException``."""

    def check(self, old: Item | None) -> None:
        """Raise ConditionalCheckFailedException if the condition does not hold, with the item where that is wanted."""
        if self.condition is None or self.condition(_NO_ATTRIBUTES if old is None else old.attributes):
            return
        members: dict[str, Any] = {}
        if self.failure == "ALL_OLD" and old is not None:
            members["Item"] = old.attributes
        raise error_for("ConditionalCheckFailedException", FAILED_CONDITION, members=members)


def carry_out(call: Call, write: Write, table: Table) -> Change:
    """Check a write's keys and condition, and do it. Raises ``DynamoDbError``, and then nothing was changed."""
    write.check_against(table)
    old = table.get(write.key)
    write.check(old)
    return apply(call, table, write.key, old, write.outcome(table, old))


def apply(call: Call, table: Table, key: Attributes, old: Item | None, new: Item | None) -> Change:
    """Store what a write came to, and tell who must know. The one place where items change."""
    if new is None and old is None:
        return Change(None, None)
    table = call.writable(table)
    change = table.delete(key) if new is None else table.put(new)
    settings = table.settings
    if settings.stream is not None or settings.recovery is not None or settings.replicas:
        tell(call, table, Written(change, call.clock.now()))
    return change


def tell(call: Call, table: Table, written: Written) -> None:
    """Tell the followers of a change to a table that is ours: its stream, its history, its replicas."""
    for follower in call.followers:
        follower(call, table, written)


def returned(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """An answer's ``Attributes``: absent where there are none."""
    return {"Attributes": attributes} if attributes else {}
