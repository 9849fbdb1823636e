"""Servers that run the application in a thread: uvicorn, and a small one for programs that a test starts."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.server.application import Beside, app
from pytest_dynamodb.server.upstream import Upstream

# --- uvicorn ---

STOP_WITHIN = 3
"""Seconds that requests under way may take when the server stops."""

BACKLOG = 2048
"""Connections that may wait to be accepted."""

KEEP_ALIVE = 120
"""Seconds that an unused connection stays open: longer than clients keep theirs, so none is closed under a request."""


@contextmanager
def running(
    provider: Provider,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    upstream: Upstream | None = None,
    region: str = "us-east-1",
    beside: Beside | None = None,
    origins: Iterable[str] = (),
    hosts: Iterable[str] = (),
) -> Iterator[str]:
    """The URL of a server that answers as ``provider`` does, stopped on leaving; port 0 is one that is free.

    ``origins`` are those of web pages that may ask it, ``hosts`` names under which it is asked for: see ``Visitors``.
    Raises ``ConfigurationError`` if there is no uvicorn, or if the address cannot be had.
    """
    uvicorn = _uvicorn()
    application = app(provider, upstream=upstream, region=region, beside=beside, origins=origins, hosts=hosts)
    listening = _listen(host, port)
    begun = threading.Event()
    server = _server_class(uvicorn, begun)(
        uvicorn.Config(
            application,
            access_log=False,
            http=_protocol(),
            interface="asgi3",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_WITHIN,
            timeout_keep_alive=KEEP_ALIVE,
            ws="none",
        )
    )

    def serve() -> None:
        try:
            with listening:  # closed also if uvicorn fails: then nobody waits in the queue
                server.run(sockets=[listening])
        finally:
            begun.set()

    url = _url(listening)
    thread = threading.Thread(target=serve, name="pytest-dynamodb-server", daemon=True)
    thread.start()
    try:
        yield url
    finally:
        begun.wait()
        server.should_exit = True
        thread.join()


def _server_class(uvicorn: Any, begun: threading.Event) -> Any:
    """uvicorn's server that says when it has begun: stopped earlier, it leaves a listener to uvloop, which may hang."""

    class Server(uvicorn.Server):  # type: ignore[misc]  # uvicorn is imported late
        async def main_loop(self) -> None:
            begun.set()
            await super().main_loop()

    return Server


def _uvicorn() -> Any:
    try:
        import uvicorn
    except ImportError:
        raise ConfigurationError(
            "the server needs uvicorn, which is not installed: pip install 'pytest-dynamodb-cassette[server]'"
        ) from None
    return uvicorn


def _protocol() -> Any:
    """What reads connections: ours where there is httptools, else uvicorn's own by h11."""
    try:
        from pytest_dynamodb.server.connection import HttpConnection
    except ImportError:
        return "h11"
    return HttpConnection


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens from now on: whoever connects before uvicorn is ready waits in its queue."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # With its protocol named: asyncio sends without delay (TCP_NODELAY) only on sockets that say they are TCP.
        listening = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise _unavailable(host, port, problem) from None
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as problem:
        listening.close()
        raise _unavailable(host, port, problem) from None
    return listening


def _unavailable(host: str, port: int, problem: OSError) -> ConfigurationError:
    return ConfigurationError(f"cannot listen on {host}, port {port}: {problem.strerror or problem}")


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


# --- the server for programs that a test starts ---
# On this machine only, with nothing but the standard library.


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
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Programs that are killed hang up: nothing to speak of."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LoopbackServer

    def do_POST(self) -> None:
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
