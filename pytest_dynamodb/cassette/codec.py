"""Exchanges and headers as the maps that frames hold, and back, field by field as the format's reference has them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from pytest_dynamodb.cassette.format import Frame
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange, Outcome, Response, TransportFailure

FORMAT = "dynamodb-cassette"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What a cassette says of itself.

    ``recorded`` is UTC in ISO 8601, ``endpoint`` one of ``aws``, ``url`` and ``mock``, ``recorder`` the versions of
    what recorded it, ``tables`` the names of each table's key attributes (partition key first) as far as they were
    seen, ``pseudonyms`` what stands for redacted values, ``memos`` the remembered values by name.
    """

    node_id: str = ""
    recorded: str = ""
    endpoint: str = "aws"
    recorder: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pseudonyms: tuple[str, ...] = ()
    memos: Mapping[str, list[Any]] = field(default_factory=dict)

    @property
    def age(self) -> timedelta | None:
        """How long ago it was recorded; ``None`` if it does not say."""
        try:
            recorded = datetime.fromisoformat(self.recorded.replace("Z", "+00:00"))
        except ValueError:
            return None
        if recorded.tzinfo is None:  # another language's writer; the format says UTC
            recorded = recorded.replace(tzinfo=timezone.utc)
        return datetime.now(timezone.utc) - recorded

    def is_older_than(self, greatest: timedelta | None) -> bool:
        """Whether it was recorded longer ago than that, or may have been; never if that is ``None``."""
        age = self.age
        return greatest is not None and (age is None or age > greatest)


def encode_header(header: Header) -> dict[str, Any]:
    """The map of a header frame; what is empty is left out."""
    optional = {
        "node_id": header.node_id,
        "tables": {name: list(keys) for name, keys in header.tables.items()},
        "pseudonyms": list(header.pseudonyms),
        "memos": dict(header.memos),
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "recorded": header.recorded,
        "endpoint": header.endpoint,
        "recorder": dict(header.recorder),
        **{name: value for name, value in optional.items() if value},
    }


def decode_header(frame: Frame, path: str) -> Header:
    """The header in ``frame``. Raises ``CassetteError`` for a foreign file, a newer version or a wrong field."""
    fields = _Fields(frame, path)
    if fields.body.get("format") != FORMAT:
        raise CassetteError(path, "this is not a cassette", offset=frame.offset, remedy=f"its header names no {FORMAT}")
    version = fields.get("version", int)
    if version > VERSION:
        problem = f"it has version {version}, newer than {VERSION}, the newest this release reads"
        raise CassetteError(path, problem, offset=frame.offset, remedy="upgrade pytest-dynamodb-cassette")
    return Header(
        node_id=fields.get("node_id", str, ""),
        recorded=fields.get("recorded", str, ""),
        endpoint=fields.get("endpoint", str, "aws"),
        recorder=fields.texts("recorder"),
        tables={name: fields.inner("tables").text_list(name) for name in fields.get("tables", dict, {})},
        pseudonyms=fields.text_list("pseudonyms"),
        memos={name: fields.inner("memos").get(name, list) for name in fields.get("memos", dict, {})},
    )


def encode_exchange(exchange: Exchange) -> dict[str, Any]:
    """The map of an exchange frame; what is empty is left out."""
    body: dict[str, Any] = {
        "attempts": exchange.attempts,
        "elapsed": round(exchange.elapsed * 1e6),
        "operation": exchange.operation,
        "params": exchange.params,
        **_encode_outcome(exchange.outcome),
    }
    if exchange.tokens:
        body["tokens"] = list(exchange.tokens)
    if exchange.owner:
        body["owner"] = exchange.owner
    return body


def _encode_outcome(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, TransportFailure):
        return {"failure": {"kind": outcome.kind, "message": outcome.message, "arguments": dict(outcome.arguments)}}
    response: dict[str, Any] = {"status": outcome.status}
    response["raw" if isinstance(outcome.body, bytes) else "body"] = outcome.body
    if outcome.headers:
        response["headers"] = dict(outcome.headers)
    if outcome.exhausted:
        response["exhausted"] = True
    return {"response": response}


