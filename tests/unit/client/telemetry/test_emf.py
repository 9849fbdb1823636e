"""CloudWatch's embedded metric format."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

import pytest

from pytest_dynamodb import (
    ConfigurationError,
    DynamoDbClient,
    Mock,
    ProvisionedThroughputExceededException,
    VirtualClock,
)
from pytest_dynamodb.client.policy import BreakerPolicy
from pytest_dynamodb.client.telemetry.emf import EmfObserver
from pytest_dynamodb.faults import Throttled

Observed = Callable[..., DynamoDbClient]


def observer(lines: list[str], **settings: object) -> EmfObserver:
    times = count(step=0.25)
    clock = VirtualClock(1_700_000_000)
    return EmfObserver(lines.append, clock=clock, timer=lambda: next(times), **settings)  # type: ignore[arg-type]


def test_a_call_is_a_line_that_cloudwatch_reads(observed: Observed, mock: Mock) -> None:
    lines: list[str] = []
    mock.faults.add(Throttled(times=1))
    observed(observer(lines, properties={"Service": "shop"})).table("app").get({"pk": "a"})
    (line,) = map(json.loads, lines)
    assert line.pop("RequestId")
    assert line == {
        "_aws": {
            "Timestamp": 1_700_000_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "DynamoDB/Client",
                    "Dimensions": [["Operation"], ["Operation", "Table"]],
                    "Metrics": [
                        {"Name": "Duration", "Unit": "Milliseconds"},
                        {"Name": "Errors", "Unit": "Count"},
                        {"Name": "Retries", "Unit": "Count"},
                        {"Name": "Throttles", "Unit": "Count"},
                        {"Name": "ConsumedReadCapacity", "Unit": "Count"},
                        {"Name": "ConsumedWriteCapacity", "Unit": "Count"},
                    ],
                }
            ],
        },
        "Service": "shop",
        "Operation": "GetItem",
        "Table": "app",
        "Region": "eu-west-1",
        "Duration": 250.0,
        "Errors": 0,
        "Retries": 1,
        "Throttles": 1,
        "ConsumedReadCapacity": 0.5,
        "ConsumedWriteCapacity": 0.0,
    }


def test_every_metric_and_dimension_of_a_directive_is_in_the_line(observed: Observed) -> None:
    """CloudWatch drops a metric whose value or dimension the line does not have."""
    lines: list[str] = []
    observed(observer(lines, dimensions=[["Table", "Region"]])).table("app").put({"pk": "b"})
    (line,) = map(json.loads, lines)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Table", "Region"]]
    named = {metric["Name"] for metric in directive["Metrics"]} | {"Table", "Region"}
    assert named <= set(line)


def test_a_circuit_that_opens_is_a_line(observed: Observed, mock: Mock) -> None:
    lines: list[str] = []
    mock.faults.add(Throttled(times=1))
    client = observed(observer(lines), retry=None, breaker=BreakerPolicy(failures=1))
    with pytest.raises(ProvisionedThroughputExceededException):
        client.table("app").get({"pk": "a"})
    circuit, call = map(json.loads, lines)
    assert (circuit["Circuit"], circuit["CircuitOpen"]) == ("app", 1)
    assert (call["Errors"], call["Throttles"], call["Error"]) == (1, 1, "ProvisionedThroughputExceededException")


def test_lines_go_to_standard_output(observed: Observed, capsys: pytest.CaptureFixture[str]) -> None:
    observed(EmfObserver()).table("app").get({"pk": "a"})
    assert json.loads(capsys.readouterr().out)["Operation"] == "GetItem"


def test_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not Shop"):
        EmfObserver(dimensions=[["Shop"]])
