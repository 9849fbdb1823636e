"""Two recordings are compared by meaning: what came, what went, what is answered otherwise, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure
from pytest_dynamodb.upkeep.comparison import ExchangeChange, change_lines, compare, details
from pytest_dynamodb.upkeep.files import cassettes_in

ORDERS = Path(__file__).parents[3] / "examples/orders/cassettes"
MATCHER = Matcher(across_runs=True)


def get(key: str, total: str = "1") -> Exchange:
    body = {"Item": {"id": {"S": key}, "total": {"N": total}}}
    return Exchange("GetItem", {"TableName": "app", "Key": {"id": {"S": key}}}, Response(200, body))


def put(key: str) -> Exchange:
    return Exchange("PutItem", {"TableName": "app", "Item": {"id": {"S": key}}}, Response(200, {}))


def compared(was: list[Exchange], now: list[Exchange], matcher: Matcher = MATCHER) -> list[str]:
    changes = compare(was, now, matcher)
    return [f"{change.kind} {change.was_number or '-'} {change.now_number or '-'}" for change in changes]


@pytest.mark.parametrize("path", sorted(cassettes_in(ORDERS)), ids=lambda path: path.stem)
def test_a_recording_does_not_differ_from_itself_nor_from_a_slower_one(path: Path) -> None:
    exchanges = read(path).exchanges
    slower = [replace(one, outcome=replace(one.outcome, elapsed=one.elapsed + 1)) for one in exchanges]
    assert compare(exchanges, slower, MATCHER) == []


@pytest.mark.parametrize("path", sorted(cassettes_in(ORDERS)), ids=lambda path: path.stem)
def test_of_a_real_recording_each_missing_exchange_is_named(path: Path) -> None:
    exchanges = read(path).exchanges
    for number in range(len(exchanges)):
        without = [*exchanges[:number], *exchanges[number + 1 :]]
        (gone,), (come,) = compare(exchanges, without, MATCHER), compare(without, exchanges, MATCHER)
        assert (gone.kind, come.kind) == ("removed", "added")
        assert gone.exchange.params == come.exchange.params == exchanges[number].params


def test_an_answer_that_changed_is_one_change_with_its_places() -> None:
    (change,) = compare([put("a"), get("a")], [put("a"), get("a", "2")], MATCHER)
    assert (change.kind, change.was_number, change.now_number) == ("changed", 2, 2)
    assert change.heading == "~ #2 GetItem on app"
    assert list(change_lines(change, MATCHER)) == ["answer   Item.total: 1 → 2"]
    (detail,) = details(change, MATCHER)
    assert (detail.side, detail.path) == ("answer", "Item.total")


def test_what_is_asked_several_times_is_compared_in_its_order() -> None:
    was = [get("a", "1"), get("a", "2"), get("a", "3")]
    assert compared(was, [get("a", "1"), get("a", "7"), get("a", "3")]) == ["changed 2 2"]
    assert compared(was, was[:2]) == ["removed 3 -"]


def test_a_request_that_changed_takes_the_place_of_the_one_that_stood_there() -> None:
    (change,) = compare([get("a"), put("x"), get("b")], [get("a"), put("y"), get("b")], MATCHER)
    assert (change.kind, change.was_number, change.now_number) == ("changed", 2, 2)
    assert list(change_lines(change, MATCHER)) == ['request  Item.id: "x" → "y"']


def test_another_operation_in_its_place_is_another_exchange() -> None:
    assert compared([get("a")], [put("a")]) == ["removed 1 -", "added - 1"]


def test_changed_expressions_are_shown_clause_by_clause() -> None:
    def query(key: str, prefix: str) -> Exchange:
        asked: dict[str, Any] = {
            "KeyConditionExpression": f"pk = {key} AND begins_with(sk, :s)",
            "ExpressionAttributeValues": {key: {"S": "U#1"}, ":s": {"S": prefix}},
        }
        return Exchange("Query", {"TableName": "app", **asked}, Response(200, {"Items": []}))

    assert compare([query(":p", "O#")], [query(":other", "O#")], MATCHER) == []
    (change,) = compare([query(":p", "O#")], [query(":p", "ORDER#")], MATCHER)
    lines = list(change_lines(change, MATCHER))
    assert 'request    - begins_with(sk, "O#")' in lines
    assert 'request    + begins_with(sk, "ORDER#")' in lines
    assert 'request      pk = "U#1"' in lines


def test_what_came_instead_of_an_answer_and_how_often_it_was_tried_count() -> None:
    failed = replace(get("a"), outcome=TransportFailure("ReadTimeoutError", "no"))
    throttled = replace(get("a"), outcome=replace(get("a").outcome, attempts=3))
    assert compared([get("a")], [failed]) == ["changed 1 1"]
    (change,) = compare([get("a")], [throttled], MATCHER)
    assert list(change_lines(change, MATCHER)) == ["answer   attempts: 1 → 3"]


def test_order_counts_only_between_calls_that_have_to_do_with_each_other() -> None:
    assert compare([get("a"), get("b"), put("c")], [put("c"), get("b"), get("a")], MATCHER) == []
    assert compared([put("a"), get("a"), get("b")], [get("a"), put("a"), get("b")]) == ["moved 2 1"]


def test_ignored_paths_do_not_differ() -> None:
    assert compare([get("a")], [get("a", "2")], Matcher(["Item.total"], across_runs=True)) == []


def test_one_of_another_test_is_another_exchange_in_a_shared_cassette() -> None:
    mine, yours = replace(get("a"), owner="a.py::test_a"), replace(get("a"), owner="b.py::test_b")
    assert compared([mine], [mine, yours]) == ["added - 2"]


EXCHANGES = st.lists(
    st.sampled_from([*(get(key, total) for key in "ab" for total in "12"), put("a"), put("b")]), max_size=6
)


@given(EXCHANGES, EXCHANGES)
def test_changes_lead_from_one_recording_to_the_other(was: list[Exchange], now: list[Exchange]) -> None:
    changes = compare(was, now, MATCHER)
    if changes:
        assert applied(was, now, changes)
    numbers = [change.now_number for change in changes if change.now_number]
    assert numbers == sorted(numbers)


def applied(was: list[Exchange], now: list[Exchange], changes: list[ExchangeChange]) -> bool:
    """Whether the old exchanges, changed as is said, are the new ones as far as their number and kind goes."""
    gone = {change.was_number for change in changes if change.was_number}
    come = {change.now_number for change in changes if change.now_number}
    left = sorted(str(one.params) for number, one in enumerate(was, 1) if number not in gone)
    stayed = sorted(str(one.params) for number, one in enumerate(now, 1) if number not in come)
    return left == stayed
