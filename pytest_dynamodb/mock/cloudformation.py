"""The tables of a CloudFormation or SAM template, as CreateTable's parameters.

(CloudFormation template reference, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"; SAM's specification,
"AWS::Serverless::SimpleTable".) What says nothing of tables and items is left out: backups, alarms, scaling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pytest_dynamodb.mock.intrinsics import ABSENT, Functions, Unknown
from pytest_dynamodb.mock.problems import LoadError, joined

Parameters = dict[str, Any]

#: Properties that are parameters of CreateTable under the same name.
_SAME: Final[tuple[str, ...]] = (
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "Tags",
    "TimeToLiveSpecification",  # UpdateTimeToLive's; see ``contents``
)
#: Members of an index that CreateTable knows.
_INDEX: Final[tuple[str, ...]] = ("IndexName", "KeySchema", "OnDemandThroughput", "Projection", "ProvisionedThroughput")

_KEY_TYPES: Final = {"String": "S", "Number": "N", "Binary": "B"}


def is_template(document: Mapping[str, Any]) -> bool:
    """Whether a document is a template."""
    resources = document.get("Resources")
    return isinstance(resources, Mapping) and all(
        isinstance(resource, Mapping) and "Type" in resource for resource in resources.values()
    )


def tables_of(
    template: Mapping[str, Any], where: str, parameters: Mapping[str, Any], pseudo: Mapping[str, str]
) -> Iterator[tuple[str, Parameters]]:
    """Names and parameters of a template's tables, in the order in which they stand.

    ``pseudo`` are the values of parameters such as ``AWS::Region``. Raises ``LoadError`` for a table whose name cannot
    be told, and for a template without tables.
    """
    resources = {logical: resource for logical, resource in template["Resources"].items() if resource["Type"] in _KINDS}
    if not resources:
        raise LoadError(where, "the template has no tables", remedy=f"it looks for {', '.join(sorted(_KINDS))}")
    functions = Functions(template, {**pseudo, **parameters}, {logical: logical for logical in template["Resources"]})
    names = {
        logical: _name(logical, resource, functions, where)
        for logical, resource in resources.items()
        if "Condition" not in resource or functions.holds(resource["Condition"])
    }
    functions = Functions(template, {**pseudo, **parameters, **names}, {name: name for name in template["Resources"]})
    for logical, name in names.items():
        properties = functions.value(resources[logical].get("Properties") or {})
        yield name, _KINDS[resources[logical]["Type"]](properties)


def _name(logical: str, resource: Mapping[str, Any], functions: Functions, where: str) -> str:
    """The TableName, or where there is none the logical id: AWS would make a name up from it."""
    given = (resource.get("Properties") or {}).get("TableName")
    if given is None:
        return logical
    try:
        name = functions.value(given, strict=True)
    except Unknown as unknown:
        raise LoadError(
            joined(where, f"resource {logical}"),
            f"its TableName needs {unknown}, which the template does not say",
            remedy=f'load(..., parameters={{"{unknown}": "..."}})',
        ) from None
    return logical if name is ABSENT else str(name)


def _table(properties: Parameters) -> Parameters:
    made: Parameters = {name: properties[name] for name in _SAME if name in properties}
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if member in made:
            made[member] = [{name: index[name] for name in _INDEX if name in index} for index in made[member]]
    if "StreamSpecification" in properties:
        view = properties["StreamSpecification"].get("StreamViewType")
        made["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    if "SSESpecification" in properties:
        made["SSESpecification"] = _encryption(properties["SSESpecification"])
    result: Parameters = _typed(made)
    return result


def _encryption(given: Mapping[str, Any]) -> Parameters:
    kept = {name: given[name] for name in ("SSEType", "KMSMasterKeyId") if name in given}
    return {"Enabled": given.get("SSEEnabled", False), **kept}


def _global_table(properties: Parameters) -> Parameters:
    """A table of its own in the mock's region: replicas say no more of keys and indexes than the table does."""
    replica = next(iter(properties.get("Replicas") or [{}]))
    own = {**properties, **{name: replica[name] for name in ("TableClass", "Tags") if name in replica}}
    provisioned = properties.get("BillingMode", "PROVISIONED") == "PROVISIONED"
    read = (replica.get("ReadProvisionedThroughputSettings") or {}).get("ReadCapacityUnits", 1)
    indexes = properties.get("GlobalSecondaryIndexes")
    if indexes is not None:
        own["GlobalSecondaryIndexes"] = [_provisioned(index, read) if provisioned else index for index in indexes]
    if "SSESpecification" in own and "SSEType" not in own["SSESpecification"]:
        own["SSESpecification"] = {**own["SSESpecification"], "SSEType": "KMS"}
    return _table(_provisioned(own, read) if provisioned else own)


def _provisioned(holder: Parameters, read: Any) -> Parameters:
    scaling = (holder.get("WriteProvisionedThroughputSettings") or {}).get("WriteCapacityAutoScalingSettings") or {}
    units = {"ReadCapacityUnits": read, "WriteCapacityUnits": scaling.get("MinCapacity", 1)}
    return {**holder, "ProvisionedThroughput": units}


def _simple_table(properties: Parameters) -> Parameters:
    """SAM's table with one key, ``id`` unless it says so."""
    key = properties.get("PrimaryKey") or {}
    name, kind = key.get("Name", "id"), key.get("Type", "String")
    made: Parameters = {
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": _KEY_TYPES.get(kind, kind)}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if "ProvisionedThroughput" in properties:
        made |= {"BillingMode": "PROVISIONED", "ProvisionedThroughput": properties["ProvisionedThroughput"]}
    tags = properties.get("Tags")
    if isinstance(tags, Mapping):
        made["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    if "SSESpecification" in properties:
        made["SSESpecification"] = properties["SSESpecification"]
    return _table(made)


def _typed(node: Any, name: str = "") -> Any:
    """Numbers and truths that templates may write as text, as what they are."""
    if isinstance(node, Mapping):
        return {member: _typed(value, member) for member, value in node.items()}
    if isinstance(node, list):
        return [_typed(member) for member in node]
    if isinstance(node, str) and name.endswith("Units") and node.isdigit():
        return int(node)
    if isinstance(node, str) and name.endswith("Enabled") and node.lower() in ("true", "false"):
        return node.lower() == "true"
    return node


_KINDS: Final[dict[str, Callable[[Parameters], Parameters]]] = {
    "AWS::DynamoDB::GlobalTable": _global_table,
    "AWS::DynamoDB::Table": _table,
    "AWS::Serverless::SimpleTable": _simple_table,
}
