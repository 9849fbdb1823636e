"""What a restore may change of its source (ack-api-quirks, DDB-TABLE-273, 279, 280)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.engine.table import Index, Table
from pytest_dynamodb.engine.tables.options import check_encryption
from pytest_dynamodb.errors import ValidationException

INVALID_REQUEST: Final = "Invalid Request: "
_ON_DEMAND: Final = "PAY_PER_REQUEST"

Params = Mapping[str, Any]


def target_on_demand(source: Table, params: Params) -> bool:
    """Whether the restored table is billed on demand."""
    mode = params.get("BillingModeOverride")
    return source.settings.on_demand if mode is None else bool(mode == _ON_DEMAND)


def check_overrides(source: Table, params: Params) -> None:
    """Raises ValidationException for the first override that does not go with the others or with the source."""
    on_demand, mode = target_on_demand(source, params), params.get("BillingModeOverride")
    units = params.get("ProvisionedThroughputOverride")
    if units is not None and on_demand:
        raise _invalid(
            "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST"
            if mode
            else "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED"
        )
    if units is None and mode == "PROVISIONED":
        raise _invalid("Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED")
    _check_ceiling(params, on_demand=on_demand)
    for member, indexes in _by_member(source).items():
        for wanted in params.get(member) or ():
            check_matched(wanted, indexes)
            if member.startswith("Global"):
                _check_index_units(wanted, on_demand=on_demand, overridden=mode is not None)
    if (encryption := params.get("SSESpecificationOverride")) is not None:
        check_encryption(encryption)


def _by_member(source: Table) -> dict[str, list[Index]]:
    return {
        "LocalSecondaryIndexOverride": source.local_indexes,
        "GlobalSecondaryIndexOverride": source.global_indexes,
    }


def _check_ceiling(params: Params, *, on_demand: bool) -> None:
    given = params.get("OnDemandThroughputOverride") or {}
    for member in ("MaxReadRequestUnits", "MaxWriteRequestUnits"):
        if given.get(member) is None:
            continue
        if not on_demand:
            raise _invalid(
                f"Cannot override {member} for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST"
            )
        if given[member] < 1:
            raise _invalid(f"Requested {member} for OnDemandThroughput is outside of valid range")


def _check_index_units(wanted: Params, *, on_demand: bool, overridden: bool) -> None:
    given, name = wanted.get("ProvisionedThroughput"), wanted["IndexName"]
    if on_demand and given is not None:
        raise _invalid(
            "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for index " + name
            if overridden
            else f"Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED for index {name}"
        )
    if not on_demand and given is None:
        raise _invalid(f"Must specify provisioned throughput for index {name}")


def check_matched(wanted: Params, indexes: Sequence[Index]) -> Index:
    """The index of the source that an override means, by its keys and projection: its name may be a new one.

    Raises ValidationException.
    """
    keys = [(element["AttributeName"], element["KeyType"]) for element in wanted["KeySchema"]]
    projection = wanted["Projection"]
    for index in indexes:
        own = index.schema
        roles = [(name, "HASH") for name, _ in own.keys.hash] + [(name, "RANGE") for name, _ in own.keys.range]
        same = own.projection.type == projection.get("ProjectionType") and set(own.projection.attributes) == set(
            projection.get("NonKeyAttributes") or ()
        )
        if roles == keys and same:
            return index
    raise _invalid(
        f"Index {wanted['IndexName']} does not match a secondary index that existed in the source table "
        "and cannot be created during the restore operation"
    )


def _invalid(detail: str) -> ValidationException:
    return ValidationException(INVALID_REQUEST + detail)
