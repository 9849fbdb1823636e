"""Auto scaling of the replicas of a global table: stored and described, but nothing is scaled.

Application Auto Scaling itself is another service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.replication.group import members, status_of
from pytest_dynamodb.control.tables.rules import listed
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Dimension
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for
from pytest_dynamodb.requests import truth

# --- settings ---
# Source: ack-api-quirks, DDB-TABLE-187, 189, 237, 446.

ScalingSettings = Mapping[str, Any]
ScalingChange = tuple[Dimension, ScalingSettings]

_READ: Final = "ProvisionedReadCapacityAutoScaling"
_WRITE: Final = "ProvisionedWriteCapacityAutoScaling"
_NEEDED: Final = ("MinimumUnits", "MaximumUnits", "ScalingPolicyUpdate")
_OFF: Final[ScalingSettings] = {"AutoScalingDisabled": True, "ScalingPolicies": []}


def scaled_table(call: Call) -> Table:
    """The table of a request, which must belong to a global table. Raises ResourceNotFoundException."""
    name = call.name()
    table = call.region.find(name, call.clock.now())
    if table is None or not table.settings.replicas:
        raise error_for("ResourceNotFoundException", f"Global table with name: '{name}' does not exist.")
    return table


def describe_scaling(call: Call, table: Table) -> dict[str, Any]:
    """A TableAutoScalingDescription of every replica, including this region's."""
    now, settings = call.clock.now(), table.settings
    statuses = {call.region.name: "ACTIVE" if settings.status == "ACTIVE" else "UPDATING"}
    statuses |= {name: status_of(one, now) for name, one in settings.replicas.items()}
    return {
        "TableName": table.name,
        "TableStatus": settings.status,
        "Replicas": [_replica(table, name, status) for name, status in statuses.items()],
    }


def _replica(table: Table, region: str, status: str) -> dict[str, Any]:
    settings = table.settings
    indexes = [
        {"IndexName": name, "IndexStatus": index.status, **_dimensions(table, region, name)}
        for name, index in settings.indexes.items()
        if index.status != "CREATING"
    ]
    own = {f"Replica{member}": told for member, told in _dimensions(table, region, "").items()}
    return {"RegionName": region, "GlobalSecondaryIndexes": indexes, **own, "ReplicaStatus": status}


def _dimensions(table: Table, region: str, index: str) -> dict[str, ScalingSettings]:
    scaling = table.settings.scaling
    return {f"{kind}Settings": scaling.get((region, index, kind), _OFF) for kind in (_READ, _WRITE)}


def update_scaling(call: Call, table: Table) -> Table:
    """Store the requested settings in all replicas. Raises ValidationException and ResourceNotFoundException."""
    changes = list(_changes(call, table))
    if not changes:
        raise _failed(table, " because at least one update parameter must be specified.")
    _check_billing(call, table, changes)
    new = {dimension: _told(call, table, dimension, update) for dimension, update in changes}
    for region, member in [*members(call, table), (call.region, table)]:
        own = region.writable(member)
        own.settings = replace(own.settings, scaling={**own.settings.scaling, **new})
    return call.region.tables[table.name]


def _changes(call: Call, table: Table) -> Iterator[ScalingChange]:
    """Write scaling is the same for all replicas, read scaling is by region."""
    params, regions = call.params, [call.region.name, *table.settings.replicas]
    if (update := params.get(f"{_WRITE}Update")) is not None:
        yield from (((region, "", _WRITE), update) for region in regions)
    for index in params.get("GlobalSecondaryIndexUpdates") or ():
        if (update := index.get(f"{_WRITE}Update")) is not None:
            name = _existing_index(table, index.get("IndexName"))
            yield from (((region, name, _WRITE), update) for region in regions)
    for replica in params.get("ReplicaUpdates") or ():
        region = replica["RegionName"]
        if region not in regions:
            raise _missing(table, f"a replica does not exist in regions: \u2018{listed([region])}\u2019.")
        if (update := replica.get(f"Replica{_READ}Update")) is not None:
            yield (region, "", _READ), update
        for index in replica.get("ReplicaGlobalSecondaryIndexUpdates") or ():
            if (update := index.get(f"{_READ}Update")) is not None:
                yield (region, _existing_index(table, index.get("IndexName")), _READ), update


def _existing_index(table: Table, name: str | None) -> str:
    if name is None or name not in table.settings.indexes:
        names = listed([str(name)])
        raise _missing(table, f"the global secondary indexes with names: \u2018{names}\u2019 do not exist.")
    return name


def _check_billing(call: Call, table: Table, changes: list[ScalingChange]) -> None:
    wanted = next((kind for (_, _, kind), update in changes if not truth(update.get("AutoScalingDisabled"))), None)
    if table.settings.on_demand and wanted is not None:
        replicas = ", ".join(f"'{name}'" for name in [call.region.name, *table.settings.replicas])
        failed = f"Failed to update global table with name \u2018{table.name}\u2018. "
        needed = f"You must convert table's BillingMode to PROVISIONED to set parameters: '{wanted}Update'."
        raise ValidationException(f"{failed}Replicas {replicas} BillingMode is PayPerRequest. {needed}")


def _told(call: Call, table: Table, dimension: Dimension, update: ScalingSettings) -> ScalingSettings:
    given = [name for name in _NEEDED if update.get(name) is not None]
    if truth(update.get("AutoScalingDisabled")):
        if given:
            raise _failed(table, f": Parameters '{', '.join(given)}' must be left blank when disabling auto scaling.")
        return _OFF
    missing = [name for name in _NEEDED if name not in given]
    if missing:
        raise _failed(table, f": Parameters '{', '.join(missing)}' are required unless auto scaling is being disabled.")
    _, index, kind = dimension
    where = f"table/{table.name}" + (f"/index/{index}" if index else "")
    policy = update["ScalingPolicyUpdate"]
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    role = (
        f"arn:aws:iam::{call.region.account}:role/aws-service-role/"
        "dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
    )
    name = f"DynamoDB{'Read' if kind == _READ else 'Write'}CapacityUtilization:{where}"
    return {
        "MinimumUnits": update["MinimumUnits"],
        "MaximumUnits": update["MaximumUnits"],
        "AutoScalingRoleArn": update.get("AutoScalingRoleArn") or role,
        "ScalingPolicies": [
            {"PolicyName": policy.get("PolicyName") or name, "TargetTrackingScalingPolicyConfiguration": tracking}
        ],
    }


def _failed(table: Table, detail: str) -> ValidationException:
    return ValidationException(f"{_about(table)}{detail}")


def _missing(table: Table, detail: str) -> DynamoDbError:
    return error_for("ResourceNotFoundException", f"{_about(table)} because {detail}")


def _about(table: Table) -> str:
    return f"Failed to update settings for global table with name: \u2018{table.name}\u2019"


# --- DescribeTableReplicaAutoScaling ---


def describe_table_replica_auto_scaling(call: Call) -> dict[str, Any]:
    """Describe the auto scaling of a global table's replicas. Raises ResourceNotFoundException."""
    return {"TableAutoScalingDescription": describe_scaling(call, scaled_table(call))}


# --- UpdateTableReplicaAutoScaling ---


def update_table_replica_auto_scaling(call: Call) -> dict[str, Any]:
    """Store the auto scaling of a global table's replicas; nothing is scaled.

    Raises ResourceNotFoundException (table, replica or index) and ValidationException.
    """
    return {"TableAutoScalingDescription": describe_scaling(call, update_scaling(call, scaled_table(call)))}
