"""Whatever bytes come, an answer goes out, and it is one of those that the protocol knows."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_dynamodb.exchange import Outcome, Provider, Request, Response
from pytest_dynamodb.server import app
from pytest_dynamodb.server.application import TooLarge, decoded, encoded

STATUSES = {200, 400, 403, 404, 413}
LIKELY = {
    b"accept-encoding": [b"gzip", b"deflate;q=0.1", b"gzip;q=,,;"],
    b"authorization": [b"AWS4-HMAC-SHA256 Credential=a/1/us-east-1/d/e,SignedHeaders=h,Signature=s", b"AWS4-,,=,"],
    b"content-encoding": [b"gzip", b"deflate"],
    b"content-type": [b"application/json", b"application/x-amz-json-1.0; x"],
    b"date": [b"now"],
    b"host": [b"localhost:8000", b"evil.example"],
    b"origin": [b"x", b"http://localhost:8000"],
    b"sec-fetch-site": [b"cross-site", b"same-origin"],
    b"x-amz-target": [b"DynamoDB_20120810.ListTables", b"DynamoDBStreams_20120810.ListStreams"],
}
HEADERS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) | st.binary(max_size=40) for name, values in LIKELY.items()}
)
BODIES = (
    st.binary(max_size=60)
    | st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.none()).map(
        lambda params: json.dumps(params).encode()
    )
    | st.binary(max_size=60).map(zlib.compress)
)
QUERIES = st.sampled_from([b"", b"X-Amz-Algorithm", b"X-Amz-Algorithm=a&X-Amz-Credential=%ff/&&="]) | st.binary(
    max_size=30
)


class Echo(Provider):
    """Answers with what it was asked."""

    offline, endpoint = True, None

    def before(self, request: Request) -> Outcome | None:
        return Response(200, {"Asked": request.params, "Filler": "x" * 5000})

    def after(self, request: Request, outcome: Outcome) -> None: ...


@settings(max_examples=300)
@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "OPTIONS", "HEAD", "\x00"]),
    headers=HEADERS,
    body=BODIES,
    query=QUERIES,
)
def test_every_request_has_an_answer(method: str, headers: dict[bytes, bytes], body: bytes, query: bytes) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "query_string": query, "headers": list(headers.items())}
    asyncio.run(app(Echo())(scope, receive, send))
    start, answer = sent
    assert start["status"] in STATUSES
    names = dict(start["headers"])
    if start["status"] != 413:
        assert names[b"content-length"] == b"%d" % len(answer["body"])
        assert names[b"x-amz-crc32"] == b"%d" % zlib.crc32(answer["body"])


@given(body=st.binary(max_size=10_000), coding=st.sampled_from([b"gzip", b"deflate"]))
def test_what_is_compressed_here_is_read_here(body: bytes, coding: bytes) -> None:
    assert decoded(encoded(body, coding), coding, len(body)) == body


@given(body=st.binary(min_size=1, max_size=10_000), coding=st.sampled_from([b"gzip", b"deflate"]))
def test_never_more_than_allowed_is_decompressed(body: bytes, coding: bytes) -> None:
    with pytest.raises(TooLarge):
        decoded(encoded(body, coding), coding, len(body) - 1)
