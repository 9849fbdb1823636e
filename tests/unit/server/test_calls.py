"""A call reaches the provider as a request, and its outcome the client as AWS would send it."""

from __future__ import annotations

import gzip
import http.client
import re
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from pytest_dynamodb.errors import UnexpectedRequest
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.server import application, messages, running

MB = 1024 * 1024


def answering(outcome: Outcome) -> Callable[[Request], Outcome]:
    return lambda _: outcome


def test_a_request_is_what_was_sent(client: Any, told: Any) -> None:
    params = {"TransactItems": [], "ClientRequestToken": "é"}
    client.call("TransactWriteItems", params)
    (request,) = told.requests
    assert (request.operation, request.params) == ("TransactWriteItems", params)
    assert (request.region, request.account) == ("eu-west-1", "")
    assert request.tokens == ("ClientRequestToken",)
    assert request.endpoint.startswith("http://127.0.0.1:")


def test_a_key_id_of_twelve_digits_is_an_account(client: Any, told: Any) -> None:
    scope = "20260801/us-fake-1/dynamodb/aws4_request"
    signed = {"Authorization": f"AWS4-X Credential=111122223333/{scope},SignedHeaders=b,Signature=c", "Date": "x"}
    client.call("ListTables", headers=signed, signed=False)
    assert (told.requests[0].account, told.requests[0].region) == ("111122223333", "us-fake-1")


def test_a_signature_in_the_query_counts(client: Any, told: Any) -> None:
    query = "X-Amz-Algorithm=a&X-Amz-Credential=k%2F1%2Fus-west-2%2Fd%2Fe&X-Amz-Signature=c&X-Amz-SignedHeaders=d"
    reply = client.send(
        body="{}",
        headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/json"},
        path=f"/?{query}&X-Amz-Date=e",
    )
    assert reply.status == 200
    assert told.requests[0].region == "us-west-2"


def test_a_scope_without_a_region_gets_the_server_s(told: Any, connect: Callable[[str], Any]) -> None:
    signed = {
        "Authorization": "AWS4-ECDSA-P256-SHA256 Credential=k/1/dynamodb/aws4_request,SignedHeaders=b,Signature=c"
    }
    with running(told, region="ap-south-1") as url:
        client = connect(url)
        client.call("ListTables", headers={**signed, "Date": "x"}, signed=False)
        assert client.send("GET").raw == b"healthy: dynamodb.ap-south-1.amazonaws.com "
    assert told.requests[0].region == "ap-south-1"


def test_streams_are_served_too(client: Any, told: Any) -> None:
    assert client.call("ListStreams").status == 200
    assert told.requests[0].operation == "ListStreams"


def test_an_answer_has_aws_s_headers(client: Any, told: Any) -> None:
    told.answer = answering(Response(200, {"TableNames": ["é"]}))
    first, second = client.call("ListTables"), client.call("ListTables")
    assert first.raw == '{"TableNames":["é"]}'.encode()
    assert first.headers["content-type"] == "application/x-amz-json-1.0"
    assert first.headers["content-length"] == str(len(first.raw))
    assert first.headers["x-amz-crc32"] == str(zlib.crc32(first.raw))
    assert re.fullmatch(r"[0-9A-Z]{52}", first.headers["x-amzn-requestid"])
    assert first.headers["x-amzn-requestid"] != second.headers["x-amzn-requestid"]
    assert first.headers["server"] == "Server"
    assert "date" in first.headers


def test_half_a_surrogate_pair_goes_out_as_a_question_mark(client: Any, told: Any) -> None:
    told.answer = answering(Response(200, {"TableNames": ["\ud83d"]}))
    assert client.call("ListTables").body == {"TableNames": ["?"]}


def test_the_content_type_is_the_client_s(client: Any) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.call("ListTables", headers=headers).headers["content-type"] == "application/json"


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource"])
def test_operations_without_output_have_empty_bodies(client: Any, told: Any, operation: str) -> None:
    reply = client.call(operation)
    assert (reply.status, reply.raw, reply.headers["content-length"]) == (200, b"", "0")
    told.answer = answering(Response(400, {"__type": "x#ValidationException"}))
    assert client.call(operation).body == {"__type": "x#ValidationException"}


def test_bytes_and_headers_go_out_as_they_are(client: Any, told: Any) -> None:
    told.answer = answering(Response(503, b"<html/>", {"Retry-After": "3"}))
    reply = client.call("ListTables")
    assert (reply.status, reply.raw, reply.headers["retry-after"]) == (503, b"<html/>", "3")


