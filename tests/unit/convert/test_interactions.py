"""What crossed the wire becomes exchanges, or is named with the reason."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import files
from pytest_dynamodb.convert.documents import conversion_of
from pytest_dynamodb.convert.interactions import Interaction, Unconvertible, converted, decoded, interactions_of
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure

needs_vcrpy = pytest.mark.skipif(find_spec("vcr") is None, reason="vcrpy 9 needs Python 3.11")

GET = {"TableName": "orders", "Key": {"pk": {"S": "a"}}}
HOST = "https://dynamodb.eu-west-1.amazonaws.com/"


def interaction(**changed: Any) -> Interaction:
    plain = Interaction(
        method="POST",
        uri=HOST,
        headers={"x-amz-target": "DynamoDB_20120810.GetItem"},
        body=json.dumps(GET).encode(),
        status=200,
        answer_headers={},
        answer=b'{"Item": {"pk": {"S": "a"}}}',
    )
    return replace(plain, **changed)


def reasons(*interactions: Interaction) -> list[str]:
    return [one.reason for one in converted(interactions, recorder="x").left]


def test_a_call_is_its_operation_parameters_answer_and_region() -> None:
    conversion = converted([interaction()], recorder="x")
    (exchange,) = conversion.exchanges
    assert (exchange.operation, exchange.params, exchange.region) == ("GetItem", GET, "eu-west-1")
    assert exchange.response == {"Item": {"pk": {"S": "a"}}}
    assert conversion.endpoint == "aws"


@pytest.mark.parametrize(
    ("uri", "headers", "region"),
    [
        ("https://dynamodb-fips.us-gov-west-1.amazonaws.com/", {}, "us-gov-west-1"),
        ("https://streams.dynamodb.ap-southeast-2.amazonaws.com/", {}, "ap-southeast-2"),
        ("https://123456789012.ddb.us-east-1.amazonaws.com/", {}, "us-east-1"),
        ("https://vpce-1.dynamodb.us-east-2.vpce.amazonaws.com/", {}, "us-east-2"),
        (
            "http://localhost:8000/",
            {"authorization": "Credential=AKIA/20261126/sa-east-1/dynamodb/x"},
            "sa-east-1",
        ),
        ("http://localhost:8000/", {}, ""),
    ],
)
def test_regions(uri: str, headers: dict[str, str], region: str) -> None:
    one = interaction(uri=uri, headers={"x-amz-target": "DynamoDB_20120810.GetItem", **headers})
    assert converted([one], recorder="x").exchanges[0].region == region


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"headers": {}}, "it has no X-Amz-Target header"),
        ({"headers": {"x-amz-target": "DynamoDB_20111205.GetItem"}}, "2011-12-05"),
        ({"body": None}, "its request's body was not kept"),
        ({"body": b"[FILTERED]"}, "its request's body is no JSON object"),
        ({"status": 0}, "no answer was kept"),
        ({"answer": None}, "no answer was kept"),
        ({"answer": b'{"Item": {"secret": "[FILTERED]"}}'}, "its answer was filtered: secret is no attribute value"),
        ({"body": b'{"Key": {"pk": "xxx"}}'}, "its request was filtered: pk is no attribute value"),
        ({"method": "GET"}, "a GET is no call"),
        ({"method": "GET", "headers": {}}, "a GET is no call"),
    ],
)
def test_what_cannot_be_carried_over_is_named(changed: dict[str, Any], reason: str) -> None:
    conversion = converted([interaction(), interaction(**changed)], recorder="x")
    (left,) = conversion.lost
    assert left.number == 2
    assert reason in left.reason
    assert len(conversion.exchanges) == 1


def test_calls_of_other_services_are_foreign_and_not_lost() -> None:
    other = interaction(uri="https://sqs.eu-west-1.amazonaws.com/", headers={"x-amz-target": "AmazonSQS.SendMessage"})
    conversion = converted([other, interaction(uri="https://example.org/", method="GET", headers={})], recorder="x")
    assert (len(conversion.foreign), conversion.lost) == (2, ())


@pytest.mark.parametrize(
    "answer",
    [
        {"Responses": {"orders": [{"Item": {"S": "an attribute of this name"}, "Key": {"M": {"a": {"S": "b"}}}}]}},
        {"Table": {"KeySchema": [{"AttributeName": "Item", "KeyType": "HASH"}]}, "Tags": [{"Key": "a", "Value": "b"}]},
        {"Items": [{"Items": {"L": [{"S": "x"}]}}], "LastEvaluatedKey": {"Keys": {"N": "1"}}},
    ],
)
def test_names_of_attributes_are_not_taken_for_members(answer: Any) -> None:
    assert not reasons(interaction(answer=json.dumps(answer).encode()))


def test_an_update_of_an_attribute_called_item_is_no_filtered_one() -> None:
    body = {"Key": {"pk": {"S": "a"}}, "AttributeUpdates": {"Item": {"Action": "PUT", "Value": {"S": "x"}}}}
    assert not reasons(interaction(body=json.dumps(body).encode()))


@pytest.mark.parametrize(("pack", "coding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_a_body_that_unpacks_to_far_more_than_it_is_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes], coding: str
) -> None:
    monkeypatch.setattr(files, "FREE_BYTES", 2**16)
    modest, bomb = bytes(2**15), pack(bytes(2**20))
    assert decoded(pack(modest), {"content-encoding": coding}) == modest
    assert decoded(bomb, {"content-encoding": coding}) == bomb


def test_compressed_bodies_are_read() -> None:
    one = interaction(answer=gzip.compress(b'{"Item": {}}'), answer_headers={"content-encoding": "gzip"})
    assert converted([one], recorder="x").exchanges[0].response == {"Item": {}}


def test_an_answer_that_is_no_json_stays_what_it_was() -> None:
    (exchange,) = converted([interaction(answer=b"<html>", status=502)], recorder="x").exchanges
    assert exchange.outcome == Response(502, b"<html>")


# --- attempts ---

THROTTLED: dict[str, Any] = {"status": 400, "answer": b'{"__type": "x#ThrottlingException"}'}


def attempt(number: int, call: str, **changed: Any) -> Interaction:
    headers = {
        "x-amz-target": "DynamoDB_20120810.GetItem",
        "amz-sdk-invocation-id": str(uuid5(NAMESPACE_DNS, call)) if call != "CLEARED" else call,
        "amz-sdk-request": f"attempt={number}; max=3",
    }
    return interaction(headers=headers, **changed)


def test_attempts_of_one_call_are_joined_also_where_others_are_between() -> None:
    crossed = [attempt(1, "a", **THROTTLED), attempt(1, "b"), attempt(2, "a")]
    conversion = converted(crossed, recorder="x")
    assert [(one.attempts, one.error_code) for one in conversion.exchanges] == [(2, None), (1, None)]
    assert conversion.joined == 1


def test_equal_requests_of_two_calls_are_two_exchanges() -> None:
    assert len(converted([attempt(1, "a", **THROTTLED), attempt(1, "b")], recorder="x").exchanges) == 2


def test_one_word_in_the_place_of_all_ids_names_no_call() -> None:
    assert len(converted([attempt(1, "CLEARED"), attempt(1, "CLEARED")], recorder="x").exchanges) == 2
    assert len(converted([attempt(1, "CLEARED", **THROTTLED), attempt(2, "CLEARED")], recorder="x").exchanges) == 1


def test_the_last_of_all_attempts_says_that_the_client_gave_up() -> None:
    (exchange,) = converted([attempt(number, "a", **THROTTLED) for number in (1, 2, 3)], recorder="x").exchanges
    assert isinstance(exchange.outcome, Response)
    assert (exchange.attempts, exchange.outcome.exhausted) == (3, True)


def test_without_those_headers_a_repeated_request_after_a_passing_trouble_is_an_attempt() -> None:
    refused = {"status": 400, "answer": b'{"__type": "x#ConditionalCheckFailedException"}'}
    assert len(converted([interaction(**THROTTLED), interaction()], recorder="x").exchanges) == 1
    assert len(converted([interaction(**refused), interaction()], recorder="x").exchanges) == 2
    assert len(converted([interaction(), interaction()], recorder="x").exchanges) == 2


# --- documents ---


@needs_vcrpy
def test_cassetter_s_yaml_and_toml() -> None:
    for text, suffix in ((CASSETTER_YAML, ".yaml"), (CASSETTER_TOML, ".toml")):
        conversion = conversion_of(text, suffix, "it")
        assert [one.params for one in conversion.exchanges] == [GET]
        assert (conversion.recorder, conversion.recorded) == ("cassetter", "2026-11-26T17:52:20Z")


@needs_vcrpy
def test_go_vcr_s_yaml() -> None:
    conversion = conversion_of(GO_VCR, ".yaml", "it")
    (exchange,) = conversion.exchanges
    assert (exchange.params, exchange.region, exchange.error_code) == (GET, "us-east-2", "ValidationException")
    assert (conversion.recorder, conversion.recorded) == ("go-vcr", "2026-11-26T17:52:20Z")


GO_VCR = """
version: 1
interactions:
- request:
    body: '{"TableName":"orders","Key":{"pk":{"S":"a"}}}'
    form: {}
    headers:
      X-Amz-Target:
      - DynamoDB_20120810.GetItem
    url: https://dynamodb.us-east-2.amazonaws.com/
    method: POST
  response:
    body: '{"__type":"com.amazon.coral.validate#ValidationException","message":"no"}'
    headers:
      Date:
      - Thu, 26 Nov 2026 17:52:20 GMT
    status: 400 Bad Request
    code: 400
    duration: ""
