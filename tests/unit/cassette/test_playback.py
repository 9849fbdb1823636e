"""Which recording answers: by meaning, in recorded order, and after a write what was recorded after that write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from pytest_dynamodb import Cassette, Exchange, Request, Response
from pytest_dynamodb.cassette import playback
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import CassetteOptions, Hooks
from pytest_dynamodb.cassette.playback import Playback
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.errors import ConfigurationError

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/t"


class Replay:
    """A cassette in memory that is asked by what was recorded: each exchange answers with its number."""

    def __init__(self, *requests: tuple[str, dict[str, Any]], failed: tuple[int, ...] = (), **options: Any) -> None:
        exchanges = [
            Exchange(operation, params, Response(400 if number in failed else 200, {"number": number}))
            for number, (operation, params) in enumerate(requests)
        ]
        contents = Contents(Header(tables={"t": ("pk",)}), exchanges)
        self.cassette = Cassette("x.ddb.msgpack", contents=contents, options=CassetteOptions(**options))
        self.cassette.open_for_replay()

    def __call__(self, request: tuple[str, dict[str, Any]], *, tokens: tuple[str, ...] = ()) -> int | str:
        """The number of the recording that answers, or why there is none."""
        outcome, reason = self.cassette.answer(Request(*request, tokens=tokens))
        if outcome is None:
            return reason
        assert isinstance(outcome, Response)
        assert isinstance(outcome.body, dict)
        number: int = outcome.body["number"]
        return number


def get(key: str = "a", table: str = "t") -> tuple[str, dict[str, Any]]:
    return "GetItem", {"TableName": table, "Key": {"pk": {"S": key}}}


def put(key: str = "a", value: str = "1", table: str = "t") -> tuple[str, dict[str, Any]]:
    return "PutItem", {"TableName": table, "Item": {"pk": {"S": key}, "v": {"N": value}}}


def delete(key: str = "a") -> tuple[str, dict[str, Any]]:
    return "DeleteItem", {"TableName": "t", "Key": {"pk": {"S": key}}}


QUERY = ("Query", {"TableName": "t", "KeyConditionExpression": "pk = :a"})
SCAN = ("Scan", {"TableName": "t"})

# -- recorded order --------------------------------------------------------------------------------------------------


def test_equal_requests_are_answered_in_recorded_order_and_then_no_more() -> None:
    replay = Replay(get(), get("b"), get())
    assert [replay(get()), replay(get())] == [0, 2]
    assert "recorded 2 times and has been played as often" in str(replay(get()))
    assert replay(get("b")) == 1
    assert "recorded once and has been played as often" in str(replay(get("b")))
    assert replay(get("c")) == "no recording matches"


def test_repeats_lets_the_last_recording_answer_again() -> None:
    replay = Replay(get(), get(), repeats=True)
    assert [replay(get()) for _ in range(4)] == [0, 1, 1, 1]
    assert replay(get("b")) == "no recording matches"


def test_what_was_played_and_what_was_not_is_told() -> None:
    replay = Replay(get("a"), get("b"), get("a"))
    replay(get("a"))
    assert [e.response for e in replay.cassette.played] == [{"number": 0}]
    assert [e.response for e in replay.cassette.unplayed] == [{"number": 1}, {"number": 2}]


def test_strict_order_takes_only_what_is_next() -> None:
    replay = Replay(get("a"), put("a"), get("b"), order="strict")
    assert "recording #1 is next" in str(replay(put("a")))
    assert [replay(get("a")), replay(put("a")), replay(get("b"))] == [0, 1, 2]
    assert "every recording has been played" in str(replay(get("b")))


def test_strict_order_with_repeats_repeats_only_what_was_last() -> None:
    replay = Replay(get("a"), get("b"), order="strict", repeats=True)
    assert [replay(get("a")), replay(get("a")), replay(get("b")), replay(get("b"))] == [0, 0, 1, 1]
    assert "out of the recorded order" in str(replay(get("a")))


def test_any_order_does_not_look_at_writes() -> None:
    replay = Replay(get(), put(), get(), order="any")
    assert [replay(put()), replay(get()), replay(get())] == [1, 0, 2]


# -- causal order ----------------------------------------------------------------------------------------------------


def test_a_read_after_a_write_sees_what_was_recorded_after_it() -> None:
    replay = Replay(get(), put(), get())
    assert [replay(put()), replay(get())] == [1, 2]


def test_a_read_that_was_only_recorded_before_the_write_is_a_miss_that_says_so() -> None:
    replay = Replay(get(), put())
    assert replay(put()) == 1
    assert "made before a write of the same item" in str(replay(get()))


def test_a_read_before_the_write_it_was_recorded_after_is_answered_rather_than_missed() -> None:
    replay = Replay(put(), get())
    assert replay(get()) == 1


def test_reads_recorded_after_a_write_are_kept_for_after_it() -> None:
    replay = Replay(get(), put(), get())
    assert [replay(get()), replay(put()), replay(get())] == [0, 1, 2]


def test_other_items_and_tables_are_no_business_of_a_write() -> None:
    replay = Replay(get("a"), get("b"), put("a"), put("b", table="other"), get("a"), get("b"))
    assert [replay(put("a")), replay(get("b")), replay(get("b")), replay(get("a"))] == [2, 1, 5, 4]


def test_a_write_that_failed_changes_nothing() -> None:
    replay = Replay(get(), put(), failed=(1,))
    assert [replay(put()), replay(get())] == [1, 0]


def test_repeats_prefer_the_present_state_over_a_later_one() -> None:
    replay = Replay(get(), put(), get(), repeats=True)
    assert [replay(get()), replay(get()), replay(put()), replay(get()), replay(get())] == [0, 0, 1, 2, 2]


def test_queries_and_scans_see_every_write_of_their_table() -> None:
    for read in (QUERY, SCAN):
        replay = Replay(read, put("a"), read, put("b"), read)
        assert [replay(put("a")), replay(read), replay(put("b")), replay(read)] == [1, 2, 3, 4]


def test_a_query_is_answered_from_before_rather_than_missed() -> None:
    """Which items of a collection matter is unknown."""
    replay = Replay(QUERY, put("a"))
    assert [replay(put("a")), replay(QUERY)] == [1, 0]


WRITES: list[tuple[str, dict[str, Any]]] = [
    put(),
    delete(),
    ("UpdateItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET v = :v"}),
    put(table=ARN),
    ("BatchWriteItem", {"RequestItems": {"t": [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}]}}),
    ("BatchWriteItem", {"RequestItems": {ARN: [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]}}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "t", "Item": {"pk": {"S": "a"}}}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Update": {"TableName": ARN, "Key": {"pk": {"S": "a"}}}}]}),
    ("ExecuteStatement", {"Statement": "INSERT INTO t VALUE {'pk': ?}", "Parameters": [{"S": "a"}]}),
    ("BatchExecuteStatement", {"Statements": [{"Statement": "UPDATE t SET v = 1 WHERE pk = 'a'"}]}),
    ("ExecuteTransaction", {"TransactStatements": [{"Statement": f"DELETE FROM \"{ARN}\" WHERE 'a' = pk"}]}),
]
READS: list[tuple[str, dict[str, Any]]] = [
    get(),
    get(table=ARN),
    ("BatchGetItem", {"RequestItems": {"t": {"Keys": [{"pk": {"S": "b"}}, {"pk": {"S": "a"}}]}}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": ARN, "Key": {"pk": {"S": "a"}}}}]}),
    QUERY,
    ("Scan", {"TableName": ARN}),
    ("ExecuteStatement", {"Statement": "SELECT * FROM t WHERE pk = 'a'"}),
    ("ExecuteStatement", {"Statement": "SELECT * FROM t WHERE v > 1"}),
    ("SearchVectors", {"TableName": "t", "IndexName": "i"}),
]


@pytest.mark.parametrize("write", WRITES, ids=lambda r: r[0])
@pytest.mark.parametrize("read", READS, ids=lambda r: r[0])
def test_every_write_is_seen_by_every_read_of_its_item(
    write: tuple[str, dict[str, Any]], read: tuple[str, dict[str, Any]]
) -> None:
    replay = Replay(read, write, read)
    assert [replay(write), replay(read)] == [1, 2]


def test_a_condition_check_changes_nothing() -> None:
    check = {"ConditionCheck": {"TableName": "t", "Key": {"pk": {"S": "a"}}}}
    transaction = (
        "TransactWriteItems",
        {"TransactItems": [check, {"Put": {"TableName": "t", "Item": {"pk": {"S": "b"}}}}]},
    )
    replay = Replay(get("a"), get("b"), transaction, get("b"))
    assert [replay(transaction), replay(get("a")), replay(get("b"))] == [2, 0, 3]


# -- meaning ---------------------------------------------------------------------------------------------------------


def key(operation: str, params: dict[str, Any], **options: Any) -> str:
    return Matcher(**options).key(operation, params)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Item": {"a": {"N": "1"}, "b": {"S": "x"}}}, {"Item": {"b": {"S": "x"}, "a": {"N": "1.0"}}}),
        ({"Item": {"a": {"SS": ["x", "y"]}}}, {"Item": {"a": {"SS": ["y", "x"]}}}),
        ({"Item": {"a": {"NS": ["1", "20"]}}}, {"Item": {"a": {"NS": ["2e1", "1.0"]}}}),
        ({"Item": {"a": {"BS": ["AAE=", "AgM="]}}}, {"Item": {"a": {"BS": ["AgM=", "AAE="]}}}),
    ],
)
def test_what_means_the_same_matches(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert key("PutItem", one) == key("PutItem", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Item": {"a": {"N": "1"}}}, {"Item": {"a": {"S": "1"}}}),
        ({"Item": {"a": {"L": [{"S": "x"}, {"S": "y"}]}}}, {"Item": {"a": {"L": [{"S": "y"}, {"S": "x"}]}}}),
        ({"Item": {"a": {"NULL": True}}}, {"Item": {}}),
        ({"Limit": 1}, {"Limit": True}),
        ({"Limit": 1}, {}),
    ],
)
def test_what_does_not_mean_the_same_does_not_match(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert key("PutItem", one) != key("PutItem", other)


def test_idempotency_tokens_do_not_count_where_the_model_says_they_are_some() -> None:
    one, two = ("TransactWriteItems", {"ClientRequestToken": "1"}), ("TransactWriteItems", {"ClientRequestToken": "2"})
    matcher = Matcher()
    assert matcher.key(*one, ("ClientRequestToken",)) == matcher.key(*two, ("ClientRequestToken",))
    assert matcher.key(*one) != matcher.key(*two)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        (
            "Item.created_at",
            {"Item": {"created_at": {"S": "1"}, "a": {}}},
            {"Item": {"created_at": {"N": "2"}, "a": {}}},
        ),
        ("Item.created_at", {"Item": {"a": {}}}, {"Item": {"created_at": {"N": "2"}, "a": {}}}),
        (
            "TransactItems[].Put.Item.id",
            {
                "TransactItems": [
                    {"Put": {"Item": {"id": {"S": "1"}}}},
                    {"Delete": {}},
                    {"Put": {"Item": {"id": {"S": "2"}}}},
                ]
            },
            {
                "TransactItems": [
                    {"Put": {"Item": {"id": {"S": "3"}}}},
                    {"Delete": {}},
                    {"Put": {"Item": {"id": {"S": "4"}}}},
                ]
            },
        ),
        (
            'ExpressionAttributeValues.":now"',
            {"ConditionExpression": "a < :now", "ExpressionAttributeValues": {":now": {"S": "1"}}},
            {"ConditionExpression": "a < :now", "ExpressionAttributeValues": {":now": {"S": "2"}}},
        ),
        ("Item.*.S", {"Item": {"x": {"S": "1"}}}, {"Item": {"x": {"S": "2"}}}),
        ("Item.list.L[1]", {"Item": {"list": {"L": [{}, {"S": "1"}]}}}, {"Item": {"list": {"L": [{}, {"S": "2"}]}}}),
        ("Limit", {"Limit": 1}, {"Limit": 2}),
        ("ReturnConsumedCapacity", {"ReturnConsumedCapacity": "TOTAL"}, {}),
    ],
)
def test_ignored_places_do_not_count(path: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    operation = "TransactWriteItems" if "TransactItems" in one else "PutItem"
    assert key(operation, one, ignore=[path]) == key(operation, other, ignore=[path])
    assert key(operation, one) != key(operation, other)


def test_an_ignored_place_leaves_the_request_as_it_is() -> None:
    params = {"Item": {"a": {"S": "1"}, "b": {"S": "2"}}}
    key("PutItem", params, ignore=["Item.a"])
    assert params == {"Item": {"a": {"S": "1"}, "b": {"S": "2"}}}


@pytest.mark.parametrize("path", ["Item.", "Item[", "", "a b"])
def test_what_is_no_jmespath_is_a_configuration_error(path: str) -> None:
    with pytest.raises(ConfigurationError, match="ignore"):
        Matcher([path])


def test_a_hook_may_normalise_what_is_compared() -> None:
    def normalize(operation: str, params: dict[str, Any]) -> dict[str, Any] | None:
        return {**params, "TableName": params["TableName"].split("-")[0]} if operation == "GetItem" else None

    replay = Replay(get(table="t-1"), hooks=Hooks(normalize=normalize))
    assert replay(get(table="t-2")) == 0


def test_a_hook_may_leave_nothing_to_compare() -> None:
    replay = Replay(get("a"), hooks=Hooks(normalize=lambda operation, params: {}))
    assert replay(get("b")) == 0


def test_a_hook_may_drop_or_replace_what_is_replayed() -> None:
    def before_replay(exchange: Exchange) -> Any:
        if exchange.params["Key"]["pk"]["S"] == "a":
            return False
        return Exchange(exchange.operation, exchange.params, Response(200, {"number": 99}))

    replay = Replay(get("a"), get("b"), hooks=Hooks(before_replay=before_replay))
    assert "pytest_dynamodb_before_replay dropped" in str(replay(get("a")))
    assert replay(get("b")) == 99


# -- cost ------------------------------------------------------------------------------------------------------------

Requests = list[tuple[str, dict[str, Any]]]


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of playback.py run: what a large cassette costs, without a clock."""
    count = 0
    home = playback.__file__

    def local(frame: Any, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def trace(frame: Any, event: str, argument: object) -> Any:
        return local if frame.f_code.co_filename == home else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def interleaved(size: int) -> tuple[Requests, Requests]:
    both = [request for _ in range(size) for request in (put(), get())]
    return both, both


def queried_late(size: int) -> tuple[Requests, Requests]:
    return [*[QUERY] * size, put()], [put(), *[QUERY] * size]


def read_early(size: int) -> tuple[Requests, Requests]:
    return [put(), *[get()] * size], [*[get()] * size, put()]


def polled_after_the_write(size: int) -> tuple[Requests, Requests]:
    return [*[get()] * size, put(), *[get()] * size], [put(), *[get()] * size]


def backwards(size: int) -> tuple[Requests, Requests]:
    both = [request for n in range(size) for request in (put(str(n)), get(str(n)))]
    return both, [request for n in reversed(range(size)) for request in (put(str(n)), get(str(n)))]


@pytest.mark.parametrize("repeats", [False, True], ids=["", "repeats"])
@pytest.mark.parametrize("make", [interleaved, queried_late, read_early, polled_after_the_write, backwards])
def test_large_lists_of_equal_requests_stay_linear(
    make: Callable[[int], tuple[Requests, Requests]],
    repeats: bool,
) -> None:
    def cost(size: int) -> int:
        recorded, played = make(size)
        exchanges = [Exchange(operation, params, Response(200, {})) for operation, params in recorded]
        matcher = Matcher()
        tape = Playback(exchanges, matcher, repeats=repeats, tables={"t": ("pk",)})
        asked = [(matcher.key(*request), tape.touches(*request)) for request in played]

        def play() -> None:
            for key, touches in asked:
                assert tape.find(key, touches).number is not None

        return lines_run(play)

    small, large = cost(100), cost(800)
    assert large < 8 * small * 1.6
