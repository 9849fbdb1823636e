"""placebo's folders: a file an answer, ``dynamodb.GetItem_1.json``, which says nothing of the request.

So what placebo recorded becomes a cassette by recording once more, with the folder as the upstream: the code under test
makes its requests, and each is kept with the answer that placebo would have given it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from pytest_dynamodb.convert.conversion import Exported, LeftOut
from pytest_dynamodb.convert.interactions import Unconvertible
from pytest_dynamodb.convert.models import answer_of
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.operations import OPERATIONS

_FILE = re.compile(
    r"(?:.+\.)?(?P<service>streams\.dynamodb|dynamodb)\.(?P<operation>\w+)_(?P<index>\d+)\.(?P<kind>\w+)"
)
"""A file's name: perhaps a prefix, the service's endpoint prefix in botocore's model, the operation, a number."""
_PREFIXES: Final = {"dynamodb": "dynamodb", "dynamodbstreams": "streams.dynamodb"}

# --- import ---


@dataclass(frozen=True, slots=True)
class PlaceboAnswers:
    """What a folder holds: the answers of each operation, in their order, and what cannot be read."""

    answers: Mapping[str, Sequence[Response]]
    left: Sequence[LeftOut] = ()

    @property
    def count(self) -> int:
        """How many answers there are."""
        return sum(map(len, self.answers.values()))


def is_placebo_file(name: str) -> bool:
    """Whether a file's name is that of an answer of DynamoDB's that placebo recorded."""
    found = _FILE.fullmatch(name)
    return found is not None and found["kind"] in ("json", "pickle")


def placebo_answers(files: Mapping[str, str | None]) -> PlaceboAnswers:
    """The answers in a folder's files, given as texts by name; ``None`` for one that is not text."""
    found: dict[str, list[tuple[int, Response]]] = {}
    left = []
    for number, (name, text) in enumerate(sorted(files.items()), 1):
        matched = _FILE.fullmatch(name)
        if matched is None:
            continue
        try:
            response = _response(matched["kind"], text)
        except Unconvertible as problem:
            left.append(LeftOut(number, name, problem.reason))
            continue
        found.setdefault(matched["operation"], []).append((int(matched["index"]), response))
    ordered = {
        operation: [response for _, response in sorted(indexed, key=lambda pair: pair[0])]
        for operation, indexed in found.items()
    }
    return PlaceboAnswers(ordered, left)


def _response(kind: str, text: str | None) -> Response:
    if kind == "pickle":
        raise Unconvertible("it is a pickle, which would run whatever it says: record it as JSON")
    try:
        document = json.loads(text or "")
        status, data = int(document["status_code"]), document["data"]
        headers = _headers(data.pop("ResponseMetadata", None))
        return Response(status, _error(data) if "Error" in data and status >= 300 else _wire(data), headers)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Unconvertible(f"it is no answer as placebo writes it: {type(problem).__name__}: {problem}") from None


def _headers(metadata: Any) -> dict[str, str]:
    headers = metadata.get("HTTPHeaders") if isinstance(metadata, dict) else None
    return {
        name.lower(): str(value)
        for name, value in (headers if isinstance(headers, dict) else {}).items()
        if name.lower() in ("retry-after", "x-amz-retry-after")
    }


def _error(data: dict[str, Any]) -> dict[str, Any]:
    """An error as DynamoDB sends it, from botocore's ``Error`` and what stands beside it."""
    error = dict(data["Error"])
    code, message = error.pop("Code", "Unknown"), error.pop("Message", "")
    rest = {name: _wire(value) for name, value in data.items() if name not in ("Error", "message", "Message")}
    return {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **rest}


def _wire(value: Any) -> Any:
    """JSON as it crosses the wire: placebo spells times out, and writes bytes as base64 already."""
    if isinstance(value, list):
        return [_wire(element) for element in value]
    if not isinstance(value, dict):
        return value
    if value.get("__class__") == "datetime":
        parts = [int(value[name]) for name in ("year", "month", "day", "hour", "minute", "second", "microsecond")]
        return datetime(*parts, tzinfo=timezone.utc).timestamp()  # type: ignore[arg-type,misc]  # seven numbers
    return {name: _wire(element) for name, element in value.items()}


# --- export ---


def as_placebo(exchanges: Sequence[Exchange]) -> Exported:
    """The answers as placebo's files, by name. Requests are not in them: placebo goes by the order of calls alone."""
    files: dict[str, str] = {}
    left: list[LeftOut] = []
    counts: dict[str, int] = {}
    for number, exchange in enumerate(exchanges, 1):
        try:
            status, data = answer_of(exchange)
        except Unconvertible as problem:
            left.append(LeftOut(number, exchange.operation, problem.reason))
            continue
        index = counts[exchange.operation] = counts.get(exchange.operation, 0) + 1
        row = OPERATIONS.get(exchange.operation)
        name = f"{_PREFIXES[row.service if row else 'dynamodb']}.{exchange.operation}_{index}.json"
        files[name] = json.dumps({"status_code": status, "data": data}, indent=4, default=_spelt_out) + "\n"
        if next(_bytes_in(data), None) is not None:
            left.append(LeftOut(number, exchange.operation, "placebo gives bytes back as the text of their base64"))
    return Exported(files, left)


def _spelt_out(value: Any) -> Any:
    if isinstance(value, datetime):
        at = value.astimezone(timezone.utc)
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", "__module__": "datetime", **{name: getattr(at, name) for name in parts}}
    return base64.b64encode(bytes(value)).decode()


def _bytes_in(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for element in value.values():
            yield from _bytes_in(element)
    elif isinstance(value, list):
        for element in value:
            yield from _bytes_in(element)
