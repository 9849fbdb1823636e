"""From a short definition of a table to the parameters of CreateTable.

    key: pk S, sk N                    HASH, then RANGE; `a S + b S` is a key part of two attributes
    global: {name: {key: ..., project: ...}}
    local: {name: {sort: rank N, project: ...}}
    throughput: [5, 5]                 provisioned; on demand without it
    members: {...}                     further members of CreateTable

``project`` is ALL (also if absent), KEYS_ONLY, or a list of attributes.
"""

from __future__ import annotations

from typing import Any

Json = Any


def create_table_params(definition: dict[str, Json], name: str) -> dict[str, Json]:
    """What CreateTable is sent for a definition."""
    types: dict[str, str] = {}
    throughput = _throughput(definition)
    params: dict[str, Json] = {"TableName": name, "KeySchema": _keys(definition["key"], types)}
    hash_key = params["KeySchema"][0]
    if indexes := definition.get("global"):
        params["GlobalSecondaryIndexes"] = [
            {"IndexName": index, "KeySchema": _keys(given["key"], types), **_projection(given), **throughput}
            for index, given in indexes.items()
        ]
    if indexes := definition.get("local"):
        params["LocalSecondaryIndexes"] = [
            {"IndexName": index, "KeySchema": [hash_key, *_part(given["sort"], "RANGE", types)], **_projection(given)}
            for index, given in indexes.items()
        ]
    billing = {} if throughput else {"BillingMode": "PAY_PER_REQUEST"}
    attributes = [{"AttributeName": name, "AttributeType": tag} for name, tag in types.items()]
    return {**params, "AttributeDefinitions": attributes, **billing, **throughput, **definition.get("members", {})}


def _throughput(definition: dict[str, Json]) -> dict[str, Json]:
    if "throughput" not in definition:
        return {}
    reads, writes = definition["throughput"]
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


def _keys(key: str, types: dict[str, str]) -> list[Json]:
    roles = zip(key.split(","), ("HASH", "RANGE"), strict=False)
    return [element for part, role in roles for element in _part(part, role, types)]


def _part(part: str, role: str, types: dict[str, str]) -> list[Json]:
    elements = []
    for attribute in part.split("+"):
        name, tag = attribute.split()
        types[name] = tag
        elements.append({"AttributeName": name, "KeyType": role})
    return elements


def _projection(given: dict[str, Json]) -> dict[str, Json]:
    projected = given.get("project", "ALL")
    if isinstance(projected, list):
        return {"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": projected}}
    return {"Projection": {"ProjectionType": projected}}