def test_a_failure_of_the_transport_is_a_connection_that_ends(client: Any, told: Any) -> None:
    told.answer = answering(TransportFailure("ReadTimeoutError", "no"))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client.call("ListTables")
    told.answer = answering(Response(200, {}))
    assert client.call("ListTables").status == 200


def test_what_this_package_refuses_is_explained_to_the_client(
    client: Any, told: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def miss(_: Request) -> Outcome:
        raise UnexpectedRequest("no recording answers\nGetItem")

    told.answer = miss
    reply = client.call("GetItem")
    assert reply.status == 400  # which no SDK tries again
    assert reply.body == {"__type": "pytest_dynamodb#UnexpectedRequest", "message": "no recording answers\nGetItem"}
    assert "no recording answers" in caplog.text


def test_a_provider_that_breaks_is_an_internal_error(client: Any, told: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Request) -> Outcome:
        raise KeyError("oops")

    told.answer = broken
    reply = client.call("GetItem")
    assert (reply.status, reply.body["__type"].partition("#")[2]) == (500, "InternalServerError")
    assert "oops" in caplog.text
    told.answer = answering(Response(200, {}))
    assert client.call("GetItem").status == 200


def test_a_request_that_nobody_answers_is_explained(client: Any, told: Any) -> None:
    told.answer = lambda _: None
    assert "there is no upstream" in client.call("GetItem").body["message"]


def test_many_calls_share_a_connection(client: Any) -> None:
    client.call("ListTables")
    before = client.connection.sock
    for _ in range(20):
        assert client.call("ListTables").status == 200
    assert client.connection.sock is before


# Compression


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("gzip, deflate, br", "gzip"),
        ("br, deflate;q=0.5", "deflate"),
        ("GZIP;q=0.2", "gzip"),
        ("gzip;q=0.5, deflate", "deflate"),  # the heavier one
        ("deflate;q=0.8, gzip;q=0.8", "deflate"),  # of equal ones, the one named first
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0.5, gzip;q=0.6", "gzip"),
        ("identity, gzip", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0, *", "deflate"),
        ("br, *;q=0.1", "gzip"),
        ("identity;q=0, *;q=0.1", "gzip"),
        ("x-gzip", "gzip"),
        (" gzip ; Q=1.000 ", "gzip"),
        ("gzip;q=x, *", "deflate"),  # what is no weight is none
    ],
)
def test_large_answers_are_compressed_for_whoever_takes_it(client: Any, told: Any, accept: str, coding: str) -> None:
    told.answer = answering(Response(200, {"TableNames": ["x" * 5000]}))
    reply = client.call("ListTables", headers={"Accept-Encoding": accept})
    assert reply.headers["content-encoding"] == coding
    assert len(reply.raw) == int(reply.headers["content-length"]) < 1000
    assert reply.headers["x-amz-crc32"] == str(zlib.crc32(reply.raw))  # of what is sent: aws-sdk-go-v2 checks it so
    plain = gzip.decompress(reply.raw) if coding == "gzip" else zlib.decompress(reply.raw)
    assert len(plain) > 5000


@pytest.mark.parametrize(
    "accept",
    [
        *("identity", "br", "gzip;q=0", "gzip;q=0.000", "", "*;q=0", "gzip;q=2", "gzip;q=-1", "gzip;q=0.1234"),
        *("identity;q=0.6, gzip;q=0.5", "identity, *;q=0.5", "gzip;q=0, deflate;q=0", "identity;q=0"),
    ],
)
def test_others_get_them_plain(client: Any, told: Any, accept: str) -> None:
    told.answer = answering(Response(200, {"TableNames": ["x" * 5000]}))
    reply = client.call("ListTables", headers={"Accept-Encoding": accept})
    assert "content-encoding" not in reply.headers
    assert len(reply.raw) > 5000


@pytest.mark.parametrize(("size", "compressed"), [(4096, False), (4097, True)])
def test_compression_begins_above_4_kb(client: Any, told: Any, size: int, compressed: bool) -> None:
    told.answer = answering(Response(200, {"T": "x" * (size - len('{"T":""}'))}))
    reply = client.call("ListTables", headers={"Accept-Encoding": "gzip"})
    assert ("content-encoding" in reply.headers) == compressed


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("Identity", lambda body: body),
    ],
    ids=["gzip", "deflate", "raw deflate", "identity"],
)
def test_compressed_requests_are_read(
    client: Any, told: Any, coding: str, compress: Callable[[bytes], bytes], signed: dict[str, str]
) -> None:
    reply = client.send(body=compress(b'{"Limit":7}'), headers={**signed, "Content-Encoding": coding})
    assert (reply.status, told.requests[0].params) == (200, {"Limit": 7})


