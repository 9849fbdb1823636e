"""Rules of transactions. How many entries one may have is a limit of the request's shape."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.rules.batches import check_distinct
from pytest_dynamodb.errors import ValidationException

ACTIONS = ("ConditionCheck", "Put", "Delete", "Update")

MAX_SIZE = 4 * 1024 * 1024
"""Bytes of all items of a transaction (developer guide, "Transactions")."""

# The first is known from moto's tests; the second from the DAX clients, which check before they send.
_SEVERAL_ACTIONS = "TransactItems can only contain one of Check, Put, Update or Delete"
_NO_ACTION = "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
# dynamodb-conformance, error-messages/transactWriteItems
_SAME_ITEM = "Transaction request cannot include multiple operations on one item"


def action_of(entry: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The name and the parameters of the one action of an entry of a TransactWriteItems."""
    actions = [(name, entry[name]) for name in ACTIONS if entry.get(name) is not None]
    if not actions:
        raise ValidationException(_NO_ACTION)
    if len(actions) > 1:
        raise ValidationException(_SEVERAL_ACTIONS)
    return actions[0]


def check_distinct_items(identities: Iterable[Hashable]) -> None:
    """Nothing twice: table and key of each action. AWS checks it once every action is well-formed."""
    check_distinct(identities, _SAME_ITEM)


def transacted(table: Table) -> Table:
    """A table of a transaction. Raises ValidationException for one with strong consistency across regions, which takes
    part in none (developer guide, "Multi-Region strong consistency"; not AWS's words).
    """
    if table.settings.strong:
        raise ValidationException("Transactions are not supported for global tables with strong consistency")
    return table
