"""Replicas that UpdateTable adds, changes and deletes (developer guide, "Global tables"; ack-api-quirks, DDB-TABLE-204,
226, 227, 250, 305).

On AWS a table with provisioned units needs auto scaling of them. That is another service's, and assumed to be set up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_dynamodb.control.replication.group import VERSION, check_no_source, is_settled, leave, members, without
from pytest_dynamodb.control.replication.rules import (
    actions_of,
    already_there,
    check_can_be_strong,
    check_members,
    check_replica_request,
)
from pytest_dynamodb.control.tables.creation import encryption_of, new_id, stream_of
from pytest_dynamodb.control.tables.description import describe
from pytest_dynamodb.control.tables.lookup import existing, require_settled
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.settings import Event, Replica, StreamSettings, TableSettings
from pytest_dynamodb.engine.streams.capture import close_stream
from pytest_dynamodb.engine.table import SecondaryIndex, Table
from pytest_dynamodb.errors import ValidationException, error_for

_STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def update_replicas(call: Call) -> dict[str, Any]:
    """Carry out an UpdateTable with ReplicaUpdates; returns the answer.

    Raises ValidationException, ResourceNotFoundException and ResourceInUseException.
    """
    check_replica_request(call.params, call.region.name)
    table = existing(call)
    require_settled(table)
    check_members(table, call.params)
    if not is_settled(table.settings, call.clock.now()):
        raise error_for("ResourceInUseException", "The resource which you are attempting to change is in use.")
    actions = actions_of(call.params)
    kind, wanted = actions[0][0], [what for _, what in actions]
    before = set(table.settings.replicas)
    if kind == "Create":
        table = _add(call, table, wanted)
    elif kind == "Update":
        table = _update(call, table, wanted)
    else:
        table = _remove(call, table, [what["RegionName"] for what in wanted])
    body = describe(table, call.clock.now())
    told = [one for one in body.get("Replicas", ()) if one["RegionName"] in before]
    return {"TableDescription": {**body, "GlobalTableVersion": VERSION, "Replicas": told}}


def _busy(call: Call, settings: TableSettings) -> TableSettings:
    due = call.clock.now() + call.lifecycle.update_table
    return replace(settings, status="UPDATING").then(Event(due, {"status": "ACTIVE"}))


# --- new replicas ---


def _add(call: Call, table: Table, wanted: list[Mapping[str, Any]]) -> Table:
    now, here = call.clock.now(), call.region
    targets = [call.region_of(here.account, what["RegionName"]) for what in wanted]
    strong = call.params.get("MultiRegionConsistency") == "STRONG"
    if any(target.find(table.name, now) is not None for target in targets):
        raise already_there(table)
    if strong:
        check_can_be_strong(table)
    table = here.writable(table)
    table.settings = _streaming(table.settings, now)
    due = now + call.lifecycle.create_table
    new = {what["RegionName"]: Replica(now, here.name, _overrides(what), due) for what in wanted}
    witnesses = tuple(
        update["Create"]["RegionName"]
        for update in call.params.get("GlobalTableWitnessUpdates") or ()
        if update.get("Create")
    )
    group = {here.name: Replica(table.settings.created, ""), **table.settings.replicas, **new}
    for region, member in members(call, table):
        own = region.writable(member)
        own.settings = replace(own.settings, replicas=_others(group, region.name))
    table.settings = replace(
        _busy(call, table.settings), replicas=_others(group, here.name), strong=strong, witnesses=witnesses
    )
    for target, what in zip(targets, wanted, strict=True):
        _copy(call, here.kept(here.writable(table)), target, what, _others(group, target.name))
    return here.tables[table.name]


def _others(group: Mapping[str, Replica], name: str) -> dict[str, Replica]:
    return {other: replica for other, replica in group.items() if other != name}


def _overrides(what: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in what.items() if name != "RegionName" and value is not None}


def _streaming(settings: TableSettings, now: float) -> TableSettings:
    """Replicas need a stream: it is enabled if it is not (DDB-TABLE-305)."""
    if settings.stream is not None and settings.stream.enabled:
        return settings
    return replace(settings, stream=stream_of(_STREAM, now, before=settings.stream))


def _copy(call: Call, source: Table, target: Region, what: Mapping[str, Any], replicas: Mapping[str, Replica]) -> None:
    """A table in another region with the same items; changes to either do not affect the other."""
    target.renew()
    settings = _copied_settings(call, source.settings, target, what)
    table = Table(target.owner, source.name, source.keys, replace(settings, arn=target.arn(source.name)))
    table.store = source.store.owned_by(target.owner)
    table.indexes = {
        name: SecondaryIndex(index.schema, index.store.owned_by(target.owner)) for name, index in source.indexes.items()
    }
    due = call.clock.now() + call.lifecycle.create_table
    table.settings = replace(table.settings, replicas=replicas, status="CREATING", events=()).then(
        Event(due, {"status": "ACTIVE"})
    )
    target.tables[table.name] = table


def _copied_settings(call: Call, settings: TableSettings, target: Region, what: Mapping[str, Any]) -> TableSettings:
    """The settings without a region's own: tags, policy, protection, recovery, insights, Kinesis (DDB-TABLE-230)."""
    now, stream = call.clock.now(), settings.stream
    encryption = settings.encryption
    if encryption is not None:
        key = what.get("KMSMasterKeyId")
        encryption = encryption_of({"Enabled": True, **({"KMSMasterKeyId": key} if key else {})}, target)
    label = None if stream is None else stream_of({"StreamEnabled": True, "StreamViewType": stream.view_type}, now)
    return TableSettings(
        arn=target.arn(""),
        id=new_id(call.random),
        created=now,
        attribute_types=settings.attribute_types,
        on_demand=settings.on_demand,
        was_on_demand=settings.was_on_demand,
        on_demand_since=now if settings.on_demand else None,
        throughput=settings.throughput,
        ceiling=settings.ceiling,
        warm=settings.warm,
        indexes=settings.indexes,
        table_class=what.get("TableClassOverride") or settings.table_class,
        encryption=encryption,
        stream=label if isinstance(label, StreamSettings) else None,
        ttl=settings.ttl,
        vectors=settings.vectors,
        strong=settings.strong,
        witnesses=settings.witnesses,
    )


