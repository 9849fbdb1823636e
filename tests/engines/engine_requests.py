"""Requests to an engine, written as a client would write them."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request

Json = dict[str, Any]

START = 1_700_000_000.0
"""What time it is on the ``clock`` of tests, in seconds since 1970: 2023-11-14T22:13:20Z."""


def s(text: str) -> Json:
    """A string value."""
    return {"S": text}


def n(number: int | str) -> Json:
    """A number value."""
    return {"N": str(number)}


def ask(engine: Engine, operation: str, /, *, region: str = "", account: str = "", **params: Any) -> Json:
    """The body of an answer, which must be a success."""
    answer = engine.answer(Request(operation, params, region=region, account=account))
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    return answer.body


def put(engine: Engine, key: str, number: int = 1, *, name: str = "app", region: str = "", **more: Json) -> None:
    """Put an item with a key ``pk`` and a number ``n`` into a table."""
    ask(engine, "PutItem", region=region, TableName=name, Item={"pk": s(key), "n": n(number), **more})


def refusal(engine: Engine, operation: str, /, **params: Any) -> Json:
    """The body of an answer, which must be an error; its code without the namespace is at ``code``."""
    answer = engine.answer(Request(operation, params))
    assert answer.status == 400, answer.body
    assert isinstance(answer.body, dict)
    body = {name.lower() if name == "Message" else name: value for name, value in answer.body.items()}
    return {**body, "code": body["__type"].rsplit("#", 1)[-1]}


def table(
    engine: Engine, name: str = "app", *, keys: str = "pk sk", region: str = "", account: str = "", **more: Any
) -> None:
    """Make a table with string keys, on demand."""
    names = keys.split()
    roles = ("HASH", "RANGE")
    ask(
        engine,
        "CreateTable",
        region=region,
        account=account,
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        **{
            "KeySchema": [{"AttributeName": key, "KeyType": role} for key, role in zip(names, roles, strict=False)],
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in names],
            **more,
        },
    )


def index(name: str, keys: str, projection: str = "ALL", *, included: tuple[str, ...] = ()) -> Json:
    """A secondary index's definition."""
    wanted: Json = {"ProjectionType": projection}
    if included:
        wanted["NonKeyAttributes"] = list(included)
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": key, "KeyType": role} for key, role in zip(keys.split(), ("HASH", "RANGE"), strict=False)
        ],
        "Projection": wanted,
    }


def definitions(keys: str) -> list[Json]:
    """AttributeDefinitions of string keys."""
    return [{"AttributeName": key, "AttributeType": "S"} for key in keys.split()]
