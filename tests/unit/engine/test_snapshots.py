"""Snapshots and forks hold what the engine held, whoever writes afterwards."""

from __future__ import annotations

from engine_requests import ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.engine import Engine


def stored(engine: Engine, key: str) -> object:
    return ask(engine, "GetItem", TableName="app", Key={"pk": s(key)}).get("Item")


def put(engine: Engine, key: str, value: int = 1) -> None:
    ask(engine, "PutItem", TableName="app", Item={"pk": s(key), "n": n(value), "g": s("G")})


def indexed(engine: Engine) -> set[str]:
    body = ask(
        engine,
        "Query",
        TableName="app",
        IndexName="by_g",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": s("G")},
    )
    return {item["pk"]["S"] for item in body["Items"]}


def filled() -> Engine:
    engine = Engine()
    table(
        engine,
        keys="pk",
        AttributeDefinitions=definitions("pk g"),
        GlobalSecondaryIndexes=[index("by_g", "g")],
    )
    put(engine, "kept")
    return engine


def test_a_restored_engine_holds_what_it_held_indexes_included() -> None:
    engine = filled()
    before = engine.snapshot()
    put(engine, "later")
    put(engine, "kept", 2)
    engine.restore(before)
    assert stored(engine, "later") is None
    assert stored(engine, "kept") == {"pk": s("kept"), "n": n(1), "g": s("G")}
    assert indexed(engine) == {"kept"}


def test_a_snapshot_may_be_restored_again_and_in_another_engine() -> None:
    engine, other = filled(), Engine()
    snapshot = engine.snapshot()
    for target in (engine, other, engine):
        target.restore(snapshot)
        assert indexed(target) == {"kept"}
        put(target, "later")
        assert indexed(target) == {"kept", "later"}


def test_a_deleted_table_comes_back_and_a_new_one_goes() -> None:
    engine = filled()
    snapshot = engine.snapshot()
    ask(engine, "DeleteTable", TableName="app")
    table(engine, "other")
    engine.restore(snapshot)
    assert ask(engine, "ListTables")["TableNames"] == ["app"]
    assert indexed(engine) == {"kept"}


def test_a_fork_and_its_origin_do_not_see_each_others_writes() -> None:
    engine = filled()
    fork = engine.fork()
    put(engine, "here")
    put(fork, "there")
    assert indexed(engine) == {"kept", "here"}
    assert indexed(fork) == {"kept", "there"}


def test_a_change_of_a_table_is_not_seen_by_a_fork() -> None:
    engine = filled()
    fork = engine.fork()
    ask(engine, "UpdateTable", TableName="app", DeletionProtectionEnabled=True)
    assert refusal(engine, "DeleteTable", TableName="app")["code"] == "ValidationException"
    ask(fork, "DeleteTable", TableName="app")


def test_regions_and_accounts_have_tables_of_their_own() -> None:
    engine = Engine()
    table(engine, "app", region="eu-west-1")
    table(engine, "app", keys="id", region="eu-west-1", account="111122223333")
    assert ask(engine, "ListTables", region="eu-west-1")["TableNames"] == ["app"]
    assert ask(engine, "ListTables", region="us-east-1")["TableNames"] == []
    described = ask(engine, "DescribeTable", account="111122223333", region="eu-west-1", TableName="app")["Table"]
    assert described["TableArn"] == "arn:aws:dynamodb:eu-west-1:111122223333:table/app"


def test_the_same_seed_gives_the_same_identifiers() -> None:
    first, second, other = (Engine(seed=seed) for seed in (7, 7, 8))
    for engine in (first, second, other):
        table(engine)
    ids = [ask(engine, "DescribeTable", TableName="app")["Table"]["TableId"] for engine in (first, second, other)]
    assert ids[0] == ids[1] != ids[2]
