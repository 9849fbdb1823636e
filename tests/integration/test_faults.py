"""Faults in front of real clients: botocore's own retry loop decides, and nothing really sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from pytest_dynamodb import (
    ConfigurationError,
    DynamoDbClient,
    Faults,
    Mock,
    Request,
    Response,
    UnexpectedRequest,
    UnplayedExchanges,
    load_cassette,
    mock_dynamodb,
    use_cassette,
)
from pytest_dynamodb.exchange import TransportFailure
from pytest_dynamodb.faults import (
    ConnectionLost,
    Failed,
    Fault,
    InternalError,
    Slow,
    Throttled,
    TimedOut,
    TransactionConflict,
    Unavailable,
    Unprocessed,
)
from pytest_dynamodb.hooks.handlers import pause, taken_over
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.providers.mock import MockProvider

KEY = {"id": {"S": "a"}}
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


def client_with(mode: str = "standard", attempts: int = 4, **settings: Any) -> Any:
    retries: Any = {"mode": mode, "total_max_attempts": attempts}
    return boto3.Session().client("dynamodb", region_name="us-east-1", config=Config(retries=retries, **settings))


@pytest.fixture
def mock() -> Iterator[Mock]:
    with mock_dynamodb(load={"orders": {"table": TABLE, "items": []}}, region="us-east-1") as given:
        yield given


@pytest.fixture(autouse=True)
def awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may really sleep."""

    def sleep(seconds: float) -> None:
        if seconds:  # 0 only lets others have their turn
            raise AssertionError(f"slept {seconds} s")

    monkeypatch.setattr(time, "sleep", sleep)


def put(client: Any) -> Any:
    return client.put_item(TableName="orders", Item=KEY)


def count(client: Any, **arguments: Any) -> Any:
    answer = client.update_item(
        TableName="orders",
        Key=KEY,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        **arguments,
    )
    return answer["ResponseMetadata"]["RetryAttempts"]


@pytest.mark.parametrize("mode", ["standard", "legacy"])
@pytest.mark.parametrize(
    "fault",
    [
        Throttled(times=2),
        Throttled(times=2, limit="KeyRangeThroughputExceeded", on_demand=True),
        InternalError(times=2),
        Unavailable(times=2),
        TimedOut(times=2),
        ConnectionLost(times=2),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_client_tries_again_as_often_as_it_must(mock: Mock, mode: str, fault: Fault) -> None:
    began = mock.clock.now()
    mock.faults.add(fault)
    answer = put(client_with(mode))
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert mock.tables["orders"].count == 1
    assert len(mock.faults.struck) == 2
    assert mock.clock.now() > began  # the pauses pass all the same


@pytest.mark.parametrize("mode", ["standard", "legacy"])
def test_a_client_gives_up(mock: Mock, mode: str) -> None:
    mock.faults.add(Throttled(table="orders", times=None))
    with pytest.raises(ClientError) as caught:
        put(client_with(mode, attempts=3))
    answer: Any = caught.value.response
    assert answer["Error"]["Code"] == "ProvisionedThroughputExceededException"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert answer["ResponseMetadata"]["MaxAttemptsReached"]
    assert mock.tables["orders"].count == 0
    if "ThrottlingReasons" not in client_with().meta.service_model.shape_for(answer["Error"]["Code"]).members:
        return  # this botocore does not know of them yet
    assert answer["ThrottlingReasons"] == [
        {
            "reason": "TableWriteProvisionedThroughputExceeded",
            "resource": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        }
    ]


def test_what_no_client_retries_is_not_retried(mock: Mock) -> None:
    mock.faults.add(TransactionConflict())
    with pytest.raises(ClientError, match=r"TransactionConflictException.*Transaction is ongoing for the item"):
        put(client_with())
    assert len(mock.faults.struck) == 1


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (TimedOut(committed=True), ReadTimeoutError),
        (ConnectionLost(committed=True), ConnectionClosedError),
        (InternalError(committed=True), ClientError),
        (Slow(seconds=61), ReadTimeoutError),
    ],
)
def test_a_write_whose_answer_is_lost_has_been_carried_out(mock: Mock, fault: Fault, problem: type[Exception]) -> None:
    mock.faults.add(fault)
    with pytest.raises(problem):
        count(client_with(attempts=1))
    assert mock.tables["orders"].items == [{"id": "a", "n": 1}]


