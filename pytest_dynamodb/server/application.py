"""The application: HTTP to ``exchange.Request``, the provider's outcome to HTTP. Under ASGI, or asked directly.

Who asks is looked at first (``visitors``); then, as AWS has it (dynalite's test/connection.js), size, CORS, method,
content type, JSON, target, signature, empty body; then the provider.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import quote

from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Json, Provider, Request, TransportFailure
from pytest_dynamodb.server import messages
from pytest_dynamodb.server.authentication import Caller, Refused, caller_of
from pytest_dynamodb.server.upstream import Upstream
from pytest_dynamodb.server.visitors import Visitors
from pytest_dynamodb.terminal import printable, without_passwords

# --- content codings ---
# Requests may come compressed, and answers go out compressed to whoever accepts that. RFC 9110, 8.4 (codings), 12.5.3
# (Accept-Encoding) and 12.4.2 (weights); RFC 1952, 2.2 (members of gzip).

WORTHWHILE = 4096
"""Answers up to here go out as they are (facts collected from AWS: compression begins above 4 KB)."""

MOST_CODINGS: Final = 4
"""Codings of one request, one over another: more are an attack."""

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's words for the wrappers

_CODINGS: Final = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"deflate": _ZLIB}
"""Names of codings to ``wbits``. HTTP's "deflate" is zlib's format (RFC 9110, 8.4.1.2)."""

_IDENTITY: Final = b"identity"
_WEIGHT: Final = re.compile(rb"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


class TooLarge(Exception):
    """A body is larger than allowed."""


def decoded(body: bytes, coding: bytes, limit: int) -> bytes:
    """The body as it was before codings were applied, the last one first; codings that are not known are passed over.

    Raises ``TooLarge`` beyond ``limit`` bytes, however small it came, and ``zlib.error`` for what is damaged or cut.
    """
    names = [name for name in _names(coding) if name in _CODINGS]
    if len(names) > MOST_CODINGS:
        raise zlib.error("too many codings")
    for name in reversed(names):
        body = _decoded(body, _CODINGS[name], limit)
    return body


def _names(header: bytes) -> Iterator[bytes]:
    return (part.strip() for part in header.lower().split(b","))


def _decoded(body: bytes, wbits: int, limit: int) -> bytes:
    if wbits == _GZIP:
        return _members(body, limit)
    try:
        return _stream(body, wbits, limit)[0]
    except zlib.error:
        return _stream(body, _RAW, limit)[0]  # what some clients mean by "deflate"


def _members(body: bytes, limit: int) -> bytes:
    """What a gzip file holds: one member after another."""
    plain, rest = _stream(body, _GZIP, limit)
    parts, size = [plain], len(plain)
    while rest:
        plain, rest = _stream(rest, _GZIP, limit - size)
        parts.append(plain)
        size += len(plain)
    return b"".join(parts)


def _stream(body: bytes, wbits: int, limit: int) -> tuple[bytes, bytes]:
    """A stream's content, and what follows the stream."""
    stream = zlib.decompressobj(wbits)
    plain = stream.decompress(body, limit + 1)
    if len(plain) > limit:
        raise TooLarge
    if not stream.eof:
        raise zlib.error("cut off")
    return plain, stream.unused_data


@lru_cache(maxsize=256)
def accepted(header: bytes) -> bytes | None:
    """The coding to use for whoever sends this ``Accept-Encoding``; ``None`` for none.

    The heaviest of gzip, deflate and identity; of equal ones, a compressed one before the plain one, and what is named
    first before what comes later. ``*`` stands for those that are not named. Where nothing is acceptable, the answer
    goes out as it is: that is better than none (RFC 9110, 12.5.3).
    """
    weights = _weights(header)
    rest = weights.get(b"*", 0.0)
    named = [name for name in weights if name in _CODINGS]
    choices = [*named, *(name for name in (b"gzip", b"deflate") if name not in weights)]
    best = max(choices, key=lambda name: weights.get(name, rest))  # the first of equal ones
    weight = weights.get(best, rest)
    if weight == 0.0 or weights.get(_IDENTITY, 0.0) > weight:
        return None
    return b"gzip" if best == b"x-gzip" else best


def _weights(header: bytes) -> dict[bytes, float]:
    """Codings in their order, with their weights from 0 to 1; what is no weight is 0."""
    weights: dict[bytes, float] = {}
    for part in header.lower().split(b","):
        name, *parameters = (piece.strip() for piece in part.split(b";"))
        if name:
            weights[name] = _weight(parameters)
    return weights


def _weight(parameters: list[bytes]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"q":
            return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0


def encoded(body: bytes, coding: bytes) -> bytes:
    """``body``, compressed quickly rather than well: it does not travel far."""
    stream = zlib.compressobj(1, zlib.DEFLATED, _CODINGS[coding])
    return stream.compress(body) + stream.flush()


# --- the application ---

Scope = MutableMapping[str, Any]
AsgiEvent = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiEvent]]
AsgiSend = Callable[[AsgiEvent], Awaitable[None]]

