"""Rules across the members of CreateTable, in AWS's order: throughput, keys, unused definitions, local indexes, global
indexes, options (dynalite's tests, createTable; ack-api-quirks, DDB-TABLE-127).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.control.tables.billing import (
    check_ceiling,
    check_index_billing,
    check_table_billing,
    check_warm,
    is_on_demand,
)
from pytest_dynamodb.control.tables.creation import check_options
from pytest_dynamodb.control.tables.rules import (
    Defined,
    attribute_types_of,
    check_definitions,
    check_global_keys,
    check_local_keys,
    check_projected_count,
    check_projection,
    check_table_keys,
    listed,
    names_of,
)
from pytest_dynamodb.control.tables.vectors import attribute_of, check_vector_indexes, searched_attributes
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException

MOST_LOCAL: Final = 5
MOST_GLOBAL: Final = 20

Definitions = Sequence[Mapping[str, Any]]


def check_new_table(params: Mapping[str, Any]) -> None:
    """Raise ValidationException, with AWS's message, for the first rule that a CreateTable breaks."""
    if params.get("GlobalTableSourceArn") is not None:
        raise ValidationException(f"{INVALID_VALUES}GlobalTableSourceArn: there are no replicas in other accounts here")
    check_table_billing(params)
    check_definitions(params["AttributeDefinitions"])
    defined = attribute_types_of(params["AttributeDefinitions"])
    check_table_keys(params["KeySchema"], defined)
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if params.get(member) is not None and not params[member]:
            raise ValidationException(f"{INVALID_VALUES}List of {member} is empty")
    local, global_ = params.get("LocalSecondaryIndexes") or (), params.get("GlobalSecondaryIndexes") or ()
    vectors = params.get("VectorIndexes")
    elsewhere = {*searched_attributes(vectors or ()), *map(attribute_of, vectors or ())}  # looked at later
    _check_all_used(params["KeySchema"], [*local, *global_], [name for name in defined if name not in elsewhere])
    names: set[str] = set()
    _check_local(local, params["KeySchema"], defined, names)
    _check_global(global_, defined, names, on_demand=is_on_demand(params))
    check_projected_count([*local, *global_])
    check_options(params)
    check_vector_indexes(vectors, names, defined, on_demand=is_on_demand(params))
    _check_throughput_options(params, global_)


def _check_local(indexes: Definitions, table_keys: Sequence[Any], defined: Defined, names: set[str]) -> None:
    if indexes and len(table_keys) < 2:
        raise ValidationException(
            f"{INVALID_VALUES}Table KeySchema does not have a range key, "
            "which is required when specifying a LocalSecondaryIndex"
        )
    for index in indexes:
        check_local_keys(index["KeySchema"], defined)
        _check_shares_hash(index, table_keys[0]["AttributeName"])
        check_projection(index["Projection"])
        _check_new_name(index["IndexName"], names)
    if len(indexes) > MOST_LOCAL:
        raise ValidationException(
            f"{INVALID_VALUES}Number of LocalSecondaryIndexes exceeds per-table limit of {MOST_LOCAL}"
        )


def _check_shares_hash(index: Mapping[str, Any], table_hash: str) -> None:
    keys, name = index["KeySchema"], index["IndexName"]
    if len(keys) < 2:
        raise ValidationException(f"{INVALID_VALUES}Index KeySchema does not have a range key for index: {name}")
    own = keys[0]["AttributeName"]
    if own != table_hash:
        raise ValidationException(
            f"{INVALID_VALUES}Index KeySchema does not have the same leading hash key as table KeySchema for "
            f"index: {name}. "
            f"index hash key: {own}, table hash key: {table_hash}"
        )


def _check_global(indexes: Definitions, defined: Defined, names: set[str], *, on_demand: bool) -> None:
    for index in indexes:
        check_global_keys(index["KeySchema"], defined)
        check_projection(index["Projection"])
        check_index_billing(index, on_demand=on_demand)
        _check_new_name(index["IndexName"], names)
    if len(indexes) > MOST_GLOBAL:
        raise ValidationException(
            f"{INVALID_VALUES}GlobalSecondaryIndex count exceeds the per-table limit of {MOST_GLOBAL}"
        )


def _check_new_name(name: str, names: set[str]) -> None:
    """Local and global indexes must not share a name."""
    if name in names:
        raise ValidationException(f"{INVALID_VALUES}Duplicate index name: {name}")
    names.add(name)


def _check_all_used(table_keys: Sequence[Any], indexes: Definitions, defined: Sequence[str]) -> None:
    used = dict.fromkeys(names_of(table_keys))
    for index in indexes:
        used |= dict.fromkeys(names_of(index["KeySchema"]))
    if len(used) >= len(defined):
        return
    if not indexes:
        raise ValidationException(
            f"{INVALID_VALUES}Number of attributes in KeySchema does not exactly match "
            "number of attributes defined in AttributeDefinitions"
        )
    raise ValidationException(
        f"{INVALID_VALUES}Some AttributeDefinitions are not used. "
        f"AttributeDefinitions: {listed(defined)}, keys used: {listed(used)}"
    )


def _check_throughput_options(params: Mapping[str, Any], indexes: Definitions) -> None:
    on_demand = is_on_demand(params)
    check_ceiling(params, on_demand=on_demand)
    check_warm(params, on_demand=on_demand)
    for index in indexes:
        check_ceiling(index, on_demand=on_demand, index=index["IndexName"])
        check_warm(index, on_demand=on_demand, index=index["IndexName"])
