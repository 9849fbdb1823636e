"""Kinesis destinations: one live one a table, with AWS's statuses (ack-api-quirks, DDB-TABLE-268, 299)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, refusal, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/one"
OTHER = "arn:aws:kinesis:us-east-1:123456789012:stream/two"
STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: "


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    engine = Engine(clock=clock, lifecycle=Lifecycle(update_table=5))
    table(engine)
    return engine


def change(engine: Engine, verb: str, arn: str = ARN, **more: Any) -> Json:
    return ask(engine, f"{verb}KinesisStreamingDestination", TableName="app", StreamArn=arn, **more)


def listed(engine: Engine) -> list[Json]:
    answer = ask(engine, "DescribeKinesisStreamingDestination", TableName="app")
    found: list[Json] = answer["KinesisDataStreamDestinations"]
    return found


def test_a_destination_comes_and_goes_with_the_clock(engine: Engine, clock: VirtualClock) -> None:
    assert listed(engine) == []
    assert change(engine, "Enable") == {
        "TableName": "app",
        "StreamArn": ARN,
        "DestinationStatus": "ENABLING",
        "EnableKinesisStreamingConfiguration": {},
    }
    assert listed(engine) == [{"StreamArn": ARN, "DestinationStatus": "ENABLING"}]
    clock.advance(5)
    assert listed(engine) == [{"StreamArn": ARN, "DestinationStatus": "ACTIVE"}]
    assert change(engine, "Disable")["DestinationStatus"] == "DISABLING"
    clock.advance(5)
    assert listed(engine) == [{"StreamArn": ARN, "DestinationStatus": "DISABLED"}]
    change(engine, "Enable", OTHER)
    clock.advance(5)
    assert [one["StreamArn"] for one in listed(engine)] == [OTHER, ARN]


def test_a_table_has_one_live_destination(engine: Engine, clock: VirtualClock) -> None:
    change(engine, "Enable")
    for _ in range(2):
        problem = refusal(engine, "EnableKinesisStreamingDestination", TableName="app", StreamArn=OTHER)
        assert (problem["code"], problem["message"]) == (
            "ValidationException",
            f"{STATE}EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.",
        )
        clock.advance(5)


def test_what_is_not_active_cannot_be_changed(engine: Engine) -> None:
    problem = refusal(engine, "DisableKinesisStreamingDestination", TableName="app", StreamArn=ARN)
    assert problem["message"] == f"{STATE}KinesisStreamingDestination must be ACTIVE to perform DISABLE operation."


def test_precision_may_be_changed_once_to_each_value(engine: Engine, clock: VirtualClock) -> None:
    change(engine, "Enable")
    clock.advance(5)
    wanted = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
    answer = change(engine, "Update", UpdateKinesisStreamingConfiguration=wanted)
    assert (answer["DestinationStatus"], answer["UpdateKinesisStreamingConfiguration"]) == ("UPDATING", wanted)
    clock.advance(5)
    assert listed(engine) == [{"StreamArn": ARN, "DestinationStatus": "ACTIVE", **wanted}]
    problem = refusal(
        engine,
        "UpdateKinesisStreamingDestination",
        TableName="app",
        StreamArn=ARN,
        UpdateKinesisStreamingConfiguration=wanted,
    )
    assert problem["message"].startswith(
        "Invalid Request: Precision is already set to the desired value of MICROSECOND"
    )
