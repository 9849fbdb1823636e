"""Global indexes that come to a table with items, change and go.

How statuses follow each other: ack-api-quirks, DDB-TABLE-148, 149, 159, 162, 376.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

INVALID = "One or more parameter values were invalid: "
BUSY = "Attempt to change a resource which is still in use: "
ONE_AT_A_TIME = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"


def made(lifecycle: Lifecycle | None = None, **params: Any) -> tuple[Engine, VirtualClock]:
    clock = VirtualClock(0.0)
    engine = Engine(clock=clock, lifecycle=lifecycle)
    table(engine, keys="pk", **params)
    return engine, clock


def create(name: str, keys: str, projection: str = "ALL") -> Json:
    return {
        "AttributeDefinitions": definitions(keys),
        "GlobalSecondaryIndexUpdates": [{"Create": index(name, keys, projection)}],
    }


def delete(*names: str) -> Json:
    return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}} for name in names]}


def update(engine: Engine, params: Json) -> Json:
    body: Json = ask(engine, "UpdateTable", TableName="app", **params)["TableDescription"]
    return body


def refused(engine: Engine, params: Json) -> str:
    message: str = refusal(engine, "UpdateTable", TableName="app", **params)["message"]
    return message


def statuses(engine: Engine) -> tuple[Any, ...]:
    body = ask(engine, "DescribeTable", TableName="app")["Table"]
    indexes = body.get("GlobalSecondaryIndexes", ())
    return (body["TableStatus"], *((one["IndexStatus"], one.get("Backfilling")) for one in indexes))


def in_index(engine: Engine, name: str, attribute: str, value: Json) -> list[Any]:
    body = ask(
        engine,
        "Query",
        TableName="app",
        IndexName=name,
        KeyConditionExpression="#k = :v",
        ExpressionAttributeNames={"#k": attribute},
        ExpressionAttributeValues={":v": value},
    )
    return sorted(item["pk"]["S"] for item in body["Items"])


def test_an_index_is_filled_with_what_is_there_and_kept_in_step() -> None:
    engine, _ = made()
    for key, more in (("a", {"g": s("x")}), ("b", {"g": n(1)}), ("c", {}), ("d", {"g": s("x")})):
        ask(engine, "PutItem", TableName="app", Item={"pk": s(key), **more})
    update(engine, create("by_g", "g"))
    assert in_index(engine, "by_g", "g", s("x")) == ["a", "d"]
    ask(engine, "PutItem", TableName="app", Item={"pk": s("c"), "g": s("x")})
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("a")})
    assert in_index(engine, "by_g", "g", s("x")) == ["c", "d"]


def test_a_new_index_is_allocated_then_filled_then_there() -> None:
    engine, clock = made(Lifecycle(create_index=100))
    answer = update(engine, create("by_g", "g"))
    assert answer["TableStatus"] == "UPDATING"
    assert statuses(engine) == ("UPDATING", ("CREATING", False))
    assert refused(engine, delete("by_g")) == (
        f"{BUSY}Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the "
        "index is active. Table: app Index: by_g"
    )
    assert refused(engine, create("by_h", "h")) == ONE_AT_A_TIME
    clock.advance(10)
    assert statuses(engine) == ("ACTIVE", ("CREATING", True))
    assert refused(engine, create("by_h", "h")) == ONE_AT_A_TIME
    assert refusal(engine, "DeleteTable", TableName="app")["message"] == (
        f"{BUSY}Cannot delete table while indexes are being created, updated, or deleted."
    )
    clock.advance(90)
    assert statuses(engine) == ("ACTIVE", ("ACTIVE", None))
    update(engine, create("by_h", "h"))


def test_an_index_that_is_being_filled_may_be_deleted() -> None:
    engine, clock = made(Lifecycle(create_index=100, delete_index=5))
    update(engine, create("by_g", "g"))
    clock.advance(10)
    update(engine, delete("by_g"))
    assert statuses(engine) == ("UPDATING", ("DELETING", None))
    clock.advance(5)
    assert statuses(engine) == ("ACTIVE",)
    clock.advance(100)
    assert statuses(engine) == ("ACTIVE",)


def test_a_deleted_index_takes_its_definitions_along() -> None:
    """ack-api-quirks, DDB-TABLE-151."""
    engine, _ = made(AttributeDefinitions=definitions("pk g"), GlobalSecondaryIndexes=[index("by_g", "g pk")])
    during = update(engine, delete("by_g"))
    assert during["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    after = ask(engine, "DescribeTable", TableName="app")["Table"]
    assert after["AttributeDefinitions"] == definitions("pk")
    assert "GlobalSecondaryIndexes" not in after
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "g": n(1)})
    numbers = create("by_g", "g")
    numbers["AttributeDefinitions"][0]["AttributeType"] = "N"
    update(engine, numbers)
    assert in_index(engine, "by_g", "g", n(1)) == ["a"]


def test_definitions_beyond_the_new_keys_are_ignored() -> None:
    """ack-api-quirks, DDB-TABLE-162."""
    engine, _ = made()
    change = create("by_g", "g")
    change["AttributeDefinitions"] = [
        {"AttributeName": "g", "AttributeType": "S"},
        {"AttributeName": "pk", "AttributeType": "N"},
        {"AttributeName": "unused", "AttributeType": "B"},
    ]
    after = update(engine, change)
    assert after["AttributeDefinitions"] == definitions("g pk")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (create("by_g", "g"), "Attempting to create an index which already exists"),
        (delete("nope"), "Requested resource not found: Index nope for table app"),
        (delete("by_g", "nope"), ONE_AT_A_TIME),
        (
            delete("by_g", "by_g"),
            f"{INVALID}Only one global secondary index update per index is allowed simultaneously. Index: by_g",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{}]},
            (
                f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "one"}, "Create": index("two", "g")}]},
            f"{INVALID}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Create": index("new", "h")}]},
            f"{INVALID}AttributeDefinitions is not specified for index: new",
        ),
        (
            {**create("new", "h"), "AttributeDefinitions": definitions("g")},
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                "Keys: [h], AttributeDefinitions: [g]"
            ),
        ),
    ],
)
def test_changes_that_are_refused(params: Json, message: str) -> None:
    engine, _ = made(AttributeDefinitions=definitions("pk g"), GlobalSecondaryIndexes=[index("by_g", "g")])
    before = ask(engine, "DescribeTable", TableName="app")
    assert refused(engine, params) == message
    assert ask(engine, "DescribeTable", TableName="app") == before


def test_local_indexes_stay_as_they_are() -> None:
    """ack-api-quirks, DDB-TABLE-137."""
    engine = Engine()
    table(engine, AttributeDefinitions=definitions("pk sk l"), LocalSecondaryIndexes=[index("local", "pk l")])
    assert refused(engine, delete("local")) == "Cannot delete an index that is not a GlobalSecondaryIndex: local"
    assert refused(engine, create("local", "pk l")) == "Attempting to create an index which already exists"


def test_a_table_has_twenty_global_indexes_at_most() -> None:
    engine, _ = made(
        AttributeDefinitions=definitions("pk g"), GlobalSecondaryIndexes=[index(f"i{i:02}", "g") for i in range(20)]
    )
    assert refused(engine, create("new", "g")) == (
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20"
    )


def test_snapshots_keep_the_indexes_that_they_hold() -> None:
    engine, _ = made(AttributeDefinitions=definitions("pk g"), GlobalSecondaryIndexes=[index("by_g", "g")])
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "g": s("x")})
    before = engine.snapshot()
    update(engine, delete("by_g"))
    assert statuses(engine) == ("ACTIVE",)
    engine.restore(before)
    assert in_index(engine, "by_g", "g", s("x")) == ["a"]
