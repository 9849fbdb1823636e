"""Between botocore's answers and ours: recorded bodies go through botocore's own parser, and come back as raw JSON.

Using botocore's parser is what makes blobs, timestamps and modelled exceptions right, for every operation there is.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import botocore.exceptions
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure

# --- readers of shapes ---
# They give answers as botocore's parser would, without a text to parse. A recorded body is JSON already, and of what
# botocore's parser does to it little is left to do: leave out what the model does not name, decode binary values. A
# shape of the model is compiled into a function that does that. It vouches only for what it knows: for anything else
# (timestamps, unions, documents, a value of another type than the model says) it raises ``Unusual``, and botocore's own
# parser decides. A test compares the two.

ShapeReader = Callable[[Any], Any]


class Unusual(Exception):
    """Something that only botocore's own parser knows how to read."""


def reader_of(shape: Any) -> ShapeReader:
    """A function from JSON to what botocore's parser makes of it for ``shape``. It raises ``Unusual``."""
    return _reader(shape, {})


def _reader(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    """The reader of a shape; ``known`` are those there are, by name: attribute values hold attribute values."""
    reader = known.get(shape.name)
    if reader is None:
        make = _MAKERS.get(shape.type_name)
        reader = _LEAVES.get(shape.type_name, unusual) if make is None else make(shape, known)
        known[shape.name] = reader
    return reader


def unusual(_: Any) -> Any:
    """Leave the value to botocore's own parser, whatever it is."""
    raise Unusual


def _scalar(value: Any) -> Any:
    if type(value) is dict or type(value) is list:
        raise Unusual
    return value


def _blob(value: Any) -> bytes:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError, TypeError):
        raise Unusual from None


