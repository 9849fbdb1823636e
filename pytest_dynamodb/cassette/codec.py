"""Exchanges, headers and memos as the maps that frames hold, and back, as the format's reference has them."""

from __future__ import annotations

import base64
import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from pytest_dynamodb import forks
from pytest_dynamodb.cassette.contracts import TableContract, decode_schemas, encode_schemas
from pytest_dynamodb.cassette.frames import Frame
from pytest_dynamodb.clock import real_time
from pytest_dynamodb.errors import CassetteError, ConfigurationError, UnexpectedRequest
from pytest_dynamodb.exchange import Exchange, Outcome, Response, TransportFailure

FORMAT = "dynamodb-cassette"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What a cassette says of itself.

    ``recorded`` is UTC in ISO 8601, ``endpoint`` one of ``aws``, ``url`` and ``mock``, ``recorder`` the versions of
    what recorded it, ``region`` and ``account`` where those exchanges were sent that do not say so themselves (empty if
    unknown; of an account it is a stand-in), ``tables`` the names of each table's key attributes (partition key first)
    as far as they were seen, ``pseudonyms`` what stands for redacted values, ``memos`` the remembered values by name,
    ``volatile`` the values that are new in every run, each with the places of requests where it was found, ``schemas``
    the keys and indexes of tables that were described.
    """

    node_id: str = ""
    recorded: str = ""
    endpoint: str = "aws"
    recorder: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pseudonyms: tuple[str, ...] = ()
    memos: Mapping[str, list[Any]] = field(default_factory=dict)
    region: str = ""
    account: str = ""
    volatile: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schemas: Mapping[str, TableContract] = field(default_factory=dict)

    @property
    def age(self) -> timedelta | None:
        """How long ago it was recorded; ``None`` if it does not say."""
        try:
            recorded = datetime.fromisoformat(self.recorded.replace("Z", "+00:00"))
        except ValueError:
            return None
        if recorded.tzinfo is None:  # another language's writer; the format says UTC
            recorded = recorded.replace(tzinfo=timezone.utc)
        return datetime.fromtimestamp(real_time(), timezone.utc) - recorded

    def is_older_than(self, greatest: timedelta | None) -> bool:
        """Whether it was recorded longer ago than that, or may have been; never if that is ``None``."""
        age = self.age
        return greatest is not None and (age is None or age > greatest)


_NOWHERE = Header()
"""The header of exchanges that are in no file."""


def encode_header(header: Header) -> dict[str, Any]:
    """The map of a header frame; what is empty is left out."""
    optional = {
        "node_id": header.node_id,
        "region": header.region,
        "account": header.account,
        "tables": {name: list(keys) for name, keys in header.tables.items()},
        "pseudonyms": list(header.pseudonyms),
        "memos": dict(header.memos),
        "schemas": encode_schemas(header.schemas),
        "volatile": {value: list(places) for value, places in header.volatile.items()},
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
    try:
        schemas = decode_schemas(fields.get("schemas", dict, {}))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise fields.wrong("the field 'schemas' holds something other than keys and indexes") from None
    return Header(
        node_id=fields.get("node_id", str, ""),
        recorded=fields.get("recorded", str, ""),
        endpoint=fields.get("endpoint", str, "aws"),
        recorder=fields.texts("recorder"),
        region=fields.get("region", str, ""),
        account=fields.get("account", str, ""),
        tables={name: fields.inner("tables").text_list(name) for name in fields.get("tables", dict, {})},
        pseudonyms=fields.text_list("pseudonyms"),
        schemas=schemas,
        memos={name: fields.inner("memos").get(name, list) for name in fields.get("memos", dict, {})},
        volatile={value: fields.inner("volatile").text_list(value) for value in fields.get("volatile", dict, {})},
    )


def encode_exchange(exchange: Exchange, header: Header = _NOWHERE) -> dict[str, Any]:
    """The map of an exchange frame; what is empty is left out, and so is the place where it is the header's."""
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
    if exchange.region != header.region:
        body["region"] = exchange.region
    if exchange.account != header.account:
        body["account"] = exchange.account
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


