"""Rules of GlobalSecondaryIndexUpdates, and quotas of indexes and throughput."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.control.tables.billing import check_bounds, check_ceiling, check_warm
from pytest_dynamodb.control.tables.definitions import MOST_GLOBAL
from pytest_dynamodb.control.tables.rules import (
    Elements,
    attribute_types_of,
    check_global_keys,
    check_projected_total,
    check_projection,
    names_of,
)
from pytest_dynamodb.control.tables.vectors import check_no_vector_key
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.schema import key_parts
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

# --- GlobalSecondaryIndexUpdates ---
# (ack-api-quirks, DDB-TABLE-160, 456; dynalite's tests, updateTable)

ACTIONS: Final = ("Update", "Create", "Delete")

INDEX_UPDATES: Final = ("GlobalSecondaryIndexUpdates", "VectorIndexUpdates")
"""The members of UpdateTable by which indexes come and go."""

Updates = Sequence[Mapping[str, Any]]


def action_of(update: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The one action of a checked entry of ``INDEX_UPDATES``, and its parameters."""
    return next((action, update[action]) for action in ACTIONS if update.get(action) is not None)


def check_index_updates(updates: Updates | None) -> None:
    """Each entry has exactly one action, and each index at most one. Checked before the table is looked up."""
    if updates is not None and not updates:
        raise ValidationException(f"{INVALID_VALUES}List of GlobalSecondaryIndexUpdates is empty")
    seen: set[str] = set()
    for update in updates or ():
        _check_one_action(update)
        action, what = action_of(update)
        name = what["IndexName"]
        if name in seen:
            raise ValidationException(
                f"{INVALID_VALUES}Only one global secondary index update per index is allowed simultaneously. Index: "
                f"{name}"
            )
        seen.add(name)
        if action == "Update" and what.get("WarmThroughput") == {}:
            raise ValidationException(
                f"{INVALID_VALUES}WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond "
                f"specified for index: {name}"
            )


def _check_one_action(update: Mapping[str, Any]) -> None:
    count = sum(update.get(action) is not None for action in ACTIONS)
    if count == 0:
        names = ", ".join(f"GlobalSecondaryIndexUpdate.{action}" for action in ACTIONS)
        raise ValidationException(f"{INVALID_VALUES}One of {names} must not be null")
    if count > 1:
        raise ValidationException(
            f"{INVALID_VALUES}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
        )


def check_creation(table: Table, new: Mapping[str, Any], definitions: Updates | None, *, on_demand: bool) -> None:
    """Check a new index. Its key attributes must be defined in the request, even if the table has them."""
    name = new["IndexName"]
    if not definitions:
        raise ValidationException(f"{INVALID_VALUES}AttributeDefinitions is not specified for index: {name}")
    types = attribute_types_of(definitions)
    check_global_keys(new["KeySchema"], types)
    _check_types_kept(table, new["KeySchema"], types)
    check_projection(new["Projection"])
    _check_new_throughput(new, on_demand=on_demand)
    if name in {*table.indexes, *table.settings.vectors}:
        raise ValidationException("Attempting to create an index which already exists")
    check_no_vector_key(table.settings, new["KeySchema"], types)
    projected = [index.schema.projection.attributes for index in table.indexes.values()]
    check_projected_total(sum(map(len, projected)) + len(new["Projection"].get("NonKeyAttributes") or ()))
    if len(table.global_indexes) >= MOST_GLOBAL:
        raise subscriber_limit(f"Number of global secondary indexes exceeds per-table limit of {MOST_GLOBAL}")


def _check_types_kept(table: Table, elements: Elements, types: Mapping[str, str]) -> None:
    """No key attribute of a new index has another type than it has in a schema that is there.

    What else the request defines otherwise is passed over (paritysuite/dynamodb-conformance#78). The message is known
    from nubo-db/dynoxide's captures of August 2026, for schemas of one attribute.
    """
    for schema in (table.keys, *(index.schema.keys for index in table.indexes.values())):
        if any(types[name] != tag for name, tag in schema.parts if name in names_of(elements)):
            before = [f"key{{{name}:{tag}:{role}}}" for name, tag, role in key_parts(schema)]
            after = [
                f"key{{{element['AttributeName']}:{types[element['AttributeName']]}:{element['KeyType']}}}"
                for element in elements
            ]
            raise ValidationException(
                f"{INVALID_VALUES}Attributes cannot be redefined. Please check that your attribute has the same type "
                "as "
                f"previously defined. Existing schema: {_shown(before)} New schema: {_shown(after)}"
            )


def _shown(keys: Sequence[str]) -> str:
    return f"Schema:[{', '.join(f'SchemaElement: {key}' for key in keys)}]"


def _check_new_throughput(new: Mapping[str, Any], *, on_demand: bool) -> None:
    given, name = new.get("ProvisionedThroughput"), new["IndexName"]
    if on_demand and given is not None:
        raise ValidationException(
            f"{INVALID_VALUES}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and given is None:
        raise ValidationException(
            f"{INVALID_VALUES}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
        )
    check_bounds(given)
    check_ceiling(new, on_demand=on_demand, index=name)
    check_warm(new, on_demand=on_demand, index=name)


def check_exists(table: Table, action: str, name: str) -> None:
    """Raise ResourceNotFoundException unless the index exists and is global."""
    index = table.indexes.get(name)
    if index is None:
        raise no_such_index(table, name)
    if not index.schema.is_global:
        raise ValidationException(f"Cannot {action.lower()} an index that is not a GlobalSecondaryIndex: {name}")


def no_such_index(table: Table, name: str) -> DynamoDbError:
    """The error for an index that the table does not have."""
    return error_for("ResourceNotFoundException", f"Requested resource not found: Index {name} for table {table.name}")


def subscriber_limit(detail: str) -> DynamoDbError:
    """The error for exceeding a quota of the account."""
    return error_for("LimitExceededException", f"Subscriber limit exceeded: {detail}")


# --- quotas ---
# Those of an account that has not asked AWS for more (developer guide, "Service quotas"; ack-api-quirks,
# DDB-TABLE-443).

MOST_OF_ACCOUNT: Final = 80_000
MOST_OF_TABLE: Final = 40_000


def check_quotas(call: Call) -> None:
    """Raise LimitExceededException for a CreateTable or UpdateTable with more units than a table or index may have."""
    params = call.params
    _check(params, call.region.name, "", "table")
    updates = [action_of(update) for update in params.get("GlobalSecondaryIndexUpdates") or ()]
    for index in (*(params.get("GlobalSecondaryIndexes") or ()), *(what for _, what in updates)):
        _check(index, call.region.name, f" for index {index['IndexName']}", "index")


def _check(described: Mapping[str, Any], region: str, which: str, kind: str) -> None:
    given = described.get("ProvisionedThroughput") or {}
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        units = given.get(name) or 0
        if units > MOST_OF_TABLE:
            raise error_for(
                "LimitExceededException",
                f"The requested {name}{which}, {int(units)}, is above the per {kind} maximum for the account in "
                f"{region}. Per {kind} maximum: {MOST_OF_TABLE}. "
                "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
            )