def test_a_write_that_is_not_idempotent_counts_twice_when_its_answer_is_lost(mock: Mock) -> None:
    mock.faults.add(TimedOut(operation="UpdateItem", committed=True))
    assert count(client_with()) == 1
    assert mock.tables["orders"].items == [{"id": "a", "n": 2}]


def test_a_timeout_before_the_commit_leaves_nothing(mock: Mock) -> None:
    mock.faults.add(TimedOut())
    with pytest.raises(ReadTimeoutError):
        count(client_with(attempts=1, read_timeout=7))
    assert mock.tables["orders"].count == 0


def test_a_timeout_takes_as_long_as_the_client_waits(mock: Mock) -> None:
    began = mock.clock.now()
    mock.faults.add(TimedOut())
    with pytest.raises(ReadTimeoutError):
        put(client_with(attempts=1, read_timeout=7))
    assert mock.clock.now() - began == pytest.approx(7)


@pytest.mark.parametrize(("seconds", "retries"), [(6.5, 0), (7.5, 1)])
def test_a_slow_answer_is_late_or_too_late(mock: Mock, seconds: float, retries: int) -> None:
    began = mock.clock.now()
    mock.faults.add(Slow(seconds=seconds))
    answer = put(client_with(read_timeout=7))
    assert answer["ResponseMetadata"]["RetryAttempts"] == retries
    assert mock.clock.now() - began >= min(seconds, 7) - 0.001


def test_a_fault_hits_the_nth_request_for_a_key(mock: Mock) -> None:
    client = client_with(attempts=1)
    mock.faults.add(InternalError(operation="UpdateItem", key={"id": "a"}, nth=2))
    assert count(client) == 0
    client.update_item(TableName="orders", Key={"id": {"S": "b"}})  # somebody else
    with pytest.raises(ClientError, match="InternalServerError"):
        count(client)
    assert count(client) == 0


def test_a_transaction_is_cancelled_with_a_reason_for_each_item(mock: Mock) -> None:
    mock.faults.add(TransactionConflict(key={"id": "b"}))
    writes = [{"Put": {"TableName": "orders", "Item": {"id": {"S": name}}}} for name in "abc"]
    with pytest.raises(ClientError) as caught:
        client_with().transact_write_items(TransactItems=writes)
    answer: Any = caught.value.response
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["None", "TransactionConflict", "None"]
    assert "[None, TransactionConflict, None]" in answer["Error"]["Message"]
    assert mock.tables["orders"].count == 0


@pytest.mark.parametrize("mode", ["standard", "legacy"])
def test_part_of_a_batch_comes_back(mock: Mock, mode: str) -> None:
    client = client_with(mode)
    batch: Any = {"orders": [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in "abcd"]}
    mock.faults.add(Unprocessed(operation="BatchWriteItem", count=3), Unprocessed(operation="BatchWriteItem", count=1))
    rounds = []
    while batch:
        batch = client.batch_write_item(RequestItems=batch)["UnprocessedItems"]
        rounds.append([write["PutRequest"]["Item"]["id"]["S"] for write in batch.get("orders", [])])
    assert rounds == [["b", "c", "d"], ["d"], []]
    assert mock.tables["orders"].count == 4


def test_keys_of_a_batch_come_back(mock: Mock) -> None:
    client = client_with()
    put(client)
    mock.faults.add(Unprocessed(operation="BatchGetItem", key={"id": "b"}))
    wanted: Any = {"orders": {"Keys": [{"id": {"S": name}} for name in "abc"], "ConsistentRead": True}}
    answer = client.batch_get_item(RequestItems=wanted)
    assert answer["Responses"] == {"orders": [KEY]}
    assert answer["UnprocessedKeys"] == {"orders": {"Keys": [{"id": {"S": "b"}}], "ConsistentRead": True}}


def test_boto3s_batch_writer_survives_unprocessed_items(mock: Mock) -> None:
    mock.faults.add(Unprocessed(times=3, count=2))
    table = boto3.resource("dynamodb", region_name="us-east-1").Table("orders")
    with table.batch_writer() as batch:
        for number in range(30):
            batch.put_item(Item={"id": str(number)})
    assert mock.tables["orders"].count == 30


def test_a_waiter_and_a_paginator_go_through_the_same_door(mock: Mock) -> None:
    mock.faults.add(Throttled(operation="DescribeTable"), Throttled(operation="Scan"))
    client = client_with()
    client.get_waiter("table_exists").wait(TableName="orders")
    assert [page["Count"] for page in client.get_paginator("scan").paginate(TableName="orders")] == [0]
    assert [strike.request.operation for strike in mock.faults.struck] == ["DescribeTable", "Scan"]


