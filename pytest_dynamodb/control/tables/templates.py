"""Tables as other tools write them down, read as CreateTable parameters.

Reads a TableDescription (alone, or as ``Table`` or ``TableDescription`` of an answer), the resources
AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable or their Properties, and CreateTable's own parameters. Their members
differ little, so each is looked for under each of its names. (CloudFormation template reference.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pytest_dynamodb.control.tables.description import ON_DEMAND_WARM
from pytest_dynamodb.errors import ConfigurationError

GlobalTableMembers = Mapping[str, Any]

_OF_REPLICA: Final = ("Tags", "TableClass", "DeletionProtectionEnabled")


def as_table(properties: GlobalTableMembers) -> GlobalTableMembers:
    """The members of a GlobalTable as those of a Table, its first replica; anything else is returned as it is.

    Read units are set for each replica and write units for the table, both as limits of scaling: the lower limit is
    where the table begins.
    """
    replicas = properties.get("Replicas")
    if "TableStatus" in properties or not isinstance(replicas, (list, tuple)) or not replicas:
        return properties
    replica = replicas[0]
    table = {**properties, **_throughput(properties, replica)}
    table.update({member: replica[member] for member in _OF_REPLICA if replica.get(member) is not None})
    if indexes := properties.get("GlobalSecondaryIndexes"):
        own = {index.get("IndexName"): index for index in replica.get("GlobalSecondaryIndexes") or ()}
        table["GlobalSecondaryIndexes"] = [
            {**index, **_throughput(index, own.get(index.get("IndexName"), {}))} for index in indexes
        ]
    return table


def _throughput(shared: GlobalTableMembers, own: GlobalTableMembers) -> dict[str, Any]:
    read, write = _least(own, "Read"), _least(shared, "Write")
    members: dict[str, Any] = {}
    if read or write:
        members["ProvisionedThroughput"] = {"ReadCapacityUnits": read or 1, "WriteCapacityUnits": write or 1}
    ceiling = {
        **(shared.get("WriteOnDemandThroughputSettings") or {}),
        **(own.get("ReadOnDemandThroughputSettings") or shared.get("ReadOnDemandThroughputSettings") or {}),
    }
    return {**members, "OnDemandThroughput": ceiling} if ceiling else members


def _least(described: GlobalTableMembers, kind: str) -> int:
    settings = described.get(f"{kind}ProvisionedThroughputSettings") or {}
    scaling = settings.get(f"{kind}CapacityAutoScalingSettings") or {}
    return int(settings.get(f"{kind}CapacityUnits") or scaling.get("SeedCapacity") or scaling.get("MinCapacity") or 0)


# --- descriptions and resources ---

Members = Mapping[str, Any]

_WRAPPERS: Final = ("Table", "TableDescription", "Properties")


def create_table_params_of(description: Members, *, name: str | None = None) -> dict[str, Any]:
    """CreateTable parameters that make a table like the one described, without what is set later.

    ``name`` replaces the name in the description; in templates it is often missing or a function. Raises
    ``ConfigurationError`` for what does not describe a table.
    """
    table = unwrapped(description)
    params: dict[str, Any] = {"TableName": _name(table, name)}
    for member in ("AttributeDefinitions", "KeySchema"):
        params[member] = [dict(part) for part in _required(table, member)]
    on_demand = _is_on_demand(table)
    params.update(_billing(table, on_demand=on_demand))
    params.update(_warm(table, on_demand=on_demand))
    for member, read in _OPTIONAL.items():
        if (value := read(table)) is not None:
            params[member] = value
    params.update(_indexes(table, on_demand=on_demand))
    return params


def time_to_live_of(description: Members) -> dict[str, Any] | None:
    """The TimeToLiveSpecification of a template, for UpdateTimeToLive; ``None`` if there is none or it is disabled."""
    given = unwrapped(description).get("TimeToLiveSpecification")
    if not given or not given.get("AttributeName") or not _truth(given.get("Enabled", True)):
        return None
    return {"AttributeName": given["AttributeName"], "Enabled": True}


def unwrapped(description: Members) -> Members:
    """The content of an answer or a resource, with a global table's members as a table's."""
    for wrapper in _WRAPPERS:
        inner = description.get(wrapper)
        if isinstance(inner, Mapping) and "KeySchema" not in description:
            return as_table(inner)
    return as_table(description)


def _name(table: Members, name: str | None) -> str:
    found = table.get("TableName") if name is None else name
    if not isinstance(found, str):
        raise ConfigurationError(f"the description of a table has no name, but {found!r}; give one: name='...'")
    return found


def _required(table: Members, member: str) -> list[Members]:
    found = table.get(member)
    if not isinstance(found, (list, tuple)) or not found:
        raise ConfigurationError(
            f"this describes no table, it has no {member}: {', '.join(map(str, table)) or 'empty'}"
        )
    return list(found)


# --- billing ---


def _is_on_demand(table: Members) -> bool:
    mode = table.get("BillingMode") or (table.get("BillingModeSummary") or {}).get("BillingMode")
    return not _units(table) if mode is None else bool(mode == "PAY_PER_REQUEST")


def _units(described: Members) -> dict[str, int]:
    given = described.get("ProvisionedThroughput") or {}
    units = {name: int(given.get(name) or 0) for name in ("ReadCapacityUnits", "WriteCapacityUnits")}
    return units if all(units.values()) else {}


def _billing(table: Members, *, on_demand: bool) -> dict[str, Any]:
    if on_demand:
        return {"BillingMode": "PAY_PER_REQUEST"}
    return {"BillingMode": "PROVISIONED", "ProvisionedThroughput": _units(table)}


def _numbers(member: str) -> Callable[[Members], dict[str, int] | None]:
    def read(described: Members) -> dict[str, int] | None:
        given = described.get(member) or {}
        numbers = {name: int(value) for name, value in given.items() if name != "Status" and value is not None}
        return numbers or None

    return read


def _warm(described: Members, *, on_demand: bool) -> dict[str, Any]:
    """Warm throughput, if it is more than the default, which descriptions include too."""
    given = _numbers("WarmThroughput")(described) or {}
    floors = (
        (ON_DEMAND_WARM.read, ON_DEMAND_WARM.write)
        if on_demand
        else tuple(_units(described).get(name) for name in ("ReadCapacityUnits", "WriteCapacityUnits"))
    )
    more = any(
        given.get(name, 0) > (floor or 0)
        for name, floor in zip(("ReadUnitsPerSecond", "WriteUnitsPerSecond"), floors, strict=True)
    )
    return {"WarmThroughput": given} if more else {}


# --- indexes ---


def _indexes(table: Members, *, on_demand: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        indexes = [_index(index) for index in table.get(member) or ()]
        if member == "GlobalSecondaryIndexes":
            for new, index in zip(indexes, table.get(member) or (), strict=True):
                new.update(_global(index, on_demand=on_demand))
        if indexes:
            found[member] = indexes
    return found


def _index(index: Members) -> dict[str, Any]:
    return {
        "IndexName": index.get("IndexName"),
        "KeySchema": [dict(part) for part in index.get("KeySchema") or ()],
        "Projection": dict(index.get("Projection") or {}),
    }


def _global(index: Members, *, on_demand: bool) -> dict[str, Any]:
    warm = _warm(index, on_demand=on_demand)
    if not on_demand:
        return {"ProvisionedThroughput": _units(index), **warm}
    ceiling = _numbers("OnDemandThroughput")(index)
    return warm if ceiling is None else {"OnDemandThroughput": ceiling, **warm}


# --- options ---


def _stream(table: Members) -> dict[str, Any] | None:
    """CloudFormation has no StreamEnabled: a view type is enough."""
    given = table.get("StreamSpecification") or {}
    if not given.get("StreamViewType") or not _truth(given.get("StreamEnabled", True)):
        return None
    return {"StreamEnabled": True, "StreamViewType": given["StreamViewType"]}


def _encryption(table: Members) -> dict[str, Any] | None:
    described, given = table.get("SSEDescription") or {}, table.get("SSESpecification") or {}
    if described.get("Status") in {"ENABLED", "ENABLING", "UPDATING"}:
        return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": described.get("KMSMasterKeyArn")}
    if not _truth(given.get("SSEEnabled", given.get("Enabled"))):
        return None
    key = given.get("KMSMasterKeyId")
    return {"Enabled": True} if key is None else {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}


def _vectors(table: Members) -> list[Members] | None:
    """Vector indexes without members that only descriptions have."""
    members = ("IndexName", "SearchSchema", "Projection", "VectorAttribute", "Dimensions", "DistanceFunction")
    return [
        {name: index[name] for name in members if index.get(name) is not None}
        for index in table.get("VectorIndexes") or ()
    ] or None


def _table_class(table: Members) -> str | None:
    found: str | None = table.get("TableClass") or (table.get("TableClassSummary") or {}).get("TableClass")
    return found


def _protection(table: Members) -> bool | None:
    return True if _truth(table.get("DeletionProtectionEnabled")) else None


def _tags(table: Members) -> list[dict[str, Any]] | None:
    return [{"Key": tag.get("Key"), "Value": tag.get("Value")} for tag in table.get("Tags") or ()] or None


def _truth(value: object) -> bool:
    """A boolean, which templates may write as text."""
    return value.lower() == "true" if isinstance(value, str) else bool(value)


_OPTIONAL: Final[dict[str, Callable[[Members], Any]]] = {
    "StreamSpecification": _stream,
    "SSESpecification": _encryption,
    "TableClass": _table_class,
    "DeletionProtectionEnabled": _protection,
    "Tags": _tags,
    "VectorIndexes": _vectors,
    "OnDemandThroughput": _numbers("OnDemandThroughput"),
}
