"""What stands between bytes and the application where httptools reads them (RFC 9112)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from loopback import json_answer, serving
from pytest_dynamodb.exchange import Outcome, Provider, Request, Response
from pytest_dynamodb.server import Upstream, app, running

pytest.importorskip("httptools")

HEAD = (
    b"POST / HTTP/1.1\r\nHost: here\r\nContent-Type: application/x-amz-json-1.0\r\n"
    b"X-Amz-Target: DynamoDB_20120810.ListTables\r\nX-Amz-Date: now\r\n"
    b"Authorization: AWS4-HMAC-SHA256 Credential=k/1/r/dynamodb/aws4_request, SignedHeaders=h, Signature=s\r\n"
)


def post(limit: int, *headers: bytes) -> bytes:
    body = b'{"Limit":%d}' % limit
    return HEAD + b"".join(line + b"\r\n" for line in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Wire:
    """A client that writes bytes and reads until the server hangs up."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=120)

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def rest(self) -> bytes:
        received = b""
        with self.socket:
            while part := self.socket.recv(65536):
                received += part
        return received


class Limits(Provider):
    """Tells each request its Limit, and lets those go that ask for an upstream's."""

    offline = True

    def before(self, request: Request) -> Outcome | None:
        limit = request.params["Limit"]
        return None if limit == UPSTREAM else Response(200, {"TableNames": [str(limit)]})


@pytest.fixture
def wire() -> Iterator[Wire]:
    with running(Limits()) as url:
        yield Wire(url)


CLOSE = b"Connection: close"
UPSTREAM = 99


def test_requests_that_come_together_are_answered_in_their_order(wire: Wire) -> None:
    wire.send(post(1) + post(2) + post(3, CLOSE))
    answers = wire.rest()
    places = [answers.index(b'{"TableNames":["%d"]}' % number) for number in (1, 2, 3)]
    assert places == sorted(places)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 3


def test_a_request_may_come_byte_by_byte_and_in_chunks(wire: Wire) -> None:
    chunks = b'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\n{"Li\r\n8\r\nmit":42}\r\n0\r\n\r\n'
    wire.send(*(bytes([byte]) for byte in HEAD + chunks))
    assert b'["42"]' in wire.rest()


def test_whoever_waits_for_it_is_told_to_go_on(wire: Wire) -> None:
    request = post(7, CLOSE, b"Expect: 100-continue")
    head, _, body = request.partition(b"\r\n\r\n")
    wire.send(head + b"\r\n\r\n")
    assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    wire.send(body)
    assert b'["7"]' in wire.rest()


def test_an_older_client_s_connection_ends(wire: Wire) -> None:
    wire.send(post(1).replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert b"connection: close\r\n" in wire.rest()


def test_what_is_no_http_is_refused(wire: Wire) -> None:
    wire.send(b"what is this?\r\n\r\n")
    assert wire.rest().startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_another_protocol_is_not_spoken(wire: Wire) -> None:
    wire.send(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    answer = wire.rest()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"healthy" in answer


def test_what_waits_for_an_upstream_keeps_its_turn() -> None:
    """The first goes on to the upstream; the others, which are answered here, wait for its answer."""
    there = json_answer({"TableNames": ["there"]})
    with serving(there) as upstream, running(Limits(), upstream=Upstream(upstream.url)) as url:
        wire = Wire(url)
        wire.send(post(UPSTREAM) + post(2) + post(3, CLOSE))
        answers = wire.rest()
    assert answers.index(b"there") < answers.index(b'["2"]') < answers.index(b'["3"]')


class Transport:
    """A transport that remembers what was done to it."""

    def __init__(self) -> None:
        self.written, self.closed = b"", False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True


def test_a_connection_that_nobody_uses_is_closed() -> None:
    async def idle() -> bool:
        from pytest_dynamodb.server.connection import HttpConnection

        config = SimpleNamespace(app=app(Limits()), timeout_keep_alive=0.0)
        connection = HttpConnection(config, SimpleNamespace(connections=set(), tasks=set(), default_headers=[]), {})
        transport: Any = Transport()
        connection.connection_made(transport)
        assert not transport.closed
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return bool(transport.closed)

    assert asyncio.run(idle())
