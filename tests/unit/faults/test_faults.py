"""Which requests a fault is about, in which order faults strike, and what is answered then."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pytest_dynamodb import ConfigurationError, Faults, Request, Response
from pytest_dynamodb.faults import (
    Failed,
    Fault,
    InternalError,
    Slow,
    Throttled,
    TransactionConflict,
    Unprocessed,
)
from pytest_dynamodb.faults.faults import Blow
from pytest_dynamodb.throttling import LIMITS, CapacityKind, throttled

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t"


def request(operation: str = "GetItem", **params: Any) -> Request:
    return Request(operation, params or {"TableName": "t", "Key": {"pk": {"S": "a"}}}, "us-east-1")


def query(condition: str, **values: Any) -> Request:
    return request(
        "Query", TableName="t", IndexName="i", KeyConditionExpression=condition, ExpressionAttributeValues=values
    )


def one(name: str) -> dict[str, Any]:
    return {"TableName": "t", "Key": {"pk": {"S": name}, "sk": {"N": "1.0"}}}


def struck(fault: Fault, asked: Request) -> dict[str, Any]:
    """The body of what a fault answers, where nobody else is asked."""

    def nobody(*_: Any) -> Any:
        raise AssertionError("nobody is asked")

    answer = fault.outcome(Blow(asked, answer=nobody, commit=nobody, wait=nobody))
    assert isinstance(answer, Response)
    assert isinstance(answer.body, dict)
    return answer.body


CASES: list[tuple[Fault, Request, bool]] = [
    (Throttled(), request("ListTables"), True),
    (Throttled(operation="GetItem"), request(), True),
    (Throttled(operation=("PutItem", "GetItem")), request(), True),
    (Throttled(operation="PutItem"), request(), False),
    (Throttled(table="t"), request(), True),
    (Throttled(table="t"), request("GetItem", TableName=ARN, Key={}), True),
    (Throttled(table="u"), request(), False),
    (Throttled(table="u"), request("ListTables"), False),
    (Throttled(key={"pk": "a"}), request("GetItem", **one("a")), True),
    (Throttled(key={"pk": "a", "sk": 1}), request("GetItem", **one("a")), True),
    (Throttled(key={"pk": "a", "sk": 2}), request("GetItem", **one("a")), False),
    (Throttled(key={"pk": "b"}), request("GetItem", **one("a")), False),
    (Throttled(key={"pk": "a"}), request("PutItem", TableName="t", Item={"pk": {"S": "a"}, "x": {"S": "y"}}), True),
    (Throttled(key={"pk": "a"}), request("Scan", TableName="t"), False),
    (Throttled(key={"pk": "a"}), query("pk = :a AND sk > :b", **{":a": {"S": "a"}, ":b": {"N": "1"}}), True),
    (Throttled(key={"sk": 1}), query("pk = :a AND sk > :b", **{":a": {"S": "a"}, ":b": {"N": "1"}}), False),
    (Throttled(key={"pk": "a"}), query("this is none"), False),
    (Throttled(index="i"), query("pk = :a", **{":a": {"S": "a"}}), True),
    (Throttled(index="j"), query("pk = :a", **{":a": {"S": "a"}}), False),
    (Throttled(index="i"), request("PutItem", TableName="t", Item={}), False),
    (Throttled(index="i", table="t"), request("PutItem", TableName="t", Item={}), True),
    (Throttled(index="i", table="t"), request("GetItem", **one("a")), False),
    (
        Throttled(key={"pk": "b"}),
        request("BatchGetItem", RequestItems={"t": {"Keys": [one("a")["Key"], one("b")["Key"]]}}),
        True,
    ),
    (
        Throttled(table="u"),
        request("BatchWriteItem", RequestItems={"t": [{"DeleteRequest": {"Key": one("a")["Key"]}}]}),
        False,
    ),
    (Throttled(key={"pk": "a"}), request("TransactGetItems", TransactItems=[{"Get": one("a")}]), True),
    (Throttled(table="t"), request("TransactWriteItems", TransactItems=[{"ConditionCheck": one("a")}]), True),
    (Throttled(table="t"), request("ExecuteStatement", Statement='SELECT * FROM "t"."i" WHERE pk = ?'), True),
    (Throttled(index="i"), request("ExecuteStatement", Statement='SELECT * FROM "t"."i" WHERE pk = ?'), True),
    (Throttled(table="t"), request("ExecuteStatement", Statement="INSERT INTO u VALUE {'pk': 't'}"), False),
    (Throttled(table="t"), request("BatchExecuteStatement", Statements=[{"Statement": "UPDATE t SET a=1"}]), True),
    (Throttled(table="u"), request("ExecuteStatement", Statement="DELETE FROM t WHERE pk = 'FROM u'"), False),
    (Throttled(key={"pk": "a"}), request("ExecuteStatement", Statement="DELETE FROM t WHERE pk = 'a'"), True),
    (Throttled(key={"pk": "b"}), request("ExecuteStatement", Statement="DELETE FROM t WHERE pk = 'a'"), False),
    (Throttled(index="i", table="t"), request("ExecuteStatement", Statement="DELETE FROM t WHERE pk = 'a'"), True),
    (TransactionConflict(), request("PutItem", TableName="t", Item={}), True),
    (TransactionConflict(), request("GetItem", **one("a")), False),
    (Throttled(table="t"), request("BatchGetItem", RequestItems=7), False),
    (Throttled(table="t"), request("TransactGetItems", TransactItems=[None]), False),
]


@pytest.mark.parametrize(("fault", "asked", "expected"), CASES)
def test_a_fault_concerns(fault: Fault, asked: Request, expected: bool) -> None:
    assert fault.concerns(asked) is expected


def test_nth_and_times_count_the_requests_that_it_concerns() -> None:
    faults = Faults(Throttled(operation="GetItem", nth=2, times=2))
    hits = [faults.due(request(name)) is not None for name in ("GetItem", "PutItem", "GetItem", "GetItem", "GetItem")]
    assert hits == [False, False, True, True, False]
    assert faults.pending == []


def test_faults_on_the_same_requests_follow_one_another() -> None:
    first, second = Throttled(times=2), InternalError()
    faults = Faults(first, second)
    assert [faults.due(request()) for _ in range(4)] == [first, first, second, None]
    assert [strike.fault for strike in faults.struck] == [first, first, second]


def test_a_fault_may_happen_for_ever() -> None:
    faults = Faults(Throttled(times=None))
    assert len(faults.pending) == 1
    assert all(faults.due(request()) for _ in range(100))
    assert not faults.pending


def test_a_block_of_faults_ends() -> None:
    faults = Faults(Throttled(operation="PutItem"))
    with faults.during(InternalError(times=None)):
        assert faults.due(request())
    assert faults.due(request()) is None
    assert len(faults.pending) == 1
    faults.clear()
    assert faults.due(request("PutItem")) is None


def test_threads_share_out_the_strikes() -> None:
    faults, hits = Faults(Throttled(times=50)), list[bool]()
    threads = [
        threading.Thread(target=lambda: hits.extend(faults.due(request()) is not None for _ in range(25)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(hits) == 50


@pytest.mark.parametrize(
    "make",
    [
        lambda: Throttled(nth=0),
        lambda: Throttled(times=0),
        lambda: Throttled(operation="put_item"),
        lambda: Throttled(limit="TooMuch"),  # type: ignore[arg-type]
        lambda: TransactionConflict(operation="Query"),
        lambda: Unprocessed(operation="PutItem"),
        lambda: Unprocessed(count=0),
        lambda: Faults("Throttled"),  # type: ignore[arg-type]
    ],
)
def test_what_can_never_happen_is_refused(make: Any) -> None:
    with pytest.raises(ConfigurationError):
        make()


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("kind", ["Read", "Write"])
@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("on_demand", [False, True])
def test_every_reason_names_resource_operation_and_limit(
    limit: Any, kind: CapacityKind, index: bool, on_demand: bool
) -> None:
    problem = throttled(limit, kind, resource=ARN, index=index, on_demand=on_demand)
    # botocore's model of ThrottlingException has the member in lower case.
    member = "throttlingReasons" if problem.code == "ThrottlingException" else "ThrottlingReasons"
    (reason,) = problem.members[member]
    assert reason == {"reason": f"{'Index' if index else 'Table'}{kind}{limit}", "resource": ARN}


@pytest.mark.parametrize(
    ("limit", "provisioned", "on_demand"),
    [
        ("ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException", None),
        ("KeyRangeThroughputExceeded", "ProvisionedThroughputExceededException", "ThrottlingException"),
        ("AccountLimitExceeded", "RequestLimitExceeded", "ThrottlingException"),
        ("MaxOnDemandThroughputExceeded", None, "ThrottlingException"),
    ],
)
def test_a_tables_mode_decides_which_exception_a_limit_is(
    limit: Any, provisioned: str | None, on_demand: str | None
) -> None:
    """Developer guide, "Diagnosing throttling": exceptions by mode; ``None`` where a limit is not one of the mode's."""
    for code, mode in ((provisioned, False), (on_demand, True)):
        if code is not None:
            assert throttled(limit, "Read", resource=ARN, on_demand=mode).code == code


