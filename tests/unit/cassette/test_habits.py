"""Habits that cost are found in the order of the calls, and only where they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import Cassette, Exchange, Response
from pytest_dynamodb.cassette.choices import HABITS
from pytest_dynamodb.cassette.habits import RULES, USUAL, Habit, HabitLimits, parsed_limits
from pytest_dynamodb.errors import ConfigurationError


def call(operation: str, params: dict[str, Any], body: dict[str, Any] | None = None, status: int = 200) -> Exchange:
    return Exchange(operation, {"TableName": "orders", **params}, Response(status, body or {}))


def get(name: str, **params: Any) -> Exchange:
    return call("GetItem", {"Key": {"pk": {"S": name}}, **params})


def put(name: str) -> Exchange:
    return call("PutItem", {"Item": {"pk": {"S": name}}})


def query(start: Any = None, ended: Any = None, **params: Any) -> Exchange:
    asked = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}, **params}
    if start:
        asked["ExclusiveStartKey"] = start
    return call("Query", asked, {"Items": [], **({"LastEvaluatedKey": ended} if ended else {})})


def found(rule: Any, *exchanges: Exchange) -> list[tuple[float, tuple[int, ...]]]:
    return [(habit.amount, habit.numbers) for habit in RULES[rule](exchanges)]


# --- scans ---


def test_scans_are_counted_by_table_and_index() -> None:
    index = {"IndexName": "by-day"}
    exchanges = [call("Scan", {}, {"ScannedCount": 7}), call("Scan", index), get("a"), call("Scan", {})]
    first, second = RULES["scans"](exchanges)
    assert (first.what, first.numbers) == ("orders was scanned 2 times, 7 items looked at", (1, 4))
    assert second.what == "orders, index by-day was scanned once"


@pytest.mark.parametrize(
    ("statement", "scanned"),
    [
        ('SELECT * FROM "orders"', True),
        ("select pk from orders", True),
        ("SELECT * FROM orders WHERE pk = 'a'", False),
        ("DELETE FROM orders WHERE pk = 'a'", False),
    ],
)
def test_a_statement_without_a_where_scans(statement: str, scanned: bool) -> None:
    exchange = Exchange("ExecuteStatement", {"Statement": statement}, Response(200, {}))
    assert bool(found("scans", exchange)) == scanned


# --- repeated reads ---


def test_a_read_that_is_asked_again_says_nothing_new() -> None:
    assert found("repeated_reads", get("a"), get("b"), get("a"), get("a")) == [(2, (1, 3, 4))]
    assert found("repeated_reads", get("a"), get("a", ConsistentRead=True)) == []


def test_after_a_write_to_its_table_it_may_say_something_new() -> None:
    other = call("PutItem", {"TableName": "users", "Item": {}})
    assert found("repeated_reads", get("a"), put("b"), get("a")) == []
    assert found("repeated_reads", get("a"), other, get("a")) == [(1, (1, 3))]
    assert found("repeated_reads", get("a"), get("a"), put("a"), get("a"), get("a")) == [(1, (1, 2)), (1, (4, 5))]


def test_polling_a_table_is_no_repeated_read() -> None:
    assert found("repeated_reads", call("DescribeTable", {}), call("DescribeTable", {})) == []


# --- reads in a row ---


def test_items_read_one_by_one_are_n_plus_one_reads() -> None:
    exchanges = [query(), *(get(name) for name in "abc"), get("a")]
    ((amount, numbers),) = found("reads_in_a_row", *exchanges)
    assert (amount, numbers) == (3, (2, 3, 4))


def test_calls_about_other_tables_may_stand_between() -> None:
    users = [call("GetItem", {"TableName": "users", "Key": {"id": {"S": name}}}) for name in "ab"]
    assert found("reads_in_a_row", users[0], get("a"), users[1], get("b")) == [(2, (1, 3)), (2, (2, 4))]


def test_a_write_ends_the_row_and_other_parameters_begin_another() -> None:
    assert found("reads_in_a_row", get("a"), put("x"), get("b")) == []
    assert found("reads_in_a_row", get("a"), get("b", ConsistentRead=True)) == []


# --- pages ---

END = {"pk": {"S": "m"}}


def test_a_page_that_nobody_asks_for_is_forgotten() -> None:
    assert found("unread_pages", query(ended=END)) == [(1, (1,))]
    assert found("unread_pages", query(ended=END), query(start=END)) == []
    assert found("unread_pages", query(ended=END), query(start={"pk": {"S": "z"}})) == [(1, (1,))]


def test_who_asks_for_a_limit_knows_that_there_may_be_more() -> None:
    assert found("unread_pages", query(ended=END, Limit=1)) == []


def test_lists_of_tables_have_pages_too() -> None:
    listed = Exchange("ListTables", {}, Response(200, {"TableNames": [], "LastEvaluatedTableName": "m"}))
    more = Exchange("ListTables", {"ExclusiveStartTableName": "m"}, Response(200, {"TableNames": []}))
    assert found("unread_pages", listed) == [(1, (1,))]
    assert found("unread_pages", listed, more) == []


# --- leftovers ---


def written(*names: str) -> dict[str, Any]:
    return {"orders": [{"PutRequest": {"Item": {"pk": {"S": name}}}} for name in names]}


def batch(names: str, left: str = "") -> Exchange:
    body = {"UnprocessedItems": written(*left) if left else {}}
    return Exchange("BatchWriteItem", {"RequestItems": written(*names)}, Response(200, body))


def test_leftovers_that_nobody_sends_again_are_dropped() -> None:
    assert found("unprocessed", batch("abc", left="bc")) == [(2, (1,))]
    assert found("unprocessed", batch("abc", left="bc"), batch("bc")) == []
    assert found("unprocessed", batch("abc", left="bc"), batch("cb", left="c"), put("c")) == []
    assert found("unprocessed", batch("abc", left="bc"), batch("b")) == [(1, (1,))]


def test_keys_that_were_not_read_are_leftovers_too() -> None:
    keys = {"orders": {"Keys": [{"pk": {"S": name}} for name in "ab"]}}
    read = Exchange("BatchGetItem", {"RequestItems": keys}, Response(200, {"UnprocessedKeys": keys}))
    assert found("unprocessed", read, get("a")) == [(1, (1,))]
    assert found("unprocessed", read, get("a"), get("b")) == []


# --- hot keys ---


def test_a_partition_with_most_accesses_is_hot() -> None:
    exchanges = [get("a"), put("b"), get("a"), get("a")]
    (habit,) = RULES["hot_key"](exchanges)
    assert (habit.amount, habit.numbers) == (3, (1, 3, 4))
    assert 'pk = {"S": "a"}' in habit.what


def test_the_partition_key_of_two_is_told_by_a_query_or_a_description() -> None:
    def both(pk: str, sk: str) -> Exchange:
        return call("GetItem", {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}})

    reads = [both("a", "1"), both("a", "2"), both("b", "1")]
    described = call(
        "DescribeTable",
        {},
        {
            "Table": {
                "TableName": "orders",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "AttributeDefinitions": [],
            }
        },
    )
    assert found("hot_key", *reads) == []
    assert found("hot_key", described, *reads) == [(2, (2, 3))]
    assert found("hot_key", query(), *reads) == [(3, (1, 2, 3))]


def test_one_partition_alone_or_many_alike_are_not_hot() -> None:
    assert found("hot_key", get("a"), get("a")) == []
    assert found("hot_key", *(get(name) for name in "abc")) == []


# --- units and limits ---


def test_units() -> None:
    read = call("GetItem", {"Key": {"pk": {"S": "a"}}}, {"ConsumedCapacity": {"CapacityUnits": 0.5}})
    assert found("read_units", read, read) == [(1.0, ())]
    assert found("write_units", read) == []


def test_limits_say_how_much_is_too_much() -> None:
    scan = call("Scan", {})
    assert [habit.rule for habit in HabitLimits().found([scan])] == ["scans"]
    assert HabitLimits({"scans": 2}).found([scan, scan]) == []
    assert len(HabitLimits({"scans": 1}).found([scan, call("Scan", {"IndexName": "i"})])) == 2
    assert HabitLimits({"reads_in_a_row": 2}).found([get("a"), get("b")]) == []


def test_limits_in_an_ini_file() -> None:
    assert parsed_limits(["scans = 0", "read_units=12.5"]) == {"scans": 0.0, "read_units": 12.5}


@pytest.mark.parametrize("line", ["scan = 0", "scans", "scans = many", "scans = -1", "scans = nan"])
def test_a_limit_that_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(ConfigurationError, match=r"not .*; there are read_units, .*hot_key"):
        parsed_limits([line])


def test_every_habit_has_its_rule() -> None:
    assert tuple(RULES) == HABITS
    assert set(USUAL) < set(HABITS)


# --- laws ---

CALLS = st.one_of(
    st.sampled_from("abcd").map(get),
    st.sampled_from("abcd").map(put),
    st.builds(query, st.sampled_from([None, END]), st.sampled_from([None, END])),
    st.builds(batch, st.just("abc"), st.sampled_from(["", "a", "bc"])),
    st.just(call("Scan", {}, {"ScannedCount": 3})),
    st.just(call("PutItem", {"Item": {}}, {"__type": "x#ValidationException"}, 400)),
)


@given(st.lists(CALLS, max_size=20))
def test_what_is_found_is_somewhere_and_nothing_is_changed(exchanges: list[Exchange]) -> None:
    before = repr(exchanges)
    habits: Sequence[Habit] = list(chain.from_iterable(rule(exchanges) for rule in RULES.values()))
    for habit in habits:
        assert habit.amount > 0
        assert all(1 <= number <= len(exchanges) for number in habit.numbers)
    assert repr(exchanges) == before


@given(st.lists(CALLS, max_size=12))
def test_pages_that_are_all_read_and_leftovers_that_are_all_sent_are_no_habit(exchanges: list[Exchange]) -> None:
    mended = [*exchanges, query(start=END), batch("abc"), batch("abc"), *([batch("abc")] * len(exchanges))]
    assert not found("unread_pages", *mended)
    assert not found("unprocessed", *mended)


# --- assertions ---


@pytest.mark.parametrize(
    ("exchanges", "assertion", "said"),
    [
        ([get("a"), get("a")], "assert_no_repeated_reads", "GetItem on orders was asked 2 times"),
        ([get("a"), get("b")], "assert_no_reads_in_a_row", "2 items of orders were read one by one"),
        ([query(ended=END)], "assert_all_pages_read", "Query on orders ended at LastEvaluatedKey"),
        ([batch("a", left="a")], "assert_nothing_unprocessed", "1 of a BatchWriteItem on orders came back"),
        ([*[get("a")] * 25, get("b")], "assert_no_hot_key", "25 of 26 accesses to orders"),
    ],
)
def test_assertions(tmp_path: Path, exchanges: list[Exchange], assertion: str, said: str) -> None:
    cassette = Cassette(tmp_path / "x.ddb.msgpack")
    getattr(cassette, assertion)()
    cassette.traffic += exchanges
    with pytest.raises(AssertionError, match=said):
        getattr(cassette, assertion)()


def test_how_many_reads_in_a_row_and_accesses_are_fine_can_be_said(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "x.ddb.msgpack")
    cassette.traffic += [get("a"), get("b"), get("b"), get("b")]
    cassette.assert_no_reads_in_a_row(most=2)
    cassette.assert_no_hot_key(most=3)