def decode_exchange(frame: Frame, path: str) -> Exchange:
    """The exchange in ``frame``. Raises ``CassetteError`` for a field that is missing or of a wrong type."""
    plain = _plain_exchange(frame.body)
    if plain is not None:
        return plain
    fields = _Fields(frame, path)
    return Exchange(
        fields.get("operation", str),
        fields.get("params", dict),
        _decode_outcome(fields),
        fields.text_list("tokens"),
        fields.get("owner", str, ""),
    )


def _plain_exchange(body: dict[str, Any]) -> Exchange | None:
    """The exchange, if it has no more than what every one has, as most do; they are read at a glance."""
    try:
        response, operation, params = body["response"], body["operation"], body["params"]
        attempts, microseconds = body["attempts"], body["elapsed"]
        status, content = response["status"], response["body"]
    except (KeyError, TypeError):
        return None
    if (
        len(body) == 5
        and type(response) is dict
        and len(response) == 2
        and type(operation) is str
        and type(params) is type(content) is dict
        and type(attempts) is type(microseconds) is type(status) is int
        and 0 <= microseconds < 2**63
    ):
        return Exchange(operation, params, Response(status, content, {}, attempts, False, microseconds / 1e6))
    return None


def _decode_outcome(fields: _Fields) -> Outcome:
    attempts, microseconds = fields.get("attempts", int), fields.get("elapsed", int)
    if not 0 <= microseconds < 2**63:
        raise fields.wrong("the field 'elapsed' is out of range")
    elapsed = microseconds / 1e6
    if "failure" in fields.body:
        failure = fields.inner("failure")
        return TransportFailure(
            failure.get("kind", str), failure.get("message", str), failure.texts("arguments"), attempts, elapsed
        )
    response = fields.inner("response")
    content: dict[str, Any] | bytes
    if "raw" in response.body:
        try:
            content = base64.b64decode(response.get("raw", str), validate=True)
        except ValueError:
            raise response.wrong("the field 'raw' is no binary") from None
    else:
        content = response.get("body", dict)
    status, exhausted = response.get("status", int), response.get("exhausted", bool, False)
    return Response(status, content, response.texts("headers"), attempts, exhausted, elapsed)


_REQUIRED = object()


class _Fields:
    """Typed access to a frame's map; the file is not trusted to hold what it should."""

    __slots__ = ("body", "frame", "path")

    def __init__(self, frame: Frame, path: str, body: dict[str, Any] | None = None) -> None:
        self.frame, self.path = frame, path
        self.body = frame.body if body is None else body

    def get(self, name: str, kind: type, default: Any = _REQUIRED) -> Any:
        value = self.body.get(name, default)
        if value is default and default is not _REQUIRED:
            return default
        if type(value) is not kind:
            problem = "is missing" if value is _REQUIRED else f"is no {kind.__name__}"
            raise self.wrong(f"the field {name!r} {problem}")
        return value

    def texts(self, name: str) -> dict[str, str]:
        values: dict[str, Any] = self.get(name, dict, {})
        for value in values.values():
            if type(value) is not str:
                raise self.wrong(f"the field {name!r} holds something other than text")
        return values

    def text_list(self, name: str) -> tuple[str, ...]:
        values = self.get(name, list, ())
        for value in values:
            if type(value) is not str:
                raise self.wrong(f"the field {name!r} holds something other than text")
        return tuple(values)

    def wrong(self, problem: str) -> CassetteError:
        """The error that says what is wrong with this frame."""
        remedy = "restore the file from version control, or record it again"
        return CassetteError(self.path, problem, offset=self.frame.offset, remedy=remedy)

    def inner(self, name: str) -> _Fields:
        return _Fields(self.frame, self.path, self.get(name, dict))
