"""What cases are run against: the engine, servers over HTTP, and boto3 clients."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request
from runner import Call, Target

Json = Any

VERSION = "DynamoDB_20120810"
STREAMS = "DynamoDBStreams_20120810"
STREAM_OPERATIONS = frozenset({"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"})
UNSIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE00/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000"
)
"""Looks signed: who checks signatures will not take it, and nobody here does."""


def over_http(url: str) -> Call:
    """Posts to an endpoint, each on a connection of its own, as an SDK would but for the signature."""
    parts = urlsplit(url)

    def call(operation: str, params: dict[str, Json]) -> tuple[int, Json]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{STREAMS if operation in STREAM_OPERATIONS else VERSION}.{operation}",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": UNSIGNED,
        }
        with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)) as connection:
            connection.request("POST", "/", json.dumps(params).encode(), headers)
            answer = connection.getresponse()
            raw = answer.read()
        try:
            return answer.status, json.loads(raw) if raw else {}
        except ValueError:
            return answer.status, raw.decode(errors="replace")

    return call


def over_client(client: Any) -> Call:
    """Calls of a boto3 client: wire parameters in, wire answers out."""
    from botocore.exceptions import ClientError

    model = client.meta.service_model

    def call(operation: str, params: dict[str, Json]) -> tuple[int, Json]:
        shapes = model.operation_model(operation)
        method = getattr(client, client_method(client, operation))
        try:
            answer = method(**_walk(shapes.input_shape, params, _to_client))
        except ClientError as error:
            return _error(model, error)
        answer.pop("ResponseMetadata", None)
        return 200, _walk(shapes.output_shape, answer, _to_wire)

    return call


def client_method(client: Any, operation: str) -> str:
    """boto3's name of an operation."""
    names: dict[str, str] = client.meta.method_to_api_mapping
    return next(name for name, api in names.items() if api == operation)


def _error(model: Any, error: Any) -> tuple[int, Json]:
    code = error.response["Error"]["Code"]
    body = {name: value for name, value in error.response.items() if name not in {"Error", "ResponseMetadata"}}
    shape = model.shape_for_error_code(code)
    wire = _walk(shape, body, _to_wire) if shape is not None else body
    # botocore drops a Message that the model spells otherwise: that of a failed condition beside its item.
    member = "Message" if "Item" in wire else "message"
    known = {} if "message" in wire or "Message" in wire else {member: error.response["Error"]["Message"]}
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **wire, **known}


def _walk(shape: Any, value: Json, leaf: Callable[[str, Json], Json]) -> Json:
    """A value with each leaf changed according to its shape."""
    kind = getattr(shape, "type_name", "")
    if kind == "structure" and isinstance(value, dict):
        return {name: _walk(shape.members.get(name), each, leaf) for name, each in value.items()}
    if kind == "map" and isinstance(value, dict):
        return {name: _walk(shape.value, each, leaf) for name, each in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_walk(shape.member, each, leaf) for each in value]
    return leaf(kind, value)


def _to_client(kind: str, value: Json) -> Json:
    return base64.b64decode(value) if kind == "blob" else value


def _to_wire(kind: str, value: Json) -> Json:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value


def engine_target(dialect: str = "classic") -> Target:
    """A fresh engine of this package, asked directly."""
    clock = VirtualClock(1_800_000_000.0)
    engine = Engine(clock=clock, dialect=dialect)

    def call(operation: str, params: dict[str, Json]) -> tuple[int, Json]:
        answer = engine.answer(Request(operation, params, "us-east-1"))
        return answer.status, answer.body

    return Target("engine", call, dialect=dialect, advance=clock.advance)
