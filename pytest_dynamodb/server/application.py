"""The ASGI application: HTTP to ``exchange.Request``, the provider's outcome to HTTP.

Order of what is looked at, as AWS has it (dynalite's test/connection.js): size, CORS, method, content type, JSON,
target, signature, empty body; then the provider.
"""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Json, Provider, Request, TransportFailure
from pytest_dynamodb.server.answers import (
    AMZ_JSON,
    INTERNAL_ERROR_BODY,
    PLAIN_JSON,
    SERIALIZATION_BODY,
    UNKNOWN_OPERATION_BODY,
    Answer,
    answer_of,
    explained,
    healthy,
    not_found,
    preflight,
)
from pytest_dynamodb.server.authentication import Refused, caller_of
from pytest_dynamodb.server.targets import TARGETS
from pytest_dynamodb.server.upstream import Upstream

# --- content codings: requests that come compressed, answers that go out compressed to whoever takes them so ---

#: Answers up to here go out as they are (facts collected from AWS: compression begins above 4 KB).
WORTHWHILE = 4096

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's words for the wrappers

#: Names of codings to ``wbits``, the preferred one first. HTTP's "deflate" is zlib's format (RFC 9110, 8.4.1.2).
_CODINGS = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"deflate": _ZLIB}


class TooLarge(Exception):
    """It would be larger than allowed."""


def decoded(body: bytes, coding: bytes, limit: int) -> bytes:
    """The body as it was before it was compressed; as it is under a coding that is not known.

    Raises ``TooLarge`` beyond ``limit`` bytes, however small it came, and ``zlib.error`` for what is damaged or cut.
    """
    wbits = _CODINGS.get(coding.strip().lower())
    if wbits is None:
        return body
    try:
        return _decompressed(body, wbits, limit)
    except zlib.error:
        if wbits != _ZLIB:
            raise
        return _decompressed(body, _RAW, limit)  # what some clients mean by "deflate"


def _decompressed(body: bytes, wbits: int, limit: int) -> bytes:
    stream = zlib.decompressobj(wbits)
    plain = stream.decompress(body, limit + 1)
    if len(plain) > limit:
        raise TooLarge
    if not stream.eof:
        raise zlib.error("cut off")
    return plain


@lru_cache(maxsize=256)
def accepted(header: bytes) -> bytes | None:
    """The coding to use for whoever sends this ``Accept-Encoding``; ``None`` for none."""
    weights = {}
    for part in header.lower().split(b","):
        name, _, parameter = part.partition(b";")
        weights[name.strip()] = _weight(parameter)
    for name in (b"gzip", b"deflate"):
        if weights.get(name, 0.0) > 0:
            return name
    return None


def _weight(parameter: bytes) -> float:
    name, _, value = parameter.strip().partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def encoded(body: bytes, coding: bytes) -> bytes:
    """``body``, compressed quickly rather than well: it does not travel far."""
    stream = zlib.compressobj(1, zlib.DEFLATED, _CODINGS[coding])
    return stream.compress(body) + stream.flush()


Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
AsgiSend = Callable[[Message], Awaitable[None]]

#: Bytes of a request, before and after decompression.
MAX_REQUEST = 16 * 1024 * 1024

log = logging.getLogger("pytest_dynamodb.server")


class _Gone(Exception):
    """The client hung up before it had said everything."""