"""
CASSETTER_YAML = """
version: 1
interactions:
- request:
    method: POST
    uri: http://127.0.0.1:41413/
    headers:
      x-amz-target:
      - DynamoDB_20120810.GetItem
    body:
      type: text
      content: '{"TableName": "orders", "Key": {"pk": {"S": "a"}}}'
  response:
    status: 200
    headers: {}
    body:
      type: text
      content: '{}'
  recorded_at: 2026-11-26T17:52:20.094538+00:00
"""
CASSETTER_TOML = """
version = 1
[[interactions]]
recorded_at = "2026-11-26T17:52:20.102969+00:00"
[interactions.request]
method = "POST"
uri = "http://127.0.0.1:41413/"
body_type = "text"
body_content = '{"TableName": "orders", "Key": {"pk": {"S": "a"}}}'
[interactions.request.headers]
x-amz-target = ["DynamoDB_20120810.GetItem"]
[interactions.response]
status = 200
body_type = "text"
body_content = "{}"
"""


@pytest.mark.parametrize("encoded", [False, True])
def test_har(encoded: bool) -> None:
    content: dict[str, Any] = {"text": '{"Item": {}}', "mimeType": "application/x-amz-json-1.0"}
    if encoded:
        content |= {"text": base64.b64encode(b'{"Item": {}}').decode(), "encoding": "base64"}
    entry = {
        "startedDateTime": "2026-11-26T17:52:20.000Z",
        "time": 12.5,
        "request": {
            "method": "POST",
            "url": HOST,
            "headers": [{"name": "X-Amz-Target", "value": "DynamoDB_20120810.GetItem"}],
            "postData": {"mimeType": "application/x-amz-json-1.0", "text": json.dumps(GET)},
        },
        "response": {"status": 200, "headers": [], "content": content},
    }
    page = {**entry, "request": {"method": "GET", "url": "https://example.org/", "headers": []}}
    conversion = conversion_of(json.dumps({"log": {"version": "1.2", "entries": [entry, page]}}), ".har", "it")
    (exchange,) = conversion.exchanges
    assert (exchange.params, exchange.response, exchange.elapsed) == (GET, {"Item": {}}, 0.0125)
    assert conversion.recorded == "2026-11-26T17:52:20Z"
    assert len(conversion.foreign) == 1


def test_vcrpy_s_files_before_its_release_1() -> None:
    old = [
        {
            "request": {
                "protocol": "https",
                "host": "dynamodb.eu-west-1.amazonaws.com",
                "port": 443,
                "path": "/",
                "method": "POST",
                "headers": {"X-Amz-Target": "DynamoDB_20120810.GetItem"},
                "body": json.dumps(GET),
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": ["Date: Thu, 26 Nov 2026 17:52:20 GMT\r\n"],
                "body": {"string": "{}"},
            },
        }
    ]
    conversion = conversion_of(json.dumps(old), ".json", "it")
    assert [(one.params, one.region) for one in conversion.exchanges] == [(GET, "eu-west-1")]
    assert conversion.recorded == "2026-11-26T17:52:20Z"


@pytest.mark.parametrize(
    ("text", "suffix", "said"),
    [
        ("{", ".json", "cannot be read as JSON"),
        pytest.param("a: [", ".yaml", "cannot be read as YAML", marks=needs_vcrpy),
        ("{}", ".json", "this is no recording"),
        pytest.param("hello", ".yaml", "this is no recording", marks=needs_vcrpy),
        ('{"interactions": [1]}', ".json", "this is no recording"),
        pytest.param(
            "!!python/object/apply:os.system [echo ran]", ".yaml", "cannot be read as YAML", marks=needs_vcrpy
        ),
    ],
)
def test_what_is_no_recording_is_said_to_be_none(text: str, suffix: str, said: str) -> None:
    with pytest.raises(Exception, match=f"it{suffix}: {said}"):
        conversion_of(text, suffix, f"it{suffix}")


# --- and back ---

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=5), st.sampled_from([200, 400, 500]))
def test_an_exchange_and_what_crossed_the_wire_are_each_other_s(attributes: dict[str, str], status: int) -> None:
    item = {name: {"S": value} for name, value in attributes.items()}
    exchange = Exchange(
        "PutItem", {"TableName": "t", "Item": item}, Response(status, {"Attributes": item}), (), "", "x"
    )
    crossed = [
        replace(one, headers={k.lower(): v for k, v in one.headers.items()}) for one in interactions_of(exchange)
    ]
    (back,) = converted(crossed, recorder="x").exchanges
    assert (back.operation, back.params, back.response) == (exchange.operation, exchange.params, exchange.response)


def test_a_call_without_an_answer_cannot_go_back() -> None:
    failed = Exchange("GetItem", GET, TransportFailure("ReadTimeoutError", "no"))
    with pytest.raises(Unconvertible, match="no answer came"):
        interactions_of(failed)
