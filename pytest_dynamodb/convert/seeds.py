"""Seeds: what tables must hold for a recording's requests to be answered as they were.

Made from what the recording itself shows. What an answer says of an item that nothing before it has written was there
when the recording began. What no answer showed is not known, and so not in a seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.cassette.contracts import ContractKey, TableContract, schemas_of
from pytest_dynamodb.convert.conversion import Exported, LeftOut, one_file
from pytest_dynamodb.convert.stubber import source_of
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.requests import Part, parts
from pytest_dynamodb.values import canonical_value

_DESCRIPTIONS: Final = ("Table", "TableDescription")

_SCRIPT = '''"""Tables and items as they were before {source}; for moto, or any other DynamoDB.

    with mock_aws():
        seed(boto3.client("dynamodb", region_name="{region}"))
"""


def seed(client):
    """Make the tables and put the items."""
'''


@dataclass(slots=True)
class SeedTable:
    """A table to be made, with CreateTable's parameters, and its items."""

    params: dict[str, Any]
    items: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seed:
    """The tables of a seed by name, and what of the recording could not be made part of it."""

    tables: Mapping[str, SeedTable]
    left: Sequence[LeftOut] = ()


def seed_of(exchanges: Sequence[Exchange]) -> Seed:
    """What was there when the recording began, as far as it shows. Tables that it made itself are not in it."""
    schemas = schemas_of(exchanges)
    made = {str(one.params.get("TableName")) for one in exchanges if one.operation == "CreateTable"}
    wanted = {name: _params(name, schema, exchanges) for name, schema in schemas.items() if name not in made}
    tables = {name: SeedTable(params) for name, params in wanted.items() if params is not None}
    touched: set[tuple[str, str]] = set()
    left = [
        LeftOut(0, f"table {name}", "nothing shows its key: ask DescribeTable while recording")
        for name, params in wanted.items()
        if params is None
    ]
    for number, exchange in enumerate(exchanges, 1):
        for part, item in _seen(exchange):
            table = tables.get(part.table)
            if table is None:
                continue
            key = _identity(schemas[part.table].key, item)
            if key is None or _is_partial(exchange, part):
                left.append(LeftOut(number, exchange.operation, f"an item of {part.table} was seen in part only"))
            elif (part.table, key) not in touched:
                touched.add((part.table, key))
                table.items.append(item)
        if exchange.error_code is None:
            for part in parts(exchange.operation, exchange.params):
                key = _identity(schemas[part.table].key, part.attributes) if part.table in schemas else None
                if key is not None:
                    touched.add((part.table, key))
    return Seed(tables, left)


def as_load_seed(exchanges: Sequence[Exchange]) -> Exported:
    """The seed as what ``Mock.load`` takes."""
    seed = seed_of(exchanges)
    content = {name: {"table": table.params, "items": table.items} for name, table in seed.tables.items()}
    return one_file(json.dumps(content, indent=2, ensure_ascii=False) + "\n", seed.left)


def as_moto_seed(exchanges: Sequence[Exchange], *, source: str = "a recording", region: str = "us-east-1") -> Exported:
    """The seed as a Python module whose function ``seed`` makes it with a boto3 client, under moto or elsewhere."""
    from pytest_dynamodb.convert.models import arguments_of

    seed = seed_of(exchanges)
    lines = [_SCRIPT.format(source=source, region=region)]
    for name, table in seed.tables.items():
        lines.append(f"    client.create_table(**{source_of({'TableName': name, **table.params}, indent=4)})\n")
        for item in table.items:
            arguments = arguments_of(Exchange("PutItem", {"TableName": name, "Item": item}, exchanges[0].outcome))
            lines.append(f"    client.put_item(**{source_of(arguments, indent=4)})\n")
    return one_file(
        "".join(lines if seed.tables else [*lines, "    # The recording makes what it needs.\n"]), seed.left
    )


def _params(name: str, schema: TableContract, exchanges: Sequence[Exchange]) -> dict[str, Any] | None:
    """CreateTable's parameters without the name; ``None`` where the key is not known well enough."""
    for exchange in exchanges:
        for member in _DESCRIPTIONS:
            described = (exchange.response or {}).get(member)
            if isinstance(described, Mapping) and described.get("TableName") == name and described.get("KeySchema"):
                return _of_description(described)
    ordered = schema.ordered_key
    if not ordered or not all(kind for _, kind in ordered):
        return None
    return {
        "KeySchema": [
            {"AttributeName": attribute, "KeyType": kind}
            for (attribute, _), kind in zip(ordered, ("HASH", "RANGE"), strict=False)
        ],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in ordered],
        "BillingMode": "PAY_PER_REQUEST",
    }


def _of_description(described: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a table like the one described; on demand, as throughput is not what a seed is about."""
    params: dict[str, Any] = {name: described[name] for name in ("KeySchema", "AttributeDefinitions")}
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        indexes = described.get(member)
        if indexes:
            names = ("IndexName", "KeySchema", "Projection")
            params[member] = [{name: index[name] for name in names if name in index} for index in indexes]
    return {**params, "BillingMode": "PAY_PER_REQUEST"}


def _seen(exchange: Exchange) -> Iterator[tuple[Part, dict[str, Any]]]:
    """The items in an answer, each with the part of the request that it answers; of writes, what was there before."""
    body = exchange.response or {}
    asked = list(parts(exchange.operation, exchange.params))
    if exchange.error_code is not None or not asked:
        return
    if exchange.operation in ("GetItem", "Query", "Scan"):
        items = [body["Item"]] if "Item" in body else body.get("Items", ())
        yield from ((asked[0], item) for item in items if isinstance(item, dict))
    elif exchange.operation == "TransactGetItems":
        for part, answer in zip(asked, body.get("Responses", ()), strict=False):
            if isinstance(answer, dict) and isinstance(answer.get("Item"), dict):
                yield part, answer["Item"]
    elif exchange.operation == "BatchGetItem":
        for table, items in (body.get("Responses") or {}).items():
            of_table = [part for part in asked if part.table == table][:1]
            yield from ((part, item) for part in of_table for item in items)
    elif exchange.params.get("ReturnValues") == "ALL_OLD" and isinstance(body.get("Attributes"), dict):
        yield asked[0], body["Attributes"]


def _is_partial(exchange: Exchange, part: Part) -> bool:
    """Whether items in the answer may lack attributes: a projection, or an index that does not have all."""
    params = exchange.params
    projected = any(name in params for name in ("ProjectionExpression", "AttributesToGet"))
    tables = params.get("RequestItems")
    if isinstance(tables, Mapping) and isinstance(tables.get(part.table), Mapping):
        projected = projected or "ProjectionExpression" in tables[part.table]
    return projected or part.index_name is not None or "ProjectionExpression" in part.content


def _identity(key: ContractKey, item: Mapping[str, Any]) -> str | None:
    """One text for an item's key; ``None`` if the item lacks it."""
    if not key or not all(name in item for name, _ in key):
        return None
    return json.dumps([canonical_value(item[name]) for name, _ in key], default=str)
