"""The application for programs that a test starts: on this machine only, with nothing but the standard library."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.server.application import app


class LoopbackServer(ThreadingHTTPServer):
    """Asks, for each request, the provider that ``find`` gives for the first part of its path.

    Answers 404 where it gives none: whoever does not know the path is not answered.
    """

    daemon_threads = True

    def __init__(self, find: Callable[[str], Provider | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.find = find
        threading.Thread(target=self.serve_forever, name="dynamodb-cassette-programs", daemon=True).start()

    def url(self, path: str) -> str:
        """The endpoint for a path."""
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Programs that are killed hang up: nothing to speak of."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LoopbackServer

    def do_POST(self) -> None:
        """A call."""
        threading.current_thread().name = "a program that it started"
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        provider = self.server.find(target.path.strip("/").split("/")[0])
        if provider is None:
            self.send_error(404)
            return
        sent = asyncio.run(self._answered(provider, target.query.encode("latin-1"), body))
        started, content = sent
        self.send_response_only(started["status"])
        for name, value in started["headers"]:
            self.send_header(name.decode("latin-1"), value.decode("latin-1"))
        self.end_headers()
        self.wfile.write(content["body"])

    async def _answered(self, provider: Provider, query: bytes, body: bytes) -> list[Any]:
        sent: list[Any] = []
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "scheme": "http",
            "query_string": query,
            "headers": headers,
            "server": self.server.server_address,
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await app(provider)(scope, receive, send)
        return sent

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""