MAX_REQUEST = 16 * 1024 * 1024
"""Bytes of a request, before and after decompression."""

log: logging.Logger = logging.getLogger("pytest_dynamodb.server")


class _Gone(Exception):
    """The client hung up before it had said everything."""


class Line(NamedTuple):
    """Who answers a caller, and where the requests go that it lets go."""

    provider: Provider
    upstream: Upstream | None = None


class Beside(Protocol):
    """What else there is at the address of a DynamoDB: pages, and callers whom somebody else answers."""

    def page(self, message: messages.Message) -> messages.Answer | None:
        """The answer to a request whose path begins with ``/_``; ``None`` where it is DynamoDB's business."""

    def line(self, message: messages.Message, caller: Caller) -> Line | None:
        """Who answers this call; ``None`` where it is the server's own provider.

        Raises what this package raises for a caller whom nobody answers.
        """


class _Call(NamedTuple):
    """A request that a provider lets go."""

    request: Request
    line: Line


class Application:
    """Answers HTTP requests as ``provider`` does; an ASGI application, too.

    What the provider lets go is sent to ``upstream``. ``region`` is that of requests which name none. ``beside`` is
    asked first. ``visitors`` says which web pages may ask, and under which names.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        upstream: Upstream | None = None,
        region: str = "us-east-1",
        beside: Beside | None = None,
        visitors: Visitors | None = None,
    ) -> None:
        self._line, self._region, self._beside = Line(provider, upstream), region, beside
        self._visitors = visitors or Visitors()

    async def __call__(self, scope: Scope, receive: Receive, send: AsgiSend) -> None:
        """One HTTP request. There is nothing to do when the server starts and stops."""
        if scope["type"] != "http":
            raise NotImplementedError(f"only HTTP is spoken here, not {scope['type']}")
        try:
            answer = await self._told(scope, receive)
        except _Gone:
            return
        if answer is None:
            await _cut(receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers()})
        await send({"type": "http.response.body", "body": answer.body})

    async def _told(self, scope: Scope, receive: Receive) -> messages.Answer | None:
        body = await _body(receive)
        if body is None:
            return messages.too_large()
        answer = self.answer(_message(scope, body))
        return await answer if isinstance(answer, Awaitable) else answer

    def answer(self, message: messages.Message) -> messages.Answer | Awaitable[messages.Answer | None] | None:
        """The answer to a request; ``None`` where the connection is to end without one.

        Only what goes to the upstream has to be awaited.
        """
        refusal = self._visitors.refusal(message.method, message.fields)
        if refusal is not None:
            return refusal
        if self._beside is not None and message.target.startswith(b"/_"):
            page = self._beside.page(message)
            if page is not None:
                return page
        answer = self._answer(message)
        if isinstance(answer, _Call):
            return self._sent_on(answer, message)
        return None if answer is None else self._finished(answer, message)

    async def _sent_on(self, call: _Call, message: messages.Message) -> messages.Answer | None:
        try:
            answer = await self._forwarded(call, message)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the client is answered and the log has it
            answer = _failed(call.request.operation, problem)
        if answer is not None and not answer.content_type:
            answer.content_type = _media_type(message.fields.get(b"content-type", b"")) or messages.PLAIN_JSON
        return None if answer is None else self._finished(answer, message)

    def _finished(self, answer: messages.Answer, message: messages.Message) -> messages.Answer:
        """The answer with what the request's headers ask for."""
        fields = message.fields
        if answer.bare:
            return answer
        if b"origin" in fields:
            answer.headers += self._visitors.headers(fields)
        if len(answer.body) > WORTHWHILE and b"accept-encoding" in fields:
            coding = accepted(fields[b"accept-encoding"])
            if coding is not None:
                answer.body = encoded(answer.body, coding)
                answer.headers.append((b"content-encoding", coding))
        return answer

    def _answer(self, message: messages.Message) -> messages.Answer | _Call | None:
        """The answer, or the request that the provider lets go."""
        if message.method != "POST":
            if message.method == "OPTIONS" and b"origin" in message.fields:
                return messages.preflight(message.fields)
            return messages.healthy(self._region) if message.method == "GET" else messages.not_found()
        content_type = _media_type(message.fields.get(b"content-type", b""))
        if message.body and content_type is None:
            return messages.not_found()
        answer = self._call(message)
        if isinstance(answer, messages.Answer) and not answer.content_type:
            answer.content_type = content_type or messages.PLAIN_JSON
        return answer

    def _call(self, message: messages.Message) -> messages.Answer | _Call | None:
        """The answer to a POST with a body of JSON or none."""
        fields, body = message.fields, message.body
        coding = fields.get(b"content-encoding")
        try:
            plain = decoded(body, coding, MAX_REQUEST) if coding else body
            params = _parsed(plain) if plain else None
        except TooLarge:
            return messages.too_large()
        except (ValueError, RecursionError, zlib.error):
            return messages.Answer(400, messages.SERIALIZATION_BODY)
        operation = messages.TARGETS.get(fields.get(b"x-amz-target", b""))
        if operation is None:
            return messages.Answer(400, messages.UNKNOWN_OPERATION_BODY)
        try:
            caller = caller_of(fields, message.query)
        except Refused as refusal:
            return messages.Answer(400, refusal.body)
        if not isinstance(params, dict):
            return messages.Answer(400, messages.SERIALIZATION_BODY)
        try:
            line = None if self._beside is None else self._beside.line(message, caller)
        except PytestDynamoDbError as problem:
            return _failed(operation.name, problem)
        request = Request(
            operation.name,
            params,
            caller.region or self._region,
            _endpoint(message),
            operation.tokens,
            account=caller.account,
        )
        return self._provided(request, line or self._line)

    def _provided(self, request: Request, line: Line) -> messages.Answer | _Call | None:
        """The provider's answer, or the call where the provider lets it go."""
        try:
            outcome = line.provider.before(request)
            if outcome is None:
                return _Call(request, line)
            return None if isinstance(outcome, TransportFailure) else messages.answer_of(request.operation, outcome)
        except Exception as problem:  # noqa: BLE001 - likewise
            return _failed(request.operation, problem)

    async def _forwarded(self, call: _Call, message: messages.Message) -> messages.Answer | None:
        request, (provider, upstream) = call
        if upstream is None:
            raise ConfigurationError(f"{request.operation}: nobody answers it here, and there is no upstream")
        path = message.target.decode("latin-1")
        try:
            forwarded = await upstream.forward_aside(path, message.headers, message.body)
        except asyncio.CancelledError:
            return None  # the server stops and waits no longer; the connection ends, as it would have a moment later
        provider.after(request, forwarded.outcome)
        if isinstance(forwarded.outcome, TransportFailure):
            log.warning("the upstream did not answer: %s", printable(without_passwords(forwarded.outcome.message)))
            return None
        answer = messages.answer_of(request.operation, forwarded.outcome)
        answer.body, answer.content_type = forwarded.raw, messages.header(forwarded.content_type)
        answer.request_id = messages.header(forwarded.request_id)
        return answer


