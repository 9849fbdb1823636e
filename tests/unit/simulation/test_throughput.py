"""Capacity runs out and comes back with the clock, of tables, indexes and partitions, with AWS's reasons."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import (
    DynamoDbError,
    Engine,
    Mock,
    ProvisionedThroughputExceededException,
    Request,
    ThrottlingException,
    ThroughputLimits,
    TransactionCanceledException,
    VirtualClock,
)

KEY_ONLY: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
PROVISIONED = {**KEY_ONLY, "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 10}}
ON_DEMAND = {**KEY_ONLY, "BillingMode": "PAY_PER_REQUEST"}
INDEXED = {
    **PROVISIONED,
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "city")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_city",
            "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 2},
        }
    ],
}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t"


def mock_of(table: dict[str, Any], limits: ThroughputLimits | None, **settings: Any) -> Mock:
    mock = Mock(Engine(throughput=limits, clock=VirtualClock(1e9), **settings), region="us-east-1")
    mock.load({"t": {"table": table, "items": []}})
    return mock


def ask(mock: Mock, operation: str, **params: Any) -> Any:
    return mock.engine.run(Request(operation, {"TableName": "t", **params}, "us-east-1"))


def put(mock: Mock, key: str = "a", **more: Any) -> Any:
    return ask(mock, "PutItem", Item={"id": {"S": key}, **more})


def get(mock: Mock, key: str = "a", **more: Any) -> Any:
    return ask(mock, "GetItem", Key={"id": {"S": key}}, **more)


def until_throttled(call: Any, *, most: int = 100_000) -> tuple[int, DynamoDbError]:
    """How often a call goes through, and what the one after it gets."""
    for number in range(most):
        try:
            call(number)
        except DynamoDbError as problem:
            return number, problem
    raise AssertionError(f"{most} calls went through")


def reason(problem: DynamoDbError) -> dict[str, str]:
    (one,) = problem.members.get("ThrottlingReasons") or problem.members["throttlingReasons"]
    return dict(one)


def test_without_limits_nothing_is_throttled() -> None:
    mock = mock_of(PROVISIONED, None)
    for number in range(200):
        put(mock, str(number))
    assert mock.tables["t"].count == 200


def test_provisioned_writes_run_out_and_come_back() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    count, problem = until_throttled(lambda number: put(mock, str(number)))
    assert count == 10
    assert isinstance(problem, ProvisionedThroughputExceededException)
    assert problem.message.startswith("The level of configured provisioned throughput for the table was exceeded.")
    assert reason(problem) == {"reason": "TableWriteProvisionedThroughputExceeded", "resource": ARN}
    assert mock.tables["t"].count == 10  # what was throttled is not there
    mock.clock.advance(1)
    assert until_throttled(lambda number: put(mock, str(number)))[0] == 10


def test_reads_have_their_own() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    until_throttled(lambda _: put(mock))
    count, problem = until_throttled(lambda _: get(mock))
    assert count == 10  # half a unit each
    assert reason(problem)["reason"] == "TableReadProvisionedThroughputExceeded"
    mock.clock.advance(1)
    assert until_throttled(lambda _: get(mock, ConsistentRead=True))[0] == 5


def test_what_is_not_used_is_kept_for_five_minutes() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits(partition_write=5000))
    mock.clock.advance(100)
    assert until_throttled(lambda _: put(mock))[0] == 10 + 1000
    mock.clock.advance(10_000)
    assert until_throttled(lambda _: put(mock))[0] == 300 * 10


def test_a_large_item_overdraws() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    put(mock, text={"S": "x" * 50 * 1024})  # 51 units of 10
    assert until_throttled(lambda _: put(mock))[0] == 0
    mock.clock.advance(4)
    assert until_throttled(lambda _: put(mock))[0] == 0
    mock.clock.advance(1)
    assert until_throttled(lambda _: put(mock))[0] == 1


def test_an_index_that_is_too_small_throttles_the_tables_writes() -> None:
    mock = mock_of(INDEXED, ThroughputLimits())
    count, problem = until_throttled(lambda n: put(mock, str(n), city={"S": "Rome"}))
    assert count == 2
    assert reason(problem) == {
        "reason": "IndexWriteProvisionedThroughputExceeded",
        "resource": f"{ARN}/index/by_city",
    }
    assert "global secondary indexes" in problem.message
    put(mock, "no city")  # the index has no part in it


def test_a_hot_key_on_demand_is_throttled_before_the_table_is() -> None:
    mock = mock_of(ON_DEMAND, ThroughputLimits(partition_write=20))
    count, problem = until_throttled(lambda _: put(mock, "hot"))
    assert count == 20
    assert isinstance(problem, ThrottlingException)
    assert reason(problem) == {"reason": "TableWriteKeyRangeThroughputExceeded", "resource": ARN}
    assert sum(_goes_through(mock, f"cold {number}") for number in range(200)) == 60  # of the other three partitions


def test_a_hot_key_of_an_index_throttles_writes_to_the_table() -> None:
    (index,) = INDEXED["GlobalSecondaryIndexes"]
    indexed = {
        **ON_DEMAND,
        "AttributeDefinitions": INDEXED["AttributeDefinitions"],
        "GlobalSecondaryIndexes": [{name: index[name] for name in ("IndexName", "KeySchema", "Projection")}],
    }
    mock = mock_of(indexed, ThroughputLimits(partition_write=20))
    count, problem = until_throttled(lambda number: put(mock, str(number), city={"S": "Rome"}))
    assert count == 20  # of ids that are spread over four partitions, and a city that is in one
    assert reason(problem) == {
        "reason": "IndexWriteKeyRangeThroughputExceeded",
        "resource": f"{ARN}/index/by_city",
    }


def test_a_hot_key_of_a_large_provisioned_table_is_throttled_as_such() -> None:
    large = {**KEY_ONLY, "ProvisionedThroughput": {"ReadCapacityUnits": 9000, "WriteCapacityUnits": 4000}}
    mock = mock_of(large, ThroughputLimits(partition_write=50))
    count, problem = until_throttled(lambda _: put(mock, "hot"))
    assert count == 50
    assert isinstance(problem, ProvisionedThroughputExceededException)
    assert reason(problem)["reason"] == "TableWriteKeyRangeThroughputExceeded"


def test_the_figures_are_aws_s() -> None:
    limits = ThroughputLimits()
    assert (limits.partition_read, limits.partition_write, limits.burst) == (3000, 1000, 300)
    mock = mock_of(ON_DEMAND, limits)
    assert until_throttled(lambda _: put(mock))[0] == 1000
    assert until_throttled(lambda _: get(mock, ConsistentRead=True))[0] == 3000


def test_a_partition_that_stays_hot_is_split_but_not_a_key() -> None:
    mock = mock_of(ON_DEMAND, ThroughputLimits(partition_write=20, split_after=60))
    keys = [f"key {number}" for number in range(200)]

    def capacity() -> int:
        mock.clock.advance(1)
        return sum(1 for key in keys * 2 if _goes_through(mock, key))

    first = capacity()
    mock.clock.advance(60)
    capacity()  # throttled again: every partition is hot
    assert capacity() > 1.5 * first
    for _ in range(5):
        until_throttled(lambda _: put(mock, "hot"))
        mock.clock.advance(60)
    assert until_throttled(lambda _: put(mock, "hot"))[0] <= 21


def _goes_through(mock: Mock, key: str) -> bool:
    try:
        put(mock, key)
    except DynamoDbError:
        return False
    return True


def test_a_ceiling_on_demand() -> None:
    capped = {**ON_DEMAND, "OnDemandThroughput": {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 3}}
    mock = mock_of(capped, ThroughputLimits())
    count, problem = until_throttled(lambda number: put(mock, str(number)))
    assert count == 3
    assert problem.message == "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    assert reason(problem)["reason"] == "TableWriteMaxOnDemandThroughputExceeded"


def test_the_accounts_quota_of_a_table() -> None:
    mock = mock_of(ON_DEMAND, ThroughputLimits(on_demand_write=12))
    count, problem = until_throttled(lambda number: put(mock, str(number)))
    assert count == 12
    assert reason(problem)["reason"] == "TableWriteAccountLimitExceeded"


def test_a_batch_gives_back_what_there_is_no_capacity_for() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    writes = [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(25)]
    until_throttled(lambda number: put(mock, f"before {number}"), most=100)
    mock.clock.advance(1)
    request = Request("BatchWriteItem", {"RequestItems": {"t": writes}, "ReturnConsumedCapacity": "TOTAL"}, "us-east-1")
    first: Any = mock.engine.run(request)
    assert first["UnprocessedItems"] == {}  # there were units left, and the last one may overdraw
    with pytest.raises(ProvisionedThroughputExceededException):
        mock.engine.run(request)
    assert mock.tables["t"].count == 35


def test_part_of_a_batch_of_two_tables() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    mock.load({"u": {"table": ON_DEMAND, "items": []}})
    until_throttled(lambda number: put(mock, str(number)))
    write = [{"PutRequest": {"Item": {"id": {"S": "new"}}}}]
    params = {"RequestItems": {"t": write, "u": write}, "ReturnConsumedCapacity": "TOTAL"}
    body: Any = mock.engine.run(Request("BatchWriteItem", params, "us-east-1"))
    assert body["UnprocessedItems"] == {"t": write}
    assert body["ConsumedCapacity"] == [{"TableName": "u", "CapacityUnits": 1.0}]
    keys = {"Keys": [{"id": {"S": "new"}}], "ConsistentRead": True}
    until_throttled(lambda _: get(mock, "1"))
    params = {"RequestItems": {"t": keys, "u": keys}}
    body = mock.engine.run(Request("BatchGetItem", params, "us-east-1"))
    assert body == {"Responses": {"u": [{"id": {"S": "new"}}]}, "UnprocessedKeys": {"t": keys}}


def test_a_transaction_is_cancelled_whole() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    mock.load({"u": {"table": ON_DEMAND, "items": []}})
    until_throttled(lambda number: put(mock, str(number)))
    writes = [{"Put": {"TableName": name, "Item": {"id": {"S": "new"}}}} for name in ("u", "t")]
    with pytest.raises(TransactionCanceledException) as caught:
        mock.engine.run(Request("TransactWriteItems", {"TransactItems": writes}, "us-east-1"))
    reasons = caught.value.members["CancellationReasons"]
    assert [one["Code"] for one in reasons] == ["None", "ProvisionedThroughputExceeded"]
    assert mock.tables["u"].count == 0


def test_a_scan_uses_all_partitions_alike() -> None:
    mock = mock_of(ON_DEMAND, ThroughputLimits(partition_read=1))
    mock.load({"t": {"items": [{"id": str(number), "text": "x" * 4000} for number in range(20)]}})
    ask(mock, "Scan", ConsistentRead=True)  # 20 units and more, of four
    assert until_throttled(lambda _: get(mock, "1"))[0] == 0


def test_a_query_uses_its_partition() -> None:
    table = {
        **ON_DEMAND,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "sk")],
    }
    mock = mock_of(table, ThroughputLimits(partition_read=3))

    def query(_: int) -> Any:
        values = {":id": {"S": "hot"}}
        return ask(mock, "Query", KeyConditionExpression="id = :id", ExpressionAttributeValues=values)

    count, problem = until_throttled(query)
    assert count == 6
    assert reason(problem)["reason"] == "TableReadKeyRangeThroughputExceeded"


@pytest.mark.parametrize("mode", [None, "NONE", "TOTAL", "INDEXES"])
@pytest.mark.parametrize("operation", ["PutItem", "GetItem", "Scan"])
def test_answers_are_the_same_with_limits_and_without(mode: str | None, operation: str) -> None:
    params: dict[str, Any] = {"TableName": "t"}
    params |= {"Item": {"id": {"S": "a"}, "city": {"S": "Rome"}}} if operation == "PutItem" else {}
    params |= {"Key": {"id": {"S": "a"}}} if operation == "GetItem" else {}
    params |= {} if mode is None else {"ReturnConsumedCapacity": mode}
    one, other = (mock_of(INDEXED, limits) for limits in (None, ThroughputLimits()))
    request = Request(operation, params, "us-east-1")
    assert one.engine.answer(request) == other.engine.answer(request)


def test_what_is_loaded_costs_nothing() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    mock.load({"t": {"items": [{"id": str(number)} for number in range(100)]}})
    assert until_throttled(lambda _: put(mock))[0] == 10


def test_the_same_seed_gives_the_same_answers() -> None:
    def story() -> list[Any]:
        mock = mock_of(INDEXED, ThroughputLimits(partition_write=4), seed=3)
        answers = []
        for number in range(60):
            if number % 9:
                mock.clock.advance(0.25)
            item = {"id": {"S": str(number % 7)}, "city": {"S": "x"}}
            answers.append(mock.engine.answer(Request("PutItem", {"TableName": "t", "Item": item})))
        return answers

    assert story() == story()


def test_a_copy_begins_with_capacity_of_its_own() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    until_throttled(lambda number: put(mock, str(number)))
    twin = mock.fork()
    assert until_throttled(lambda _: put(twin))[0] == 10
    assert until_throttled(lambda _: put(mock))[0] == 0


def statements(*texts: str) -> list[dict[str, str]]:
    return [{"Statement": text} for text in texts]


def run_batch(mock: Mock, *texts: str, **more: Any) -> Any:
    return mock.engine.run(Request("BatchExecuteStatement", {"Statements": statements(*texts), **more}, "us-east-1"))


def insert(number: int) -> str:
    return f"INSERT INTO \"t\" VALUE {{'id': '{number}'}}"


def test_a_batch_of_statements_tells_in_each_one_s_place_what_there_is_no_capacity_for() -> None:
    mock = mock_of(PROVISIONED, ThroughputLimits())
    mock.load({"u": {"table": ON_DEMAND, "items": []}})
    until_throttled(lambda number: put(mock, str(number)))
    other = insert(21).replace('"t"', "u")
    body = run_batch(mock, insert(20), other, insert(22), ReturnConsumedCapacity="TOTAL")
    refused, done, _ = body["Responses"]
    assert (done, refused["TableName"]) == ({"TableName": "u"}, "t")
    assert refused["Error"]["Code"] == "ProvisionedThroughputExceeded"
    assert refused["Error"]["Message"].startswith("The level of configured provisioned throughput")
    assert body["Responses"][2] == refused
    assert body["ConsumedCapacity"] == [{"TableName": "u", "CapacityUnits": 1.0}]
    assert (mock.tables["t"].count, mock.tables["u"].count) == (10, 1)
    assert run_batch(mock, insert(20)) == {"Responses": [refused]}
    mock.clock.advance(1)
    assert run_batch(mock, insert(20))["Responses"] == [{"TableName": "t"}]


def test_a_hot_key_throttles_its_statements_alone() -> None:
    mock = mock_of(ON_DEMAND, ThroughputLimits(partition_read=5))
    read = "SELECT * FROM t WHERE id = 'hot'"
    until_throttled(lambda _: mock.engine.run(Request("ExecuteStatement", {"Statement": read}, "us-east-1")))
    body = run_batch(mock, read, *(f"SELECT * FROM t WHERE id = 'k{number}'" for number in range(20)))
    codes = [one.get("Error", {}).get("Code") for one in body["Responses"]]
    assert codes[0] == "ThrottlingError"
    assert None in codes[1:]


@pytest.mark.parametrize(("text", "times"), [("INSERT INTO t VALUE {'id': ?}", 5), ("SELECT * FROM t WHERE id = ?", 3)])
def test_a_transaction_of_statements_is_cancelled_whole(text: str, times: int) -> None:
    """Two units each, of 10 for writes and of 5 for reads; the last may take more than there is."""
    mock = mock_of(PROVISIONED, ThroughputLimits())
    mock.load({"u": {"table": ON_DEMAND, "items": []}})

    def run(number: int) -> None:
        request = {"Statement": text, "Parameters": [{"S": str(number)}]}
        other = {**request, "Statement": text.replace(" t ", " u ")}
        mock.engine.run(Request("ExecuteTransaction", {"TransactStatements": [request, other]}, "us-east-1"))

    count, problem = until_throttled(run)
    assert count == times
    assert isinstance(problem, TransactionCanceledException)
    reasons = problem.members["CancellationReasons"]
    assert [one["Code"] for one in reasons] == ["ProvisionedThroughputExceeded", "None"]
    written = 5 if text.startswith("INSERT") else 0
    assert (mock.tables["t"].count, mock.tables["u"].count) == (written, written)
