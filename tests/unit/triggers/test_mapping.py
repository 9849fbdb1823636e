"""The settings of an event source mapping: all of Lambda's, real or refused with a reason."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from pytest_dynamodb import ConfigurationError
from pytest_dynamodb.triggers import EventSourceMapping
from pytest_dynamodb.triggers.mapping import PARAMETERS, REFUSED


def test_every_parameter_of_lambda_is_real_or_refused() -> None:
    model = botocore.session.get_session().get_service_model("lambda")
    shape = model.operation_model("CreateEventSourceMapping").input_shape
    assert shape is not None
    known = set(shape.members)

    assert not set(PARAMETERS) & set(REFUSED)
    assert known <= set(PARAMETERS) | set(REFUSED), "a newer botocore: decide what the others mean here"


def test_parameters_of_a_template_become_a_mapping() -> None:
    mapping = EventSourceMapping.from_lambda(
        {
            "FunctionName": "ship",
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 5,
            "MaximumBatchingWindowInSeconds": 2,
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 3,
            "MaximumRecordAgeInSeconds": 60,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ParallelizationFactor": 2,
            "TumblingWindowInSeconds": 30,
            "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:1:lost"}},
            "Enabled": False,
        }
    )

    assert mapping == EventSourceMapping(
        function_name="ship",
        starting_position="TRIM_HORIZON",
        batch_size=5,
        batching_window=2,
        filters=['{"eventName": ["INSERT"]}'],
        bisect=True,
        retry_attempts=3,
        record_age=60,
        report_failures=True,
        parallelization_factor=2,
        tumbling_window=30,
        destination="arn:aws:sqs:eu-west-1:1:lost",
        enabled=False,
    )


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_parameter_says_why(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}: .{{15}}"):
        EventSourceMapping.from_lambda({name: "x"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_size": 0}, "batch_size is a whole number from 1 to 10000"),
        ({"batch_size": True}, "whole number"),
        ({"batch_size": 10_001}, "whole number"),
        ({"batching_window": 301}, "0 to 300"),
        ({"parallelization_factor": 11}, "1 to 10"),
        ({"retry_attempts": -2}, "-1 to 10000"),
        ({"record_age": 59}, "at least 60"),
        ({"tumbling_window": 901}, "0 to 900"),
        ({"starting_position": "AT_TIMESTAMP"}, "Kinesis"),
        ({"filters": [{"a": [1]}] * 11}, "at most 10 filters"),
        ({"filters": [{"a": 1}]}, "must be a list"),
    ],
)
def test_what_lambda_would_not_take_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        EventSourceMapping(**settings)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"BatchSise": 1}, "BatchSise is no parameter"),
        ({"FunctionResponseTypes": ["Everything"]}, "ReportBatchItemFailures"),
        ({"DestinationConfig": {"OnSuccess": {"Destination": "x"}}}, "OnSuccess"),
        ({"FilterCriteria": []}, "an object with Filters"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        EventSourceMapping.from_lambda(parameters)
