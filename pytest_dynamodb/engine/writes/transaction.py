"""Transactions: writes that are checked, planned, then carried out together or not at all; and their tokens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.answers import Usage, read_units
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, SortPosition, StoredItem
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.validation.keys import EmptyKeyValue
from pytest_dynamodb.engine.validation.rules import action_of
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.writes.write import ConditionCheck, Delete, Put, UpdateWrite, Write, apply
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

# --- steps ---
# Until everything is known to work, nothing is changed. What fails on its table is a reason to cancel, by position.
# All actions are checked against their tables before a condition is tested (floci-io/floci#3674, checked against AWS).

Reason = dict[str, Any]
"""One of CancellationReasons: a code and, unless that is None, a message."""

NO_REASON: Final[Reason] = {"Code": "None"}
FACTOR: Final = 2.0
"""A transaction prepares and commits, or reads twice (developer guide, "Transactions": Capacity management)."""

_CANCELLED: Final = "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
_CODES: Final = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ResourceNotFoundException": "ResourceNotFound",
}


@dataclass(slots=True)
class TransactionStep:
    """One write on its table, and what comes of it."""

    write: Write
    table: Table
    new: StoredItem | None = None
    change: Change | None = None

    @property
    def place(self) -> tuple[str, Identity, SortPosition] | None:
        """The table and key of its item; ``None`` for what is no key of the table."""
        return place_of(self.table, self.write.key)


def place_of(table: Table, key: Attributes) -> tuple[str, Identity, SortPosition] | None:
    """The table and key of an item, the same for the same item; ``None`` for what is no key of the table."""
    keys = table.keys
    return (table.name, keys.identity(key), keys.order(key)) if keys.indexable(key) else None


def check_actions(steps: Sequence[TransactionStep]) -> None:
    """Check every write against its table's schema.

    Raises TransactionCanceledException with the first fault as the only reason, or EmptyKeyValue, wherever it is.
    """
    check_reasons(first_alone([_fault(step) for step in steps]))


def plan(steps: Sequence[TransactionStep]) -> None:
    """Find out what every checked write would do. Raises TransactionCanceledException."""
    check_reasons([_reason(step) for step in steps])


def first_alone(reasons: Sequence[Reason]) -> list[Reason]:
    """The first reason to cancel, alone: all other actions have none."""
    first = next((at for at, reason in enumerate(reasons) if reason is not NO_REASON), None)
    return [reason if at == first else NO_REASON for at, reason in enumerate(reasons)]


def check_reasons(reasons: Sequence[Reason]) -> None:
    """Raise TransactionCanceledException if one of these is a reason to cancel."""
    codes = [reason["Code"] for reason in reasons]
    if codes.count("None") < len(codes):
        message = _CANCELLED.format(codes=", ".join(codes))
        raise error_for("TransactionCanceledException", message, members={"CancellationReasons": list(reasons)})


def reason_of(problem: DynamoDbError) -> Reason:
    """An error as an entry of CancellationReasons."""
    code = _CODES.get(problem.code, "ValidationError")
    return {"Code": code, "Message": problem.message, **problem.members}


def _fault(step: TransactionStep) -> Reason:
    try:
        step.write.check_against(step.table)
    except EmptyKeyValue:
        raise
    except ValidationException as problem:
        return reason_of(problem)
    return NO_REASON


def _reason(step: TransactionStep) -> Reason:
    old = step.table.get(step.write.key)
    try:
        step.write.check(old)
        step.new = step.write.outcome(step.table, old)
    except EmptyKeyValue:
        raise
    except DynamoDbError as problem:
        return reason_of(problem)
    return NO_REASON


def commit(call: Call, steps: Sequence[TransactionStep]) -> None:
    """Apply what was planned."""
    for step in steps:
        if isinstance(step.write, ConditionCheck):
            step.change = Change(step.new, step.new)
        else:
            table = call.region.tables[step.table.name]  # an earlier step may have put a copy in its place
            step.change = apply(call, table, step.write.key, table.get(step.write.key), step.new)


def consumed(steps: Sequence[TransactionStep], mode: str, *, repeated: bool) -> Iterator[dict[str, Any]]:
    """ConsumedCapacity per table.

    A repeated transaction is charged as a read of its items (developer guide, "Idempotency").
    """
    usages: dict[str, Usage] = {}
    for step in steps:
        usage = usages.setdefault(step.table.name, Usage())
        if repeated or step.change is None:
            stored = step.table.get(step.write.key)
            usage.add(FACTOR * read_units(0 if stored is None else stored.size, consistent=True))
        else:
            usage.add_write(step.change, factor=FACTOR)
    for name, usage in usages.items():
        yield usage.body(name, mode, kind="Read" if repeated else "Write")


# --- actions ---

_KINDS: Final[dict[str, type[Put | UpdateWrite | Delete | ConditionCheck]]] = {
    "ConditionCheck": ConditionCheck,
    "Put": Put,
    "Delete": Delete,
    "Update": UpdateWrite,
}


def read_action(surface: Surface, entry: dict[str, Any]) -> tuple[str, Write]:
    """The table that an action of a transaction names, and the write. Raises ``ValidationException``.

    ``surface`` is the row of TransactWriteItems.
    """
    kind, params = action_of(entry)
    return params["TableName"], _KINDS[kind].read(surface.parts[kind], params)


# --- idempotency tokens ---

VALID_SECONDS: Final = 600.0
"""API reference, TransactWriteItems: ClientRequestToken."""

_MISMATCH: Final = "Request parameters do not match with those of the previous request with the same token"
# Wording seen in no capture that is public; the API reference has only the exception's description.


def is_repeated(call: Call, token: str) -> bool:
    """Whether this request was carried out already. Raises IdempotentParameterMismatchException for another one."""
    known = call.region.tokens.get(token)
    if known is None or known[1] <= call.clock.now():
        return False
    if known[0] != _digest(call):
        raise error_for("IdempotentParameterMismatchException", _MISMATCH)
    return True


def remember(call: Call, token: str) -> None:
    """Note that a request has been carried out, and forget those whose ten minutes are over."""
    now = call.clock.now()
    remembered = call.region.tokens
    for old in [old for old, (_, until) in remembered.items() if until <= now]:
        del remembered[old]
    remembered[token] = (_digest(call), now + VALID_SECONDS)


def _digest(call: Call) -> bytes:
    # What is returned may differ from call to call; what is written may not (paritysuite: replayed capacity).
    written = call.params["TransactItems" if "TransactItems" in call.params else "TransactStatements"]
    items = json.dumps([call.operation, written], sort_keys=True)
    return hashlib.sha256(items.encode("utf-8", "surrogatepass")).digest()
