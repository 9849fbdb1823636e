"""Reads that do not ask for consistency may be behind, and a missing ConsistentRead shows."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb import Consistency, Engine, Mock, Request, ThroughputLimits, VirtualClock

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "city")],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_city",
            "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


def mock_with(consistency: Consistency | None, **settings: Any) -> Mock:
    mock = Mock(Engine(consistency=consistency, clock=VirtualClock(1e9), **settings), region="us-east-1")
    mock.load({"t": {"table": TABLE, "items": []}})
    return mock


def ask(mock: Mock, operation: str, **params: Any) -> Any:
    return mock.engine.run(Request(operation, {"TableName": "t", **params}, "us-east-1"))


def put(mock: Mock, key: str, n: int = 0) -> None:
    ask(mock, "PutItem", Item={"id": {"S": key}, "n": {"N": str(n)}, "city": {"S": "Rome"}})


def read(mock: Mock, key: str, **more: Any) -> int | None:
    item = ask(mock, "GetItem", Key={"id": {"S": key}}, **more).get("Item")
    return None if item is None else int(item["n"]["N"])


def cities(mock: Mock, **more: Any) -> int:
    answer: dict[str, int] = ask(
        mock,
        "Query",
        IndexName="by_city",
        KeyConditionExpression="city = :c",
        ExpressionAttributeValues={":c": {"S": "Rome"}},
        **more,
    )
    return answer["Count"]


def test_without_it_every_read_sees_every_write() -> None:
    mock = mock_with(None)
    put(mock, "a", 1)
    assert (read(mock, "a"), cities(mock), ask(mock, "Scan")["Count"]) == (1, 1, 1)


def test_a_missing_consistentread_shows() -> None:
    mock = mock_with(Consistency(lag=2))
    put(mock, "a", 1)
    assert read(mock, "a") is None
    assert read(mock, "a", ConsistentRead=True) == 1
    mock.clock.advance(2)
    assert read(mock, "a") == 1


def test_reads_see_writes_in_their_order_each_after_its_time() -> None:
    mock = mock_with(Consistency(lag=10))
    for n in range(4):
        put(mock, "a", n)
        mock.clock.advance(4)
    seen = []
    for _ in range(4):
        seen.append(read(mock, "a"))
        mock.clock.advance(4)
    # At 16 s what was written at 0 and 4 s may be seen; then 8, then 12.
    assert seen == [1, 2, 3, 3]


def test_queries_scans_and_batches_are_behind_too() -> None:
    mock = mock_with(Consistency())
    put(mock, "a")
    assert ask(mock, "Scan")["Count"] == 0
    assert ask(mock, "Scan", ConsistentRead=True)["Count"] == 1
    keys = [{"id": {"S": "a"}}]

    def batch(**more: Any) -> int:
        params = {"RequestItems": {"t": {"Keys": keys, **more}}}
        body: Any = mock.engine.run(Request("BatchGetItem", params, "us-east-1"))
        return len(body["Responses"]["t"])

    assert (batch(), batch(ConsistentRead=True)) == (0, 1)


def test_transactions_read_what_is_there() -> None:
    mock = mock_with(Consistency())
    put(mock, "a")
    gets = [{"Get": {"TableName": "t", "Key": {"id": {"S": "a"}}}}]
    body: Any = mock.engine.run(Request("TransactGetItems", {"TransactItems": gets}, "us-east-1"))
    assert body["Responses"][0]["Item"]["id"] == {"S": "a"}


def test_conditions_and_counters_work_on_what_is_there() -> None:
    mock = mock_with(Consistency())
    for expected in ("1", "2", "3"):
        answer = ask(
            mock,
            "UpdateItem",
            Key={"id": {"S": "a"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        assert answer["Attributes"]["n"] == {"N": expected}


def test_deletes_are_seen_late_too() -> None:
    mock = mock_with(Consistency(lag=5))
    put(mock, "a", 1)
    mock.clock.advance(5)
    ask(mock, "DeleteItem", Key={"id": {"S": "a"}})
    assert (read(mock, "a"), read(mock, "a", ConsistentRead=True)) == (1, None)
    mock.clock.advance(5)
    assert read(mock, "a") is None


def test_indexes_have_a_lag_of_their_own() -> None:
    mock = mock_with(Consistency(lag=0, index_lag=30))
    put(mock, "a", 1)
    assert (read(mock, "a"), cities(mock)) == (1, 0)
    mock.clock.advance(29)
    assert cities(mock) == 0
    mock.clock.advance(1)
    assert cities(mock) == 1


def test_what_is_loaded_has_been_there_for_long() -> None:
    mock = mock_with(Consistency(lag=60))
    mock.load({"t": {"items": [{"id": "a", "n": 7}]}})
    assert read(mock, "a") == 7
    assert mock.tables["t"].count == 1


def test_a_read_may_be_behind_or_not_and_the_seed_decides() -> None:
    def story(seed: int) -> list[int | None]:
        mock = mock_with(Consistency(lag=5, chance=0.5, seed=seed))
        put(mock, "a", 1)
        return [read(mock, "a") for _ in range(40)]

    assert story(1) == story(1)
    assert story(1) != story(2)
    assert {*story(1)} == {None, 1}


def test_a_table_made_anew_has_no_past() -> None:
    mock = mock_with(Consistency(lag=60))
    mock.load({"t": {"items": [{"id": "a", "n": 7}]}})
    ask(mock, "DeleteTable")
    mock.load({"t": {"table": TABLE, "items": []}})
    assert read(mock, "a") is None
    put(mock, "b", 1)
    assert read(mock, "a") is None


def test_many_writes_at_one_time_are_one_past() -> None:
    mock = mock_with(Consistency(lag=60))
    mock.load({"t": {"items": [{"id": "a", "n": 7}]}})
    for n in range(5):
        put(mock, "a", n)
        mock.dump()  # which holds what there is as well
    assert read(mock, "a") == 7
    mock.clock.advance(30)
    put(mock, "a", 9)
    mock.clock.advance(30)
    assert read(mock, "a") == 4
    mock.clock.advance(30)
    assert read(mock, "a") == 9


def test_going_back_forgets_the_past() -> None:
    mock = mock_with(Consistency(lag=60))
    before = mock.snapshot()
    put(mock, "a", 1)
    mock.restore(before)
    mock.clock.advance(1)
    assert (read(mock, "a"), read(mock, "a", ConsistentRead=True)) == (None, None)
    put(mock, "a", 2)
    mock.clock.advance(60)
    assert read(mock, "a") == 2


def test_a_throttled_write_is_no_past() -> None:
    table = {
        "KeySchema": TABLE["KeySchema"],
        "AttributeDefinitions": TABLE["AttributeDefinitions"][:1],
        "ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 1},
    }
    mock = mock_with(Consistency(lag=5), throughput=ThroughputLimits())
    mock.load({"u": {"table": table, "items": [{"id": "a", "n": 0}]}})
    for n in (1, 2):
        mock.engine.answer(
            Request("PutItem", {"TableName": "u", "Item": {"id": {"S": "a"}, "n": {"N": str(n)}}}, "us-east-1")
        )

    def seen() -> Any:
        body: Any = mock.engine.run(Request("GetItem", {"TableName": "u", "Key": {"id": {"S": "a"}}}, "us-east-1"))
        return body["Item"]["n"]["N"]

    assert seen() == "0"
    mock.clock.advance(5)
    assert seen() == "1"


def test_it_is_switched_on_and_off_at_any_time() -> None:
    mock = mock_with(None)
    put(mock, "a", 1)
    assert read(mock, "a") == 1
    mock.simulate(consistency=Consistency(lag=5))
    put(mock, "a", 2)
    assert read(mock, "a") == 1
    mock.simulate()
    assert read(mock, "a") == 2


def stated(mock: Mock, text: str, **more: Any) -> Any:
    """The items of a statement, alone and in a batch."""
    statement = {"Statement": text, **more}
    alone: Any = mock.engine.run(Request("ExecuteStatement", statement, "us-east-1"))
    batch: Any = mock.engine.run(Request("BatchExecuteStatement", {"Statements": [statement]}, "us-east-1"))
    assert [one["Item"] for one in batch["Responses"] if "Item" in one] == alone["Items"]
    return alone["Items"]


def test_selects_are_behind_alone_and_in_batches() -> None:
    mock = mock_with(Consistency(lag=10))
    put(mock, "a")
    text = "SELECT id FROM t WHERE id = 'a'"
    assert stated(mock, text) == stated(mock, text, ConsistentRead=False) == []
    assert stated(mock, text, ConsistentRead=True) == [{"id": {"S": "a"}}]
    mock.clock.advance(11)
    assert stated(mock, text) == [{"id": {"S": "a"}}]


def test_each_statement_of_a_batch_asks_for_itself() -> None:
    mock = mock_with(Consistency(lag=10))
    put(mock, "a")
    put(mock, "b")
    statements = [
        {"Statement": "SELECT * FROM t WHERE id = 'a'", "ConsistentRead": True},
        {"Statement": "SELECT * FROM t WHERE id = 'b'"},
    ]
    body: Any = mock.engine.run(Request("BatchExecuteStatement", {"Statements": statements}, "us-east-1"))
    assert ["Item" in one for one in body["Responses"]] == [True, False]


def test_an_index_that_a_statement_names_has_its_own_lag() -> None:
    mock = mock_with(Consistency(lag=0, index_lag=10))
    put(mock, "a")

    def count(text: str) -> int:
        body: Any = mock.engine.run(Request("ExecuteStatement", {"Statement": text}, "us-east-1"))
        return len(body["Items"])

    assert (count("SELECT * FROM t"), count('SELECT * FROM "t"."by_city"')) == (1, 0)


def test_transactions_are_never_behind() -> None:
    mock = mock_with(Consistency(lag=10))
    put(mock, "a")
    statements = [{"Statement": "SELECT id FROM t WHERE id = 'a'"}]
    body: Any = mock.engine.run(Request("ExecuteTransaction", {"TransactStatements": statements}, "us-east-1"))
    assert body["Responses"] == [{"Item": {"id": {"S": "a"}}}]
