"""A recording proxy sends on what came, tells its provider what came back, and passes it to the client unchanged."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from loopback import Handler, error, hang, hang_up, json_answer, serving
from pytest_dynamodb.errors import ConfigurationError, RecordingRefused
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure
from pytest_dynamodb.server import Upstream, running
from pytest_dynamodb.server.upstream import Forwarded


@pytest.fixture(autouse=True)
def let_go(told: Any) -> None:
    told.answer = lambda _: None


def test_path_headers_and_body_are_the_client_s(told: Any, connect: Callable[[str], Any]) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []

    def answer(handler: Handler) -> None:
        seen.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}, handler.body))
        json_answer({"TableNames": []})(handler)

    with serving(answer) as there, running(told, upstream=Upstream(f"{there.url}/base/")) as url:
        client = connect(url)
        sent = {"X-Mine": "é".encode().decode("latin-1"), "Accept-Encoding": "gzip", "Connection": "keep-alive"}
        assert client.call("ListTables", {"Limit": 1}, headers=sent).status == 200
        assert client.call("ListTables").status == 200
    path, headers, body = seen[0]
    assert (path, body) == ("/base/", b'{"Limit": 1}')
    assert headers["host"] == there.url.removeprefix("http://")
    assert headers["accept-encoding"] == "identity"
    assert headers["content-length"] == str(len(body))
    assert headers["x-mine"].encode("latin-1").decode() == "é"
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
    assert headers["x-amz-target"] == "DynamoDB_20120810.ListTables"


def test_the_provider_hears_what_came_back(told: Any, connect: Callable[[str], Any]) -> None:
    answers = (
        json_answer({"TableNames": ["a"]}, headers={"x-amzn-RequestId": "THEIRS", "Retry-After": "2", "X-Noise": "1"}),
        error("ValidationException", "no"),
        lambda handler: handler.send(502, b"<html/>", {"Content-Type": "text/html"}),
    )
    with serving(*answers) as there, running(told, upstream=Upstream(there.url)) as url:
        client = connect(url)
        first, second, third = (client.call("ListTables") for _ in answers)
    assert first.raw == b'{"TableNames": ["a"]}'
    assert first.headers["x-amzn-requestid"] == "THEIRS"
    assert first.headers["retry-after"] == "2"
    assert "x-noise" not in first.headers
    assert (second.status, second.body["message"]) == (400, "no")
    assert (third.status, third.raw, third.headers["content-type"]) == (502, b"<html/>", "text/html")
    (request, heard), (_, refusal), (_, page) = told.heard
    assert request is told.requests[0]
    assert isinstance(heard, Response)
    assert (heard.status, heard.body, heard.attempts) == (200, {"TableNames": ["a"]}, 1)
    assert heard.headers == {"retry-after": "2"}
    assert heard.elapsed > 0
    assert refusal.status == 400
    assert page.body == b"<html/>"


def test_large_answers_are_compressed_on_the_way_out(told: Any, connect: Callable[[str], Any]) -> None:
    body = {"TableNames": ["x" * 5000]}
    with serving(json_answer(body)) as there, running(told, upstream=Upstream(there.url)) as url:
        reply = connect(url).call("ListTables", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip"
    assert told.heard[0][1].body == body


@pytest.mark.parametrize(("answer", "kind"), [(hang_up, "ConnectionClosedError"), (hang, "ReadTimeoutError")])
def test_an_upstream_that_does_not_answer_fails_as_it_would_have(
    told: Any, connect: Callable[[str], Any], answer: Callable[[Handler], None], kind: str
) -> None:
    with serving(answer) as there, running(told, upstream=Upstream(there.url, patience=0.1)) as url:
        with pytest.raises(ConnectionError):
            connect(url).call("ListTables")
        ((_, failure),) = told.heard
        assert isinstance(failure, TransportFailure)
        assert failure.kind == kind
        assert failure.arguments["endpoint_url"] == there.url


def test_an_upstream_that_is_not_there_fails_as_it_would_have(told: Any, connect: Callable[[str], Any]) -> None:
    with running(told, upstream=Upstream("http://127.0.0.1:9")) as url, pytest.raises(ConnectionError):
        connect(url).call("ListTables")
    assert told.heard[0][1].kind == "EndpointConnectionError"


def test_what_may_not_be_recorded_is_not_sent(told: Any, connect: Callable[[str], Any]) -> None:
    def refuse(_: Request) -> Outcome:
        raise RecordingRefused("not this table")

    told.answer = refuse
    with serving(json_answer({})) as there, running(told, upstream=Upstream(there.url)) as url:
        assert connect(url).call("ListTables").body["message"] == "not this table"
        assert there.requests == []


def test_a_slow_upstream_keeps_nobody_else_waiting(told: Any, connect: Callable[[str], Any]) -> None:
    arrived, released = threading.Event(), threading.Event()

    def slow(handler: Handler) -> None:
        arrived.set()
        released.wait(10)
        json_answer({})(handler)

    with serving(slow) as there, running(told, upstream=Upstream(there.url)) as url:
        waiting = threading.Thread(target=connect(url).call, args=("ListTables",))
        waiting.start()
        assert arrived.wait(10)
        assert connect(url).send("GET").status == 200
        released.set()
        waiting.join()


def test_an_upstream_that_hangs_does_not_keep_the_server_from_stopping(
    told: Any, connect: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_dynamodb.server.listener.STOP_WITHIN", 0)
    arrived = threading.Event()

    def slow(handler: Handler) -> None:
        arrived.set()
        hang(handler)

    with serving(slow) as there:
        with running(told, upstream=Upstream(there.url)) as url:
            client = connect(url)

            def call() -> None:
                with pytest.raises((OSError, http.client.HTTPException)):
                    client.call("ListTables")

            waiting = threading.Thread(target=call)
            waiting.start()
            assert arrived.wait(10)
            began = time.monotonic()
        assert time.monotonic() - began < 5
        waiting.join(5)
        assert not waiting.is_alive()
        assert told.heard == []


def test_what_goes_wrong_in_forwarding_is_an_internal_error(told: Any, connect: Callable[[str], Any]) -> None:
    class Broken(Upstream):
        def forward(self, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> Forwarded:
            raise KeyError("oops")

    with running(told, upstream=Broken("http://127.0.0.1:9")) as url:
        assert connect(url).call("ListTables").status == 500


@pytest.mark.parametrize("url", ["", "aws", "ftp://x", "http://", "127.0.0.1:8000", "http://x:nonsense"])
def test_an_upstream_is_a_url(url: str) -> None:
    with pytest.raises(ConfigurationError):
        Upstream(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://dynamodb.us-east-1.amazonaws.com",
        "https://streams.dynamodb.cn-north-1.amazonaws.com.cn/",
        "https://111122223333.ddb.us-east-1.api.aws",
    ],
)
def test_aws_is_no_upstream_and_it_is_said_what_to_do(url: str) -> None:
    with pytest.raises(ConfigurationError, match="pytest --record"):
        Upstream(url)
