"""Servers that answer as a test tells them to: an endpoint that misbehaves, and an instance metadata service."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]
"""What to do with one request: a handler that sends an answer, or sends none."""


class Handler(BaseHTTPRequestHandler):
    """Reads a request, notes it, and does what the test says."""

    server: Server
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.requests.append(f"{self.command} {self.path}")
            number = len(self.server.requests) - 1
        answers = self.server.answers
        answers[min(number, len(answers) - 1)](self)

    do_GET = do_POST = do_PUT = _any  # noqa: N815 - the standard library's names

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Gives the answers in turn, the last one for ever; ``requests`` are those it was asked."""

    daemon_threads = True

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.requests, self.lock = answers, list[str](), threading.Lock()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what the tests are about."""


@contextmanager
def serving(*answers: Answer) -> Iterator[Server]:
    """A server on a port of this machine, stopped on leaving."""
    server = Server(list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def json_answer(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """DynamoDB's way to answer."""
    raw = json.dumps(body).encode()
    sent = {"Content-Type": "application/x-amz-json-1.0", **(headers or {})}
    return lambda handler: handler.send(status, raw, sent)


def error(code: str, message: str = "no", *, status: int = 400, **members: Any) -> Answer:
    """DynamoDB's way to say no."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **members}
    return json_answer(body, status=status)


def hang(handler: Handler) -> None:
    """No answer until the client has given up."""
    handler.server.released.wait(10)
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """The connection is closed instead of an answer."""
    handler.close_connection = True


ROLE_CREDENTIALS = {
    "Code": "Success",
    "AccessKeyId": "ASIAFROMMETADATA0000",
    "SecretAccessKey": "secret-from-instance-metadata",
    "Token": "token-from-instance-metadata",
    "Expiration": "2099-01-01T00:00:00Z",
}
"""An instance metadata service (version 2) that hands out credentials of a role."""


def metadata(handler: Handler) -> None:
    """Token, role name, credentials."""
    if handler.command == "PUT":
        handler.send(200, b"token")
    elif handler.path.endswith("/role"):
        handler.send(200, json.dumps(ROLE_CREDENTIALS).encode())
    elif "security-credentials" in handler.path:
        handler.send(200, b"role")
    else:
        handler.send(404, b"")
