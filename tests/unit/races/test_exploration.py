"""The classics among races are found, and their correct forms are not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from botocore.exceptions import ClientError

from pytest_dynamodb import Attr, ConfigurationError, DynamoDbClient, Mock, use_cassette
from pytest_dynamodb.faults import Throttled, TimedOut
from pytest_dynamodb.races import Exploration, RaceFound, explore

Actor = Callable[[], Any]
KEY = {"id": "x"}


def balance(mock: Mock) -> int:
    (item,) = mock.tables["accounts"].items
    return int(item["balance"])


# --- lost update ---


def deposit(accounts: Any, amount: int) -> Actor:
    def deposit() -> None:
        known = accounts.get_item(Key=KEY)["Item"]["balance"]
        accounts.put_item(Item={**KEY, "balance": known + amount})

    return deposit


def careful_deposit(accounts: Any, amount: int) -> Actor:
    def careful_deposit() -> None:
        while True:
            known = accounts.get_item(Key=KEY)["Item"]["balance"]
            try:
                accounts.put_item(
                    Item={**KEY, "balance": known + amount},
                    ConditionExpression="balance = :known",
                    ExpressionAttributeValues={":known": known},
                )
            except ClientError:
                time.sleep(0.1)
            else:
                return

    return careful_deposit


def both_deposits_count(mock: Mock) -> None:
    assert balance(mock) == 130


def test_a_lost_update_is_found_and_told_call_by_call(accounts: Any, mock: Mock) -> None:
    with pytest.raises(RaceFound) as found:
        explore(deposit(accounts, 10), deposit(accounts, 20), check=both_deposits_count)
    assert found.value.schedule == "a b b a"
    assert (
        str(found.value)
        == """\
check raises AssertionError: assert 110 == 130
 +  where 110 = balance(<Mock: accounts in us-east-1>)
after these calls:

   actor      call                     read or written
1  a deposit  GetItem accounts id='x'  balance=100
2  b deposit  GetItem accounts id='x'  balance=100
3  b deposit  PutItem accounts id='x'  balance 100 → 120
4  a deposit  PutItem accounts id='x'  balance 120 → 110

