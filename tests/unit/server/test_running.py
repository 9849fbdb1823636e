"""A server starts on a port that is free, stops when it is left, and says what it lacks."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure
from pytest_dynamodb.server import app, running


def test_it_is_gone_when_it_is_left(told: Any, connect: Callable[[str], Any]) -> None:
    before = threading.active_count()
    with running(told) as url:
        assert connect(url).send("GET").status == 200
    with pytest.raises(ConnectionError):
        connect(url).send("GET")
    assert threading.active_count() == before


def test_an_error_in_the_block_stops_it_too(told: Any) -> None:
    with pytest.raises(ZeroDivisionError), running(told):
        raise ZeroDivisionError
    with running(told):
        pass


def test_an_idle_connection_does_not_keep_it(told: Any, connect: Callable[[str], Any]) -> None:
    with running(told) as url:
        connect(url).call("ListTables")


def test_two_at_a_time_have_two_ports(told: Any, connect: Callable[[str], Any]) -> None:
    with running(told) as one, running(told) as other:
        assert one != other
        assert connect(one).call("ListTables").status == connect(other).call("ListTables").status == 200


def test_a_port_that_is_taken_is_said(told: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(ConfigurationError, match=rf"cannot listen on 127\.0\.0\.1, port {port}: "),
            running(told, port=port),
        ):
            pass


def test_a_host_that_is_not_ours_is_said(told: Any) -> None:
    with (
        pytest.raises(ConfigurationError, match=r"cannot listen on 192\.0\.2\.1, port 0"),
        running(told, host="192.0.2.1"),
    ):
        pass


def test_only_this_machine_is_listened_to(told: Any) -> None:
    with running(told) as url:
        assert urlsplit(url).hostname == "127.0.0.1"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_ipv6(told: Any, connect: Callable[[str], Any]) -> None:
    with running(told, host="::1") as url:
        assert url.startswith("http://[::1]:")
        assert connect(url).send("GET").status == 200


def test_without_uvicorn_the_extra_is_named(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'pytest-dynamodb-cassette\[server\]'"), running(told):
        pass


def test_without_httptools_uvicorn_reads_by_h11(
    told: Any, connect: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pytest_dynamodb.server.connection", None)
    with running(told) as url:
        assert connect(url).call("ListTables").status == 200


async def exchange(provider: Any, scope: dict[str, Any], body: bytes = b"{}") -> list[Any]:
    """What an ASGI server of another make gets."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(provider)(scope, receive, send)
    return sent


SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "query_string": b"",
    "headers": [
        (b"authorization", b"AWS4-X Credential=a,SignedHeaders=b,Signature=c"),
        (b"content-type", b"application/json"),
        (b"date", b"now"),
        (b"x-amz-target", b"DynamoDB_20120810.ListTables"),
    ],
}


def test_any_asgi_server_will_do(told: Any) -> None:
    start, body = asyncio.run(exchange(told, SCOPE))
    assert (start["status"], body["body"]) == (200, b"{}")


def test_where_a_connection_cannot_be_cut_the_service_is_unavailable(told: Any) -> None:
    def fail(_: Request) -> Outcome:
        return TransportFailure("ReadTimeoutError", "no")

    told.answer = fail
    start, _ = asyncio.run(exchange(told, SCOPE))
    assert start["status"] == 503


def test_a_client_that_hangs_up_in_between_has_asked_nothing(told: Any) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"TableName":"t"}', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError(message)

    asyncio.run(app(told)(dict(SCOPE), receive, send))
    assert told.requests == []


def test_only_http_is_spoken(told: Any) -> None:
    with pytest.raises(NotImplementedError, match="not lifespan"):
        asyncio.run(exchange(told, {"type": "lifespan"}))


def test_providers_are_asked_from_many_connections(told: Any, connect: Callable[[str], Any]) -> None:
    told.answer = lambda request: Response(200, {"TableNames": [request.params["N"]]})
    with running(told) as url:
        clients = [connect(url) for _ in range(8)]
        answers: list[Any] = []

        def ask(number: int) -> None:
            params = {"N": str(number)}
            answers.extend((number, clients[number].call("ListTables", params).body["TableNames"]) for _ in range(10))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 80
    assert all(names == [str(number)] for number, names in answers)
