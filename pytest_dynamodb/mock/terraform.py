"""The tables of a Terraform plan or state in JSON, as CreateTable's parameters, and the items it puts into them.

(``terraform show -json``: Terraform's documentation, "JSON Output Format"; resources ``aws_dynamodb_table``,
``aws_dynamodb_global_secondary_index`` and ``aws_dynamodb_table_item``: the AWS provider's documentation.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pytest_dynamodb.mock.problems import LoadError, joined

_TABLE: Final = "aws_dynamodb_table"
_INDEX: Final = "aws_dynamodb_global_secondary_index"
_ITEM: Final = "aws_dynamodb_table_item"

ResourceValues = Mapping[str, Any]


class Planned(NamedTuple):
    """A table of a plan: CreateTable's parameters without its name, and the items that the plan puts into it."""

    name: str
    params: dict[str, Any] | None
    items: list[Any]


def is_terraform(document: ResourceValues) -> bool:
    """Whether a document is what ``terraform show -json`` prints, of a plan or of a state."""
    return isinstance(document.get("terraform_version"), str) and any(
        isinstance(document.get(member), Mapping) for member in ("planned_values", "values")
    )


def tables_of(document: ResourceValues, where: str) -> Iterator[Planned]:
    """The tables in it, in the order written. Raises ``LoadError`` for one that makes no sense, and if there is none.

    A table whose name is known only after it was applied is called like its resource.
    """
    values = document.get("planned_values") or document.get("values") or {}
    resources = list(_resources(values.get("root_module")))
    indexes = [one for one in resources if one.get("type") == _INDEX]
    items = [one for one in resources if one.get("type") == _ITEM]
    tables = [one for one in resources if one.get("type") == _TABLE]
    if not tables and not items:
        raise LoadError(where, "the plan has no tables", remedy=f"it looks for {_TABLE}, in all modules")
    made = set()
    for table in tables:
        place = joined(where, str(table.get("address")))
        name = str(_values(table).get("name") or table.get("name"))
        made.add(name)
        own = [_values(one) for one in indexes if _values(one).get("table_name") == name]
        yield Planned(name, _params(_values(table), own, place), _items(items, name, where))
    for name in dict.fromkeys(str(_values(one).get("table_name")) for one in items):
        if name not in made:
            yield Planned(name, None, _items(items, name, where))


def _resources(module: Any) -> Iterator[ResourceValues]:
    if not isinstance(module, Mapping):
        return
    for one in module.get("resources") or ():
        if isinstance(one, Mapping) and one.get("mode") != "data":
            yield one
    for child in module.get("child_modules") or ():
        yield from _resources(child)


def _values(resource: ResourceValues) -> ResourceValues:
    values = resource.get("values")
    return values if isinstance(values, Mapping) else {}


def _items(resources: Sequence[ResourceValues], table: str, where: str) -> list[Any]:
    found = []
    for one in resources:
        if str(_values(one).get("table_name")) == table:
            try:
                found.append(json.loads(_values(one)["item"]))
            except (KeyError, TypeError, ValueError) as problem:
                raise LoadError(joined(where, str(one.get("address"))), f"its item is no JSON: {problem}") from None
    return found


def _params(values: ResourceValues, indexes: Sequence[ResourceValues], where: str) -> dict[str, Any]:
    try:
        return _made(values, indexes)
    except (TypeError, AttributeError, KeyError) as problem:
        raise LoadError(where, f"an argument is not what it must be: {problem!r}") from problem


def _made(values: ResourceValues, indexes: Sequence[ResourceValues]) -> dict[str, Any]:
    on_demand = values.get("billing_mode") == "PAY_PER_REQUEST"
    types = {one["name"]: one["type"] for one in values.get("attribute") or ()}
    params: dict[str, Any] = {"KeySchema": _key(values)}
    global_indexes = [_global(one, on_demand=on_demand) for one in values.get("global_secondary_index") or ()]
    for one in indexes:
        types.update((part["attribute_name"], part["attribute_type"]) for part in one.get("key_schema") or ())
        index = {**one, "name": one.get("index_name"), **(_first(one.get("projection")) or {})}
        global_indexes.append(_global(index, on_demand=on_demand))
    if global_indexes:
        params["GlobalSecondaryIndexes"] = global_indexes
    local = [
        {"IndexName": one["name"], "KeySchema": _key({**one, "hash_key": values["hash_key"]}), **_projection(one)}
        for one in values.get("local_secondary_index") or ()
    ]
    if local:
        params["LocalSecondaryIndexes"] = local
    params["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
    params.update(_billing(values, on_demand=on_demand))
    if values.get("stream_enabled"):
        params["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": values.get("stream_view_type")}
    if values.get("deletion_protection_enabled"):
        params["DeletionProtectionEnabled"] = True
    if values.get("table_class"):
        params["TableClass"] = values["table_class"]
    if values.get("tags"):
        params["Tags"] = [{"Key": key, "Value": value} for key, value in values["tags"].items()]
    ends = _first(values.get("ttl"))
    if ends and ends.get("enabled") and ends.get("attribute_name"):
        params["TimeToLiveSpecification"] = {"AttributeName": ends["attribute_name"], "Enabled": True}
    return params


def _first(block: Any) -> ResourceValues | None:
    """The content of a block that may stand once: plans write it as a list."""
    found = block[0] if isinstance(block, list) and block else block
    return found if isinstance(found, Mapping) else None


def _key(values: ResourceValues) -> list[dict[str, str]]:
    """A key, said by ``hash_key`` and ``range_key``, or part by part in ``key_schema``."""
    parts = values.get("key_schema") or ()
    if parts:
        return [{"AttributeName": one["attribute_name"], "KeyType": one["key_type"]} for one in parts]
    named = (("HASH", values["hash_key"]), ("RANGE", values.get("range_key")))
    return [{"AttributeName": name, "KeyType": kind} for kind, name in named if name]


def _projection(values: ResourceValues) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": values.get("projection_type") or "ALL"}
    if values.get("non_key_attributes"):
        projection["NonKeyAttributes"] = list(values["non_key_attributes"])
    return {"Projection": projection}


def _global(values: ResourceValues, *, on_demand: bool) -> dict[str, Any]:
    index = {"IndexName": values["name"], "KeySchema": _key(values), **_projection(values)}
    return index if on_demand else {**index, "ProvisionedThroughput": _units(values)}


def _billing(values: ResourceValues, *, on_demand: bool) -> dict[str, Any]:
    if on_demand:
        return {"BillingMode": "PAY_PER_REQUEST"}
    return {"BillingMode": "PROVISIONED", "ProvisionedThroughput": _units(values)}


def _units(values: ResourceValues) -> dict[str, int]:
    """Units as said; 1 where scaling is to say it, and the plan does not."""
    return {
        "ReadCapacityUnits": int(values.get("read_capacity") or 1),
        "WriteCapacityUnits": int(values.get("write_capacity") or 1),
    }
