"""Bulk puts: the items of files, into a table that there is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine_requests import Json, ask, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle
from pytest_dynamodb.mock.writing import Buckets


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(engine, keys="pk")
    return engine


def params(**more: Any) -> Json:
    source = {"S3Bucket": "lake", "S3KeyPrefix": "in/", "InputFormat": "DYNAMODB_JSON"}
    target = {"S3Bucket": "lake", "OutputType": ["ERROR"]}
    return {"TableName": "app", "InputS3Configuration": source, "OutputS3Configuration": target, **more}


def start(engine: Engine, **more: Any) -> Json:
    begun: Json = ask(engine, "StartBulkPutItems", **params(**more))["BulkOperationDescription"]
    assert begun["BulkOperationStatus"] == "IN_PROGRESS"
    return described(engine, begun["BulkOperationArn"])


def described(engine: Engine, arn: str) -> Json:
    found: Json = ask(engine, "DescribeBulkOperation", BulkOperationArn=arn)["BulkOperationDescription"]
    return found


def write(buckets: Buckets, *records: Any) -> None:
    buckets.write("lake", "in/1.json", "\n".join(map(json.dumps, records)).encode())


def held(engine: Engine) -> dict[str, str]:
    return {item["pk"]["S"]: item["n"]["N"] for item in ask(engine, "Scan", TableName="app")["Items"]}


def test_items_take_the_place_of_those_with_their_keys(engine: Engine, buckets: Buckets) -> None:
    ask(engine, "PutItem", TableName="app", Item={"pk": s("old"), "n": n(0)})
    write(buckets, {"Item": {"pk": s("old"), "n": n(1)}}, {"Item": {"pk": s("new"), "n": n(1)}})
    done = start(engine)
    assert (done["BulkOperationStatus"], done["ProcessedItemCount"]) == ("COMPLETED", 2)
    assert done["PerformanceTier"] == "STANDARD"
    assert held(engine) == {"old": "1", "new": "1"}


def test_a_record_may_have_a_condition(engine: Engine, buckets: Buckets) -> None:
    ask(engine, "PutItem", TableName="app", Item={"pk": s("old"), "n": n(0)})
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    write(buckets, *({"Item": {"pk": s(key), "n": n(1)}, **condition} for key in ("old", "new")))
    done = start(engine)
    assert (done["BulkOperationStatus"], done["FailedItemCount"]) == ("COMPLETED", 0)
    assert held(engine) == {"old": "0", "new": "1"}


def test_what_is_wrong_is_counted(engine: Engine, buckets: Buckets) -> None:
    write(buckets, {"Item": {"no": s("key")}}, {"Item": {"pk": s("a"), "n": n(1)}}, [1])
    done = start(engine)
    assert (done["BulkOperationStatus"], done["FailedItemCount"]) == ("COMPLETED_WITH_ERRORS", 2)
    assert held(engine) == {"a": "1"}


def test_a_bucket_that_is_not_there(engine: Engine) -> None:
    source = {"S3Bucket": "missing", "InputFormat": "DYNAMODB_JSON"}
    assert start(engine, InputS3Configuration=source)["FailureCode"] == "S3NoSuchBucket"


def test_a_token_makes_one_operation(engine: Engine) -> None:
    first = start(engine, ClientToken="t")
    again = ask(engine, "StartBulkPutItems", **params(ClientToken="t"))["BulkOperationDescription"]
    assert again["BulkOperationArn"] == first["BulkOperationArn"]
    problem = refusal(engine, "StartBulkPutItems", **params(ClientToken="t", MaxWriteRequestUnits=2048))
    assert problem["code"] == "IdempotentParameterMismatchException"
    assert len(ask(engine, "ListBulkOperations")["BulkOperationsSummaryList"]) == 1


def test_one_that_is_under_way_can_be_cancelled(clock: VirtualClock, buckets: Buckets) -> None:
    engine = Engine(clock=clock, files=buckets, lifecycle=Lifecycle(transfer=60))
    table(engine, keys="pk")
    arn = start(engine)["BulkOperationArn"]
    assert ask(engine, "CancelBulkOperation", BulkOperationArn=arn)["BulkOperationStatus"] == "CANCELLING"
    assert described(engine, arn)["BulkOperationStatus"] == "CANCELLED"
    assert ask(engine, "CancelBulkOperation", BulkOperationArn=arn)["BulkOperationStatus"] == "CANCELLED"
    problem = refusal(engine, "CancelBulkOperation", BulkOperationArn=arn + "0")
    assert problem["code"] == "ResourceNotFoundException"
