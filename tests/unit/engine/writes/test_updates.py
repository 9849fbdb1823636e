"""What a write returns, costs and refuses, beyond what the conformance cases say."""

from __future__ import annotations

from typing import Any

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.engine import Engine

KEY = {"pk": s("a"), "sk": s("1")}


def engine_with(**more: Any) -> Engine:
    engine = Engine()
    table(engine, **more)
    return engine


def update(engine: Engine, expression: str, values: Json | None = None, **more: Any) -> Json:
    params: Json = {"TableName": "app", "Key": KEY, "UpdateExpression": expression, **more}
    if values:
        params["ExpressionAttributeValues"] = values
    return ask(engine, "UpdateItem", **params)


def test_an_update_of_nothing_makes_an_item_of_the_key() -> None:
    engine = engine_with()
    ask(engine, "UpdateItem", TableName="app", Key=KEY)
    assert ask(engine, "GetItem", TableName="app", Key=KEY)["Item"] == KEY


def test_a_failed_condition_changes_nothing() -> None:
    engine = engine_with()
    update(engine, "SET n = :n", {":n": n(1)})
    answer = refusal(
        engine,
        "UpdateItem",
        TableName="app",
        Key=KEY,
        UpdateExpression="SET n = :n",
        ConditionExpression="n = :n",
        ExpressionAttributeValues={":n": n(2)},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert answer["code"] == "ConditionalCheckFailedException"
    assert answer["message"] == "The conditional request failed"
    assert answer["Item"] == {**KEY, "n": n(1)}


def test_what_was_read_before_is_not_changed_by_an_update() -> None:
    engine = engine_with()
    update(engine, "SET m = :m", {":m": {"M": {"l": {"L": [n(1)]}}}})
    read = ask(engine, "GetItem", TableName="app", Key=KEY)["Item"]
    update(engine, "SET m.l[1] = :two", {":two": n(2)})
    assert read["m"] == {"M": {"l": {"L": [n(1)]}}}


def test_a_request_may_be_changed_afterwards_without_changing_what_is_stored() -> None:
    engine = engine_with()
    item: Json = {**KEY, "m": {"M": {"a": s("b")}}, "l": {"L": [s("c")]}, "set": {"SS": ["d"]}}
    ask(engine, "PutItem", TableName="app", Item=item)
    item["m"]["M"]["a"] = s("changed")
    item["l"]["L"].append(s("changed"))
    item["set"]["SS"].append("changed")
    stored = ask(engine, "GetItem", TableName="app", Key=KEY)["Item"]
    assert stored == {**KEY, "m": {"M": {"a": s("b")}}, "l": {"L": [s("c")]}, "set": {"SS": ["d"]}}


def test_a_moved_index_entry_costs_two_writes_and_an_unchanged_one_none() -> None:
    engine = engine_with(
        AttributeDefinitions=definitions("pk sk g"), GlobalSecondaryIndexes=[index("by_g", "g", "KEYS_ONLY")]
    )
    costs = [
        update(engine, expression, {":v": value}, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
        for expression, value in (("SET g = :v", s("x")), ("SET g = :v", s("y")), ("SET rest = :v", s("z")))
    ]
    arms = [cost.get("GlobalSecondaryIndexes", {}).get("by_g", {}).get("CapacityUnits", 0) for cost in costs]
    assert arms == [1.0, 2.0, 0]
    assert [cost["CapacityUnits"] for cost in costs] == [2.0, 3.0, 1.0]


def test_an_item_collection_is_measured_with_its_local_indexes() -> None:
    engine = engine_with(AttributeDefinitions=definitions("pk sk l"), LocalSecondaryIndexes=[index("by_l", "pk l")])
    answer = update(engine, "SET l = :v", {":v": s("x")}, ReturnItemCollectionMetrics="SIZE")
    assert answer["ItemCollectionMetrics"] == {"ItemCollectionKey": {"pk": s("a")}, "SizeEstimateRangeGB": [0.0, 1.0]}
    without = update(engine_with(), "SET l = :v", {":v": s("x")}, ReturnItemCollectionMetrics="SIZE")
    assert "ItemCollectionMetrics" not in without
