"""Global indexes that UpdateTable creates, changes and deletes; vector indexes are created and deleted on the same
path.

A new index is filled at once and kept up to date from then on; only its status says that it cannot be queried yet. (The
sequence of statuses: ack-api-quirks, DDB-TABLE-148; developer guide, "Managing global secondary indexes"; of vector
indexes: dynamodb-conformance, tests/tier2/vectorSearch/updateLifecycle.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.tables.billing import MOST_UNITS
from pytest_dynamodb.control.tables.capacity_changes import (
    capped,
    changed_units,
    done,
    kept_warm,
    uncapped,
    under_way,
    warmed,
)
from pytest_dynamodb.control.tables.creation import index_settings, throughput_of
from pytest_dynamodb.control.tables.indexes import action_of, check_creation, check_exists, no_such_index
from pytest_dynamodb.control.tables.rules import defined_types
from pytest_dynamodb.control.tables.vectors import check_new_vector_index
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Event, IndexSettings, OnlineIndex, TableSettings
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.engine.vectors.index import vector_index_of
from pytest_dynamodb.errors import ValidationException

_ALLOCATION: Final = 0.1
"""The part of an index's creation in which the table is UPDATING; it is filled in the rest."""


def with_index_changes(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    """The settings after GlobalSecondaryIndexUpdates. The table itself does not change."""
    for update in call.params["GlobalSecondaryIndexUpdates"]:
        action, what = action_of(update)
        if action == "Create":
            definitions = call.params.get("AttributeDefinitions")
            check_creation(table, what, definitions, on_demand=settings.on_demand)
            settings = with_new_index(settings, what["IndexName"], index_settings(what), call)
        else:
            _check_blocked(what)
            check_exists(table, action, what["IndexName"])
            if action == "Delete":
                settings = without_index(settings, what["IndexName"], call)
            else:
                settings = _updated(settings, what, call)
    return settings


def _check_blocked(what: Mapping[str, Any]) -> None:
    given = what.get("ProvisionedThroughput") or {}
    if any(units > MOST_UNITS for units in given.values() if units is not None):
        raise ValidationException(
            "This operation cannot be performed with given input values. "
            "Please contact DynamoDB service team for more info: Action Blocked: IndexUpdate"
        )


def with_new_index(settings: TableSettings, name: str, index: OnlineIndex, call: Call) -> TableSettings:
    """The settings when an index comes to a table: it is allocated first, then filled, then active."""
    now, takes = call.clock.now(), call.lifecycle.create_index
    allocated, filled = now + takes * _ALLOCATION, now + takes
    coming = replace(index, status="CREATING", backfilling=False)
    return (
        replace(settings, status="UPDATING")
        .with_index(name, coming)
        .then(
            Event(allocated, {"status": "ACTIVE"}),
            Event(allocated, {"backfilling": True}, name),
            Event(filled, {"status": "ACTIVE", "backfilling": None}, name),
        )
    )


def without_index(settings: TableSettings, name: str, call: Call) -> TableSettings:
    """The settings when an index goes; one that is still being filled is cancelled."""
    gone = call.clock.now() + call.lifecycle.delete_index
    index = replace(settings.online_indexes[name], status="DELETING", backfilling=None)
    others = tuple(event for event in settings.events if event.index != name)
    settings = replace(settings, status="UPDATING", events=others).with_index(name, index)
    return settings.then(Event(gone, {"status": "GONE"}, name), Event(gone, {"status": "ACTIVE"}))


def _updated(settings: TableSettings, what: Mapping[str, Any], call: Call) -> TableSettings:
    name = what["IndexName"]
    index = settings.indexes[name]
    _check_suits_billing(what, on_demand=settings.on_demand)
    due = call.clock.now() + call.lifecycle.update_table
    now_set, then = _units(index, what, call, due)
    if what.get("OnDemandThroughput"):
        asked = capped(index.ceiling, what, on_demand=settings.on_demand, index=name)
        now_set |= {"ceiling": uncapped(asked), "status": "UPDATING"}
    if what.get("WarmThroughput"):
        units = warmed(index, what, on_demand=settings.on_demand, index=name)
        now_set |= {"warm_changing": True}
        then |= {"warm": units, "warm_changing": False}
    if "status" in now_set:
        then |= {"status": "ACTIVE"}
    return settings.with_index(name, replace(index, **now_set)).then(Event(due, then, name))


def _check_suits_billing(what: Mapping[str, Any], *, on_demand: bool) -> None:
    name, units = what["IndexName"], what.get("ProvisionedThroughput")
    if on_demand and (units is not None or not (what.get("OnDemandThroughput") or what.get("WarmThroughput"))):
        raise ValidationException(
            f"{INVALID_VALUES}The only Updates for index: {name} when TableThroughputMode is PAY_PER_REQUEST "
            "can be to OnDemandThroughput, WarmThroughput"
        )
    if not on_demand and units is None and not (what.get("OnDemandThroughput") or what.get("WarmThroughput")):
        raise ValidationException(f"{INVALID_VALUES}ProvisionedThroughput must be specified for index: {name}")


def _units(
    index: IndexSettings, what: Mapping[str, Any], call: Call, due: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings now, and those once the change is done."""
    if what.get("ProvisionedThroughput") is None:
        return {}, {}
    old, now = index.throughput, call.clock.now()
    if (old.read, old.write) == (0, 0):  # the table leaves on demand: the units are told at once
        units = throughput_of(what)
        return {"status": "UPDATING", "throughput": replace(old, read=units.read, write=units.write)}, {}
    new = changed_units(old, what, now, index=what["IndexName"])
    warm = kept_warm(index, on_demand=False).warm
    return {"status": "UPDATING", "throughput": under_way(old, new, now), "warm": warm}, {
        "throughput": done(old, new, due)
    }


# --- vector indexes: on the same path ---


def with_vector_changes(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    """The settings that follow from VectorIndexUpdates. Raises ValidationException and ResourceNotFoundException."""
    for update in call.params["VectorIndexUpdates"]:
        created = update.get("Create")
        if created is not None:
            settings = _with_vector_index(table, settings, created, call)
        else:
            name = update["Delete"]["IndexName"]
            if name not in settings.vectors:
                raise no_such_index(table, name)
            settings = without_index(settings, name, call)
    return settings


def _with_vector_index(table: Table, settings: TableSettings, definition: dict[str, Any], call: Call) -> TableSettings:
    types = defined_types(table, call.params)
    check_new_vector_index(table, settings, definition, types)
    return with_new_index(settings, definition["IndexName"], vector_index_of(definition, types), call)