# --- changed replicas ---


def _update(call: Call, table: Table, wanted: list[Mapping[str, Any]]) -> Table:
    """Set a replica's overrides; every replica's description shows them."""
    if table.settings.on_demand and any(what.get("ProvisionedThroughputOverride") for what in wanted):
        raise ValidationException(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    if any(what.get("KMSMasterKeyId") for what in wanted):
        raise ValidationException("One or more parameter values were invalid: KMSMasterKeyId cannot be updated")
    due = call.clock.now() + call.lifecycle.update_table
    for what in wanted:
        name = what["RegionName"]
        for region, member in [*members(call, table), (call.region, table)]:
            if name in member.settings.replicas:
                own = region.writable(member)
                own.settings = _overridden(own.settings, name, _overrides(what), due)
    table = call.region.writable(call.region.tables[table.name])
    table.settings = _busy(call, table.settings)
    return table


def _overridden(settings: TableSettings, name: str, overrides: Mapping[str, Any], due: float) -> TableSettings:
    old = settings.replicas[name]
    new = replace(old, overrides={**old.overrides, **overrides}, ready=due, doing="UPDATING")
    return replace(settings, replicas={**settings.replicas, name: new})


# --- deleted replicas ---


def _remove(call: Call, table: Table, names: list[str]) -> Table:
    """Delete the replicas' tables, with their items."""
    now, due = call.clock.now(), call.clock.now() + call.lifecycle.delete_table
    for name in names:
        _check_may_go(call, table, name)
    for name in names:
        region = call.region_of(call.region.account, name)
        gone = region.find(table.name, now)
        if len(names) == 1:
            leave(call, table, name)
        if gone is not None:
            gone = region.writable(gone)
            close_stream(region, gone, now)
            gone.settings = replace(gone.settings, status="DELETING", events=(Event(due, {"status": "GONE"}),))
    table = call.region.writable(table)
    table.settings = _busy(call, without(table.settings, names, due))
    return table


def _check_may_go(call: Call, table: Table, name: str) -> None:
    if not table.settings.strong:
        check_no_source(table.settings.replicas, name, call.clock.now())
    region = call.region_of(call.region.account, name)
    found = region.find(table.name, call.clock.now())
    if found is not None and found.settings.deletion_protection:
        raise ValidationException(
            f"Cannot delete table {table.name} in region {name} because it has deletion protection enabled. "
            "Disable deletion protection first."
        )
