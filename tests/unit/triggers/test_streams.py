"""``mock.streams``: what is written is handed to functions as Lambda hands it."""

from __future__ import annotations

import base64
import copy
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pytest_dynamodb import ConfigurationError, Engine, Mock, Request, SystemClock
from pytest_dynamodb.triggers import DeliveryFailed, subscription
from pytest_dynamodb.triggers.subscription import DeliveryWarning

TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


def run(mock: Mock, operation: str, **params: Any) -> dict[str, Any]:
    answer = mock.answer(Request(operation, params, mock.region))
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, dict)
    return answer.body


def put(mock: Mock, key: str, n: int = 0, table: str = "orders", **more: Any) -> None:
    run(mock, "PutItem", TableName=table, Item={"pk": {"S": key}, "n": {"N": str(n)}, **more})


@pytest.fixture
def mock() -> Mock:
    made = Mock()
    run(made, "CreateTable", **TABLE)
    return made


class Handler:
    """Remembers what it is handed: the keys of each call. Fails where it is told to."""

    def __init__(self, fails: Callable[[list[str]], object] = lambda keys: None) -> None:
        self.calls: list[list[str]] = []
        self.events: list[Any] = []
        self._fails = fails

    def __call__(self, event: Any, context: Any) -> Any:
        keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
        self.calls.append(keys)
        self.events.append(event)
        return self._fails(keys)


def failing_with(*bad: str) -> Callable[[list[str]], object]:
    def fails(keys: list[str]) -> None:
        for key in keys:
            if key in bad:
                raise ValueError(f"cannot take {key}")

    return fails


# --- the event ---


