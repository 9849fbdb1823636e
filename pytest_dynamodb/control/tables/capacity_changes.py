"""Throughput changes by UpdateTable: units, billing mode, ceilings, warm throughput.

While units are being changed, descriptions show the old ones with the time of the change; afterwards the new ones with
the time at which it was done (dynalite's tests, updateTable; ack-api-quirks, DDB-TABLE-165).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from pytest_dynamodb.control.tables.billing import check_failed_ceiling
from pytest_dynamodb.control.tables.creation import ceiling_of, throughput_of, warm_of
from pytest_dynamodb.control.tables.description import decreases_today, warm_units
from pytest_dynamodb.control.tables.indexes import subscriber_limit
from pytest_dynamodb.control.tables.lookup import moment_in_words
from pytest_dynamodb.engine.settings import IndexSettings, TableSettings, Throughput, Units
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException

_FREE_DECREASES: Final = 4
_HOUR: Final = 3600.0

Own = TypeVar("Own", TableSettings, IndexSettings)


def changed_units(old: Throughput, params: Mapping[str, Any], now: float, *, index: str | None) -> Throughput:
    """The new units, otherwise like the old ones. Raises ValidationException if nothing changes."""
    new = throughput_of(params)
    if (new.read, new.write) == (old.read, old.write):
        raise ValidationException(_unchanged(old, new, index))
    if new.read < old.read or new.write < old.write:
        _check_may_decrease(old, now)
    return replace(old, read=new.read, write=new.write)


def _unchanged(old: Throughput, new: Throughput, index: str | None) -> str:
    what, where = ("the table", "the table") if index is None else (f"the index {index}", f"index {index}")
    return (
        f"The provisioned throughput for {what} will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for {where}: {old.read}. Requested ReadCapacityUnits: {new.read}. "
        f"Current WriteCapacityUnits provisioned for {where}: {old.write}. Requested WriteCapacityUnits: {new.write}. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )


def _check_may_decrease(old: Throughput, now: float) -> None:
    """Units may be decreased four times a day, then once an hour (developer guide, "Service quotas")."""
    count, last = decreases_today(old, now), old.last_decrease
    if last is None or count < _FREE_DECREASES or now - last >= _HOUR:
        return
    raise subscriber_limit(
        "Provisioned throughput decreases are limited within a given UTC day. After the first 4 decreases, each "
        "subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. "
        f"Number of decreases today: {count}. Last decrease at {moment_in_words(last)}. "
        f"Next decrease can be made at {moment_in_words(last + _HOUR)}"
    )


def under_way(old: Throughput, new: Throughput, now: float) -> Throughput:
    """The throughput to describe until a change of units is done."""
    return _stamped(old, old, new, now)


def done(old: Throughput, new: Throughput, due: float) -> Throughput:
    """The throughput to describe once a change of units is done."""
    stamped = _stamped(new, old, new, due)
    less = new.read < old.read or new.write < old.write
    return replace(stamped, decreases=decreases_today(old, due) + 1) if less else stamped


def _stamped(units: Throughput, old: Throughput, new: Throughput, moment: float) -> Throughput:
    if new.read > old.read or new.write > old.write:
        units = replace(units, last_increase=moment)
    if new.read < old.read or new.write < old.write:
        units = replace(units, last_decrease=moment)
    return units


def kept_warm(own: Own, *, on_demand: bool) -> Own:
    """The settings with their current warm throughput fixed: it never decreases (ack-api-quirks, DDB-TABLE-134)."""
    return replace(own, warm=warm_units(own, on_demand=on_demand))


def warmed(
    own: TableSettings | IndexSettings, params: Mapping[str, Any], *, on_demand: bool, index: str | None
) -> Units:
    """The new WarmThroughput. Raises ValidationException if it is below the current one."""
    current, asked = warm_units(own, on_demand=on_demand), warm_of(params)
    where = "table" if index is None else f"index {index}"
    pairs = (("ReadUnitsPerSecond", current.read, asked.read), ("WriteUnitsPerSecond", current.write, asked.write))
    for name, least, units in pairs:
        if units is not None and units < (least or 0):
            raise ValidationException(
                f"{INVALID_VALUES}Requested {name} for WarmThroughput for {where} is lower than current "
                "WarmThroughput, "
                "decreasing WarmThroughput is not supported"
            )
    return Units(
        current.read if asked.read is None else asked.read, current.write if asked.write is None else asked.write
    )


def capped(old: Units, params: Mapping[str, Any], *, on_demand: bool, index: str | None) -> Units:
    """The new OnDemandThroughput, merged with the old one; a -1 stays in it until ``uncapped`` removes it.

    Raises ValidationException for other numbers below 1, and for tables with provisioned units.
    """
    asked = ceiling_of(params)
    members = (("MaxReadRequestUnits", asked.read), ("MaxWriteRequestUnits", asked.write))
    told = [(name, units) for name, units in members if units is not None]
    if told and not on_demand:
        where = "" if index is None else f"for index : {index} "
        raise ValidationException(
            f"{INVALID_VALUES}{told[0][0]} for OnDemandThroughput {where}cannot be specified "
            "when the table BillingMode is PROVISIONED"
        )
    for name, units in told:
        if units < 1 and units != -1:
            check_failed_ceiling(name, index)
    return Units(old.read if asked.read is None else asked.read, old.write if asked.write is None else asked.write)


def uncapped(ceiling: Units) -> Units:
    """A ceiling without the members that are -1, which removes them."""
    return Units(None if ceiling.read == -1 else ceiling.read, None if ceiling.write == -1 else ceiling.write)