def test_a_header_that_comes_twice_counts_as_one(client: Any, told: Any, signed: dict[str, str]) -> None:
    told.answer = answering(Response(200, {"TableNames": ["x" * 5000]}))
    wire = client.connection
    body = gzip.compress(zlib.compress(b'{"Limit":7}'))
    wire.putrequest("POST", "/", skip_accept_encoding=True)
    for name, value in [
        *signed.items(),
        *(("Content-Encoding", "deflate"), ("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))),
        *(("Accept-Encoding", "gzip;q=0.5"), ("Accept-Encoding", "deflate")),
    ]:
        wire.putheader(name, value)
    wire.endheaders(body)
    answer = wire.getresponse()
    raw = answer.read()
    assert (answer.status, told.requests[0].params) == (200, {"Limit": 7})
    assert answer.headers["Content-Encoding"] == "deflate"
    assert len(zlib.decompress(raw)) > 5000


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b'{"Li') + gzip.compress(b'mit":') + gzip.compress(b"") + gzip.compress(b"7}")),
        ("deflate, gzip", gzip.compress(zlib.compress(b'{"Limit":7}'))),
        ("identity,GZIP", gzip.compress(b'{"Limit":7}')),
        ("x-gzip", gzip.compress(b'{"Limit":7}')),
    ],
    ids=["members", "one over another", "identity first", "another name"],
)
def test_codings_are_taken_off_as_they_were_put_on(
    client: Any, told: Any, coding: str, body: bytes, signed: dict[str, str]
) -> None:
    reply = client.send(body=body, headers={**signed, "Content-Encoding": coding})
    assert (reply.status, told.requests[0].params) == (200, {"Limit": 7})


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        gzip.compress(b"{}")[:-9],
        b"",
        gzip.compress(b"{}") + b"more",
        gzip.compress(b"{}") + gzip.compress(b"")[:5],
    ],
    ids=["plain", "cut", "empty", "followed by what is no member", "a second member, cut"],
)
def test_damaged_compression_cannot_be_deserialized(client: Any, body: bytes, signed: dict[str, str]) -> None:
    reply = client.send(body=body, headers={**signed, "Content-Encoding": "gzip"})
    assert reply.body == {"__type": "com.amazon.coral.service#SerializationException"}


@pytest.fixture
def signed() -> dict[str, str]:
    return {
        "Authorization": "AWS4-X Credential=a,SignedHeaders=b,Signature=c",
        "Content-Type": "application/json",
        "Date": "now",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
    }


# Size


def test_sixteen_megabytes_are_read_and_a_byte_more_is_not(client: Any, told: Any, signed: dict[str, str]) -> None:
    assert application.MAX_REQUEST == 16 * MB
    assert client.send(body=b"a" * 16 * MB).status == 404
    assert client.send(body=b'{"a":"' + b"a" * (16 * MB - 8) + b'"}', headers=signed).status == 200
    reply = client.send(body=b"a" * (16 * MB + 1))
    assert (reply.status, reply.raw, reply.headers.get("transfer-encoding")) == (413, b"", "chunked")
    assert client.send("GET").status == 200


def test_a_small_request_may_not_become_a_large_one(client: Any, told: Any, signed: dict[str, str]) -> None:
    bomb = gzip.compress(b" " * (16 * MB + 1), compresslevel=1)
    assert client.send(body=bomb, headers={**signed, "Content-Encoding": "gzip"}).status == 413
    half = gzip.compress(b" " * (8 * MB + 1), compresslevel=1)
    assert client.send(body=half + half, headers={**signed, "Content-Encoding": "gzip"}).status == 413
    nested = b"{}"
    for _ in range(5):
        nested = gzip.compress(nested)
    assert client.send(body=nested, headers={**signed, "Content-Encoding": ", ".join(["gzip"] * 5)}).status == 400
    assert told.requests == []


# The tables, and other servers


def test_every_operation_has_a_target() -> None:
    assert {operation.name for operation in messages.TARGETS.values()} == OPERATIONS.keys()
    assert messages.TARGETS[b"DynamoDB_20120810.PutItem"].name == "PutItem"
    assert messages.TARGETS[b"DynamoDBStreams_20120810.GetRecords"].name == "GetRecords"
