"""UpdateTable: which changes a request may combine, and how the settings change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.replication.group import WITH_OVERRIDES
from pytest_dynamodb.control.tables.billing import check_bounds, check_no_throughput
from pytest_dynamodb.control.tables.capacity_changes import (
    capped,
    changed_units,
    done,
    kept_warm,
    uncapped,
    under_way,
    warmed,
)
from pytest_dynamodb.control.tables.creation import (
    check_encryption,
    check_table_class,
    encryption_of,
    stream_of,
    throughput_of,
)
from pytest_dynamodb.control.tables.index_changes import with_index_changes, with_vector_changes
from pytest_dynamodb.control.tables.indexes import INDEX_UPDATES
from pytest_dynamodb.control.tables.vectors import check_billing
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Event, IndexSettings, TableSettings, Throughput, Units
from pytest_dynamodb.engine.streams.capture import close_stream
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

# --- concerns ---
# AWS takes one concern a call, with few exceptions (ack-api-quirks, DDB-TABLE-382, 174, 015, 359, 456).
# All of this is checked before the table is looked up.

_LISTED: Final = (
    *("ProvisionedThroughput", "BillingMode", "UpdateStreamEnabled", "GlobalSecondaryIndexUpdates", "SSESpecification"),
    *("ReplicaUpdates", "MultiAccountReplicaReady", "ReplicaTransitRoleArn", "MultiRegionConsistency"),
    *("DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput"),
)
"""What an UpdateTable may change, as AWS lists it; names that its public model lacks are among them."""
_PUBLIC: Final = (
    *_LISTED,
    "StreamSpecification",
    "TableClass",
    "GlobalTableSettingsReplicationMode",
    "VectorIndexUpdates",
)

_ALONE: Final = {
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
}
"""Concerns that stand alone, in the order in which AWS names them."""


def check_concerns(params: Mapping[str, Any]) -> None:
    """Raise ValidationException for a request that asks for nothing, or for changes that cannot be combined."""
    asked = concerns_of(params)
    _check_any(asked)
    for member, message in _ALONE.items():
        if member in asked and len(asked) > 1:
            raise ValidationException(INVALID_VALUES + message)
    _check_throughput(params, asked)
    _check_pairs(params, asked)
    _check_members(params)


def concerns_of(params: Mapping[str, Any]) -> set[str]:
    """The members that ask for a change. Empty throughput counts as absent, and so does an empty list on its own."""
    asked = {name for name in _PUBLIC if params.get(name) is not None}
    asked -= {name for name in ("OnDemandThroughput", "WarmThroughput") if params.get(name) == {}}
    if asked == {"GlobalSecondaryIndexUpdates"} and not params["GlobalSecondaryIndexUpdates"]:
        return set()
    return asked


def _check_any(asked: set[str]) -> None:
    if not asked - {"MultiRegionConsistency"}:
        listed = ", ".join(name for name in _LISTED if name not in asked)
        raise ValidationException(f"At least one of {listed} or TableClass is required")


def _check_throughput(params: Mapping[str, Any], asked: set[str]) -> None:
    mode, given = params.get("BillingMode"), params.get("ProvisionedThroughput")
    if mode == "PROVISIONED" and given is None:
        raise ValidationException(
            f"{INVALID_VALUES}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
        )
    if mode == "PAY_PER_REQUEST" and given is not None:  # not CreateTable's words (DDB-TABLE-056)
        raise ValidationException(
            f"{INVALID_VALUES}ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST"
        )
    check_bounds(given)
    if "OnDemandThroughput" in asked and asked - {"OnDemandThroughput", "BillingMode"}:
        raise ValidationException(
            f"{INVALID_VALUES}OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        )


def _check_pairs(params: Mapping[str, Any], asked: set[str]) -> None:
    updates = [update for member in INDEX_UPDATES for update in params.get(member) or ()]
    online = any(update.get("Create") or update.get("Delete") for update in updates)
    units, stream = "ProvisionedThroughput" in asked, "StreamSpecification" in asked
    if units and stream:
        raise ValidationException(f"{INVALID_VALUES}You cannot modify stream status while updating table IOPS")
    if units and online:
        raise ValidationException(f"{INVALID_VALUES}You cannot create or delete index while updating table IOPS")
    if stream and online:
        raise ValidationException(f"{INVALID_VALUES}You cannot create or delete index while changing stream status")
    if "WarmThroughput" in asked and len(asked) > 1:
        creates = any(update.get("Create") for update in params.get("GlobalSecondaryIndexUpdates") or ())
        what = "Create global secondary index cannot be specified when updating WarmThroughput"
        raise ValidationException(
            INVALID_VALUES + (what if creates else "WarmThroughput must be the only operation in the request")
        )


def _check_members(params: Mapping[str, Any]) -> None:
    check_table_class(params.get("TableClass"))
    if (encryption := params.get("SSESpecification")) is not None:
        check_encryption(encryption)
    if (stream := params.get("StreamSpecification")) is not None:
        _check_stream(stream)


def _check_stream(stream: Mapping[str, Any]) -> None:
    view = stream.get("StreamViewType")
    if truth(stream.get("StreamEnabled")) and view is None:
        raise ValidationException(f"{INVALID_VALUES}If stream is being enabled then UpdateViewType is required")
    if not truth(stream.get("StreamEnabled")) and view is not None:
        raise ValidationException(
            f"{INVALID_VALUES}If stream is being disabled, then UpdateViewType must not be specified"
        )


# --- changes ---
# A checked UpdateTable is carried out: it changes settings now, and adds events that will change them later.

SettingsChange = Callable[[Table, TableSettings, Call], TableSettings]


def changed_settings(table: Table, call: Call) -> TableSettings:
    """The new settings. Raises ValidationException and others before anything has changed."""
    settings, asked = table.settings, concerns_of(call.params)
    for member, change in _CHANGES.items():
        if member in asked:
            settings = change(table, settings, call)
    return settings


def target_on_demand(settings: TableSettings, params: Mapping[str, Any]) -> bool:
    mode = params.get("BillingMode")
    return settings.on_demand if mode is None else bool(mode == "PAY_PER_REQUEST")


def _due(call: Call) -> float:
    return call.clock.now() + call.lifecycle.update_table


def _updating(settings: TableSettings, call: Call, /, then: Mapping[str, Any], **now: Any) -> TableSettings:
    """The settings of a table that is UPDATING; ``then`` are the changes once that is done."""
    busy = replace(settings, status="UPDATING", **now)
    return busy.then(Event(_due(call), {"status": "ACTIVE", **then}))


def _nothing_new(settings: TableSettings, call: Call) -> TableSettings:
    """The settings after a change that changes nothing: the answer says UPDATING, the next call ACTIVE (ack-api-quirks,
    DDB-TABLE-177).
    """
    return replace(settings, status="UPDATING").then(Event(call.clock.now(), {"status": settings.status}))


# --- billing ---


def _billing(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    on_demand = target_on_demand(settings, call.params)
    if settings.vectors:
        check_billing(on_demand=on_demand)
    if on_demand == settings.on_demand:
        return _nothing_new(settings, call) if on_demand else settings
    return _to_on_demand(settings, call) if on_demand else _to_provisioned(table, settings, call)


def _to_on_demand(settings: TableSettings, call: Call) -> TableSettings:
    now, due, old = call.clock.now(), _due(call), settings.throughput
    nothing = replace(old, read=0, write=0)
    settings = _updating(
        kept_warm(settings, on_demand=False),
        call,
        {"on_demand_since": due, "throughput": nothing},
        on_demand=True,
        was_on_demand=True,
        throughput=replace(nothing, last_decrease=now),
    )
    for name, index in settings.indexes.items():
        settings = settings.with_index(name, _index_on_demand(index))
        after = {"status": "ACTIVE", "throughput": done(index.throughput, Throughput(), due)}
        settings = settings.then(Event(due, after, name))
    return settings


def _index_on_demand(index: IndexSettings) -> IndexSettings:
    index = kept_warm(index, on_demand=False)
    return replace(index, status="UPDATING", throughput=replace(index.throughput, read=0, write=0))


def _to_provisioned(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    """Every index needs units in the same request. Ceilings are dropped."""
    updates = call.params.get("GlobalSecondaryIndexUpdates") or ()
    given = {update["Update"]["IndexName"] for update in updates if update.get("Update")}
    gone = {update["Delete"]["IndexName"] for update in updates if update.get("Delete")}
    missing = [index.name for index in table.global_indexes if index.name not in given | gone]
    if missing:
        raise ValidationException(
            f"{INVALID_VALUES}ProvisionedThroughput must be specified for index: {','.join(missing)}"
        )
    for name, index in settings.indexes.items():
        settings = settings.with_index(name, replace(kept_warm(index, on_demand=True), ceiling=Units()))
    units = throughput_of(call.params)
    throughput = replace(settings.throughput, read=units.read, write=units.write)
    settings = replace(kept_warm(settings, on_demand=True), throughput=throughput)
    return _updating(settings, call, {}, on_demand=False, ceiling=Units())


def _units(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    if table.settings.on_demand != settings.on_demand:
        return settings  # the switch has set them
    if settings.on_demand:
        check_no_throughput(call.params["ProvisionedThroughput"])
    now, old = call.clock.now(), settings.throughput
    new = changed_units(old, call.params, now, index=None)
    settings = kept_warm(settings, on_demand=False)
    return _updating(settings, call, {"throughput": done(old, new, _due(call))}, throughput=under_way(old, new, now))


def _ceiling(_: Table, settings: TableSettings, call: Call) -> TableSettings:
    return replace(
        settings, ceiling=uncapped(capped(settings.ceiling, call.params, on_demand=settings.on_demand, index=None))
    )


def _warm(_: Table, settings: TableSettings, call: Call) -> TableSettings:
    units = warmed(settings, call.params, on_demand=settings.on_demand, index=None)
    after = Event(_due(call), {"warm": units, "warm_changing": False})
    return replace(settings, warm_changing=True).then(after)


# --- other settings ---


def _stream(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    old, wanted = settings.stream, call.params["StreamSpecification"]
    on = old is not None and old.enabled
    if truth(wanted.get("StreamEnabled")):
        if on:
            raise ValidationException(f"Table already has an enabled stream: TableName: {table.name}")
        return _updating(settings, call, {}, stream=stream_of(wanted, call.clock.now(), before=old))
    if old is None or not on:
        raise ValidationException(f"Table has no stream to disable: TableName: {table.name}")
    if settings.replicas:
        raise ValidationException(f"{INVALID_VALUES}Disabling Stream is not allowed for a Global Table replica.")
    close_stream(call.region, table, call.clock.now())
    return _updating(settings, call, {}, stream=replace(old, enabled=False))


def _encryption(_: Table, settings: TableSettings, call: Call) -> TableSettings:
    """The table stays ACTIVE; descriptions show the old key until the change is done."""
    old, new = settings.encryption, encryption_of(call.params["SSESpecification"], call.region)
    if new is None and old is None:
        raise ValidationException(f"{INVALID_VALUES}Table is already encrypted by default")
    if old is not None and call.params["SSESpecification"].get("KMSMasterKeyId") == old.key_arn:
        raise ValidationException(
            f"{INVALID_VALUES}Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key"
        )
    shown = old or new
    busy = None if shown is None else replace(shown, status="UPDATING")
    return replace(settings, encryption=busy).then(Event(_due(call), {"encryption": new}))


def _table_class(_: Table, settings: TableSettings, call: Call) -> TableSettings:
    wanted: str = call.params["TableClass"]
    if wanted == (settings.table_class or "STANDARD"):
        return _nothing_new(settings, call)
    return _updating(settings, call, {"table_class": wanted, "table_class_changed": _due(call)})


def _settings_mode(_: Table, settings: TableSettings, call: Call) -> TableSettings:
    mode: str = call.params["GlobalTableSettingsReplicationMode"]
    if mode == WITH_OVERRIDES:
        raise ValidationException(
            f"Value '{mode}' at 'GlobalTableSettingsReplicationMode' failed to satisfy constraint: "
            "Only ENABLED and DISABLED settings replication are supported for a Regional Table."
        )
    return replace(settings, settings_mode=mode)


def _protection(_: Table, settings: TableSettings, call: Call) -> TableSettings:
    return replace(settings, deletion_protection=truth(call.params["DeletionProtectionEnabled"]))


_CHANGES: Final[dict[str, SettingsChange]] = {
    "BillingMode": _billing,
    "ProvisionedThroughput": _units,
    "OnDemandThroughput": _ceiling,
    "WarmThroughput": _warm,
    "GlobalSecondaryIndexUpdates": with_index_changes,
    "VectorIndexUpdates": with_vector_changes,
    "StreamSpecification": _stream,
    "SSESpecification": _encryption,
    "TableClass": _table_class,
    "DeletionProtectionEnabled": _protection,
    "GlobalTableSettingsReplicationMode": _settings_mode,
}
"""By member, in the order carried out: indexes after the billing mode that their units depend on."""
