"""Restoring: a new table from what was kept of another, and which settings a restore may override.

(ack-api-quirks, DDB-TABLE-273, 279, 280)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.tables.creation import ceiling_of, check_encryption, encryption_of, new_id, throughput_of
from pytest_dynamodb.control.tables.description import describe
from pytest_dynamodb.control.tables.rules import used_types
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Encryption, Event, IndexSettings, Restored, TableSettings, Throughput, Units
from pytest_dynamodb.engine.table import Overwritten, SecondaryIndex, Table
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.requests import Params

INVALID_REQUEST: Final = "Invalid Request: "
_ON_DEMAND: Final = "PAY_PER_REQUEST"


def target_on_demand(source: Table, params: Params) -> bool:
    """Whether the restored table will be billed on demand."""
    mode = params.get("BillingModeOverride")
    return source.settings.on_demand if mode is None else bool(mode == _ON_DEMAND)


def check_overrides(source: Table, params: Params) -> None:
    """Raise ValidationException for the first override that conflicts with another or with the source."""
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


def _by_member(source: Table) -> dict[str, list[SecondaryIndex]]:
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


def check_matched(wanted: Params, indexes: Sequence[SecondaryIndex]) -> SecondaryIndex:
    """The source's index that an override means: the one with its keys and projection, as its name may be new.

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


# --- restore ---
# It has the keys, items and indexes of its source, its billing and its encryption. Streams, time to live, recovery,
# tags, protection, policy and table class are not brought back (ack-api-quirks, DDB-TABLE-215).


def restore(call: Call, source: Table, origin: Restored, *, undone: Iterable[Overwritten] = ()) -> dict[str, Any]:
    """Restore into TargetTableName; returns the answer. Nothing is done if this raises.

    ``undone`` are the writes to take back, oldest first. Raises ValidationException for overrides,
    TableAlreadyExistsException and TableInUseException.
    """
    _check_encryption(call, source)
    check_overrides(source, call.params)
    _check_target(call)
    target = _shared(call, source, replace(_settings(call, source), restored=origin))
    for write in reversed(list(undone)):
        if write.before is None:
            target.delete(write.key)
        else:
            target.put(write.before)
    target.settings = _coming(call, target)
    call.region.tables[target.name] = target
    return {"TableDescription": describe(target, call.clock.now())}


def _check_encryption(call: Call, source: Table) -> None:
    """A key of one region cannot be used in another."""
    elsewhere = source.settings.arn.split(":")[3] != call.region.name
    if elsewhere and call.params.get("SSESpecificationOverride") is None:
        raise ValidationException(
            f"{INVALID_REQUEST}sseSpecificationOverride must be provided for cross-region restores"
        )


def _check_target(call: Call) -> None:
    name = call.params["TargetTableName"]
    table = call.region.find(name, call.clock.now())
    if table is None:
        return
    restored = table.settings.restored
    if restored is not None:
        where = f" from backup: {restored.backup_arn}" if restored.backup_arn else ""
        raise error_for("TableInUseException", f"Table: {name} is already being restored{where}")
    raise error_for("TableAlreadyExistsException", f"Table already exists: {name}")


def _settings(call: Call, source: Table) -> TableSettings:
    params, name, now = call.params, call.params["TargetTableName"], call.clock.now()
    on_demand = target_on_demand(source, params)
    return TableSettings(
        arn=call.region.arn(name),
        id=new_id(call.random),
        created=now,
        status="CREATING",
        on_demand=on_demand,
        was_on_demand=on_demand,
        throughput=_throughput(source, params, on_demand=on_demand),
        ceiling=_ceiling(source, params, on_demand=on_demand),
        encryption=_encryption(call, source),
        vectors={
            name: replace(index, status="CREATING", backfilling=None)
            for name, index in source.settings.vectors.items()
            if index.status != "DELETING"
        },
    )


def _throughput(source: Table, params: Mapping[str, Any], *, on_demand: bool) -> Throughput:
    given = params.get("ProvisionedThroughputOverride")
    if on_demand:
        return Throughput()
    own = source.settings.throughput
    return Throughput(own.read, own.write) if given is None else throughput_of({"ProvisionedThroughput": given})


def _ceiling(source: Table, params: Mapping[str, Any], *, on_demand: bool) -> Units:
    given = params.get("OnDemandThroughputOverride")
    if not on_demand:
        return Units()
    return source.settings.ceiling if given is None else ceiling_of({"OnDemandThroughput": given})


def _encryption(call: Call, source: Table) -> Encryption | None:
    given = call.params.get("SSESpecificationOverride")
    return source.settings.encryption if given is None else encryption_of(given, call.region)


def _shared(call: Call, source: Table, settings: TableSettings) -> Table:
    """A table with the items and index entries of another; changes to either do not affect the other."""
    call.region.renew()
    owner = call.region.owner
    target = Table(owner, call.params["TargetTableName"], source.keys, settings)
    target.store = source.store.owned_by(owner)
    own: dict[str, IndexSettings] = {}
    for wanted, index in _indexes(source, call.params):
        name = wanted.get("IndexName", index.name)
        target.indexes[name] = SecondaryIndex(replace(index.schema, name=name), index.store.owned_by(owner))
        if index.schema.is_global:
            own[name] = _index_settings(source.settings.indexes[index.name], wanted, on_demand=settings.on_demand)
    target.settings = replace(settings, indexes=own)
    return target


def _indexes(source: Table, params: Mapping[str, Any]) -> Iterable[tuple[Mapping[str, Any], SecondaryIndex]]:
    """The source's indexes, or the ones that the request lists: an empty list means none (DDB-TABLE-279)."""
    for member, indexes in (
        ("LocalSecondaryIndexOverride", source.local_indexes),
        ("GlobalSecondaryIndexOverride", source.global_indexes),
    ):
        if params.get(member) is None:
            yield from (({}, index) for index in indexes)
        for wanted in params.get(member) or ():
            yield wanted, check_matched(wanted, indexes)


def _index_settings(old: IndexSettings, wanted: Mapping[str, Any], *, on_demand: bool) -> IndexSettings:
    if wanted:
        return IndexSettings("CREATING", throughput=throughput_of(wanted), ceiling=ceiling_of(wanted))
    units = Throughput() if on_demand else Throughput(old.throughput.read, old.throughput.write)
    return IndexSettings("CREATING", throughput=units, ceiling=old.ceiling if on_demand else Units())


def _coming(call: Call, target: Table) -> TableSettings:
    settings = replace(target.settings, attribute_types=used_types(target))
    due = call.clock.now() + call.lifecycle.create_table
    since = {"on_demand_since": settings.created} if settings.on_demand else {}
    events = [Event(due, {"status": "ACTIVE", "restored": None, **since})]
    return settings.then(*events, *(Event(due, {"status": "ACTIVE"}, name) for name in settings.online_indexes))