def record(path: Path, *calls: Callable[[Any], Any]) -> None:
    with use_cassette(path, mode="rewrite", upstream="mock"):
        client = client_with()
        client.create_table(**TABLE)
        for call in calls:
            call(client)


def test_faults_lie_over_a_replay_and_leave_the_recordings_to_the_retry(tmp_path: Path) -> None:
    path = tmp_path / "orders.ddb.msgpack"
    record(path, put, count)
    before = path.read_bytes()
    faults = Faults(Throttled(operation="PutItem", times=2), TimedOut(operation="UpdateItem", committed=True))
    with use_cassette(path, faults=faults, on_unused="fail") as cassette:
        client = client_with()
        client.create_table(**TABLE)
        assert put(client)["ResponseMetadata"]["RetryAttempts"] == 2
        assert count(client) == 1
        assert len(cassette.played) == 3
    assert path.read_bytes() == before


def test_a_request_that_fails_for_good_leaves_its_recording_unplayed(tmp_path: Path) -> None:
    path = tmp_path / "orders.ddb.msgpack"
    record(path, put)
    with (
        pytest.raises(UnplayedExchanges),
        use_cassette(path, faults=Faults(Throttled(operation="PutItem")), on_unused="fail"),
    ):
        client = client_with(attempts=1)
        client.create_table(**TABLE)
        with pytest.raises(ClientError):
            put(client)


def test_a_replay_gives_back_whole_batches_only(tmp_path: Path) -> None:
    path = tmp_path / "orders.ddb.msgpack"
    batch: Any = {"orders": [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in "ab"]}

    def write(client: Any) -> Any:
        return client.batch_write_item(RequestItems=batch)["UnprocessedItems"]

    record(path, write)
    with use_cassette(path, faults=Faults(Unprocessed(), Unprocessed(count=1))):
        client = client_with()
        client.create_table(**TABLE)
        assert write(client) == batch
        with pytest.raises(ConfigurationError, match="whole requests"):
            write(client)
        assert write(client) == {}


def test_what_faults_strike_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "orders.ddb.msgpack"
    faults = Faults(Throttled(operation="PutItem"), TimedOut(operation="UpdateItem", committed=True))
    with use_cassette(path, mode="rewrite", upstream="mock", faults=faults):
        client = client_with()
        client.create_table(**TABLE)
        put(client)
        count(client)
    recorded = [(exchange.operation, exchange.attempts) for exchange in load_cassette(path).exchanges]
    assert recorded == [("CreateTable", 1), ("PutItem", 1), ("UpdateItem", 1)]