@pytest.mark.parametrize(
    ("fault", "asked", "code", "reason"),
    [
        (Throttled(), request(), "ProvisionedThroughputExceededException", "TableReadProvisionedThroughputExceeded"),
        (
            Throttled(limit="KeyRangeThroughputExceeded", on_demand=True),
            request("UpdateItem", **one("a")),
            "ThrottlingException",
            "TableWriteKeyRangeThroughputExceeded",
        ),
        (
            Throttled(index="i", table="t", limit="MaxOnDemandThroughputExceeded"),
            request("PutItem", TableName="t", Item={}),
            "ThrottlingException",
            "IndexWriteMaxOnDemandThroughputExceeded",
        ),
    ],
)
def test_throttling_says_why(fault: Fault, asked: Request, code: str, reason: str) -> None:
    body = struck(fault, asked)
    assert body["__type"].endswith("#" + code)
    (told,) = body.get("ThrottlingReasons") or body["throttlingReasons"]
    assert told["reason"] == reason
    assert told["resource"] == (f"{ARN}/index/i" if fault.index else ARN)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [("SELECT * FROM t", "TableReadProvisionedThroughputExceeded"), ("DELETE FROM t WHERE pk = ?", "TableWrite")],
)
def test_statements_read_or_write(statement: str, reason: str) -> None:
    (told,) = struck(Throttled(), request("ExecuteStatement", Statement=statement))["ThrottlingReasons"]
    assert told["reason"].startswith(reason)


