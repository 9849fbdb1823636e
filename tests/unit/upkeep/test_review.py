"""Changes of a recording are taken or not, one by one; what comes of it is a whole recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.recording import equivalent
from pytest_dynamodb.cassette.store import Contents, read
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.upkeep.review import RecordingReview, paths_of

ORDERS = Path(__file__).parents[3] / "examples/orders/cassettes/tests/test_orders"
MATCHER = Matcher(across_runs=True)


def get(key: str, total: str = "1", at: str = "now") -> Exchange:
    item = {"id": {"S": key}, "total": {"N": total}, "at": {"S": at}}
    return Exchange("GetItem", {"TableName": "app", "Key": {"id": {"S": key}}}, Response(200, {"Item": item}))


def put(key: str, at: str = "now") -> Exchange:
    return Exchange("PutItem", {"TableName": "app", "Item": {"id": {"S": key}, "at": {"S": at}}}, Response(200, {}))


def reviewed(was: list[Exchange], now: list[Exchange]) -> RecordingReview:
    return RecordingReview(Contents(Header(), was), Contents(Header(), now))


def test_what_is_accepted_or_left_alone_stays_as_it_was_recorded() -> None:
    review = reviewed([get("a"), get("b")], [get("a", "2"), get("b", "2")])
    review.accept(review.changes[0])
    assert review.counts == (1, 0, 1)
    assert review.result() is None


def test_what_is_rejected_is_what_it_was_before() -> None:
    review = reviewed([get("a"), get("b"), get("c")], [get("a", "2"), put("x"), get("c", "2")])
    for change in review.changes:
        (review.reject if change.exchange.params.get("Key") != get("c").params["Key"] else review.accept)(change)
    result = review.result()
    assert result is not None
    assert result.exchanges == [get("a"), get("b"), get("c", "2")]


def test_all_rejected_is_the_very_recording_from_before() -> None:
    review = reviewed([get("a"), put("x")], [put("x"), get("a", "2"), get("n")])
    for change in review.changes:
        review.reject(change)
    assert review.result() is review.was


EXCHANGES = st.lists(
    st.sampled_from([*(get(key, total) for key in "abc" for total in "12"), put("a"), put("b")]), max_size=5
)


@given(EXCHANGES, EXCHANGES)
def test_each_rejected_change_is_undone_and_nothing_else(was: list[Exchange], now: list[Exchange]) -> None:
    changes = len(reviewed(was, now).changes)
    for size in range(1, changes):
        for numbers in list(combinations(range(changes), size))[:6]:
            review = reviewed(was, now)
            expected = Counter(map(str, now))
            for change in (review.changes[number] for number in numbers):
                review.reject(change)
                expected[str(change.now)] -= 1
                expected[str(change.was)] += 1
            result = review.result()
            assert result is not None
            expected["None"] = 0
            assert Counter(map(str, result.exchanges)) == +expected


@pytest.mark.parametrize("path", sorted(ORDERS.glob("*.msgpack")), ids=lambda path: path.stem)
def test_of_a_real_recording_each_lost_exchange_is_put_back_where_it_was(path: Path) -> None:
    was = read(path)
    for number in range(len(was.exchanges)):
        now = Contents(was.header, [*was.exchanges[:number], *was.exchanges[number + 1 :], get("new")])
        review = RecordingReview(was, now)
        for change in review.changes:
            (review.reject if change.kind in ("removed", "moved") else review.accept)(change)
        result = review.result()
        assert result is not None
        assert result.exchanges == [*was.exchanges, get("new")]


# --- paths ---


def test_an_ignored_path_settles_what_differs_nowhere_else() -> None:
    review = reviewed([put("a", "1"), get("a", at="1")], [put("a", "2"), get("a", "9", at="2")])
    review.ignore("Item.at")
    assert [change.exchange.operation for change in review.open] == ["GetItem"]
    result = review.result()
    assert result is not None
    assert result.exchanges == [put("a", "1"), get("a", "9", at="2")]


def test_a_redacted_path_is_replaced_in_all_exchanges() -> None:
    review = reviewed([], [put("a", "secret-1"), get("a", at="secret-1"), get("b", at="secret-1")])
    review.redact("Item.at")
    result = review.result()
    assert result is not None
    assert "secret-1" not in str(result.exchanges)
    assert len(result.header.pseudonyms) == 1
    assert all(result.header.pseudonyms[0] in str(exchange) for exchange in result.exchanges)


def test_a_redacted_value_does_not_stay_in_the_head_either() -> None:
    now = Contents(Header(volatile={"secret-1": ("Item.at",), "u-1": ("Item.id",)}), [put("a", "secret-1")])
    review = RecordingReview(Contents(Header(), []), now)
    review.redact("Item.at")
    result = review.result()
    assert result is not None
    assert "secret-1" not in str(result)
    assert result.header.volatile["u-1"] == ("Item.id",)


def test_only_some_paths_are_taken_on_request() -> None:
    was = [get("a"), get("b"), get("c")]
    review = reviewed(was, [get("a", "2"), get("b", at="later"), get("c", "2", at="later")])
    review.keep_only(["Item.total"])
    assert review.counts == (1, 2, 0)
    result = review.result()
    assert result is not None
    assert result.exchanges == [get("a", "2"), get("b"), get("c")]


def test_a_path_that_is_none_is_refused() -> None:
    review = reviewed([], [])
    for take in (review.ignore, review.redact):
        with pytest.raises(ConfigurationError, match="not a JMESPath expression"):
            take("Item..")


def test_the_paths_that_are_offered_say_where_a_change_is() -> None:
    (change,) = reviewed([put("a", "1")], [put("a", "2")]).changes
    assert paths_of(change, MATCHER) == ["Item.at"]
    (change,) = reviewed([get("a")], [get("a", "2", at="later")]).changes
    assert paths_of(change, MATCHER) == ["Item.at", "Item.total"]
    retried = replace(get("a"), outcome=replace(get("a").outcome, attempts=2))
    (change,) = reviewed([get("a")], [retried]).changes
    assert paths_of(change, MATCHER) == []


def test_values_of_expressions_can_be_ignored_by_their_placeholder() -> None:
    def update(at: str) -> Exchange:
        params: dict[str, Any] = {
            "TableName": "app",
            "Key": {"id": {"S": "a"}},
            "UpdateExpression": "SET seen = :at",
            "ExpressionAttributeValues": {":at": {"S": at}},
        }
        return Exchange("UpdateItem", params, Response(200, {}))

    review = reviewed([update("1")], [update("2")])
    (path,) = paths_of(review.changes[0], MATCHER)
    assert path == 'ExpressionAttributeValues.":at"'
    review.ignore(path)
    assert review.open == []


def test_the_result_replays_like_what_was_chosen() -> None:
    was = [put("a"), get("a"), put("b"), get("b")]
    now = [put("a"), get("a", "2"), put("b"), get("b", "2")]
    review = reviewed(was, now)
    review.reject(review.changes[1])
    result = review.result()
    assert result is not None
    assert equivalent(result.exchanges, [put("a"), get("a", "2"), put("b"), get("b")], MATCHER)
