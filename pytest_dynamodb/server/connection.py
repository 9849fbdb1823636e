"""A connection, read by httptools and answered at once: what a provider says it says without waiting.

uvicorn makes one for each client and stops them all at the end (``uvicorn.Config(http=Connection)``); between the bytes
and the application there is nothing else, no task and no queue, unless a request goes on to an upstream. Without
httptools uvicorn reads by h11 and asks the same application by ASGI.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any, Final, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from pytest_dynamodb.server.application import MAX_REQUEST, Application
from pytest_dynamodb.server.messages import Answer, Headers, Message, fields_of, too_large

_STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus if status >= 200
}
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_INVALID: Final = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class HttpConnection(asyncio.Protocol):
    """One client's connection, as uvicorn wants it: made of its configuration and what its server shares."""

    def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
        self._application: Application = config.app
        self._patience: float = config.timeout_keep_alive
        self._server, self._loop = server_state, asyncio.get_running_loop()
        self._parser = HttpRequestParser(self)
        self._waiting: deque[tuple[Message | None, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # which uvloop's is not by its class
        self._server.connections.add(self)
        self._heard = self._loop.time()
        self._timer = self._loop.call_later(self._patience, self._check_idle)
        self.on_message_begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone. What was sent on for it is not undone: its answer has nobody to go to."""
        self._server.connections.discard(self)
        self._timer.cancel()
        self._waiting.clear()

    def shutdown(self) -> None:
        """The server stops: an answer under way still goes out."""
        self._closing = True
        if self._task is None:
            self._transport.close()

    def _check_idle(self) -> None:
        left = self._heard + self._patience - self._loop.time()
        if left <= 0 and self._task is None:
            self._transport.close()
        else:
            self._timer = self._loop.call_later(max(left, 1.0), self._check_idle)

    # --- the parser's side ---

    def data_received(self, data: bytes) -> None:
        """Feed the parser, which calls the methods below."""
        self._heard = self._loop.time()
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.shutdown()  # no other protocol is spoken here; the request itself has been answered
        except HttpParserError:
            self._transport.write(_INVALID)
            self._transport.close()

    def on_message_begin(self) -> None:
        self._target = b""
        self._headers: Headers = []
        self._parts: list[bytes] = []
        self._size = 0

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._headers.append((name, value))
        if name == b"expect" and value.lower() == b"100-continue":
            self._transport.write(_CONTINUE)

    def on_body(self, part: bytes) -> None:
        """A part of the body. What is too large is heard, and not kept."""
        self._size += len(part)
        if self._size <= MAX_REQUEST:
            self._parts.append(part)
        else:
            self._parts.clear()

    def on_message_complete(self) -> None:
        """A request is whole: it is answered, or waits until those before it are."""
        parser = self._parser
        kept = parser.should_keep_alive() and parser.get_http_version() != "1.0" and not parser.should_upgrade()
        message = self._message() if self._size <= MAX_REQUEST else None
        if self._task is None:
            self._take(message, kept=kept)
        else:
            self._waiting.append((message, kept))
            self._transport.pause_reading()

    def _message(self) -> Message:
        _, _, query = self._target.partition(b"?")
        method = self._parser.get_method().decode("ascii")
        headers = self._headers
        return Message(method, self._target, query, headers, fields_of(headers), b"".join(self._parts))

    # --- the application's side ---

    def _take(self, message: Message | None, *, kept: bool) -> None:
        answer = too_large() if message is None else self._application.answer(message)
        silent = message is not None and message.method == "HEAD"
        if answer is None:
            self._transport.abort()
        elif isinstance(answer, Answer):
            self._send(answer, kept=kept, silent=silent)
        else:
            self._task = self._loop.create_task(self._wait(answer, kept=kept))
            self._server.tasks.add(self._task)
            self._task.add_done_callback(self._server.tasks.discard)

    async def _wait(self, awaited: Awaitable[Answer | None], *, kept: bool) -> None:
        answer = await awaited
        self._task = None
        if answer is None:
            self._transport.abort()
            return
        self._send(answer, kept=kept)
        while self._waiting and self._task is None:
            message, kept = self._waiting.popleft()
            self._take(message, kept=kept)
        if not self._waiting and not self._transport.is_closing():
            self._transport.resume_reading()

    def _send(self, answer: Answer, *, kept: bool, silent: bool = False) -> None:
        lines = [b"%b: %b\r\n" % pair for pair in (*self._server.default_headers, *answer.all_headers())]
        kept = kept and not self._closing
        if not kept:
            lines.append(b"connection: close\r\n")
        body = b"" if silent else answer.body
        if answer.bare:
            lines.append(b"transfer-encoding: chunked\r\n")
            body = b"0\r\n\r\n"
        status = _STATUS_LINES.get(answer.status) or b"HTTP/1.1 %d \r\n" % answer.status
        self._transport.write(b"".join((status, *lines, b"\r\n", body)))
        if not kept:
            self._transport.close()
