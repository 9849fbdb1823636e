"""A server with a provider that does as a test tells it, and a client that shows the bytes."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from pytest_dynamodb.exchange import Outcome, Provider, Request, Response
from pytest_dynamodb.server import running

SIGNED = {
    "Authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE00/20260801/eu-west-1/dynamodb/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000"
    ),
    "X-Amz-Date": "20260801T120000Z",
}


@dataclass
class Told(Provider):
    """Answers what it is told to, and keeps what it was asked."""

    answer: Callable[[Request], Outcome | None] = lambda _: Response(200, {})
    requests: list[Request] = field(default_factory=list)
    heard: list[tuple[Request, Outcome]] = field(default_factory=list)
    offline: bool = True
    endpoint: str | None = None

    def before(self, request: Request) -> Outcome | None:
        self.requests.append(request)
        return self.answer(request)

    def after(self, request: Request, outcome: Outcome) -> None:
        self.heard.append((request, outcome))


@dataclass
class Reply:
    """An HTTP answer, its header names in lower case."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Http:
    """Sends requests to ``url`` over one connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def send(
        self,
        method: str = "POST",
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        path: str = "/",
    ) -> Reply:
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    def call(
        self, operation: str, params: Any = None, headers: dict[str, str] | None = None, *, signed: bool = True
    ) -> Reply:
        prefix = "DynamoDBStreams" if "Stream" in operation or "Shard" in operation else "DynamoDB"
        sent = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{prefix}_20120810.{operation}",
            **(SIGNED if signed else {}),
            **(headers or {}),
        }
        return self.send(body=json.dumps({} if params is None else params), headers=sent)


@pytest.fixture
def connect() -> Iterator[Callable[[str], Http]]:
    """Clients of given URLs, whose connections are closed at the end."""
    with ExitStack() as stack:

        def connected(url: str) -> Http:
            client = Http(url)
            stack.callback(client.connection.close)
            return client

        yield connected


@pytest.fixture(scope="session", params=["httptools", "h11"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Told]]:
    """A server for the session, and its provider: starting and stopping one takes longer than most tests.

    There are two: one reads connections itself by httptools, the other has uvicorn read them by h11.
    """
    told = Told()
    with ExitStack() as stack:
        if request.param == "httptools":
            pytest.importorskip("httptools")
            url = stack.enter_context(running(told))
        else:
            with pytest.MonkeyPatch.context() as without:
                without.setitem(sys.modules, "pytest_dynamodb.server.connection", None)
                url = stack.enter_context(running(told))
        yield url, told


@pytest.fixture
def told(server: tuple[str, Told]) -> Told:
    """The server's provider, told nothing yet."""
    told = server[1]
    told.answer = lambda _: Response(200, {})
    told.requests.clear()
    told.heard.clear()
    return told


@pytest.fixture
def client(server: tuple[str, Told], told: Told, connect: Callable[[str], Http]) -> Http:
    """A client of a server that answers as ``told``."""
    return connect(server[0])