def test_the_control_plane_is_throttled_without_a_reason() -> None:
    body = struck(Throttled(), request("DescribeTable", TableName="t"))
    assert body == {"__type": "com.amazon.coral.service#ThrottlingException", "message": "Rate exceeded"}


def test_a_throttled_transaction_is_cancelled() -> None:
    asked = request("TransactWriteItems", TransactItems=[{"Delete": one("a")}, {"Delete": one("b")}])
    body = struck(Throttled(key={"pk": "b"}), asked)
    assert body["__type"].endswith("#TransactionCanceledException")
    assert [reason["Code"] for reason in body["CancellationReasons"]] == ["None", "ProvisionedThroughputExceeded"]
    body = struck(Throttled(limit="KeyRangeThroughputExceeded", on_demand=True), asked)
    assert [reason["Code"] for reason in body["CancellationReasons"]] == ["ThrottlingError"] * 2


def test_any_error_can_be_had() -> None:
    body = struck(Failed(code="LimitExceededException", message="enough", members={"More": 1}), request())
    assert body == {
        "__type": "com.amazonaws.dynamodb.v20120810#LimitExceededException",
        "More": 1,
        "message": "enough",
    }


def test_a_slow_answer_says_how_long_it_took() -> None:
    waited = list[float]()
    blow = Blow(
        request(), answer=lambda _: Response(200, {"Item": {}}), commit=lambda: None, wait=waited.append, timeout=60
    )
    answer = Slow(seconds=2.5).outcome(blow)
    assert isinstance(answer, Response)
    assert (answer.body, answer.elapsed, waited) == ({"Item": {}}, 2.5, [2.5])


def test_a_transaction_of_statements_is_cancelled_by_its_parts() -> None:
    texts = ["UPDATE u SET a = 1 WHERE pk = 'a'", "EXISTS(SELECT * FROM t WHERE pk = 'a' AND b = 1)"]
    asked = request("ExecuteTransaction", TransactStatements=[{"Statement": text} for text in texts])
    body = struck(Throttled(table="t"), asked)
    assert body["__type"].endswith("#TransactionCanceledException")
    assert [reason["Code"] for reason in body["CancellationReasons"]] == ["None", "ProvisionedThroughputExceeded"]
