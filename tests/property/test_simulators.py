"""Limits that nobody reaches, and reads that are never behind, change no answer; the same seed gives the same ones."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from pytest_dynamodb import Consistency, Engine, Mock, Request, ThroughputLimits, VirtualClock

TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "g")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "global",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "local",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "g", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
ENDLESS = ThroughputLimits(partition_read=1e9, partition_write=1e9, on_demand_read=1e9, on_demand_write=1e9)
SCARCE = ThroughputLimits(partition_read=3, partition_write=2, split_after=5)


def key(random: Random) -> dict[str, Any]:
    return {"pk": {"S": random.choice("ab")}, "sk": {"S": random.choice("123")}}


def item(random: Random) -> dict[str, Any]:
    more = {"g": {"S": random.choice("xy")}} if random.random() < 0.6 else {}
    return {**key(random), **more, "n": {"N": str(random.randrange(5))}}


def query(index: str | None, name: str, value: str, **more: Any) -> dict[str, Any]:
    where = {} if index is None else {"IndexName": index}
    values = {":v": {"S": value}}
    return {**where, "KeyConditionExpression": f"{name} = :v", "ExpressionAttributeValues": values, **more}


def request(random: Random) -> Request:
    table = {"TableName": "orders"}
    update = {
        "UpdateExpression": "ADD n :one SET g = :g",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":g": {"S": random.choice("xy")}},
        "ReturnValues": "ALL_NEW",
    }
    writes = [{"PutRequest": {"Item": item(random)}}, {"DeleteRequest": {"Key": key(random)}}]
    check = {**table, "Key": key(random), "ConditionExpression": "attribute_exists(pk)"}
    operation, params = random.choice(
        [
            ("PutItem", {**table, "Item": item(random)}),
            ("GetItem", {**table, "Key": key(random)}),
            ("DeleteItem", {**table, "Key": key(random), "ReturnValues": "ALL_OLD"}),
            ("UpdateItem", {**table, "Key": key(random), **update}),
            ("Query", {**table, **query(None, "pk", "a")}),
            ("Query", {**table, **query("global", "g", "x")}),
            ("Query", {**table, **query("local", "pk", "b", Select="ALL_ATTRIBUTES")}),
            ("Scan", table),
            ("BatchWriteItem", {"RequestItems": {"orders": writes[: random.choice((1, 2))]}}),
            ("BatchGetItem", {"RequestItems": {"orders": {"Keys": [key(random)], "ConsistentRead": True}}}),
            (
                "TransactWriteItems",
                {
                    "TransactItems": [{"Put": {**table, "Item": item(random)}}, {"ConditionCheck": check}],
                    "ClientRequestToken": str(random.randrange(30)),
                },
            ),
            ("TransactGetItems", {"TransactItems": [{"Get": {**table, "Key": key(random)}}]}),
        ]
    )
    mode = random.choice([None, "NONE", "TOTAL", "INDEXES", "WRONG"])
    return Request(operation, params if mode is None else {**params, "ReturnConsumedCapacity": mode})


def engine(**settings: Any) -> Engine:
    made = Engine(clock=VirtualClock(1e9), seed=5, **settings)
    assert made.answer(Request("CreateTable", TABLE)).status == 200
    return made


def advance(one: Engine, seconds: float) -> None:
    assert isinstance(one.clock, VirtualClock)
    one.clock.advance(seconds)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_never_reached_changes_nothing(seed: int) -> None:
    random = Random(seed)
    plain = engine()
    others = [
        engine(throughput=ENDLESS),
        engine(consistency=Consistency(lag=9, chance=0)),
        engine(consistency=Consistency(lag=0), throughput=ENDLESS),
    ]
    for _ in range(250):
        asked = request(random)
        expected = plain.answer(asked)
        for other in others:
            assert other.answer(asked) == expected, asked
        for one in (plain, *others):
            advance(one, 0.1)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_seed_gives_the_same_answers_and_indexes_stay_in_step(seed: int) -> None:
    random = Random(seed)
    settings: dict[str, Any] = {"throughput": SCARCE, "consistency": Consistency(lag=1, chance=0.5, seed=seed)}
    one, twin = engine(**settings), engine(**settings)
    throttled = 0
    for number in range(300):
        asked = request(random)
        answer = one.answer(asked)
        assert twin.answer(asked) == answer
        throttled += "hrottl" in str(answer.body)
        if number % 3 == 0:
            advance(one, 0.2)
            advance(twin, 0.2)
    assert throttled > 20
    table = one.region().tables["orders"]
    indexed = sum("g" in stored.attributes for stored in table.store)
    assert [index.store.count for index in table.indexes.values()] == [indexed, indexed]


def test_explaining_changes_nothing() -> None:
    random, mock = Random(1), Mock(engine(throughput=SCARCE, consistency=Consistency()))
    for _ in range(60):
        mock.answer(request(random))
        advance(mock.engine, 1)
    before = mock.dump()
    for _ in range(150):
        assert str(mock.explain(request(random)))
    assert mock.dump() == before
