"""Handlers written with Powertools for AWS Lambda; run by test_powertools.py."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Mock, Request

powertools = pytest.importorskip("aws_lambda_powertools.utilities.batch", reason="aws-lambda-powertools is not there")
classes = pytest.importorskip("aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event")


@pytest.fixture
def mock() -> Mock:
    made = Mock()
    params = {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    made.engine.run(Request("CreateTable", params, made.region))
    return made


def put(mock: Mock, key: str, n: int) -> None:
    item = {"pk": {"S": key}, "n": {"N": str(n)}, "raw": {"B": "AP8="}}
    mock.engine.run(Request("PutItem", {"TableName": "orders", "Item": item}, mock.region))


def test_its_event_classes_read_the_event(mock: Mock) -> None:
    seen: list[Any] = []

    @classes_event
    def handler(event: Any, context: Any) -> None:
        (record,) = event.records
        seen.extend([record.event_name.name, record.dynamodb.keys, record.dynamodb.new_image, context.function_name])

    mock.streams.subscribe("orders", handler, function_name="ship")
    put(mock, "a", 1)
    mock.streams.deliver()

    assert seen == ["INSERT", {"pk": "a"}, {"pk": "a", "n": 1, "raw": "AP8="}, "ship"]


def classes_event(handler: Any) -> Any:
    from aws_lambda_powertools.utilities.data_classes import event_source

    return event_source(data_class=classes.DynamoDBStreamEvent)(handler)


def test_its_batch_processor_reports_what_failed(mock: Mock) -> None:
    processor = powertools.BatchProcessor(event_type=powertools.EventType.DynamoDBStreams)
    done: list[str] = []
    broken = {"b"}

    def one(record: Any) -> None:
        key = record.dynamodb.keys["pk"]
        if key in broken:
            raise ValueError(key)
        done.append(key)

    def handler(event: Any, context: Any) -> Any:
        return powertools.process_partial_response(
            event=event, record_handler=one, processor=processor, context=context
        )

    subscribed = mock.streams.subscribe(
        "orders",
        handler,
        mapping={
            "StartingPosition": "LATEST",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumRetryAttempts": 2,
        },
    )
    for number, key in enumerate("abc"):
        put(mock, key, number)
    mock.streams.deliver()

    assert done[:2] == ["a", "c"]
    assert [len(invocation.event["Records"]) for invocation in subscribed.invocations] == [3, 2, 2]
    assert [discarded.reason for discarded in subscribed.discarded] == ["RetryAttemptsExhausted"]