def _list(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    member: ShapeReader | None = None

    def read(value: Any) -> list[Any]:
        nonlocal member
        if type(value) is not list:
            raise Unusual
        if member is None:
            member = _reader(shape.member, known)
        return [None if element is None else member(element) for element in value]

    return read


def _map(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    member: ShapeReader | None = None

    def read(value: Any) -> dict[str, Any]:
        nonlocal member
        if type(value) is not dict:
            raise Unusual
        if member is None:
            member = _reader(shape.value, known)
        return {key: member(element) for key, element in value.items()}

    return read


def _structure(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    if getattr(shape, "is_document_type", False) or getattr(shape, "is_tagged_union", False):
        return unusual
    members: dict[str, tuple[str, ShapeReader]] | None = None

    def read(value: Any) -> dict[str, Any]:
        nonlocal members
        if type(value) is not dict:
            raise Unusual
        if members is None:
            members = {
                member.serialization.get("name", name): (name, _reader(member, known))
                for name, member in shape.members.items()
            }
        if len(value) == 1:  # an attribute value, as a rule
            ((key, content),) = value.items()
            known_as = members.get(key)
            if content is None or known_as is None:
                return {}
            name, reader = known_as
            return {name: content if reader is _scalar and type(content) is str else reader(content)}
        parsed = {}
        for key, (name, reader) in members.items():
            content = value.get(key)
            if content is not None:
                parsed[name] = reader(content)
        return parsed

    return read


_MAKERS: dict[str, Callable[[Any, dict[str, ShapeReader]], ShapeReader]] = {
    "list": _list,
    "map": _map,
    "structure": _structure,
}
_LEAVES: dict[str, ShapeReader] = {
    "blob": _blob,
    # Handed through as they come, whatever they are.
    **dict.fromkeys(("string", "boolean", "integer", "long", "float", "double", "character"), _scalar),
}


_KEPT_HEADERS = frozenset({"x-amz-retry-after", "retry-after"})
"""Response headers that change what a client does; all others (dates, request ids, checksums) are noise."""

_REQUEST_ID = "PYTESTDYNAMODB".ljust(52, "0")
"""Every answer of ours carries a request id of DynamoDB's shape (52 characters) that says where it is from."""

_HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": _REQUEST_ID}
"""The length is left out, as it is in chunked answers: nobody asks for it, and it would cost an encoding of the
body."""

_parser: Any = create_parser("json")
_PLAIN_METADATA = _parser.parse({"body": b"{}", "headers": _HEADERS, "status_code": 200}, None)["ResponseMetadata"]
_readers: WeakKeyDictionary[Any, ShapeReader] = WeakKeyDictionary()
_encode = json.JSONEncoder(separators=(",", ":")).encode


class AnsweredResponse:
    """Stands in for botocore's ``AWSResponse``: what handlers of ``after-call`` may look at."""

    headers: dict[str, str]
    status_code: int
    url: str

    __slots__ = ("_body", "headers", "status_code", "url")

    def __init__(self, url: str, status_code: int, headers: dict[str, str], body: dict[str, Any] | bytes) -> None:
        self.url, self.status_code, self.headers, self._body = url, status_code, headers, body

    @property
    def content(self) -> bytes:
        """The body as bytes; hardly anybody looks."""
        return _raw(self._body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")


def to_botocore(model: Any, request: Request, outcome: Outcome) -> tuple[AnsweredResponse, dict[str, Any]]:
    """What a ``before-call`` handler returns for ``outcome``; raises the exception a transport failure was."""
    if isinstance(outcome, TransportFailure):
        raise exception_of(outcome)
    headers = {**_HEADERS, **outcome.headers}
    parsed = _read(model, outcome) if outcome.status == 200 and not outcome.headers else None
    if parsed is None:
        parsed = _parse(model, {"body": _raw(outcome.body), "headers": headers, "status_code": outcome.status})
    metadata = parsed["ResponseMetadata"]
    metadata["RetryAttempts"] = outcome.attempts - 1
    if outcome.exhausted:
        metadata["MaxAttemptsReached"] = True
    return AnsweredResponse(request.endpoint, outcome.status, headers, outcome.body), parsed


class _Stream:
    """What botocore reads the body of an HTTP answer from, and aiobotocore, which awaits it."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self._body]

    async def read(self, *_: Any) -> bytes:
        return self._body


def http_response(request: Request, outcome: Response, *, is_async: bool) -> Any:
    """What a ``before-send`` handler returns for one attempt: botocore's response, or aiobotocore's."""
    if is_async:
        from aiobotocore.awsrequest import AioAWSResponse as Answer
    else:
        from botocore.awsrequest import AWSResponse as Answer
    headers = HeadersDict({**_HEADERS, **outcome.headers})
    return Answer(request.endpoint, outcome.status, headers, _Stream(_raw(outcome.body)))


def _raw(body: dict[str, Any] | bytes) -> bytes:
    return body if isinstance(body, bytes) else _encode(body).encode()


def _read(model: Any, outcome: Response) -> dict[str, Any] | None:
    """As ``_parse``, for plain successes; ``None`` where only botocore's parser knows what to do."""
    reader = _readers.get(model)
    if reader is None:
        shape = model.output_shape
        reader = _readers[model] = unusual if shape is None or shape.event_stream_name else reader_of(shape)
    try:
        parsed: dict[str, Any] = reader(outcome.body)
    except (Unusual, RecursionError):
        return None
    # What a body cannot hold: an answer's metadata, which botocore's parser adds to an empty one just as to this.
    parsed["ResponseMetadata"] = {**_PLAIN_METADATA, "HTTPHeaders": {**_HEADERS}}
    return parsed


def _parse(model: Any, response: dict[str, Any]) -> dict[str, Any]:
    """As botocore's endpoint does it: parse by the output shape, then once more by the error's own shape."""
    parsed: dict[str, Any] = _parser.parse(response, model.output_shape)
    if response["status_code"] >= 300:
        code = parsed.get("Error", {}).get("Code")
        shape = model.service_model.shape_for_error_code(code) if code else None
        if shape is not None:
            parsed.update(_parser.parse(response, shape))
    return parsed


def from_botocore(response: dict[str, Any]) -> Response:
    """One attempt's raw answer, from what ``response-received`` shows."""
    raw: bytes = response["body"]
    received = response["headers"]
    headers = {name.lower(): received[name] for name in received if name.lower() in _KEPT_HEADERS}
    body = _json_object(raw)
    return Response(response["status_code"], raw if body is None else body, headers)


def _json_object(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def failure_of(exception: BaseException, attempts: int, elapsed: float) -> TransportFailure | None:
    """A transport failure that a replay can raise again; ``None`` if it is no failure of the transport."""
    if not isinstance(exception, botocore.exceptions.HTTPClientError | botocore.exceptions.ConnectionError):
        return None
    arguments = {str(name): str(value) for name, value in getattr(exception, "kwargs", {}).items()}
    return TransportFailure(type(exception).__name__, str(exception), arguments, attempts, elapsed)


def exception_of(failure: TransportFailure) -> Exception:
    """The exception that a transport failure was."""
    kind = getattr(botocore.exceptions, failure.kind, None)
    if isinstance(kind, type) and issubclass(kind, botocore.exceptions.BotoCoreError):
        try:
            return kind(**failure.arguments)
        except (KeyError, TypeError):
            pass  # another botocore wants other arguments; the reason below names the class
    return CassetteError(
        "a recorded transport failure",
        f"this botocore has no {failure.kind} with the arguments {sorted(failure.arguments)}: {failure.message}",
        remedy="record it again",
    )