def decode_exchange(frame: Frame, path: str, header: Header = _NOWHERE) -> Exchange:
    """The exchange in ``frame`` of a file with ``header``. Raises ``CassetteError`` for a missing or wrong field."""
    plain = _plain_exchange(frame.body, header)
    if plain is not None:
        return plain
    fields = _Fields(frame, path)
    return Exchange(
        fields.get("operation", str),
        fields.get("params", dict),
        _decode_outcome(fields),
        fields.text_list("tokens"),
        fields.get("owner", str, ""),
        fields.get("region", str, header.region),
        fields.get("account", str, header.account),
    )


def _plain_exchange(body: dict[str, Any], header: Header) -> Exchange | None:
    """The exchange, if it has just the fields that all have, as most do; ``None`` if it needs the slower checks."""
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
        outcome = Response(status, content, {}, attempts, False, microseconds / 1e6)
        return Exchange(operation, params, outcome, (), "", header.region, header.account)
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


# --- memos ---
# Values that a test makes up anew each time, kept in the cassette so that a replay makes up the same.

Value = TypeVar("Value")

_TAG = "$type"
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "Decimal": Decimal,
    "UUID": UUID,
    "bytes": partial(base64.b64decode, validate=True),
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


class Memos:
    """Remembered values by name, each name's in the order in which they were made."""

    def __init__(self, known: Mapping[str, list[Any]]) -> None:
        self._known, self._used = known, dict[str, int]()
        self.recorded: dict[str, list[Any]] = {}
        self._lock = forks.lock()

    def record(self, name: str, factory: Callable[[], Value]) -> Value:
        """Make a value and keep it. Raises ``ConfigurationError`` for one that a cassette cannot hold."""
        value = factory()
        with self._lock:
            self.recorded.setdefault(name, []).append(encode_memo(value, name))
        return value

    def replay(self, name: str, remedy: str, path: str) -> Any:
        """The next value recorded under ``name``.

        Raises ``UnexpectedRequest`` when there is none left, ``CassetteError`` for one that the file at ``path`` spells
        wrongly.
        """
        label = name.rsplit("\n", 1)[-1]  # in a shared cassette its owner stands before it
        with self._lock:
            number = self._used.get(name, 0)
            values = self._known.get(name, [])
            if number >= len(values):
                raise UnexpectedRequest(
                    f"memo {label!r} was recorded {len(values)} times and asked for once more; {remedy}"
                )
            self._used[name] = number + 1
        try:
            return decode_memo(values[number])
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as problem:
            reason = f"memo {label!r} cannot be read: {type(problem).__name__}: {problem}"
            raise CassetteError(path, reason, remedy=remedy) from None


def encode_memo(value: Any, name: str) -> Any:
    """A value as JSON. Raises ``ConfigurationError`` for one that a cassette cannot hold."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return {_TAG: "bytes", "text": base64.b64encode(value).decode()}
    if isinstance(value, datetime | date):
        return {_TAG: "datetime" if isinstance(value, datetime) else "date", "text": value.isoformat()}
    if isinstance(value, Decimal | UUID):
        return {_TAG: type(value).__name__, "text": str(value)}
    if isinstance(value, list | tuple):
        return [encode_memo(element, name) for element in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value) and _TAG not in value:
        return {key: encode_memo(element, name) for key, element in value.items()}
    raise ConfigurationError(f"memo {name!r}: a cassette cannot hold a {type(value).__name__}; return its text instead")


def decode_memo(value: Any) -> Any:
    """The value that ``encode_memo`` was given."""
    if isinstance(value, list):
        return [decode_memo(element) for element in value]
    if isinstance(value, dict):
        read = _FROM_TEXT.get(value.get(_TAG, ""))
        if read is not None:
            return read(value["text"])
        return {key: decode_memo(element) for key, element in value.items()}
    return value


# --- garbage collector ---
# It is kept from walking through what is being read again and again.

MANY_BYTES, MANY_EXCHANGES = 500_000, 2_000
"""Beyond these sizes it is worth telling the collector that what was read is old."""


@contextlib.contextmanager
def collector_paused(*, many: bool) -> Iterator[None]:
    """Collect nothing meanwhile: nothing that is read is garbage, and looking takes longer than reading.

    ``many`` says that a great deal is being read. Then it counts as old at once, or else the first collection
    afterwards would walk through all of it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if many and gc.get_freeze_count() == 0:  # what somebody has frozen stays so
            gc.freeze()
            gc.unfreeze()  # into the oldest generation, without a look at any of it
        gc.enable()
