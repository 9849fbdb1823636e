"""Tables: creating, waiting, describing, deleting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.operations.keys import TableBook, describe_table
from pytest_dynamodb.client.steps import Steps, Wait, send
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError, ResourceNotFoundException, quoted

KeyAttributes = str | Mapping[str, Literal["S", "N", "B"]]
"""One text attribute by its name; or names with their types, in the order of the key: ``{"year": "N"}``."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0
"""Seconds between the first two looks at a table; each wait is half as long again, up to the last."""


class TableNotReady(PytestDynamoDbError, TimeoutError):
    """A table did not become active, or was not deleted, in the time that was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index of a new table. ``attributes`` are those it holds besides keys; ``None`` for all.

    ``local``: it has the table's partition key and ``sort_key``; ``partition_key`` is left out then.
    """

    name: str
    partition_key: KeyAttributes | None = None
    sort_key: KeyAttributes | None = None
    attributes: Iterable[str] | None = None
    local: bool = False

    @property
    def projection(self) -> dict[str, Any]:
        if self.attributes is None:
            return {"ProjectionType": "ALL"}
        named = list(self.attributes)
        if not named:
            return {"ProjectionType": "KEYS_ONLY"}
        return {"ProjectionType": "INCLUDE", "NonKeyAttributes": named}


def creation(
    name: str | None,
    partition_key: KeyAttributes | None,
    sort_key: KeyAttributes | None,
    indexes: Iterable[Index],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """The parameters of ``CreateTable``; ``given`` are parameters as AWS names them, which take precedence."""
    params: dict[str, Any] = {} if name is None else {"TableName": arguments.text("a table's name", name)}
    types: dict[str, str] = {}
    if partition_key is not None:
        params["KeySchema"] = _schema(partition_key, sort_key, types)
        for index in arguments.listed("indexes", indexes):
            if not isinstance(index, Index):
                raise ConfigurationError(f"an index is an Index(...), not {quoted(index)}")
            kind = "LocalSecondaryIndexes" if index.local else "GlobalSecondaryIndexes"
            first = partition_key if index.local else index.partition_key
            if first is None or (index.local and index.partition_key is not None):
                raise ConfigurationError(f"a global index has a partition key, a local one the table's: {index!r}")
            schema = _schema(first, index.sort_key, types)
            described = {"IndexName": index.name, "KeySchema": schema, "Projection": index.projection}
            params.setdefault(kind, []).append(described)
        params["AttributeDefinitions"] = [{"AttributeName": key, "AttributeType": tag} for key, tag in types.items()]
    if "ProvisionedThroughput" not in given:
        params["BillingMode"] = "PAY_PER_REQUEST"
    params.update(given)
    if "TableName" not in params or "KeySchema" not in params:
        raise ConfigurationError("a table has a name and a key: create_table(name, partition_key=..., sort_key=...)")
    return params


def _schema(
    partition_key: KeyAttributes, sort_key: KeyAttributes | None, types: dict[str, str]
) -> list[dict[str, str]]:
    schema = []
    for kind, key in (("HASH", partition_key), ("RANGE", {} if sort_key is None else sort_key)):
        attributes: Mapping[str, str] = {key: "S"} if isinstance(key, str) else arguments.mapping("a key", key)
        for name, tag in attributes.items():
            arguments.text(f"the type of {name}", tag)
            if types.setdefault(name, tag) != tag:
                raise ConfigurationError(f"{name} has one type in all keys, not {types[name]} and {tag}")
            schema.append({"AttributeName": name, "KeyType": kind})
    return schema


def create(book: TableBook, params: dict[str, Any], *, wait: float | None) -> Steps[str]:
    """Create a table; returns its name. Waits up to ``wait`` seconds until it is active."""
    description = yield from send(ApiCall("CreateTable", params, _description))
    name: str = params["TableName"]
    book.note({**description, "TableName": name})
    if wait is not None:
        yield from until_active(name, wait)
    return name


def delete(book: TableBook, table: str, *, wait: float | None) -> Steps[None]:
    """Delete a table. Waits up to ``wait`` seconds until it is gone."""
    yield from send(ApiCall("DeleteTable", {"TableName": table}, _description))
    book.forget(table)
    if wait is not None:
        yield from _until(table, "gone", wait)


def describe(book: TableBook, table: str) -> Steps[dict[str, Any]]:
    """A table's description. Its keys are known from then on."""
    description = yield from send(describe_table(table))
    book.note({**description, "TableName": table})
    return description


def until_active(table: str, timeout: float) -> Steps[None]:
    """Wait until a table and its indexes can be used. Raises ``TableNotReady``."""
    yield from _until(table, "active", timeout)


def _until(table: str, state: Literal["active", "gone"], timeout: float) -> Steps[None]:
    waited, wait = 0.0, FIRST_WAIT
    while True:
        status = yield from _status(table)
        if status == state:
            return
        if waited >= timeout:
            raise TableNotReady(f"{table} is not {state} after {timeout} seconds: it is {status}")
        yield Wait(min(wait, timeout - waited))
        waited += wait
        wait = min(wait * 1.5, LONGEST_WAIT)


def _status(table: str) -> Steps[str]:
    try:
        description = yield from send(describe_table(table))
    except ResourceNotFoundException:  # also of one that has just been created: descriptions lag behind
        return "gone"
    parts = [description.get("TableStatus", "")]
    parts += [index.get("IndexStatus", "ACTIVE") for index in description.get("GlobalSecondaryIndexes") or ()]
    waiting = [part for part in parts if part != "ACTIVE"]
    return waiting[0].lower() if waiting else "active"


def names() -> Steps[list[str]]:
    found: list[str] = []
    params: dict[str, Any] = {}
    while True:
        answer = yield from send(ApiCall("ListTables", dict(params), dict))
        found += answer.get("TableNames") or ()
        if "LastEvaluatedTableName" not in answer:
            return found
        params["ExclusiveStartTableName"] = answer["LastEvaluatedTableName"]


def time_to_live(table: str, attribute: str, *, enabled: bool) -> ApiCall[None]:
    setting = {"AttributeName": attribute, "Enabled": enabled}
    return ApiCall("UpdateTimeToLive", {"TableName": table, "TimeToLiveSpecification": setting}, _nothing)


def _description(answer: Mapping[str, Any]) -> dict[str, Any]:
    description: dict[str, Any] = answer["TableDescription"]
    return description


def _nothing(_: Mapping[str, Any]) -> None:
    return None