def test_faults_lie_over_the_network_too(tmp_path: Path, moto: str, credentials: dict[str, str]) -> None:
    path = tmp_path / "orders.ddb.msgpack"
    faults = Faults(InternalError(operation="PutItem", times=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda _: None)  # it is the network: the client's pause is real
        with use_cassette(path, mode="rewrite", upstream=moto, faults=faults):
            client = client_with()
            client.create_table(**TABLE)
            assert put(client)["ResponseMetadata"]["RetryAttempts"] == 1
            faults.add(TimedOut(committed=True))
            with pytest.raises(ConfigurationError, match="over the network"):
                put(client)
    recorded = [(exchange.operation, exchange.attempts) for exchange in load_cassette(path).exchanges]
    assert recorded == [("CreateTable", 1), ("PutItem", 1)]


def test_callers_without_a_retry_loop_get_the_fault_as_the_answer() -> None:
    mock = Mock(region="us-east-1")
    mock.load({"orders": {"table": TABLE, "items": []}})
    mock.faults.add(Failed(code="LimitExceededException", message="no"), ConnectionLost())
    provider = FaultyProvider(MockProvider(mock), mock.faults)
    request = Request("PutItem", {"TableName": "orders", "Item": KEY}, "us-east-1")
    answer = provider.before(request)
    assert isinstance(answer, Response)
    assert isinstance(answer.body, dict)
    assert (answer.status, answer.body["message"]) == (400, "no")
    assert isinstance(provider.before(request), TransportFailure)
    assert isinstance(provider.before(request), Response)
    assert mock.tables["orders"].count == 1


def test_faults_given_to_the_block_are_there_from_the_beginning() -> None:
    with mock_dynamodb(faults=[Failed(code="AccessDeniedException", message="go away")]):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*go away"):
            client_with().list_tables()
        assert client_with().list_tables()["TableNames"] == []


def test_no_credentials_are_asked_for(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "botocore.credentials.InstanceMetadataFetcher.retrieve_iam_role_credentials",
        lambda _: pytest.fail("asked for credentials"),
        raising=False,
    )
    mock.faults.add(Throttled())
    put(client_with())


@pytest.mark.aiobotocore
def test_aiobotocore_retries_too(mock: Mock) -> None:
    import asyncio

    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    async def main(mode: Any) -> Any:
        config = AioConfig(retries={"mode": mode, "total_max_attempts": 4})
        async with get_session().create_client("dynamodb", region_name="us-east-1", config=config) as client:
            return await client.put_item(TableName="orders", Item=KEY)

    for mode in ("standard", "legacy"):
        mock.faults.add(Throttled(), TimedOut(committed=True))
        began = time.perf_counter()
        answer = asyncio.run(main(mode))
        assert answer["ResponseMetadata"]["RetryAttempts"] == 2
        assert time.perf_counter() - began < 5
    mock.faults.add(Throttled(times=None))
    with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
        asyncio.run(main("standard"))


@pytest.mark.aiobotocore
def test_tasks_that_wait_let_others_go_on(mock: Mock) -> None:
    """Nobody uses up his attempts while the others stand by: the faults are shared out."""
    import asyncio

    from aiobotocore.session import get_session

    async def main() -> list[int]:
        async with get_session().create_client("dynamodb", region_name="us-east-1") as client:
            calls = [client.put_item(TableName="orders", Item={"id": {"S": str(number)}}) for number in range(20)]
            return [answer["ResponseMetadata"]["RetryAttempts"] for answer in await asyncio.gather(*calls)]

    mock.faults.add(Throttled(times=40))
    assert sum(asyncio.run(main())) == 40
    assert mock.tables["orders"].count == 20


def test_our_own_client_tries_again_too(mock: Mock) -> None:
    faults = (Throttled(operation="GetItem", times=2), TimedOut(operation="GetItem"))
    mock.load({"orders": {"items": [{"id": "a", "n": 1}]}})
    mock.faults.add(*faults)
    with DynamoDbClient(provider="live") as client:
        assert client.table("orders").get({"id": "a"}) == {"id": "a", "n": 1}
    assert len(mock.faults.struck) == 3


@pytest.mark.parametrize("mode", ["standard", "legacy"])
def test_a_miss_behind_a_fault_is_a_miss_and_no_reason_to_try_again(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "orders.ddb.msgpack"
    record(path, put)
    with (
        pytest.raises(UnexpectedRequest),
        use_cassette(path, faults=Faults(Throttled(operation="UpdateItem"))) as cassette,
    ):
        client = client_with(mode)
        client.create_table(**TABLE)
        put(client)
        with pytest.raises(UnexpectedRequest):
            count(client)
        assert len(cassette.misses) == 1


def test_a_call_behind_one_that_gave_up_is_not_taken_for_it(mock: Mock) -> None:
    mock.faults.add(Throttled(operation="PutItem", times=None))
    client = client_with(attempts=2)
    with pytest.raises(ClientError):
        put(client)
    assert taken_over() is None
    assert client.list_tables()["TableNames"] == ["orders"]


def test_only_pauses_of_struck_calls_take_no_time(mock: Mock) -> None:
    from botocore import endpoint

    assert pause(1) is False
    with pytest.raises(AssertionError, match="slept 3 s"):
        vars(endpoint)["time"].sleep(3)


def test_faults_over_http_strike_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uvicorn")
    from pytest_dynamodb.server import running

    monkeypatch.undo()  # a server may wait for itself
    mock = Mock(region="us-east-1")
    mock.faults.add(Throttled(operation="ListTables"), Unavailable(), ConnectionLost())
    with running(FaultyProvider(MockProvider(mock), mock.faults)) as url:
        assert [plain_list_tables(url) for _ in range(4)] == [400, 503, 0, 200]


def plain_list_tables(url: str) -> int:
    """The status of a ListTables by HTTP alone; 0 where the connection ends without one."""
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.ListTables",
        "authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, "
        "Signature=x",
        "x-amz-date": "20260101T000000Z",
    }
    connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.request("POST", "/", b"{}", headers)
        return connection.getresponse().status
    except (HTTPException, ConnectionError):
        return 0
    finally:
        connection.close()
