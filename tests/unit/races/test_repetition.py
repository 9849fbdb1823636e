"""A checkout of twelve calls: those that are not safe to repeat are named, and no other is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pytest_dynamodb import ConfigurationError, DynamoDbClient, Mock, MockProvider, use_cassette
from pytest_dynamodb.races import FAILURE_NAMES, FaultExploration, UnsafeToRepeat, explore_faults

Action = Callable[[], Any]


class Shop:
    """The shop whose checkout is tried. Everything is in one table, ``accounts``."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def get(self, key: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.table.get_item(Key={"id": key}).get("Item")
        return found

    def put(self, key: str, **attributes: Any) -> None:
        self.table.put_item(Item={"id": key, **attributes})

    def put_new(self, key: str, **attributes: Any) -> None:
        self.table.put_item(Item={"id": key, **attributes}, ConditionExpression="attribute_not_exists(id)")

    def set(self, key: str, value: Any) -> None:
        self.table.update_item(Key={"id": key}, UpdateExpression="SET v = :v", ExpressionAttributeValues={":v": value})

    def add(self, key: str, number: int) -> None:
        self.table.update_item(Key={"id": key}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": number})

    def log(self, key: str, entry: str) -> None:
        self.table.update_item(
            Key={"id": key},
            UpdateExpression="SET entries = list_append(if_not_exists(entries, :none), :e)",
            ExpressionAttributeValues={":none": [], ":e": [entry]},
        )

    def add_once(self, key: str, number: int, mark: str) -> None:
        """Add to a number, unless it has been added under this mark before."""
        name = self.table.name
        add = {"Key": {"id": key}, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": number}}
        new = {"Item": {"id": mark}, "ConditionExpression": "attribute_not_exists(id)"}
        client = self.table.meta.client
        try:
            client.transact_write_items(
                TransactItems=[{"Put": {"TableName": name, **new}}, {"Update": {"TableName": name, **add}}]
            )
        except client.exceptions.TransactionCanceledException as problem:
            if problem.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
                raise

    def delete(self, key: str) -> None:
        self.table.delete_item(Key={"id": key})


def setup(mock: Mock) -> None:
    items = [{"id": "cart", "sku": "book"}, {"id": "customer"}, {"id": "stock", "n": 10}, {"id": "points", "n": 0}]
    mock.load(items, table="accounts")


def check(mock: Mock) -> None:
    items = {item["id"]: item for item in mock.tables["accounts"].items}
    assert items["stock"]["n"] == 9
    assert items["points"]["n"] == 5
    assert items["order"]["v"] == "paid"
    assert items["payment"]["amount"] == 30
    assert items["history"].get("entries", ["ordered"]) == ["ordered"]
    assert "cart" not in items


@pytest.fixture
def shop(accounts: Any) -> Shop:
    return Shop(accounts)


def careless(shop: Shop) -> Action:
    def checkout() -> None:
        if shop.get("cart") is None:
            return  # 1: done before
        shop.get("customer")  # 2
        shop.get("stock")  # 3
        shop.put("order", v="new")  # 4
        shop.add("stock", -1)  # 5: takes one more each time
        shop.put("reservation", sku="book")  # 6
        shop.set("customer", "order")  # 7
        shop.add("points", 5)  # 8: gives more points each time
        shop.put_new("payment", amount=30)  # 9: is refused the second time
        shop.set("order", "paid")  # 10
        shop.log("history", "ordered")  # 11: is longer each time
        shop.delete("cart")  # 12

    return checkout


def careful(shop: Shop) -> Action:
    def checkout() -> None:
        if shop.get("cart") is None:
            return
        shop.get("customer")
        shop.get("stock")
        shop.put("order", v="new")
        shop.add_once("stock", -1, "taken for order")
        shop.put("reservation", sku="book")
        shop.set("customer", "order")
        shop.add_once("points", 5, "points for order")
        with suppress(shop.table.meta.client.exceptions.ConditionalCheckFailedException):
            shop.put_new("payment", amount=30)
        shop.set("order", "paid")
        shop.put("history", entries=["ordered"])
        shop.delete("cart")

    return checkout


def test_the_calls_that_are_not_safe_to_repeat_are_named_and_no_others(shop: Shop, mock: Mock) -> None:
    with pytest.raises(UnsafeToRepeat) as found:
        explore_faults(careless(shop), setup=setup, check=check)
    assert [(one.number, one.verdict) for one in found.value.calls] == [
        (number, "repeated") for number in (5, 8, 9, 11)
    ]
    after = ("answer lost, sent again", "timed out after the commit", "process gone")
    assert [one.failures for one in found.value.calls] == [after] * 4
    assert [one.call for one in found.value.calls][:2] == [
        "UpdateItem accounts id='stock'",
        "UpdateItem accounts id='points'",
    ]


def test_all_of_them_are_safe_in_a_careful_checkout(shop: Shop, mock: Mock) -> None:
    before = mock.dump()
    done = explore_faults(careful(shop), setup=setup, check=check)
    assert done == FaultExploration(calls=12, trials=3 * 4 + 9 * 7)
    assert mock.dump() == before


def test_the_report_has_the_shortest_story(shop: Shop, mock: Mock) -> None:
    def visit() -> None:
        shop.get("points")
        shop.add("points", 1)

    def counted_once(mock: Mock) -> None:
        points = int({item["id"]: item for item in mock.tables["accounts"].items}["points"]["n"])
        assert points == 1, f"{points} points"

    with pytest.raises(UnsafeToRepeat) as found:
        explore_faults(visit, setup=setup, check=counted_once)
    assert (
        str(found.value)
        == """\
visit makes 2 DynamoDB calls, and not all of them can fail:

call  not safe to repeat, once carried out
2     UpdateItem accounts id='points'
      after: answer lost, sent again, timed out after the commit, process gone
      then: check raises AssertionError: 2 points
      assert 2 == 1

The shortest story, of call 2, answer lost, sent again:

       call                                   read or written
run 1  1     GetItem accounts id='points'     n=0
run 1  2     UpdateItem accounts id='points'  no answer (ReadTimeoutError), and yet n 0 → 1 ← answer lost, sent again
run 1  2     UpdateItem accounts id='points'  n 1 → 2 ← answer lost, sent again

check raises AssertionError: 2 points
assert 2 == 1"""
    )
    assert isinstance(found.value.__cause__, AssertionError)


def test_a_failure_that_is_swallowed_is_told_apart(shop: Shop, mock: Mock) -> None:
    def swallow() -> None:
        with suppress(ClientError, BotoCoreError):
            shop.put("order", v="paid")

    def ordered(mock: Mock) -> None:
        assert "order" in {item["id"] for item in mock.tables["accounts"].items}

    with pytest.raises(UnsafeToRepeat, match="not carried out, and that is not coped with") as found:
        explore_faults(swallow, check=ordered)
    (one,) = found.value.calls
    assert (one.number, one.verdict) == (1, "failed")
    assert one.failures == ("throttled", "refused", "timed out before the commit", "connection reset")


def test_an_invariant_holds_between_failure_and_repetition_too(shop: Shop, mock: Mock) -> None:
    def transfer() -> None:
        if shop.get("moved") is None:
            shop.put("stock", n=9)
            shop.put("sold", n=1)
            shop.put("moved")

    def nothing_is_lost(mock: Mock) -> None:
        items = {item["id"]: item for item in mock.tables["accounts"].items}
        assert items["stock"]["n"] + items.get("sold", {"n": 0})["n"] == 10

    assert explore_faults(transfer, setup=setup, check=nothing_is_lost).calls == 4
    with pytest.raises(UnsafeToRepeat, match="invariant raises AssertionError") as found:
        explore_faults(transfer, setup=setup, invariant=nothing_is_lost)
    assert [one.number for one in found.value.calls] == [2, 3]


def test_a_process_that_is_gone_makes_no_calls_on_its_way_out(shop: Shop, mock: Mock) -> None:
    def guarded() -> None:
        shop.put("lock")
        try:
            shop.set("stock", 1)
        finally:
            shop.delete("lock")

    def unlocked(mock: Mock) -> None:
        assert "lock" not in {item["id"] for item in mock.tables["accounts"].items}

    with pytest.raises(UnsafeToRepeat) as found:
        explore_faults(guarded, setup=setup, invariant=unlocked)
    assert {one.number: one.failures for one in found.value.calls if "process gone" in one.failures} == {
        1: ("timed out after the commit", "process gone"),
        2: ("process gone",),
    }


def test_pauses_take_no_time_and_the_library_s_client_is_tried_too(shop: Shop, mock: Mock) -> None:
    def slow() -> None:
        with DynamoDbClient() as client:
            client.table("accounts").put({"id": "order"})
            time.sleep(3600)
            client.table("accounts").put({"id": "done"})

    assert explore_faults(slow, failures=["throttled", "process gone"]) == FaultExploration(calls=2, trials=4)


def test_coroutines_can_be_tried(shop: Shop, mock: Mock) -> None:
    async def visit() -> None:
        await asyncio.sleep(3600)
        shop.add("points", 1)

    async def nothing(mock: Mock, result: None) -> None:
        assert mock.tables["accounts"].count == 2

    async def main() -> None:
        assert explore_faults(visit, check=nothing).calls == 1

    asyncio.run(main())


def test_assertions_of_the_action_count_as_checks(shop: Shop, mock: Mock) -> None:
    def add_and_look() -> None:
        shop.add("points", 1)
        points = shop.get("points")
        assert points is not None
        assert points["n"] == 1

    with pytest.raises(UnsafeToRepeat, match="it raises AssertionError") as found:
        explore_faults(add_and_look, setup=setup)
    assert [one.number for one in found.value.calls] == [1]


def test_what_fails_without_a_failure_is_raised_as_it_is(shop: Shop, mock: Mock) -> None:
    with pytest.raises(ZeroDivisionError):
        explore_faults(lambda: 1 / 0)


def test_so_is_what_check_raises_then(shop: Shop, mock: Mock) -> None:
    def never() -> None:
        raise AssertionError("never")

    with pytest.raises(AssertionError, match="never") as found:
        explore_faults(lambda: shop.get("x"), check=never)
    assert not isinstance(found.value, UnsafeToRepeat)


def test_what_makes_no_sense(shop: Shop, mock: Mock) -> None:
    with pytest.raises(ConfigurationError, match="makes no DynamoDB call that could fail"):
        explore_faults(lambda: None)
    with pytest.raises(ConfigurationError, match=r"failures are among throttled, .*, not slow"):
        explore_faults(lambda: shop.get("x"), failures=["slow"])  # type: ignore[list-item]


# --- over recordings ---


@pytest.fixture
def recording(shop: Shop, mock: Mock, tmp_path: Path) -> Path:
    """What a careful checkout has said and heard."""
    path = tmp_path / "checkout.ddb.msgpack"
    setup(mock)
    with use_cassette(path, mode="rewrite", upstream=MockProvider(mock)):
        careful(shop)()
    return path


def test_a_recording_shows_what_an_action_does_about_failures(shop: Shop, recording: Path) -> None:
    done = explore_faults(careful(shop), recording=recording)
    assert (done.calls, done.trials, done.unjudged) == (12, 3 * 4 + 9 * 7, 0)

    def swallow() -> bool:
        try:
            return shop.get("cart") is not None
        except ClientError:
            return False

    def found(result: bool) -> None:
        assert result

    with pytest.raises(UnsafeToRepeat) as refused:
        explore_faults(swallow, recording=recording, check=found)
    assert [(one.number, one.failures) for one in refused.value.calls] == [(1, ("throttled", "refused"))]


def test_what_was_not_recorded_cannot_be_told(shop: Shop, recording: Path) -> None:
    def compensate() -> None:
        try:
            shop.get("cart")
        except (ClientError, BotoCoreError):
            shop.put("failed")

    done = explore_faults(compensate, recording=recording)
    assert done == FaultExploration(calls=1, trials=4, unjudged=4)
    assert str(done) == "1 calls, 4 failures tried, 4 of them beyond what the recording holds"


def test_the_names_of_failures() -> None:
    assert len(FAILURE_NAMES) == 7
