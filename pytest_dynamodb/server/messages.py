"""HTTP messages apart from any connection: requests as the application reads them, answers before they are bytes."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.exchange import Json, Response
from pytest_dynamodb.operations import OPERATIONS, Operation

# --- requests ---

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Message:
    """A request with all of its body.

    ``target``   its path and query as they came
    ``headers``  names in lower case, in their order, repeated ones too
    ``fields``   values by name, those of a repeated header in one (RFC 9110, 5.3)
    """

    method: str
    target: bytes
    query: bytes
    headers: Headers
    fields: dict[bytes, bytes]
    body: bytes
    scheme: str = "http"


def fields_of(headers: Headers) -> dict[bytes, bytes]:
    """Headers by name, values of repeated ones joined by commas."""
    fields = dict(headers)
    if len(fields) < len(headers):
        fields = {}
        for name, value in headers:
            fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


_PREFIXES = {"dynamodb": "DynamoDB_20120810", "dynamodbstreams": "DynamoDBStreams_20120810"}

TARGETS: Mapping[bytes, Operation] = {
    f"{_PREFIXES[operation.service]}.{name}".encode(): operation for name, operation in OPERATIONS.items()
}
"""The operation that each value of ``X-Amz-Target`` asks for."""

# --- answers ---
# Those that never reach a provider are AWS's own for what is no call at all, as dynalite's tests have them from AWS
# (test/connection.js).

PLAIN_JSON, AMZ_JSON = b"application/json", b"application/x-amz-json-1.0"
"""What clients may send, and get back as they sent it."""

_REQUEST_ID = f"PYTESTDYNAMODB{os.urandom(9).hex().upper()}%020d"
"""52 characters like AWS's, never the same twice: where from, which process, which answer."""
_numbers = count(1)

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
"""What an answer is made of has no circles, and looking for them takes half of the time."""


_NO_CONTROLS = dict.fromkeys([*range(32), 127])


@dataclass(slots=True)
class Answer:
    """An HTTP answer: its status, its body, and the headers that are special to it.

    A ``bare`` answer comes from what stands before DynamoDB and has none of its headers.
    """

    status: int
    body: bytes = b""
    content_type: bytes = b""
    headers: Headers = field(default_factory=list)
    request_id: bytes = b""
    bare: bool = False

    def all_headers(self) -> Headers:
        """What goes out: the special ones, and those that every answer of AWS has."""
        if self.bare:
            return []
        body = self.body
        headers = [
            (b"server", b"Server"),
            (b"x-amzn-RequestId", self.request_id or (_REQUEST_ID % next(_numbers)).encode()),
            (b"x-amz-crc32", b"%d" % zlib.crc32(body)),
            (b"content-length", b"%d" % len(body)),
        ]
        if self.content_type:
            headers.append((b"content-type", self.content_type))
        return headers + self.headers if self.headers else headers


def error(code: str, message: str | None = None, *, namespace: str = "com.amazon.coral.service") -> bytes:
    """An error's body. Some of AWS's have no message."""
    body = {"__type": f"{namespace}#{code}"}
    if message is not None:
        body["message"] = message
    return to_bytes(body)


def to_bytes(body: Json) -> bytes:
    """JSON as AWS writes it: dense, and UTF-8 as it is. Half a surrogate pair becomes a question mark, as in Java."""
    return _encode(body).encode("utf-8", "replace")


def answer_of(operation: str, response: Response) -> Answer:
    """What a provider answered, without a content type."""
    body = response.body
    if not isinstance(body, bytes):
        empty = not body and response.status == 200 and OPERATIONS[operation].bodiless
        body = b"" if empty else to_bytes(body)
    if not response.headers:
        return Answer(response.status, body)
    kept = [(name.lower().encode("latin-1"), header(value)) for name, value in response.headers.items()]
    return Answer(response.status, body, headers=kept)


def header(value: str) -> bytes:
    """A header's value without control characters, which would end it."""
    return value.translate(_NO_CONTROLS).encode("latin-1", "replace")


def explained(problem: PytestDynamoDbError) -> bytes:
    """The body of the answer to what this package refuses: a code that no SDK retries, and the whole explanation."""
    return error(type(problem).__name__, str(problem), namespace="pytest_dynamodb")


NOT_FOUND_BODY = b"<UnknownOperationException/>\n"
"""Anything that is no POST of JSON."""

SERIALIZATION_BODY = error("SerializationException")
UNKNOWN_OPERATION_BODY = error("UnknownOperationException")
INTERNAL_ERROR_BODY = error(
    "InternalServerError", "Internal server error", namespace="com.amazonaws.dynamodb.v20120810"
)


def not_found() -> Answer:
    """The answer to a method or a content type that DynamoDB does not know."""
    return Answer(404, NOT_FOUND_BODY)


def too_large() -> Answer:
    """The answer to more than 16 MB. AWS names no length in it, so the empty body goes out in chunks."""
    return Answer(413, bare=True)


def healthy(region: str) -> Answer:
    """The answer to a GET, by which load balancers ask for health. The blank at the end is AWS's."""
    return Answer(200, f"healthy: dynamodb.{region}.amazonaws.com ".encode())


def preflight(headers: dict[bytes, bytes]) -> Answer:
    """The answer to a browser's preflight request: whatever it asks for is allowed."""
    allowed = [
        (answer, headers[question])
        for question, answer in (
            (b"access-control-request-headers", b"access-control-allow-headers"),
            (b"access-control-request-method", b"access-control-allow-methods"),
        )
        if question in headers
    ]
    if b"access-control-request-private-network" in headers:
        allowed.append((b"access-control-allow-private-network", b"true"))
    return Answer(200, headers=[*allowed, (b"access-control-max-age", b"172800")])
