"""Any exchange that botocore's model allows is written, read back, found again and answered as botocore would."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_dynamodb import Cassette, Exchange, Request, Response, TransportFailure
from pytest_dynamodb.cassette.codec import Header, decode_exchange, encode_exchange
from pytest_dynamodb.cassette.frames import COMPRESSED_EXCHANGE, EXCHANGE, HEADER, pack_end, pack_frame, read_frames
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.hooks.answers import from_botocore, to_botocore

SERVICES = ("dynamodb", "dynamodbstreams")
MODEST = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
DEEPEST = 4


@cache
def service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


OPERATIONS = [(name, operation) for name in SERVICES for operation in service(name).operation_names]

texts = st.text(max_size=12)
blobs = st.binary(max_size=12)
integers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
times = st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, timezone.utc))


def leaf(shape: Any, *, wire: bool) -> st.SearchStrategy[Any]:
    """A scalar as a user passes it or, for ``wire``, as DynamoDB sends it."""
    if shape.type_name == "string":
        return st.sampled_from(shape.enum) | texts if shape.enum else texts
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in ("integer", "long"):
        return integers
    if shape.type_name in ("float", "double"):
        return floats | st.integers(0, 2**40) if wire else floats
    if shape.type_name == "blob":
        return blobs.map(base64_text) if wire else blobs
    if shape.type_name == "timestamp":
        return st.floats(0, 2**31) | st.integers(0, 2**31) if wire else times
    raise AssertionError(f"a new type in the model: {shape.type_name}")


def base64_text(raw: bytes) -> str:
    import base64

    return base64.b64encode(raw).decode()


@cache
def values(shape_name: str, service_name: str, *, wire: bool, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a shape of the model, with any of its optional members."""
    shape = service(service_name).shape_for(shape_name)

    def inner(member: Any) -> st.SearchStrategy[Any]:
        return values(member.name, service_name, wire=wire, depth=depth + 1)

    if shape.type_name == "structure":
        members = shape.members
        if getattr(shape, "is_tagged_union", False) or shape.name == "AttributeValue":
            chosen = [n for n, m in members.items() if depth < DEEPEST or m.type_name not in ("list", "map")]
            return st.one_of([st.fixed_dictionaries({name: inner(members[name])}) for name in chosen])
        required = {name: inner(members[name]) for name in shape.required_members}
        optional = {
            name: inner(member) | st.none() if wire else inner(member)
            for name, member in members.items()
            if name not in required and (depth < DEEPEST or member.type_name not in ("structure", "list", "map"))
        }
        return st.fixed_dictionaries(required, optional=optional)
    if shape.type_name == "list":
        return st.just([]) if depth > DEEPEST else st.lists(inner(shape.member), max_size=2)
    if shape.type_name == "map":
        return st.just({}) if depth > DEEPEST else st.dictionaries(texts, inner(shape.value), max_size=2)
    return leaf(shape, wire=wire)


def wire_params(data: st.DataObject, service_name: str, model: Any) -> dict[str, Any]:
    """Parameters as botocore's own serializer puts them on the wire."""
    shape = model.input_shape
    chosen = data.draw(values(shape.name, service_name, wire=False), label="params") if shape else {}
    body = create_serializer("json", include_validation=False).serialize_to_request(chosen, model)["body"]
    params: dict[str, Any] = json.loads(body)
    return params


def wire_answer(data: st.DataObject, service_name: str, shape: Any) -> dict[str, Any]:
    drawn: dict[str, Any] = data.draw(values(shape.name, service_name, wire=True), label="answer") if shape else {}
    return drawn


def stored(exchange: Exchange, kind: int) -> Exchange:
    """An exchange after it has been to a file and back."""
    frames = [pack_frame(HEADER, {}), pack_frame(kind, encode_exchange(exchange))]
    raw = b"".join([*frames, pack_end(frames)])
    _, frame = read_frames(raw, "x.ddb.msgpack")
    return decode_exchange(frame, "x.ddb.msgpack")


