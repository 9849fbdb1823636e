"""The tables of a data model of NoSQL Workbench, with their sample data.

(Developer guide, "Exporting a data model"; the models of aws-samples, versions 1.0 and 3.0, which are
what there is to read of the format.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.mock.problems import LoadError, joined
from pytest_dynamodb.values import UnsupportedValue, from_wire, to_wire

ModelTable = tuple[str, dict[str, Any], list[dict[str, Any]]]
"""A table's name, CreateTable's parameters without it, and items in wire form."""

_KEYS: Final = (("PartitionKey", "HASH"), ("SortKey", "RANGE"))
"""What the model calls each part of a key, and what DynamoDB does."""


def is_model(content: Mapping[str, Any]) -> bool:
    """Whether this is a data model of NoSQL Workbench for DynamoDB. (Those for Apache Cassandra have keyspaces.)"""
    tables = content.get("DataModel")
    return _are_mappings(tables) and any("KeyAttributes" in table for table in tables or ())


def tables_of(model: Mapping[str, Any], where: str) -> Iterator[ModelTable]:
    """The tables of a model, in its order. Raises ``LoadError``."""
    for number, table in enumerate(model["DataModel"], start=1):
        place = joined(where, f"table {table.get('TableName') or number}")
        name = table.get("TableName")
        if not isinstance(name, str):
            raise LoadError(place, "it has no TableName")
        yield name, _params(place, table), list(_items(place, table))


# --- tables ---


def _params(where: str, table: Mapping[str, Any]) -> dict[str, Any]:
    types: dict[str, str] = {}
    params: dict[str, Any] = {"KeySchema": _key_schema(where, table, types)}
    billing = _billing(table)
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        indexes = table.get(kind) or []
        if not _are_mappings(indexes):
            raise LoadError(where, f"its {kind} are no list of indexes")
        if indexes:
            params[kind] = [_index(where, index, types, billing, kind) for index in indexes]
    params["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": tag} for name, tag in types.items()]
    return {**params, **billing}


def _billing(table: Mapping[str, Any]) -> dict[str, Any]:
    """How capacity is paid for. Models that do not say get what costs nothing unused."""
    units = _throughput(table)
    if table.get("BillingMode") != "PROVISIONED" or units is None:
        return {"BillingMode": "PAY_PER_REQUEST"}
    return {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}


def _throughput(owner: Mapping[str, Any]) -> Any:
    settings = owner.get("ProvisionedCapacitySettings")
    return settings.get("ProvisionedThroughput") if isinstance(settings, Mapping) else None


def _index(
    where: str, index: Mapping[str, Any], types: dict[str, str], billing: Mapping[str, Any], kind: str
) -> dict[str, Any]:
    name = index.get("IndexName")
    made: dict[str, Any] = {
        "IndexName": name,
        "KeySchema": _key_schema(joined(where, f"index {name}"), index, types),
        "Projection": index.get("Projection") or {"ProjectionType": "ALL"},
    }
    if kind == "GlobalSecondaryIndexes" and "ProvisionedThroughput" in billing:
        made["ProvisionedThroughput"] = _throughput(index) or billing["ProvisionedThroughput"]
    return made


def _key_schema(where: str, owner: Mapping[str, Any], types: dict[str, str]) -> list[dict[str, str]]:
    """The key of a table or an index; its attributes' types are added to ``types``."""
    keys = owner.get("KeyAttributes")
    schema = []
    for part, kind in _KEYS:
        attribute = keys.get(part) if isinstance(keys, Mapping) else None
        if isinstance(attribute, Mapping):
            name, tag = str(attribute.get("AttributeName")), str(attribute.get("AttributeType"))
            types[name] = tag
            schema.append({"AttributeName": name, "KeyType": kind})
    if not schema or schema[0]["KeyType"] != "HASH":
        raise LoadError(where, "it has no PartitionKey among its KeyAttributes")
    return schema


# --- items ---


def _items(where: str, table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The sample data. A table whose data was typed in by facets has it there and nowhere else."""
    rows = _rows(where, table)
    if rows:
        for number, row in enumerate(rows, start=1):
            yield _item(joined(where, f"item {number}"), row)
        return
    facets = table.get("TableFacets") or []
    if not _are_mappings(facets):
        raise LoadError(where, "its TableFacets are no list of facets")
    found: dict[str, dict[str, Any]] = {}
    names = [entry["AttributeName"] for entry in _key_schema(where, table, {})]
    for facet in facets:
        place = joined(where, f"facet {facet.get('FacetName')}")
        for number, row in enumerate(_rows(place, facet), start=1):
            item = _item(joined(place, f"item {number}"), row)
            found.setdefault(repr([item.get(name) for name in names]), {}).update(item)
    yield from found.values()


def _rows(where: str, owner: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    rows = owner.get("TableData") or []
    if not _are_mappings(rows):
        raise LoadError(where, "its TableData is no list of items")
    return rows


def _item(where: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(joined(where, name), value) for name, value in row.items()}


def _value(where: str, value: Any) -> Any:
    """An attribute value. Maps and lists are typed into the Workbench as plain JSON, and stand so in the model."""
    if isinstance(value, Mapping) and value.keys() <= {"M", "L"} and len(value) == 1:
        ((_, content),) = value.items()
        try:
            from_wire(value)
        except (UnsupportedValue, ValueError, TypeError):
            try:
                return to_wire(content, floats=True)
            except UnsupportedValue as problem:
                raise LoadError(where, str(problem)) from None
    return value


def _are_mappings(given: Any) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(one, Mapping) for one in given)
