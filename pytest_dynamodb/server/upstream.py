"""Where a recording proxy sends what its provider lets go: another DynamoDB, over HTTP.

A request goes on as it came, its path, its headers and its body, so that the upstream sees what the client sent. Only
what belongs to a single connection is made anew, ``Host`` among it; and with another host a signature is no longer
right. Emulators do not look at it. AWS does, so AWS cannot be an upstream here.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Json, Outcome, Response, TransportFailure
from pytest_dynamodb.terminal import without_passwords

_NOT_FORWARDED = frozenset(
    {
        b"accept-encoding",
        b"connection",
        b"content-length",
        b"expect",
        b"host",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Of one connection only (RFC 9110, 7.6.1), or set anew. ``Accept-Encoding`` too: what is recorded is plain."""

_KEPT_HEADERS = ("x-amz-retry-after", "retry-after")
"""Response headers that change what a client does, as ``exchange.Response`` keeps them."""

PATIENCE = 60.0
"""Seconds to wait for an upstream, as botocore does by default."""


@dataclass(slots=True, frozen=True)
class Forwarded:
    """What the upstream said: for the provider, and as bytes for the client."""

    outcome: Outcome
    raw: bytes = b""
    content_type: str = ""
    request_id: str = ""


class Upstream:
    """A DynamoDB at ``url``. Raises ``ConfigurationError`` for what is no such URL, and for AWS's own."""

    url: str

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        shown = without_passwords(url)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as problem:
            raise ConfigurationError(f"the upstream {shown!r} is no URL: {problem}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"the upstream must be a URL such as http://127.0.0.1:8000, not {shown!r}")
        if f".{parts.hostname}".endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
            raise ConfigurationError(
                f"{shown} cannot be recorded through a proxy: requests signed for this server are refused there. "
                "Record AWS from within Python: `pytest --record`, or use_cassette(..., mode='rewrite')"
            )
        self.url, self._host, self._port = url, parts.hostname, port
        self._encrypted, self._base, self._patience = parts.scheme == "https", parts.path.rstrip("/"), patience

    def forward(self, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> Forwarded:
        """POST ``body`` there and wait for the answer. A connection for each: none is stale, no write is sent twice."""
        began = time.perf_counter()
        connection = self._connection()
        try:
            try:
                connection.connect()
            except TimeoutError as problem:
                return self._failure("ConnectTimeoutError", problem, began)
            except OSError as problem:
                return self._failure("EndpointConnectionError", problem, began)
            try:
                return self._exchange(connection, path, headers, body, began)
            except TimeoutError as problem:
                return self._failure("ReadTimeoutError", problem, began)
            except (OSError, http.client.HTTPException) as problem:
                return self._failure("ConnectionClosedError", problem, began)
        finally:
            connection.close()

    async def forward_aside(self, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> Forwarded:
        """``forward``, in a thread that nobody waits for at the end: an upstream may take its time, Ctrl-C may not."""
        loop = asyncio.get_running_loop()
        forwarded: asyncio.Future[Forwarded] = loop.create_future()

        def deliver(result: Forwarded | None, problem: Exception | None) -> None:
            if forwarded.cancelled():
                return
            if result is None:
                forwarded.set_exception(problem or RuntimeError("no answer"))
            else:
                forwarded.set_result(result)

        def work() -> None:
            result, problem = None, None
            try:
                result = self.forward(path, headers, body)
            except Exception as raised:  # noqa: BLE001 - whatever it is, it belongs to whoever awaits
                problem = raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
                loop.call_soon_threadsafe(deliver, result, problem)

        threading.Thread(target=work, name="pytest-dynamodb-upstream", daemon=True).start()
        return await forwarded

    def _connection(self) -> http.client.HTTPConnection:
        if self._encrypted:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._patience, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._patience)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        began: float,
    ) -> Forwarded:
        connection.putrequest("POST", self._base + path, skip_accept_encoding=True)
        for name, value in headers:
            if name not in _NOT_FORWARDED:
                connection.putheader(name, value)
        connection.putheader("Accept-Encoding", "identity")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        received = connection.getresponse()
        raw = received.read()
        parsed = _json_object(raw)
        kept = {name: received.headers[name] for name in _KEPT_HEADERS if name in received.headers}
        elapsed = time.perf_counter() - began
        return Forwarded(
            Response(received.status, raw if parsed is None else parsed, kept, elapsed=elapsed),
            raw,
            received.headers.get("content-type") or "",
            received.headers.get("x-amzn-requestid") or "",
        )

    def _failure(self, kind: str, problem: Exception, began: float) -> Forwarded:
        arguments = {"endpoint_url": without_passwords(self.url), "error": str(problem) or type(problem).__name__}
        message = f"{kind}: {without_passwords(self.url)}: {arguments['error']}"
        return Forwarded(TransportFailure(kind, message, arguments, elapsed=time.perf_counter() - began))


def _json_object(raw: bytes) -> dict[str, Json] | None:
    try:
        body = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
