"""Calls as boto3's users see them: parameters and answers with bytes and times in place of what JSON has."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser

from pytest_dynamodb.convert.interactions import Unconvertible
from pytest_dynamodb.exchange import Exchange, Request, Response
from pytest_dynamodb.hooks.answers import to_botocore
from pytest_dynamodb.operations import OPERATIONS


@cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service, ``dynamodb`` or ``dynamodbstreams``."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operation_model(operation: str) -> OperationModel:
    """botocore's model of an operation. Raises ``Unconvertible`` for one that this botocore does not know."""
    row = OPERATIONS.get(operation)
    model = service_model(row.service if row else "dynamodb")
    if operation not in model.operation_names:
        raise Unconvertible(f"this botocore does not know {operation}")
    return model.operation_model(operation)


def method_of(operation: str) -> str:
    """The name of a client's method."""
    row = OPERATIONS.get(operation)
    if row is None:
        raise Unconvertible(f"{operation} is not known")
    return row.method


def arguments_of(exchange: Exchange) -> dict[str, Any]:
    """The arguments of a client's method that make this request. Raises ``Unconvertible`` for an unknown operation."""
    shape = operation_model(exchange.operation).input_shape
    assert shape is not None  # every operation of these services has parameters
    answer = {"body": json.dumps(exchange.params).encode(), "headers": {}, "status_code": 200}
    arguments: dict[str, Any] = create_parser("json").parse(answer, shape)
    arguments.pop("ResponseMetadata", None)
    return arguments


def answer_of(exchange: Exchange) -> tuple[int, dict[str, Any]]:
    """The status of an answer, and what a client's method returns, an error's content too.

    Raises ``Unconvertible`` for a call that no answer came to, or none of DynamoDB's.
    """
    outcome = exchange.outcome
    if not isinstance(outcome, Response):
        raise Unconvertible(f"no answer came ({outcome.kind})")
    if isinstance(outcome.body, bytes) and outcome.body:
        raise Unconvertible("its answer is no JSON")
    _, parsed = to_botocore(operation_model(exchange.operation), Request(exchange.operation, {}), outcome)
    return outcome.status, parsed