def _failed(operation: str, problem: Exception) -> messages.Answer:
    """The answer where ``problem`` was raised on the way; it is logged here."""
    if isinstance(problem, PytestDynamoDbError):
        log.warning("%s: %s", type(problem).__name__, problem)
        return messages.Answer(400, messages.explained(problem))
    log.error("%s failed", operation, exc_info=problem)
    return messages.Answer(500, messages.INTERNAL_ERROR_BODY)


def app(
    provider: Provider,
    *,
    upstream: Upstream | None = None,
    region: str = "us-east-1",
    beside: Beside | None = None,
    origins: Iterable[str] = (),
    hosts: Iterable[str] = (),
) -> Application:
    """The ASGI application of a provider: see ``Application``.

    ``origins`` are those of web pages that may ask it, ``hosts`` names under which it is asked for: see ``Visitors``.
    """
    visitors = Visitors(tuple(origins), tuple(hosts))
    return Application(provider, upstream=upstream, region=region, beside=beside, visitors=visitors)


def _message(scope: Scope, body: bytes) -> messages.Message:
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope["query_string"]
    headers = list(scope["headers"])
    return messages.Message(
        scope["method"],
        path + b"?" + query if query else path,
        query,
        headers,
        messages.fields_of(headers),
        body,
        scope.get("scheme", "http"),
    )


async def _body(receive: Receive) -> bytes | None:
    """The request's body; ``None`` of one that is too large, but heard out: clients listen only after they have spoken.

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
    return b"".join(parts) if size <= MAX_REQUEST else None


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


@lru_cache(maxsize=64)
def _media_type(content_type: bytes) -> bytes | None:
    """The media type if it is one that DynamoDB reads."""
    media_type = content_type.split(b";", 1)[0].strip().lower()
    return media_type if media_type in (messages.AMZ_JSON, messages.PLAIN_JSON) else None


def _constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(parse_constant=_constant).decode


def _parsed(body: bytes) -> Json:
    """Raises ``ValueError`` or ``RecursionError`` for what is no JSON."""
    return _decode(body.decode("utf-8"))


def _endpoint(message: messages.Message) -> str:
    return f"{message.scheme}://{message.fields.get(b'host', b'').decode('latin-1')}/"