@pytest.mark.parametrize(("service_name", "operation"), OPERATIONS)
@MODEST
@given(data=st.data())
def test_any_exchange_is_read_back_found_and_answered_as_it_was(
    service_name: str, operation: str, data: st.DataObject
) -> None:
    model = service(service_name).operation_model(operation)
    params = wire_params(data, service_name, model)
    body = wire_answer(data, service_name, model.output_shape)
    tokens = tuple(model.idempotent_members)
    attempts = data.draw(st.integers(1, 11), label="attempts")
    exchange = Exchange(operation, params, Response(200, body, {}, attempts, False, 0.25), tokens)

    back = stored(exchange, data.draw(st.sampled_from([EXCHANGE, COMPRESSED_EXCHANGE])))
    assert back == exchange
    assert json.dumps(back.response) == json.dumps(sort_keys(body)), "an integer stays one, and so does a float"

    cassette = Cassette(Path("x.ddb.msgpack"), contents=Contents(Header(), [back]))
    cassette.open_for_replay()
    request = Request(operation, json.loads(json.dumps(params)), tokens=tokens)
    assert cassette.answer(request) == (exchange.outcome, "")

    assert_parsed_alike(model, request, body, 200, attempts)


@pytest.mark.parametrize("service_name", SERVICES)
@MODEST
@given(data=st.data())
def test_any_modelled_error_is_answered_as_botocore_parses_it(service_name: str, data: st.DataObject) -> None:
    models = service(service_name)
    shape = data.draw(st.sampled_from(models.error_shapes))
    model = models.operation_model(data.draw(st.sampled_from(models.operation_names)))
    body = wire_answer(data, service_name, shape)
    body["__type"] = f"com.amazonaws.dynamodb.v20120810#{shape.name}"
    exchange = Exchange(model.name, {}, Response(400, body))
    assert stored(exchange, EXCHANGE) == exchange
    assert exchange.error_code == shape.name
    assert_parsed_alike(model, Request(model.name, {}), body, 400, 1)


def assert_parsed_alike(model: Any, request: Request, body: dict[str, Any], status: int, attempts: int) -> None:
    """What is answered equals what botocore makes of the same bytes."""
    raw = json.dumps(body).encode()
    parser = create_parser("json")
    answer = {"body": raw, "headers": {}, "status_code": status}
    expected = parser.parse(answer, model.output_shape)
    if status >= 300:
        shape = model.service_model.shape_for_error_code(expected["Error"]["Code"])
        expected.update(parser.parse(answer, shape) if shape else {})
    response = from_botocore({"body": raw, "headers": {"Date": "x"}, "status_code": status})
    again = Response(response.status, response.body, response.headers, attempts)
    http, parsed = to_botocore(model, request, again)
    expected.pop("ResponseMetadata")
    metadata = parsed.pop("ResponseMetadata")
    assert parsed == expected
    assert (http.status_code, metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (status, status, attempts - 1)


def sort_keys(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: sort_keys(tree[key]) for key in sorted(tree)}
    return [sort_keys(element) for element in tree] if isinstance(tree, list) else tree


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=10)
    | st.binary(max_size=6).map(base64_text),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        | st.dictionaries(st.sampled_from(["B", "BS", "$type"]), inner, max_size=1)
    ),
    max_leaves=12,
)


@given(
    params=st.dictionaries(st.text(max_size=5), json_values, max_size=4),
    body=st.dictionaries(st.text(max_size=5), json_values, max_size=4) | st.binary(max_size=30),
    headers=st.dictionaries(st.sampled_from(["retry-after", "x-amz-retry-after"]), texts, max_size=2),
    status=st.integers(200, 599),
    exhausted=st.booleans(),
    microseconds=st.integers(0, 10**10),
    tokens=st.lists(texts, max_size=2).map(tuple),
    owner=texts,
    kind=st.sampled_from([EXCHANGE, COMPRESSED_EXCHANGE]),
)
def test_any_json_at_all_is_read_back(
    params: dict[str, Any],
    body: dict[str, Any] | bytes,
    headers: dict[str, str],
    status: int,
    exhausted: bool,
    microseconds: int,
    tokens: tuple[str, ...],
    owner: str,
    kind: int,
) -> None:
    outcome = Response(status, body, headers, 3, exhausted, microseconds / 1e6)
    exchange = Exchange("Anything", params, outcome, tokens, owner)
    assert stored(exchange, kind) == exchange


@settings(max_examples=60)
@given(message=texts, arguments=st.dictionaries(texts, texts, max_size=3), attempts=st.integers(1, 20))
def test_any_transport_failure_is_read_back(message: str, arguments: dict[str, str], attempts: int) -> None:
    failure = TransportFailure("ReadTimeoutError", message, arguments, attempts, 0.5)
    exchange = Exchange("Anything", {}, failure)
    assert stored(exchange, EXCHANGE) == exchange