class Application:
    """An ASGI application that answers as ``provider`` does.

    What the provider lets go is sent to ``upstream``. ``region`` is that of requests which name none.
    """

    def __init__(self, provider: Provider, *, upstream: Upstream | None = None, region: str = "us-east-1") -> None:
        self._provider, self._upstream, self._region = provider, upstream, region

    async def __call__(self, scope: Scope, receive: Receive, send: AsgiSend) -> None:
        """One HTTP request. There is nothing to do when the server starts and stops."""
        if scope["type"] != "http":
            raise NotImplementedError(f"only HTTP is spoken here, not {scope['type']}")
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            answer = await self._answer(scope, headers, await _body(receive))
        except TooLarge:
            await _refuse_size(send)
            return
        except _Gone:
            return
        if answer is None:
            await _cut(receive, send)
            return
        if b"origin" in headers:
            answer.headers.append((b"access-control-allow-origin", b"*"))
        if len(answer.body) > WORTHWHILE and b"accept-encoding" in headers:
            _compress(answer, headers[b"accept-encoding"])
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers()})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Answer | None:
        """The answer; ``None`` where there is to be none. Raises ``TooLarge``."""
        method = scope["method"]
        if method != "POST":
            if method == "OPTIONS" and b"origin" in headers:
                return preflight(headers)
            return healthy(self._region) if method == "GET" else not_found()
        content_type = _media_type(headers.get(b"content-type", b""))
        if body and content_type is None:
            return not_found()
        answer = await self._call(scope, headers, body)
        if answer is not None and not answer.content_type:
            answer.content_type = content_type or PLAIN_JSON
        return answer

    async def _call(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Answer | None:
        """The answer to a POST with a body of JSON or none."""
        coding = headers.get(b"content-encoding")
        try:
            plain = decoded(body, coding, MAX_REQUEST) if coding else body
            params = _parsed(plain) if plain else None
        except (ValueError, RecursionError, zlib.error):
            return Answer(400, SERIALIZATION_BODY)
        operation = TARGETS.get(headers.get(b"x-amz-target", b""))
        if operation is None:
            return Answer(400, UNKNOWN_OPERATION_BODY)
        try:
            caller = caller_of(headers, scope["query_string"])
        except Refused as refusal:
            return Answer(400, refusal.body)
        if not isinstance(params, dict):
            return Answer(400, SERIALIZATION_BODY)
        request = Request(
            operation.name,
            params,
            caller.region or self._region,
            _endpoint(scope, headers),
            operation.tokens,
            account=caller.account,
        )
        return await self._provided(request, scope, body)

    async def _provided(self, request: Request, scope: Scope, body: bytes) -> Answer | None:
        """The provider's answer, or the upstream's where the provider lets the request go."""
        try:
            outcome = self._provider.before(request)
            if outcome is None:
                return await self._forwarded(request, scope, body)
            return None if isinstance(outcome, TransportFailure) else answer_of(request.operation, outcome)
        except PytestDynamoDbError as problem:
            log.warning("%s: %s", type(problem).__name__, problem)
            return Answer(400, explained(problem))
        except Exception:
            log.exception("%s failed", request.operation)
            return Answer(500, INTERNAL_ERROR_BODY)

    async def _forwarded(self, request: Request, scope: Scope, body: bytes) -> Answer | None:
        if self._upstream is None:
            raise ConfigurationError(f"{request.operation}: nobody answers it here, and there is no upstream")
        path = scope.get("raw_path", b"").decode("latin-1") or quote(scope["path"])
        if scope["query_string"]:
            path += "?" + scope["query_string"].decode("latin-1")
        try:
            forwarded = await self._upstream.forward_aside(path, list(scope["headers"]), body)
        except asyncio.CancelledError:
            return None  # the server stops and waits no longer; the connection ends, as it would have a moment later
        self._provider.after(request, forwarded.outcome)
        if isinstance(forwarded.outcome, TransportFailure):
            log.warning("the upstream did not answer: %s", forwarded.outcome.message)
            return None
        answer = answer_of(request.operation, forwarded.outcome)
        answer.body, answer.content_type = forwarded.raw, forwarded.content_type.encode("latin-1")
        answer.request_id = forwarded.request_id.encode("latin-1")
        return answer


def app(provider: Provider, *, upstream: Upstream | None = None, region: str = "us-east-1") -> Application:
    """The ASGI application of a provider: see ``Application``."""
    return Application(provider, upstream=upstream, region=region)


async def _body(receive: Receive) -> bytes:
    """The request's body. Raises ``TooLarge``, but hears the client out: it listens only after it has spoken.

    Raises ``_Gone`` for a client that hangs up meanwhile: half a write is none.
    """
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_REQUEST:
            parts.append(part)
        else:
            parts.clear()
        more = message.get("more_body", False)
    if size > MAX_REQUEST:
        raise TooLarge
    return b"".join(parts)


async def _refuse_size(send: AsgiSend) -> None:
    """AWS's 413 comes from further out and has none of DynamoDB's headers."""
    await send({"type": "http.response.start", "status": 413, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _cut(receive: Receive, send: AsgiSend) -> None:
    """End the connection without an answer, which is what a client sees of a failure of the transport.

    ASGI has no word for it. uvicorn's ``send`` belongs to an object that knows the transport; under another server the
    answer is a 503.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _media_type(content_type: bytes) -> bytes | None:
    """The media type if it is one that DynamoDB reads."""
    media_type = content_type.split(b";", 1)[0].strip().lower()
    return media_type if media_type in (AMZ_JSON, PLAIN_JSON) else None


def _constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(parse_constant=_constant).decode


def _parsed(body: bytes) -> Json:
    """Raises ``ValueError`` or ``RecursionError`` for what is no JSON."""
    return _decode(body.decode("utf-8"))


def _compress(answer: Answer, accept_encoding: bytes) -> None:
    coding = accepted(accept_encoding)
    if coding is not None:
        answer.body = encoded(answer.body, coding)
        answer.headers.append((b"content-encoding", coding))


def _endpoint(scope: Scope, headers: dict[bytes, bytes]) -> str:
    return f"{scope.get('scheme', 'http')}://{headers.get(b'host', b'').decode('latin-1')}/"
