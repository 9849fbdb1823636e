"""Rules of CreateTable's throughput members (dynalite's tests; ack-api-quirks, DDB-TABLE-442)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.control.tables.description import ON_DEMAND_WARM
from pytest_dynamodb.engine.settings import Units
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException

MOST_UNITS: Final = 1_000_000_000_000
_NEITHER: Final = (
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)
_CEILING: Final = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
_WARM: Final = ("ReadUnitsPerSecond", "WriteUnitsPerSecond")
_PROVISIONED: Final = ("ReadCapacityUnits", "WriteCapacityUnits")


def is_on_demand(params: Mapping[str, Any]) -> bool:
    """Whether a CreateTable asks for on-demand capacity."""
    return params.get("BillingMode") == "PAY_PER_REQUEST"


def check_table_billing(params: Mapping[str, Any]) -> None:
    """Either provisioned units or on-demand capacity."""
    given = params.get("ProvisionedThroughput")
    if is_on_demand(params):
        check_no_throughput(given)
    elif given is None:
        raise ValidationException(
            f"{INVALID_VALUES}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            "PROVISIONED"
        )
    check_bounds(given)


def check_no_throughput(given: Mapping[str, int] | None) -> None:
    """On demand, no units may be provisioned."""
    if given is not None:
        raise ValidationException(INVALID_VALUES + _NEITHER)


def check_bounds(given: Mapping[str, int] | None) -> None:
    """Units must not exceed AWS's largest number."""
    for name in _PROVISIONED if given else ():
        if given and given[name] > MOST_UNITS:
            raise ValidationException(f"Given value {given[name]} for {name} is out of bounds")


def check_index_billing(definition: Mapping[str, Any], *, on_demand: bool) -> None:
    """A global index is billed like its table."""
    given, name = definition.get("ProvisionedThroughput"), definition["IndexName"]
    if on_demand and given is not None:
        raise ValidationException(
            f"{INVALID_VALUES}ProvisionedThroughput should not be specified for index: {name} "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and given is None:
        raise ValidationException(f"{INVALID_VALUES}ProvisionedThroughput is not specified for index: {name}")


def check_ceiling(params: Mapping[str, Any], *, on_demand: bool, index: str | None = None) -> None:
    """OnDemandThroughput of a new table or index must be at least 1, and is not allowed with provisioned units.

    The error names the first member given, reads first (nubo-db/dynoxide, captured in July 2026).
    """
    given = params.get("OnDemandThroughput") or {}
    members = [name for name in _CEILING if given.get(name) is not None]
    if members and not on_demand:
        where = "" if index is None else f" for index: {index}"
        raise ValidationException(
            f"{INVALID_VALUES}{members[0]} for OnDemandThroughput{where} cannot be specified "
            "when table BillingMode is PROVISIONED."
        )
    for name in members:
        if given[name] < 1:
            check_failed_ceiling(name, index)


def check_failed_ceiling(name: str, index: str | None) -> None:
    """Raise the error for a ceiling that is neither a valid number of units nor, in an update, -1."""
    where = "table" if index is None else f"index : {index}"
    raise ValidationException(
        f"{INVALID_VALUES}Requested {name} for OnDemandThroughput for {where} is outside of valid range"
    )


def check_warm(params: Mapping[str, Any], *, on_demand: bool, index: str | None = None) -> None:
    """WarmThroughput of a new table or index must not be below its default."""
    given, where = params.get("WarmThroughput") or {}, "table" if index is None else f"index {index}"
    provisioned = params.get("ProvisionedThroughput") or {}
    floors = ON_DEMAND_WARM if on_demand else Units(*(provisioned.get(name) for name in _PROVISIONED))
    for name, floor, units in zip(_WARM, (floors.read, floors.write), _PROVISIONED, strict=True):
        if given.get(name) is not None and given[name] < (floor or 0):
            least = "initial throughput for OnDemand." if on_demand else f"{units} of ProvisionedThroughput"
            raise ValidationException(
                f"{INVALID_VALUES}Requested {name} for WarmThroughput for {where} is lower than {least}"
            )
