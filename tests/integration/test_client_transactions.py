"""Transactions and statements behave the same over memory, a recording and a live endpoint; both clients' do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from client_cases import Case, Cases
from pytest_dynamodb import (
    AsyncDynamoDbClient,
    Attr,
    ClientConfig,
    DynamoDbClient,
    Mock,
    MockProvider,
    ResourceNotFoundException,
    Response,
    RetryPolicy,
    TableClient,
    TransactionCanceledException,
    TransactionCancelled,
    TransactionTooLarge,
)
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.expressions import ExpressionMisuse

CASES = Cases()
ADA = {"pk": "ACCOUNT#ada", "sk": "BALANCE"}
BOB = {"pk": "ACCOUNT#bob", "sk": "BALANCE"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_transactions(case: Case, run_case: Callable[[Case], None]) -> None:
    run_case(case)


def accounts(table: TableClient) -> None:
    table.put({**ADA, "balance": 100})
    table.put({**BOB, "balance": 5})


def balances(table: TableClient) -> list[int]:
    return [int(table.get_or_raise(key)["balance"]) for key in (ADA, BOB)]


@CASES.add
def a_transaction_does_everything(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    table.put({"pk": "OLD", "sk": "OLD"})
    with client.transaction() as tx:
        tx.update(table.name, ADA).add("balance", -30).condition(Attr("balance") >= 30)
        tx.update(table.name, BOB).set("balance", Attr("balance") + 30).set_if_absent("since", "today")
        tx.put(table.name, {"pk": "TRANSFER#1", "sk": "1", "raw": b"\x00"}, condition=Attr("pk").not_exists())
        tx.delete(table.name, {"pk": "OLD", "sk": "OLD"})
        tx.check(table.name, {"pk": "FROZEN", "sk": "ada"}, Attr("pk").not_exists())
    assert balances(table) == [70, 35]
    assert table.get({"pk": "TRANSFER#1", "sk": "1"}) == {"pk": "TRANSFER#1", "sk": "1", "raw": b"\x00"}
    assert not table.exists({"pk": "OLD", "sk": "OLD"})


@CASES.add
def a_table_is_meant_by_what_the_client_gave(table: TableClient, client: DynamoDbClient) -> None:
    with client.transaction() as tx:
        tx.put(table, ADA)
    assert client.transact_get().get(table, ADA).execute() == [ADA]


@CASES.add
def a_failure_tells_which_action_is_to_blame(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    with pytest.raises(TransactionCancelled) as caught, client.transaction() as tx:
        put = tx.put(table.name, {"pk": "TRANSFER#1", "sk": "1"})
        debit = tx.update(table.name, BOB).add("balance", -30).condition(Attr("balance") >= 30)
        check = tx.check(table.name, {"pk": "OPEN", "sk": "bob"}, Attr("pk").exists())
    error = caught.value
    assert isinstance(error, TransactionCanceledException)
    assert not error.retryable
    assert error.failure_of(put) is None
    failure = error.failure_of(debit)
    assert failure is not None
    assert (failure.code, failure.old_item) == ("ConditionalCheckFailed", {**BOB, "balance": 5})
    missing = error.failure_of(check)
    assert missing is not None
    assert (missing.code, missing.old_item, missing.action) == ("ConditionalCheckFailed", None, check)
    assert error.failure_of(1) == failure
    assert error.failures == [failure, missing]
    assert f"<Update on {table.name}>: ConditionalCheckFailed" in str(error)
    assert balances(table) == [100, 5]
    with pytest.raises(ConfigurationError, match="no action of this transaction"):
        error.failure_of(client.transaction().put(table.name, ADA))


@CASES.add
def nothing_is_sent_when_the_block_raises(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(ZeroDivisionError), client.transaction() as tx:
        tx.put(table.name, ADA)
        raise ZeroDivisionError
    assert not table.exists(ADA)
    with pytest.raises(PytestDynamoDbError, match="over"):
        tx.put(table.name, ADA)
    with client.transaction():
        pass


@CASES.add
def a_transaction_can_be_committed_before_its_block_ends(table: TableClient, client: DynamoDbClient) -> None:
    with client.transaction() as tx:
        tx.put(table.name, ADA)
        tx.commit()
        assert table.exists(ADA)
    with pytest.raises(PytestDynamoDbError, match="over"):
        tx.commit()


@CASES.add
def more_than_100_actions_are_refused_before_anything_is_sent(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(TransactionTooLarge, match="at most 100"), client.transaction() as tx:
        for number in range(101):
            tx.put(table.name, {"pk": str(number), "sk": "x"})
    assert table.scan().count() == 0
    reads = client.transact_get()
    for number in range(100):
        reads = reads.get(table.name, {"pk": str(number), "sk": "x"})
    with pytest.raises(TransactionTooLarge):
        reads.get(table.name, ADA)
    with pytest.raises(ExpressionMisuse), client.transaction() as tx:
        tx.update(table.name, ADA)


@CASES.add_but_not("moto", "moto carries it out twice")
def under_one_token_a_transaction_is_carried_out_once(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    for _ in range(2):
        with client.transaction(token=table.name[-36:]) as tx:
            tx.update(table.name, ADA).add("balance", -10)
    assert balances(table)[0] == 90


@CASES.add
def items_are_read_as_of_one_moment_in_the_order_asked_for(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    nobody = {"pk": "ACCOUNT#nobody", "sk": "BALANCE"}
    reads = client.transact_get().get(table.name, BOB).get(table.name, nobody).get(table.name, ADA)
    assert reads.execute() == [{**BOB, "balance": 5}, None, {**ADA, "balance": 100}]
    assert client.transact_get().execute() == []


@CASES.add_but_not("moto", "moto reads whole items in transactions")
def a_part_of_an_item_is_read(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    assert client.transact_get().get(table.name, ADA, projection=["balance"]).execute() == [{"balance": 100}]


@CASES.add
def a_statement_reads_and_writes(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    select = f'SELECT * FROM "{table.name}" WHERE pk = ? AND sk = ?'
    assert list(client.execute_statement(select, [ADA["pk"], "BALANCE"])) == [{**ADA, "balance": 100}]
    update = f'UPDATE "{table.name}" SET balance = ? WHERE pk = ? AND sk = ?'
    assert list(client.execute_statement(update, [7, ADA["pk"], "BALANCE"])) == []
    assert balances(table) == [7, 5]


@CASES.add_but_not("moto", "moto gives no pages of statements")
def a_statements_items_come_in_pages(table: TableClient, client: DynamoDbClient) -> None:
    for number in range(9):
        table.put({"pk": "p", "sk": str(number)})
    select = f"SELECT sk FROM \"{table.name}\" WHERE pk = 'p'"
    assert len(client.execute_statement(select, page_size=2)) == 9
    first = client.execute_statement(select, page_size=2, limit=3)
    assert [item["sk"] for item in first] == ["0", "1", "2"]
    rest = client.execute_statement(select, after=first.cursor)
    assert [item["sk"] for item in rest] == ["3", "4", "5", "6", "7", "8"]


@CASES.add_but_not("moto", "moto words the errors of statements in its own way")
def each_statement_of_a_batch_succeeds_or_fails_for_itself(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for number in range(30):
            batch.put({"pk": "p", "sk": str(number), "n": number})
    select = f'SELECT n FROM "{table.name}" WHERE pk = ? AND sk = ?'
    wanted: list[tuple[str, list[object]]] = [(select, ["p", str(number)]) for number in range(30)]
    missing = "SELECT * FROM nowhere WHERE pk = 'a' AND sk = 'b'"
    results = client.batch_execute_statement([wanted[0], missing, *wanted[1:]])
    assert [result.item for result in results] == [{"n": 0}, None, *({"n": number} for number in range(1, 30))]
    assert isinstance(results[1].error, ResourceNotFoundException)
    assert results[0].error is None


@CASES.add_but_not("moto", "moto words the errors of statements in its own way")
def statements_are_carried_out_together(table: TableClient, client: DynamoDbClient) -> None:
    accounts(table)
    update = f'UPDATE "{table.name}" SET balance = balance + ? WHERE pk = ? AND sk = ?'
    moves: list[tuple[str, list[object]]] = [
        (update, [-30, ADA["pk"], "BALANCE"]),
        (update, [30, BOB["pk"], "BALANCE"]),
    ]
    assert client.execute_transaction(moves) == [None, None]
    assert balances(table) == [70, 35]
    poor = f'UPDATE "{table.name}" SET balance = 0 WHERE pk = ? AND sk = ? AND balance > 1000'
    with pytest.raises(TransactionCancelled) as caught:
        client.execute_transaction([moves[0], (poor, [BOB["pk"], "BALANCE"])])
    assert caught.value.failure_of(0) is None
    failure = caught.value.failure_of(1)
    assert failure is not None
    assert failure.code == "ConditionalCheckFailed"
    select = f'SELECT balance FROM "{table.name}" WHERE pk = ? AND sk = ?'
    read = client.execute_transaction([(select, [ADA["pk"], "BALANCE"]), (select, ["NOBODY", "BALANCE"])])
    assert read == [{"balance": 70}, None]


@pytest.fixture
def mock() -> Mock:
    mock = Mock()
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    table: dict[str, Any] = {"KeySchema": keys, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"}
    mock.load({"app": {"table": table}})
    return mock


class Listening(MockProvider):
    """A mock that keeps what it is asked."""

    def __init__(self, mock: Mock) -> None:
        super().__init__(mock)
        self.asked: list[dict[str, Any]] = []

    def before(self, request: Any) -> Any:
        self.asked.append(request.params)
        return super().before(request)


class Conflicting(Listening):
    """A mock in which other transactions hold the item, so many times."""

    def __init__(self, mock: Mock, times: int) -> None:
        super().__init__(mock)
        self.times = times

    def before(self, request: Any) -> Any:
        answer = super().before(request) if len(self.asked) >= self.times else None
        if answer is not None:
            return answer
        self.asked.append(request.params)
        reasons = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]
        code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
        return Response(400, {"__type": code, "Message": "cancelled", "CancellationReasons": reasons})


def test_a_conflict_is_tried_again_under_the_same_token(mock: Mock) -> None:
    provider = Conflicting(mock, 3)
    with DynamoDbClient(provider=provider) as client, client.transaction() as tx:
        tx.update("app", {"id": "a"}).add("n", 1)
    tokens = [params["ClientRequestToken"] for params in provider.asked]
    assert len(tokens) == 4
    assert len(set(tokens)) == 1
    assert mock.tables["app"].items == [{"id": "a", "n": 1}]


def test_a_conflict_that_does_not_pass_is_an_error_that_may_be_retried(mock: Mock) -> None:
    provider = Conflicting(mock, 1000)
    client = DynamoDbClient(ClientConfig(retry=RetryPolicy(max_attempts=3)), provider=provider)
    with pytest.raises(TransactionCancelled) as caught, client.transaction() as tx:
        action = tx.put("app", {"id": "a"})
    assert len(provider.asked) == 3
    assert caught.value.retryable
    failure = caught.value.failure_of(action)
    assert failure is not None
    assert failure.code == "TransactionConflict"


def test_actions_are_never_reordered(mock: Mock) -> None:
    listening = Listening(mock)
    with DynamoDbClient(provider=listening) as client, client.transaction(token="t") as tx:
        tx.put("app", {"id": "1"})
        tx.check("app", {"id": "2"}, Attr("id").not_exists())
        tx.delete("app", {"id": "3"})
        tx.update("app", {"id": "4"}).set("a", 1).remove("b").append("log", [1]).condition(Attr("a").not_exists())
        tx.put("app", {"id": "5"})
    (params,) = listening.asked
    assert params["ClientRequestToken"] == "t"
    kinds = [next(iter(action)) for action in params["TransactItems"]]
    assert kinds == ["Put", "ConditionCheck", "Delete", "Update", "Put"]
    assert mock.tables["app"].count == 3


def test_threads_share_a_client(mock: Mock) -> None:
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        table = client.table("app")

        def work(thread: int) -> None:
            for turn in range(10):
                with client.transaction() as tx:
                    tx.update(table, {"id": "total"}).add("n", 1)
                    tx.put(table, {"id": f"{thread}-{turn}"}, condition=Attr("id").not_exists())
                assert table.query().partition_key(f"{thread}-{turn}").one()
                assert table.scan().parallel(2).count() > 0

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(work, range(8)))
        assert table.get({"id": "total"}) == {"id": "total", "n": 80}
        assert table.scan().count() == 81


@pytest.mark.aiobotocore
def test_tasks_share_a_client(mock: Mock) -> None:
    async def main() -> None:
        async with AsyncDynamoDbClient(provider=MockProvider(mock)) as client:
            table = client.table("app")

            async def work(task: int) -> None:
                async with client.transaction() as tx:
                    tx.update(table, {"id": "total"}).add("n", 1)
                    tx.put(table, {"id": str(task)}, condition=Attr("id").not_exists())
                assert await table.query().partition_key(str(task)).one()
                assert len([item async for item in table.scan().limit(1)]) == 1

            await asyncio.gather(*map(work, range(100)))
            assert await table.get({"id": "total"}) == {"id": "total", "n": 100}
            assert await table.scan().count() == 101

    asyncio.run(main())
