"""What AWS answers to what is no proper call: dynalite's test/connection.js has it from AWS, checksums included."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_dynamodb.server import running

JSON, AMZ_JSON = "application/json", "application/x-amz-json-1.0"
LIST_TABLES = {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
ID = re.compile(r"[0-9A-Z]{52}")


def refused(reply: Any, code: str, message: str | None = None) -> None:
    expected = {"__type": f"com.amazon.coral.service#{code}"}
    if message is not None:
        expected["message"] = message
    assert (reply.status, reply.body) == (400, expected)
    assert ID.fullmatch(reply.headers["x-amzn-requestid"])


@pytest.mark.parametrize("path", ["/", "/ping"])
def test_get_is_a_health_check(client: Any, path: str) -> None:
    reply = client.send("GET", path=path)
    assert (reply.status, reply.raw) == (200, b"healthy: dynamodb.us-east-1.amazonaws.com ")
    assert reply.headers["x-amz-crc32"] == "3128867991"
    assert reply.headers["content-length"] == "42"
    assert ID.fullmatch(reply.headers["x-amzn-requestid"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_not_found(client: Any, method: str) -> None:
    reply = client.send(method)
    assert (reply.status, reply.raw) == (404, b"<UnknownOperationException/>\n")
    assert reply.headers["x-amz-crc32"] == "3552371480"
    assert ID.fullmatch(reply.headers["x-amzn-requestid"])


def test_head_has_headers_and_no_body(client: Any) -> None:
    reply = client.send("HEAD")
    assert (reply.status, reply.raw, reply.headers["content-length"]) == (404, b"", "29")
    assert client.send("GET").status == 200  # the connection is in order


@pytest.mark.parametrize("media_type", [None, "whatever", "application/x-amz-json-1.1", "application/jsonasdf"])
def test_a_body_that_is_not_json_by_its_type_is_not_found(client: Any, media_type: str | None) -> None:
    reply = client.send(body="hi", headers={"Content-Type": media_type} if media_type else {})
    assert (reply.status, reply.headers["x-amz-crc32"]) == (404, "3552371480")


@pytest.mark.parametrize(
    ("media_type", "answered"),
    [
        (JSON, JSON),
        (AMZ_JSON, AMZ_JSON),
        ("application/json;", JSON),
        ("  application/json  ;   asfd", JSON),
        ("application/json;blahblah", JSON),
        ("application/x-amz-json-1.0;blahblah", AMZ_JSON),
    ],
)
def test_what_is_no_json_cannot_be_deserialized(client: Any, media_type: str, answered: str) -> None:
    reply = client.send(body="hi", headers={"Content-Type": media_type})
    refused(reply, "SerializationException")
    assert reply.headers["x-amz-crc32"] == "3948637019"
    assert reply.headers["content-type"] == answered
    assert reply.headers["content-length"] == str(len(reply.raw))


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff{}", b'{"Limit": NaN}', b'{"Limit": Infinity}', b"[" * 200_000, b'{"Limit": ' + b"9" * 5000 + b"}"],
    ids=["torn", "not UTF-8", "NaN", "Infinity", "deep", "long number"],
)
def test_hostile_json_is_refused_as_json(client: Any, body: bytes) -> None:
    signed = {"Authorization": "AWS4-X Credential=a,SignedHeaders=b,Signature=c", "Date": "now", "Content-Type": JSON}
    reply = client.send(body=body, headers={**signed, **LIST_TABLES})
    assert reply.status == 400
    # Python 3.10 before 3.10.7 reads numbers of any length; that one is more than may be asked for.
    if not body.startswith(b'{"Limit": 9') or hasattr(sys, "get_int_max_str_digits"):
        refused(reply, "SerializationException")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Amz-Target": "whatever"},
        {"X-Amz-Target": "DynamoDB_20120810.ListTable"},
        {"X-Amz-Target": "DynamoDB_20111205.ListTables"},
        {"X-Amz-Target": "DynamoDB_20120810.ListStreams"},
        {"X-Amz-Target": "DynamoDBStreams_20120810.ListTables"},
    ],
)
@pytest.mark.parametrize("body", ["", "{}"])
def test_an_unknown_target_is_refused_before_anything_is_said_of_signatures(
    client: Any, headers: dict[str, str], body: str
) -> None:
    reply = client.send(body=body, headers={"Content-Type": JSON, **headers})
    refused(reply, "UnknownOperationException")
    assert reply.headers["x-amz-crc32"] == "1368724161"


MISSING = ("MissingAuthenticationTokenException", "Request is missing Authentication Token")
BOTH = (
    "InvalidSignatureException",
    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
)


@pytest.mark.parametrize(
    ("path", "headers", "code", "message"),
    [
        ("/", {}, *MISSING),
        ("/", {"Authorization": "AWS4"}, *MISSING),
        ("/?X-Amz-Algorith", {"Authorization": "X"}, *MISSING),
        ("/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d", {}, *MISSING),
        ("/?X-Amz-Algorithm", {"Authorization": "X"}, *BOTH),
        (
            "/",
            {"Authorization": "AWS4-"},
            "IncompleteSignatureException",
            (
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
                "existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-"
            ),
        ),
        *(
            (
                "/",
                {"Authorization": f"AWS4- Signature=b{between}Credential=a", "Date": "a"},
                "IncompleteSignatureException",
                (
                    "Authorization header requires 'SignedHeaders' parameter. "
                    f"Authorization=AWS4- Signature=b{between}Credential=a"
                ),
            )
            for between in (" ", ",", ", ")
        ),
        (
            "/?X-Amz-Algorithm",
            {},
            "IncompleteSignatureException",
            (
                "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include "
                "'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string "
                "parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. "
                "Re-examine the query-string parameters."
            ),
        ),
        (
            "/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d",
            {},
            "IncompleteSignatureException",
            "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.",
        ),
        (
            "/",
            {"Authorization": "AWS4-X Credential=a/b/c:c/d/e,SignedHeaders=b,Signature=c", "Date": "a"},
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'c:c'. ",
        ),
    ],
)
def test_what_lacks_of_a_signature_is_said_as_aws_says_it(
    client: Any, path: str, headers: dict[str, str], code: str, message: str
) -> None:
    refused(client.send(headers={**LIST_TABLES, **headers}, path=path), code, message)


def test_a_proper_call_without_a_body_cannot_be_deserialized(client: Any, told: Any) -> None:
    signed = {"Authorization": "AWS4-X Credential=a,SignedHeaders=b,Signature=c", "Date": "now"}
    refused(client.send(headers={**LIST_TABLES, **signed}), "SerializationException")
    for body in ("[]", '"x"', "null", "1"):
        reply = client.send(body=body, headers={**LIST_TABLES, **signed, "Content-Type": JSON})
        refused(reply, "SerializationException")
    assert told.requests == []


@pytest.fixture
def browser(told: Any, connect: Callable[[str], Any]) -> Iterator[Any]:
    """A client of a server that any web page may ask."""
    with running(told, origins=["*"]) as url:
        yield connect(url)


def test_a_browser_may_ask_where_that_is_allowed(browser: Any) -> None:
    asked = {"Origin": "x", "Access-Control-Request-Headers": "a, b, c", "Access-Control-Request-Method": "d"}
    reply = browser.send("OPTIONS", headers=asked)
    assert (reply.status, reply.raw) == (200, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["access-control-allow-headers"] == "a, b, c"
    assert reply.headers["access-control-allow-methods"] == "d"
    assert reply.headers["access-control-max-age"] == "172800"
    assert reply.headers["content-length"] == "0"


def test_a_browser_may_ask_without_details(browser: Any) -> None:
    reply = browser.send("OPTIONS", headers={"Origin": "x"})
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, "*")
    assert "access-control-allow-methods" not in reply.headers


def test_answers_to_browsers_say_so(browser: Any) -> None:
    assert browser.call("ListTables", headers={"Origin": "x"}).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in browser.call("ListTables").headers