def test_an_event_is_spelled_as_lambda_spells_it(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler)
    put(mock, "a", 1, raw={"B": "AP8="}, parts={"BS": ["Yg==", "YQ=="]})

    assert mock.streams.deliver() == 1

    (event,) = handler.events
    (record,) = event["Records"]
    described = run(mock, "DescribeTable", TableName="orders")["Table"]
    assert record["eventSourceARN"] == described["LatestStreamArn"]
    assert record["eventName"] == "INSERT"
    assert record["eventSource"] == "aws:dynamodb"
    assert record["awsRegion"] == "us-east-1"
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)
    assert record["dynamodb"]["Keys"] == {"pk": {"S": "a"}}
    assert record["dynamodb"]["NewImage"]["raw"] == {"B": "AP8="}
    assert sorted(record["dynamodb"]["NewImage"]["parts"]["BS"]) == ["YQ==", "Yg=="]
    assert record["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def test_what_time_to_live_deleted_can_be_filtered(mock: Mock) -> None:
    run(
        mock,
        "UpdateTimeToLive",
        TableName="orders",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"},
    )
    expired, other = Handler(), Handler()
    by_ttl = {"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}
    mock.streams.subscribe("orders", expired, filters=[by_ttl])
    mock.streams.subscribe("orders", other, filters=[{"userIdentity": {"type": [{"exists": False}]}}])
    put(mock, "gone", ends={"N": str(int(mock.clock.now()) + 10)})
    mock.clock.advance(3 * 24 * 3600)
    run(mock, "Scan", TableName="orders")

    mock.streams.deliver()

    assert expired.calls == [["gone"]]
    assert expired.events[0]["Records"][0]["eventName"] == "REMOVE"


def test_a_pipe_hands_over_the_list_alone(mock: Mock) -> None:
    events: list[Any] = []
    mock.streams.subscribe("orders", lambda event, context: events.append(event), shape="pipes")
    put(mock, "a")
    mock.streams.deliver()
    assert [record["dynamodb"]["Keys"] for record in events[0]] == [{"pk": {"S": "a"}}]


def test_a_context_says_what_lambdas_says(mock: Mock) -> None:
    contexts: list[Any] = []

    def ship(event: Any, context: Any) -> None:
        contexts.append(context)

    mock.streams.subscribe("orders", ship)
    put(mock, "a")
    mock.streams.deliver()

    (context,) = contexts
    assert context.function_name == "ship"
    assert context.invoked_function_arn == "arn:aws:lambda:us-east-1:123456789012:function:ship"
    assert context.get_remaining_time_in_millis() > 0
    assert len(context.aws_request_id) == 36


def test_a_handler_may_change_its_event(mock: Mock) -> None:
    def spoil(event: Any, context: Any) -> None:
        event["Records"].clear()

    subscribed = mock.streams.subscribe("orders", spoil)
    put(mock, "a")
    mock.streams.deliver()
    assert len(subscribed.invocations[0].event["Records"]) == 1


# --- where it begins ---


def test_latest_is_what_is_written_from_now_on_and_trim_horizon_all_that_is_there(mock: Mock) -> None:
    put(mock, "before")
    late, early = Handler(), Handler()
    mock.streams.subscribe("orders", late)
    mock.streams.subscribe("orders", early, starting_position="TRIM_HORIZON")
    put(mock, "after")

    mock.streams.deliver()

    assert late.calls == [["after"]]
    assert early.calls == [["before", "after"]]


def test_a_table_without_a_stream_is_refused_with_what_to_do(mock: Mock) -> None:
    run(
        mock,
        "CreateTable",
        **{key: value for key, value in TABLE.items() if key != "StreamSpecification"} | {"TableName": "plain"},
    )
    with pytest.raises(ConfigurationError, match=r"plain has no stream: create it with StreamSpecification"):
        mock.streams.subscribe("plain", Handler())
    with pytest.raises(ConfigurationError, match="no stream of missing can be read"):
        mock.streams.subscribe("missing", Handler())


def subscribe(mock: Mock, **settings: Any) -> None:
    mock.streams.subscribe("orders", **{"handler": Handler(), **settings})


def test_what_cannot_be_subscribed_is_refused(mock: Mock) -> None:
    async def handler(event: Any, context: Any) -> None: ...

    refused: list[tuple[dict[str, Any], str]] = [
        ({"handler": handler}, "coroutine"),
        ({"shape": "sqs"}, "shape is one of"),
        ({"shape": "pipes", "tumbling_window": 5}, "a pipe has no tumbling_window"),
        ({"batch_sise": 3}, "batch_sise"),
        ({"when": "sometimes"}, "when is 'deliver'"),
        ({"mapping": {"BatchSize": 3}, "batch_size": 4}, "not both ways"),
    ]
    for settings, said in refused:
        with pytest.raises(ConfigurationError, match=said):
            subscribe(mock, **settings)
    fixed = Mock(Engine(clock=SystemClock()))
    run(fixed, "CreateTable", **TABLE)
    with pytest.raises(ConfigurationError, match="a clock that can be moved"):
        fixed.streams.subscribe("orders", Handler(), when="clock")


# --- batches ---


def test_a_batch_has_at_most_its_size(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, batch_size=2)
    for key in "abcde":
        put(mock, key)
    assert mock.streams.deliver() == 3
    assert handler.calls == [["a", "b"], ["c", "d"], ["e"]]


def test_a_batch_is_no_larger_than_an_invocation_may_be(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler)
    for number in range(20):
        put(mock, f"{number:02d}", text={"S": "x" * 390_000})
    mock.streams.deliver()
    assert [len(call) for call in handler.calls] == [16, 4]


def test_a_batch_waits_for_its_window_or_until_it_is_full(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, when="write", batch_size=3, batching_window=60)
    put(mock, "a")
    mock.clock.advance(30)
    assert handler.calls == []
    mock.clock.advance(31)
    assert handler.calls == [["a"]]
    for key in "bcd":
        put(mock, key)
    assert handler.calls == [["a"], ["b", "c", "d"]]


def test_what_no_filter_wants_is_left_out_and_calls_nobody(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, filters=[{"dynamodb": {"NewImage": {"n": {"N": ["1", "2"]}}}}])
    for n in range(4):
        put(mock, f"k{n}", n)
    mock.streams.deliver()
    assert handler.calls == [["k1", "k2"]]
    put(mock, "k9", 9)
    assert mock.streams.deliver() == 0


def test_a_disabled_mapping_keeps_its_records(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, enabled=False)
    put(mock, "a")
    assert mock.streams.deliver() == 0


# --- when ---


def test_after_each_write(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, when="write")
    put(mock, "a")
    assert handler.calls == [["a"]]
    put(mock, "a")  # changes nothing, so that there is no record
    assert handler.calls == [["a"]]


def test_with_the_clock(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, when="clock")
    put(mock, "a")
    assert handler.calls == []
    mock.clock.advance(1)
    assert handler.calls == [["a"]]


def test_a_handler_may_write_to_its_own_table(mock: Mock) -> None:
    def double(event: Any, context: Any) -> None:
        for record in event["Records"]:
            key = record["dynamodb"]["Keys"]["pk"]["S"]
            if len(key) < 4:
                put(mock, key * 2)

    subscribed = mock.streams.subscribe("orders", double, when="write")
    put(mock, "a")
    assert {item["pk"] for item in mock.tables["orders"].items} == {"a", "aa", "aaaa"}
    assert len(subscribed.invocations) == 3


def test_a_handler_that_never_ends_is_stopped(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "MOST_INVOCATIONS", 50)
    calls = iter(range(10**6))
    mock.streams.subscribe("orders", lambda event, context: put(mock, "a", next(calls) + 1))
    put(mock, "a")
    with pytest.raises(ConfigurationError, match="does it write to the table that it reads"):
        mock.streams.deliver()


def test_one_function_may_cause_what_another_is_handed(mock: Mock) -> None:
    run(mock, "CreateTable", **TABLE | {"TableName": "bills"})
    bills = Handler()
    mock.streams.subscribe("bills", bills)
    mock.streams.subscribe("orders", lambda event, context: put(mock, "bill", table="bills"))
    put(mock, "a")
    assert mock.streams.deliver() == 2
    assert bills.calls == [["bill"]]


def test_writes_of_threads_are_all_handed_over(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, when="write")
    threads = [threading.Thread(target=put, args=(mock, f"k{n}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mock.streams.deliver()
    assert sorted(key for call in handler.calls for key in call) == [f"k{n}" for n in range(8)]


# --- failures ---


def test_without_a_limit_a_failed_batch_stays_and_the_test_is_told(mock: Mock) -> None:
    handler = Handler(failing_with("bad"))
    mock.streams.subscribe("orders", handler)
    put(mock, "bad")
    put(mock, "good")

    with pytest.raises(DeliveryFailed, match=r"Handler failed with 2 of orders's records.*cannot take bad") as caught:
        mock.streams.deliver()
    assert isinstance(caught.value.__cause__, ValueError)

    handler._fails = lambda keys: None
    assert mock.streams.deliver() == 1
    assert handler.calls == [["bad", "good"], ["bad", "good"]]


def test_where_nobody_waits_a_failure_is_a_warning(mock: Mock) -> None:
    mock.streams.subscribe("orders", Handler(failing_with("bad")), when="write")
    with pytest.warns(DeliveryWarning, match="cannot take bad"):
        put(mock, "bad")
    assert mock.tables["orders"].count == 1, "the write itself went well"


def test_a_limit_of_attempts_gives_a_batch_up(mock: Mock) -> None:
    lost: list[dict[str, Any]] = []
    handler = Handler(failing_with("bad"))
    subscribed = mock.streams.subscribe("orders", handler, batch_size=1, retry_attempts=2, on_failure=lost.append)
    put(mock, "bad")
    put(mock, "good")

    mock.streams.deliver()

    assert handler.calls == [["bad"]] * 3 + [["good"]]
    (discarded,) = subscribed.discarded
    assert discarded.reason == "RetryAttemptsExhausted"
    assert lost == [discarded.note]
    note = copy.deepcopy(lost[0])
    assert note["requestContext"]["approximateInvokeCount"] == 3
    assert note["DDBStreamBatchInfo"]["batchSize"] == 1
    number = discarded.records[0]["dynamodb"]["SequenceNumber"]
    assert note["DDBStreamBatchInfo"]["startSequenceNumber"] == number


def test_bisecting_finds_the_bad_record_without_using_up_attempts(mock: Mock) -> None:
    handler = Handler(failing_with("c"))
    subscribed = mock.streams.subscribe("orders", handler, bisect=True, retry_attempts=1)
    for key in "abcdefgh":
        put(mock, key)

    mock.streams.deliver()

    assert handler.calls == [
        list("abcdefgh"),
        list("abcd"),
        list("ab"),
        list("cd"),
        list("c"),
        list("c"),
        list("d"),
        list("efgh"),
    ]
    assert [len(discarded.records) for discarded in subscribed.discarded] == [1]


def test_an_old_record_is_given_up_untried(mock: Mock) -> None:
    handler = Handler()
    subscribed = mock.streams.subscribe("orders", handler, record_age=60)
    put(mock, "old")
    mock.clock.advance(120)
    put(mock, "new")
    mock.streams.deliver()
    assert handler.calls == [["new"]]
    assert subscribed.discarded[0].reason == "RecordAgeExceeded"


def test_a_blocked_record_is_given_up_once_the_stream_forgets_it(mock: Mock) -> None:
    handler = Handler(failing_with("bad"))
    subscribed = mock.streams.subscribe("orders", handler)
    put(mock, "bad")
    with pytest.raises(DeliveryFailed):
        mock.streams.deliver()
    mock.clock.advance(25 * 3600)
    assert mock.streams.deliver() == 0
    assert subscribed.discarded[0].reason == "RecordAgeExceeded"


# --- partial failures ---


def reporting(*bad: str) -> Callable[[Any, Any], Any]:
    def handler(event: Any, context: Any) -> Any:
        failed = [
            {"itemIdentifier": record["dynamodb"]["SequenceNumber"]}
            for record in event["Records"]
            if record["dynamodb"]["Keys"]["pk"]["S"] in bad
        ]
        return {"batchItemFailures": failed}

    return handler


def keys_of(subscribed: Any) -> list[list[str]]:
    return [
        [record["dynamodb"]["Keys"]["pk"]["S"] for record in invocation.event["Records"]]
        for invocation in subscribed.invocations
    ]


def test_what_is_reported_is_tried_again_from_the_earliest_on(mock: Mock) -> None:
    subscribed = mock.streams.subscribe("orders", reporting("b", "d"), report_failures=True, retry_attempts=2)
    for key in "abcde":
        put(mock, key)
    mock.streams.deliver()
    assert keys_of(subscribed) == [list("abcde"), list("bcde"), list("bcde")]
    assert [discarded.reason for discarded in subscribed.discarded] == ["RetryAttemptsExhausted"]


def test_a_report_means_nothing_unless_the_mapping_asks_for_it(mock: Mock) -> None:
    subscribed = mock.streams.subscribe("orders", reporting("a"))
    put(mock, "a")
    mock.streams.deliver()
    assert keys_of(subscribed) == [["a"]]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_answers_that_are_full_success(mock: Mock, answer: Any) -> None:
    subscribed = mock.streams.subscribe("orders", lambda event, context: answer, report_failures=True)
    put(mock, "a")
    assert mock.streams.deliver() == 1
    assert not subscribed.discarded


@pytest.mark.parametrize(
    "failure", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"id": "1"}, {"itemIdentifier": "7"}]
)
def test_answers_that_are_full_failure(mock: Mock, failure: Any) -> None:
    subscribed = mock.streams.subscribe(
        "orders", lambda event, context: {"batchItemFailures": [failure]}, report_failures=True, retry_attempts=0
    )
    put(mock, "a")
    put(mock, "b")
    mock.streams.deliver()
    assert [len(discarded.records) for discarded in subscribed.discarded] == [2]


def test_an_answer_that_is_no_json_is_a_failure(mock: Mock) -> None:
    subscribed = mock.streams.subscribe("orders", lambda event, context: {1, 2}, retry_attempts=0)
    put(mock, "a")
    mock.streams.deliver()
    assert isinstance(subscribed.invocations[0].error, TypeError)
    assert subscribed.discarded


# --- shards, lanes, repetitions ---


def test_a_child_shard_waits_for_its_parent(mock: Mock) -> None:
    handler = Handler(failing_with("old"))
    mock.streams.subscribe("orders", handler)
    put(mock, "old")
    mock.split_shards("orders")
    put(mock, "new")
    with pytest.raises(DeliveryFailed):
        mock.streams.deliver()
    assert handler.calls == [["old"]]
    handler._fails = lambda keys: None
    mock.streams.deliver()
    assert handler.calls == [["old"], ["old"], ["new"]]


def test_lanes_share_out_the_items_and_one_that_is_blocked_holds_up_no_other(mock: Mock) -> None:
    handler = Handler(failing_with("k0"))
    mock.streams.subscribe("orders", handler, parallelization_factor=10)
    for number in range(10):
        put(mock, f"k{number}")
    with pytest.raises(DeliveryFailed):
        mock.streams.deliver()
    assert sorted(key for call in handler.calls for key in call) == [f"k{number}" for number in range(10)]


def test_at_least_once_hands_some_batches_over_twice_and_the_seed_decides_which(mock: Mock) -> None:
    handlers = [Handler(), Handler(), Handler()]
    for handler, seed in zip(handlers, (1, 1, 2), strict=True):
        mock.streams.subscribe("orders", handler, batch_size=1, at_least_once=True, seed=seed)
    for number in range(12):
        put(mock, f"k{number:02d}")
    mock.streams.deliver()

    first, again, other = (handler.calls for handler in handlers)
    assert first == again != other
    assert 12 < len(first) < 24
    assert first == sorted(first), "a repetition comes next, so that the order stays"


# --- windows ---


def summing(event: Any, context: Any) -> Any:
    state = event["state"]
    for record in event["Records"]:
        state["sum"] = state.get("sum", 0) + int(record["dynamodb"]["NewImage"]["n"]["N"])
    return {"state": state}


def test_a_window_carries_a_state_and_ends_with_a_last_call(mock: Mock) -> None:
    mock.clock.advance(-mock.clock.now() % 60)  # begin with a window
    subscribed = mock.streams.subscribe("orders", summing, when="write", tumbling_window=60, batch_size=1)
    put(mock, "a", 1)
    mock.clock.advance(30)
    put(mock, "b", 2)
    assert [invocation.event["isFinalInvokeForWindow"] for invocation in subscribed.invocations] == [False, False]
    mock.clock.advance(30)

    last = subscribed.invocations[-1].event
    assert last["isFinalInvokeForWindow"]
    assert not last["isWindowTerminatedEarly"]
    assert (last["Records"], last["state"]) == ([], {"sum": 3})
    assert last["window"]["start"] < last["window"]["end"]

    put(mock, "c", 5)
    assert subscribed.invocations[-1].event["state"] == {}, "the next window begins with nothing"


def test_deliver_closes_windows_one_after_the_other(mock: Mock) -> None:
    mock.clock.advance(-mock.clock.now() % 60)
    subscribed = mock.streams.subscribe("orders", summing, tumbling_window=60)
    put(mock, "a", 1)
    mock.clock.advance(60)
    put(mock, "b", 2)
    mock.streams.deliver()
    told = [
        (invocation.event["isFinalInvokeForWindow"], invocation.event["state"]) for invocation in subscribed.invocations
    ]
    assert told == [(False, {}), (True, {"sum": 1}), (False, {}), (True, {"sum": 2})]


def test_in_a_window_an_answer_without_a_state_is_a_failure(mock: Mock) -> None:
    subscribed = mock.streams.subscribe("orders", lambda event, context: None, tumbling_window=60, retry_attempts=0)
    put(mock, "a")
    mock.streams.deliver()
    assert subscribed.discarded


def test_a_state_that_grows_too_large_ends_the_window_early(mock: Mock) -> None:
    subscribed = mock.streams.subscribe(
        "orders", lambda event, context: {"state": {"x": "y" * 1_100_000}}, tumbling_window=60
    )
    put(mock, "a")
    mock.streams.deliver()
    assert subscribed.invocations[1].event["isWindowTerminatedEarly"]


def test_a_failure_at_the_end_of_a_window_is_told(mock: Mock) -> None:
    def handler(event: Any, context: Any) -> Any:
        if event["isFinalInvokeForWindow"]:
            raise ValueError("cannot end")
        return {"state": {}}

    mock.streams.subscribe("orders", handler, tumbling_window=60)
    put(mock, "a")
    with pytest.raises(DeliveryFailed, match="at the end of a window of orders"):
        mock.streams.deliver()


# --- with the rest of the mock ---


def test_after_a_restore_what_was_written_before_is_not_handed_over(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler)
    put(mock, "kept")
    before = mock.snapshot()
    put(mock, "undone")
    mock.restore(before)
    put(mock, "new")
    mock.streams.deliver()
    assert handler.calls == [["new"]]


def test_a_fork_has_no_subscriptions(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler, when="write")
    put(mock.fork(), "a")
    assert handler.calls == []


def test_an_unsubscribed_function_is_handed_nothing_more(mock: Mock) -> None:
    handler = Handler()
    subscribed = mock.streams.subscribe("orders", handler, when="write")
    mock.streams.unsubscribe(subscribed)
    put(mock, "a")
    assert handler.calls == []
    with pytest.raises(ConfigurationError, match="not subscribed"):
        mock.streams.unsubscribe(subscribed)


def test_a_deleted_table_hands_over_what_it_still_had(mock: Mock) -> None:
    handler = Handler()
    mock.streams.subscribe("orders", handler)
    put(mock, "a")
    run(mock, "DeleteTable", TableName="orders")
    mock.streams.deliver()
    assert handler.calls == [["a"]]


# --- Kinesis ---


@pytest.fixture
def sending() -> Mock:
    """A mock whose table has no stream of its own and sends to a Kinesis stream."""
    made = Mock()
    run(made, "CreateTable", **{key: value for key, value in TABLE.items() if key != "StreamSpecification"})
    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/changes"
    run(made, "EnableKinesisStreamingDestination", TableName="orders", StreamArn=arn)
    return made


def change_of(record: Any) -> Any:
    return json.loads(base64.b64decode(record["kinesis"]["data"]))


def test_what_goes_to_kinesis_is_handed_over_as_kinesis_hands_it_over(sending: Mock) -> None:
    events: list[Any] = []
    sending.streams.subscribe("orders", lambda event, context: events.append(event), kinesis=True)
    put(sending, "a", 1)
    put(sending, "a", 2)
    put(sending, "a", 2)  # changes nothing
    sending.streams.deliver()

    first, second = events[0]["Records"]
    assert first["eventSource"] == "aws:kinesis"
    assert first["eventSourceARN"].endswith(":stream/changes")
    assert first["eventID"] == f"shardId-000000000000:{first['kinesis']['sequenceNumber']}"
    assert first["kinesis"]["partitionKey"] == second["kinesis"]["partitionKey"]
    assert len(first["kinesis"]["sequenceNumber"]) == 56
    change = change_of(second)
    assert (change["eventName"], change["tableName"], change["recordFormat"]) == (
        "MODIFY",
        "orders",
        "application/json",
    )
    assert change["dynamodb"]["OldImage"]["n"] == {"N": "1"}
    assert change["dynamodb"]["NewImage"]["n"] == {"N": "2"}
    assert change["dynamodb"]["ApproximateCreationDateTime"] == int(sending.clock.now() * 1000)
    assert change["userIdentity"] is None


def test_a_filter_on_kinesis_sees_the_change_itself(sending: Mock) -> None:
    wanted = {"data": {"dynamodb": {"NewImage": {"n": {"N": ["2"]}}}}}
    subscribed = sending.streams.subscribe("orders", lambda event, context: None, kinesis=True, filters=[wanted])
    put(sending, "a", 1)
    put(sending, "b", 2)
    sending.streams.deliver()
    (invocation,) = subscribed.invocations
    assert [change_of(record)["dynamodb"]["Keys"] for record in invocation.event["Records"]] == [{"pk": {"S": "b"}}]


def test_what_is_given_up_of_kinesis_is_told_so(sending: Mock) -> None:
    subscribed = sending.streams.subscribe(
        "orders",
        lambda event, context: {
            "batchItemFailures": [{"itemIdentifier": event["Records"][1]["kinesis"]["sequenceNumber"]}]
        },
        kinesis=True,
        report_failures=True,
        retry_attempts=0,
    )
    put(sending, "a")
    put(sending, "b")
    sending.streams.deliver()
    (discarded,) = subscribed.discarded
    assert discarded.note["KinesisBatchInfo"]["batchSize"] == 1


def test_kinesis_is_read_from_where_the_mapping_says_and_forgets_after_a_day(sending: Mock) -> None:
    put(sending, "old")
    sending.clock.advance(25 * 3600)
    put(sending, "there")
    late = sending.streams.subscribe("orders", lambda event, context: None, kinesis=True)
    early = sending.streams.subscribe(
        "orders", lambda event, context: None, kinesis=True, starting_position="TRIM_HORIZON"
    )
    put(sending, "new")
    sending.streams.deliver()
    keys = [
        [change_of(record)["dynamodb"]["Keys"]["pk"]["S"] for record in one.invocations[0].event["Records"]]
        for one in (late, early)
    ]
    assert keys == [["new"], ["there", "new"]]


def test_a_table_that_sends_nowhere_is_refused_with_what_to_do(mock: Mock) -> None:
    with pytest.raises(ConfigurationError, match="EnableKinesisStreamingDestination"):
        mock.streams.subscribe("orders", Handler(), kinesis=True)
    with pytest.raises(ConfigurationError, match="no Kinesis stream of missing"):
        mock.streams.subscribe("missing", Handler(), kinesis=True)
