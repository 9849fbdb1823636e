"""What ReplicaUpdates and its neighbours may ask for (ack-api-quirks, DDB-TABLE-202, 223, 224, 257, 260, 265)."""

from __future__ import annotations

import json
from typing import Any, Final

from pytest_dynamodb.control.tables.rules import listed
from pytest_dynamodb.engine.settings import TableSettings
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import Params

REGIONS: Final = (
    *("af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7"),
    *("ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1"),
    *("sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
"""Regions that global tables may be in."""
_NOT_STRONG: Final = frozenset({"us-west-1"})
"""Regions in which a table cannot have strong consistency."""

_ACTIONS: Final = ("Create", "Update", "Delete", "Disassociate")
_REPLICA_MEMBERS: Final = frozenset(
    {"ReplicaUpdates", "MultiRegionConsistency", "GlobalTableWitnessUpdates", "TableName"}
)
_NO_ACTION: Final = "There are no actions specified in the Replica Update Action of the request."
_UNSUPPORTED_COUNT: Final = "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG."
ONE_OF_STRONG: Final = (
    "Deletion of only one table replica is not supported for global tables with MultiRegionConsistency set to STRONG."
)


def check_replica_request(params: Params, region: str) -> None:
    """Raise ValidationException for what can be refused without looking at the table."""
    witnesses = params.get("GlobalTableWitnessUpdates") or ()
    strong = params.get("MultiRegionConsistency") == "STRONG"
    others = {name for name, value in params.items() if value is not None} - _REPLICA_MEMBERS
    if others:
        raise ValidationException(
            INVALID_VALUES
            + (
                "Requests that modify replicas or witnesses must not also modify other fields"
                if strong or witnesses
                else "Replica modification must be the only operation in the request"
            )
        )
    actions = actions_of(params)
    kinds = {kind for kind, _ in actions}
    if not actions:
        raise ValidationException(_NO_ACTION)
    if len(kinds) > 1:
        raise ValidationException("Update table operation with more than one type of replica actions not allowed.")
    if "Disassociate" in kinds:  # not AWS's words
        raise ValidationException(
            f"{INVALID_VALUES}this in-memory DynamoDB cannot disassociate replicas, only delete them"
        )
    for _, what in actions:
        _check_region(what["RegionName"], region)
    _check_count(actions, witnesses, strong=strong)


def actions_of(params: Params) -> list[tuple[str, Params]]:
    """The actions in ReplicaUpdates, each once. Raises ValidationException for an entry that has none."""
    actions: dict[tuple[str, str], tuple[str, Params]] = {}
    for update in params.get("ReplicaUpdates") or ():
        given = [(kind, update[kind]) for kind in _ACTIONS if update.get(kind) is not None]
        if not given:
            raise ValidationException(_NO_ACTION)
        for kind, what in given:
            actions.setdefault((kind, json.dumps(what, sort_keys=True)), (kind, what))
    return list(actions.values())


def _check_region(name: str, here: str) -> None:
    if name == here:
        raise ValidationException(
            "Cannot add or delete the local region through ReplicaUpdates. "
            "Use CreateTable, DeleteTable, or UpdateTable as required."
        )
    if name not in REGIONS:
        raise ValidationException(
            f"Region {name} is not supported. The latest version of global tables are only supported in the following "
            f"regions: {listed(REGIONS)}"
        )


def _check_count(actions: list[tuple[str, Params]], witnesses: Any, *, strong: bool) -> None:
    kind = actions[0][0]
    if kind == "Update" and set(actions[0][1]) <= {"RegionName"}:
        raise ValidationException(_NO_ACTION)
    if strong and kind != "Create":
        raise ValidationException(
            "Only Replica Create actions are supported when MultiRegionConsistency parameter is provided."
        )
    if witnesses and not strong and kind == "Create":
        raise ValidationException(
            "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is present."
        )
    if strong:
        _check_strong([what["RegionName"] for _, what in actions], witnesses)


def _check_strong(replicas: list[str], witnesses: Any) -> None:
    """Strong consistency takes exactly three regions: two replicas more, or one replica and a witness."""
    added = [update["Create"]["RegionName"] for update in witnesses if update.get("Create")]
    regions = [*replicas, *added]
    if unsupported := [name for name in regions if name in _NOT_STRONG]:
        raise ValidationException(
            "Unsupported Region(s) specified for global tables with MultiRegionConsistency set to STRONG: "
            f"{listed(unsupported)}."
        )
    if len(set(regions)) < len(regions):
        raise ValidationException("Cannot target multiple regions with the same action")
    if len(regions) != 2:
        raise ValidationException(_UNSUPPORTED_COUNT)


def check_members(table: Table, params: Params) -> None:
    """Raise ValidationException for actions that do not fit the existing replicas."""
    settings, actions = table.settings, actions_of(params)
    kind, names = actions[0][0], [what["RegionName"] for _, what in actions]
    if kind != "Create":
        if missing := [name for name in names if name not in settings.replicas]:
            raise ValidationException(
                "Update global table operation failed because one or more replicas were not part of the global table. "
                f"Please retry the request without these replicas: {listed(missing)}."
            )
    elif any(name in settings.replicas for name in names):
        raise already_there(table)
    if settings.strong:
        _check_strong_group(settings, kind, names, params)
    elif len(set(names)) > 1 and params.get("MultiRegionConsistency") != "STRONG":
        raise ValidationException(
            "Update table operation with more than one create or delete replica actions not allowed"
        )
    if params.get("MultiRegionConsistency") is not None and settings.replicas:
        raise ValidationException("MultiRegionConsistency parameter is unsupported on existing global table")


def check_can_be_strong(table: Table) -> None:
    """Raise ValidationException for a table that cannot have strong consistency (developer guide, "Multi-Region strong
    consistency"). The messages are ours: AWS's are in no public capture.
    """
    reasons = {
        "the table holds items": table.store.count > 0,
        "it has local secondary indexes": bool(table.local_indexes),
        "it has a time to live": table.settings.ttl.enabled,
    }
    for reason, found in reasons.items():
        if found:
            raise ValidationException(f"{INVALID_VALUES}MultiRegionConsistency cannot be set to STRONG: {reason}")


def _check_strong_group(settings: TableSettings, kind: str, names: list[str], params: Params) -> None:
    """A group with strong consistency is created and deleted as a whole."""
    if kind == "Create":
        raise ValidationException("Cannot add replicas to a global table with strong MultiRegionConsistency")
    if kind != "Delete":
        return
    gone = [
        update["Delete"]["RegionName"]
        for update in params.get("GlobalTableWitnessUpdates") or ()
        if update.get("Delete")
    ]
    if unknown := [name for name in gone if name not in settings.witnesses]:
        raise ValidationException(
            "Update global table operation failed because one or more witnesses were not part of the global table. "
            f"Please retry the request without these witnesses: {listed(unknown)}."
        )
    if set(settings.witnesses) - set(gone):
        raise ValidationException("Update table delete operation does not include all witnesses.")
    if set(settings.replicas) - set(names):
        raise ValidationException(ONE_OF_STRONG)


def already_there(table: Table) -> ValidationException:
    """The error for a replica in a region that already has a table of that name."""
    return ValidationException(
        f"Failed to create a the new replica of table with name: \u2018{table.name}\u2019 "
        "because one or more replicas already existed as tables."
    )
