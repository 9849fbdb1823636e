"""The tables of a CloudFormation or SAM template, as CreateTable's parameters.

(CloudFormation template reference, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"; SAM's specification,
"AWS::Serverless::SimpleTable".)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pytest_dynamodb.engine.tables.templates import create_table_params_of, time_to_live_of
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.mock.intrinsics import ABSENT, Functions, Unknown
from pytest_dynamodb.mock.problems import LoadError, joined

Parameters = dict[str, Any]

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
        properties = functions.value(_properties(logical, resources[logical], where))
        yield name, _params(resources[logical]["Type"], properties, joined(where, f"resource {logical}"), name)


def _properties(logical: str, resource: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    properties = resource.get("Properties") or {}
    if not isinstance(properties, Mapping):
        raise LoadError(joined(where, f"resource {logical}"), f"its Properties are {properties!r:.40}")
    return properties


def _name(logical: str, resource: Mapping[str, Any], functions: Functions, where: str) -> str:
    """The TableName, or where there is none the logical id: AWS would make a name up from it."""
    given = _properties(logical, resource, where).get("TableName")
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


def _params(kind: str, properties: Parameters, where: str, name: str) -> Parameters:
    try:
        properties = _KINDS[kind](properties)
        params = create_table_params_of(properties, name=name)
        ends = time_to_live_of(properties)
    except (ConfigurationError, ValueError, TypeError, AttributeError) as problem:
        said = (
            str(problem) if isinstance(problem, ConfigurationError) else f"a property is not what it must be: {problem}"
        )
        raise LoadError(where, said) from problem
    return params if ends is None else {**params, "TimeToLiveSpecification": ends}


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
    return made


def _as_it_is(properties: Parameters) -> Parameters:
    return properties


_KINDS: Final[dict[str, Callable[[Parameters], Parameters]]] = {
    "AWS::DynamoDB::GlobalTable": _as_it_is,
    "AWS::DynamoDB::Table": _as_it_is,
    "AWS::Serverless::SimpleTable": _simple_table,
}