a deposit returned None; b deposit returned None
To see it again: explore(..., schedule="a b b a")"""
    )
    assert isinstance(found.value.__cause__, AssertionError)


def test_a_schedule_replays_what_was_found_and_nothing_else(accounts: Any, mock: Mock) -> None:
    actors = deposit(accounts, 10), deposit(accounts, 20)
    with pytest.raises(RaceFound) as found:
        explore(*actors, check=both_deposits_count)
    with pytest.raises(RaceFound) as again:
        explore(*actors, check=both_deposits_count, schedule=found.value.schedule)
    assert str(again.value) == str(found.value)
    assert explore(*actors, check=both_deposits_count, schedule="a a b b").orders == 1
    assert explore(*actors, check=both_deposits_count, schedule="b").orders == 1


def test_an_optimistic_lock_loses_no_update(accounts: Any, mock: Mock) -> None:
    actors = careful_deposit(accounts, 10), careful_deposit(accounts, 20)
    done = explore(*actors, check=both_deposits_count)
    assert done == Exploration(orders=4, complete=True)
    assert explore(*actors, check=both_deposits_count, prune=False).orders > done.orders


def test_nor_does_an_atomic_counter(accounts: Any, mock: Mock) -> None:
    def add(amount: int) -> Actor:
        return lambda: accounts.update_item(
            Key=KEY, UpdateExpression="ADD balance :n", ExpressionAttributeValues={":n": amount}
        )

    assert explore(add(10), add(20), check=both_deposits_count) == Exploration(orders=2, complete=True)


# --- double booking, missing condition ---


def book(accounts: Any, guest: str, **condition: Any) -> Actor:
    def book() -> str:
        if "Item" in accounts.get_item(Key={"id": "seat"}):
            return "taken"
        accounts.put_item(Item={"id": "seat", "guest": guest}, **condition)
        return "booked"

    return book


def one_guest_at_most(mock: Mock, results: list[Any]) -> None:
    assert results.count("booked") <= 1, "two guests on one seat"


def test_a_seat_is_booked_twice(accounts: Any, mock: Mock) -> None:
    with pytest.raises(RaceFound, match="two guests on one seat") as found:
        explore(book(accounts, "Ada"), book(accounts, "Bob"), book(accounts, "Eve"), check=one_guest_at_most)
    assert found.value.schedule == "a b b a c"
    assert "a book returned 'booked'; b book returned 'booked'; c book returned 'taken'" in str(found.value)


def test_but_not_on_a_condition(accounts: Any, mock: Mock) -> None:
    free = {"ConditionExpression": "attribute_not_exists(id)"}
    guests = [book(accounts, guest, **free) for guest in ("Ada", "Bob", "Eve")]
    assert explore(*guests, check=one_guest_at_most).complete


def register(accounts: Any, name: str, **condition: Any) -> Actor:
    def register() -> bool:
        try:
            accounts.put_item(Item={"id": "ada@example.com", "name": name}, **condition)
        except ClientError:
            return False
        return True

    return register


def the_name_is_the_winners(mock: Mock, results: list[bool]) -> None:
    assert results.count(True) == 1


def test_a_missing_condition_lets_both_win(accounts: Any, mock: Mock) -> None:
    with pytest.raises(RaceFound, match="this is no matter of their order alone"):
        explore(register(accounts, "a"), register(accounts, "b"), check=the_name_is_the_winners)
    new = {"ConditionExpression": "attribute_not_exists(id)"}
    assert explore(
        register(accounts, "a", **new), register(accounts, "b", **new), check=the_name_is_the_winners
    ).complete


# --- a retry that is not idempotent ---


def test_a_retry_counts_twice_unless_it_has_a_token(accounts: Any, mock: Mock) -> None:
    change = {
        "Key": KEY,
        "TableName": "accounts",
        "UpdateExpression": "ADD balance :n",
        "ExpressionAttributeValues": {":n": 15},
    }
    client = accounts.meta.client

    def add() -> None:
        client.update_item(**change)

    def add_once(token: str) -> Actor:
        return lambda: client.transact_write_items(ClientRequestToken=token, TransactItems=[{"Update": change}])

    mock.faults.add(TimedOut(operation=("UpdateItem", "TransactWriteItems"), committed=True))
    with pytest.raises(RaceFound, match=r"no answer \(ReadTimeoutError\), and yet balance 100 → 115"):
        explore(add, add, check=both_deposits_count)
    done = explore(add_once("1"), add_once("2"), check=both_deposits_count)
    assert done.complete
    assert not mock.faults.struck or mock.faults.pending, "the plan is as it was"


# --- read, modify, write over transactions ---


def transfer(accounts: Any, amount: int, *, careful: bool) -> Actor:
    client = accounts.meta.client

    def transfer() -> None:
        answer = client.transact_get_items(TransactItems=[{"Get": {"TableName": "accounts", "Key": KEY}}])
        known = answer["Responses"][0]["Item"]["balance"]
        put = {"TableName": "accounts", "Item": {**KEY, "balance": known - amount}}
        if careful:
            put |= {"ConditionExpression": "balance = :b", "ExpressionAttributeValues": {":b": known}}
        client.transact_write_items(
            TransactItems=[{"Put": put}, {"Put": {"TableName": "accounts", "Item": {"id": f"out {amount}"}}}]
        )

    return transfer


def what_left_is_missing(mock: Mock) -> None:
    items = {item["id"]: item for item in mock.tables["accounts"].items}
    left = sum(int(name.split()[1]) for name in items if name != "x")
    assert items["x"]["balance"] == 100 - left


def test_a_transaction_does_not_help_who_read_before_it(accounts: Any, mock: Mock) -> None:
    actors = [transfer(accounts, amount, careful=False) for amount in (10, 20)]
    with pytest.raises(RaceFound) as found:
        explore(*actors, check=what_left_is_missing)
    assert found.value.schedule == "a b b a"
    assert "accounts id='x': balance 80 → 90; accounts id='out 10': new: " in str(found.value)
    careful = [transfer(accounts, amount, careful=True) for amount in (10, 20)]
    assert explore(*careful, check=what_left_is_missing).complete


# --- orders ---


def writer(accounts: Any, key: str, count: int = 5) -> Actor:
    def write() -> None:
        for number in range(count):
            accounts.put_item(Item={"id": key, "n": number})

    return write


def reader(accounts: Any, count: int = 5) -> Actor:
    def read() -> None:
        for _ in range(count):
            accounts.get_item(Key=KEY)

    return read


def test_calls_on_different_items_and_reads_have_one_order_that_stands_for_all(accounts: Any, mock: Mock) -> None:
    assert explore(writer(accounts, "a"), writer(accounts, "b"), writer(accounts, "c")).orders == 1
    assert explore(reader(accounts), reader(accounts)).orders == 1
    assert explore(writer(accounts, "a"), reader(accounts)).orders == 1


def test_all_orders_are_tried_where_all_of_them_matter(accounts: Any, mock: Mock) -> None:
    assert explore(writer(accounts, "x"), writer(accounts, "x")).orders == 252
    assert explore(writer(accounts, "a"), writer(accounts, "b"), prune=False).orders == 252


def test_a_bound_on_preemptions(accounts: Any, mock: Mock) -> None:
    orders = [
        explore(writer(accounts, "x", 3), writer(accounts, "x", 3), preemptions=bound).orders for bound in range(3)
    ]
    assert orders == [2, 2 + 4, 2 + 4 + 8]


def test_beyond_the_limit_orders_are_drawn_and_the_seed_decides_which(accounts: Any, mock: Mock) -> None:
    def reports(seed: int) -> str:
        actors = deposit(accounts, 10), deposit(accounts, 20), writer(accounts, "y")
        with pytest.raises(RaceFound) as found:
            explore(*actors, check=both_of_three, max_schedules=1, samples=50, seed=seed)
        return str(found.value)

    def both_of_three(mock: Mock) -> None:
        assert {item["id"]: item for item in mock.tables["accounts"].items}["x"]["balance"] == 130

    assert reports(1) == reports(1)
    done = explore(writer(accounts, "x"), writer(accounts, "x"), max_schedules=10, samples=20, seed=3)
    assert done == Exploration(orders=30, complete=False, sampled=20, seed=3)
    assert str(done) == "30 orders tried, 20 of them drawn at random (seed 3), of more"


# --- other troubles ---


def test_actors_that_wait_for_each_other_are_found(accounts: Any, mock: Mock) -> None:
    one, other = threading.Lock(), threading.Lock()

    def actor(first: threading.Lock, second: threading.Lock) -> Actor:
        def both_locks() -> None:
            with first:
                accounts.get_item(Key=KEY)
                with second:
                    accounts.get_item(Key=KEY)

        return both_locks

    with pytest.raises(RaceFound, match="a both_locks and b both_locks wait for each other") as found:
        explore(actor(one, other), actor(other, one))
    assert found.value.schedule == "a b"


def test_a_lock_of_the_process_makes_a_lost_update_impossible(accounts: Any, mock: Mock) -> None:
    lock = threading.Lock()

    def locked(amount: int) -> Actor:
        def locked() -> None:
            with lock:
                deposit(accounts, amount)()

        return locked

    assert explore(locked(10), locked(20), check=both_deposits_count).complete


def test_an_endless_retry_is_found(accounts: Any, mock: Mock) -> None:
    def insist() -> None:
        while True:
            try:
                accounts.put_item(Item=KEY, ConditionExpression="attribute_not_exists(id)")
            except ClientError:
                time.sleep(60)

    with pytest.raises(RaceFound, match="a insist has made 12 calls and is at no end"):
        explore(insist, reader(accounts, 1), max_calls=12)


def test_who_waits_for_a_lock_in_the_table_does_not_wait_for_ever(accounts: Any, mock: Mock) -> None:
    def locked(amount: int) -> Actor:
        def locked() -> None:
            while True:
                try:
                    accounts.put_item(Item={"id": "lock"}, ConditionExpression="attribute_not_exists(id)")
                    break
                except ClientError:
                    time.sleep(1)
            deposit(accounts, amount)()
            accounts.delete_item(Key={"id": "lock"})

        return locked

    assert explore(locked(10), locked(20), check=both_deposits_count, max_calls=30).complete


def test_an_exception_that_only_a_race_raises_is_found(accounts: Any, mock: Mock) -> None:
    def remove() -> None:
        accounts.delete_item(Key=KEY)

    def show() -> Any:
        if "Item" in accounts.get_item(Key=KEY):
            return accounts.get_item(Key=KEY)["Item"]
        return None

    with pytest.raises(RaceFound, match="b show raises KeyError: 'Item'") as found:
        explore(remove, show)
    assert found.value.schedule == "b a b"


def test_one_that_is_raised_one_after_the_other_too_is_a_result(accounts: Any, mock: Mock) -> None:
    class SoldOut(Exception):
        pass

    def buy() -> None:
        if (
            accounts.update_item(
                Key=KEY,
                UpdateExpression="ADD sold :one",
                ExpressionAttributeValues={":one": 1},
                ReturnValues="UPDATED_NEW",
            )["Attributes"]["sold"]
            > 1
        ):
            raise SoldOut

    def one_is_refused(mock: Mock, results: list[Any]) -> None:
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "SoldOut"]

    assert explore(buy, buy, check=one_is_refused).complete


def test_one_that_an_actor_raises_all_by_itself_is_raised_as_it_is(accounts: Any, mock: Mock) -> None:
    def wrong() -> None:
        accounts.get_item(Key=KEY)["item"]

    with pytest.raises(KeyError, match="item"):
        explore(wrong, reader(accounts))


def test_assertions_of_actors_count_as_checks(accounts: Any, mock: Mock) -> None:
    def sure() -> None:
        assert "Item" in accounts.get_item(Key=KEY), "gone"

    with pytest.raises(RaceFound, match="a sure raises AssertionError: gone"):
        explore(sure, lambda: accounts.delete_item(Key=KEY))


# --- the stage ---


def test_everything_is_as_before_and_setup_runs_before_each_order(accounts: Any, mock: Mock) -> None:
    began, before, made = mock.clock.now(), mock.dump(), []

    def setup(mock: Mock) -> None:
        made.append(balance(mock))
        mock.load([{"id": "x", "balance": 7}], table="accounts")
        mock.clock.advance(5)

    done = explore(writer(accounts, "x", 1), writer(accounts, "x", 1), setup=setup)
    assert made == [100] * done.orders
    assert mock.dump() == before
    assert mock.clock.now() == began


def test_without_a_mock_in_charge_there_is_a_new_one(table: dict[str, Any]) -> None:
    def setup(mock: Mock) -> None:
        mock.load({"accounts": {"table": table, "items": [{**KEY, "balance": 100}]}})

    def ours(amount: int) -> Actor:
        def ours() -> None:
            with DynamoDbClient() as client:
                table = client.table("accounts")
                known = table.get_or_raise(KEY)["balance"]
                table.put({**KEY, "balance": known + amount}, condition=Attr("balance") == known)

        return ours

    explore(ours(1), ours(2), setup=setup, check=lambda mock: None)


def test_calls_in_threads_that_an_actor_starts_are_the_actors(accounts: Any, mock: Mock) -> None:
    def in_a_thread() -> None:
        thread = threading.Thread(target=deposit(accounts, 10))
        thread.start()
        thread.join()

    with pytest.raises(RaceFound, match=r"a in_a_thread +GetItem"):
        explore(in_a_thread, deposit(accounts, 20), check=both_deposits_count)


def test_planned_faults_strike_in_each_order(accounts: Any, mock: Mock) -> None:
    def refused() -> None:
        with pytest.raises(ClientError):
            accounts.put_item(Item=KEY)

    mock.faults.add(Throttled(operation="PutItem", times=None))
    assert explore(refused, refused, max_schedules=5, samples=40).orders == 45


def test_clients_have_as_many_retries_in_each_order(accounts: Any, mock: Mock) -> None:
    attempts: list[int] = []

    def refused() -> None:
        with pytest.raises(ClientError):
            accounts.put_item(Item=KEY)

    def count(mock: Mock) -> None:
        attempts.append(len(mock.faults.struck))

    mock.faults.add(Throttled(operation="PutItem", times=None))
    explore(refused, refused, check=count, max_schedules=1, samples=60)
    grown = [after - before for before, after in zip([0, *attempts], attempts, strict=False)]
    assert len(set(grown)) == 1


@pytest.mark.parametrize(
    ("actors", "keywords", "message"),
    [
        (1, {}, "two to 4 actors, not 1"),
        (5, {}, "two to 4 actors, not 5"),
        (2, {"schedule": "a c"}, "letters of actors"),
        (2, {"schedule": "ab"}, "letters of actors"),
        (2, {"schedule": "a a a"}, "at call 3 actor a has no call to make"),
    ],
)
def test_what_makes_no_sense(accounts: Any, mock: Mock, actors: int, keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        explore(*[deposit(accounts, 1)] * actors, **keywords)


def test_only_a_mock_can_be_put_back(tmp_path: Any) -> None:
    with (
        use_cassette(tmp_path / "x.ddb.msgpack", mode="none"),
        pytest.raises(ConfigurationError, match="and ReplayProvider answers"),
    ):
        explore(lambda: None, lambda: None)


def test_actors_that_do_not_do_the_same_twice_are_told_so(accounts: Any, mock: Mock) -> None:
    runs: list[int] = []

    def fickle() -> None:
        runs.append(1)
        if len(runs) == 1:
            accounts.put_item(Item=KEY)

    with pytest.raises(ConfigurationError, match="the actors do not do the same twice"):
        explore(writer(accounts, "x", 2), fickle)


def test_keys_drawn_by_chance_are_no_obstacle(accounts: Any, mock: Mock) -> None:
    def place() -> None:
        accounts.put_item(Item={"id": str(uuid4())})
        accounts.update_item(Key=KEY, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": 1})

    def all_there(mock: Mock) -> None:
        ids = [item["id"] for item in mock.tables["accounts"].items if item["id"] != "x"]
        assert len({UUID(one) for one in ids}) == 2

    assert explore(place, place, check=all_there).orders == 2
