"""HTTP as other tools record it, as exchanges, and back.

Every call of DynamoDB's is a ``POST /`` with the operation in ``X-Amz-Target`` and JSON as its body (developer guide,
"DynamoDB low-level API"). Tools that record HTTP keep each attempt of a call by itself; a cassette keeps the call.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_dynamodb.convert.conversion import Conversion, LeftOut
from pytest_dynamodb.errors import RETRYABLE
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.files import gunzip, inflate
from pytest_dynamodb.operations import OPERATIONS

_PREFIXES: Final = {"DynamoDB_20120810": "dynamodb", "DynamoDBStreams_20120810": "dynamodbstreams"}
"""What stands before the operation in ``X-Amz-Target``, and the service that it means (botocore's models)."""
_OLD_API: Final = "DynamoDB_20111205"

_KEPT_HEADERS: Final = frozenset({"x-amz-retry-after", "retry-after"})
"""Response headers that a cassette keeps: those that change what a client does."""

_REGION = re.compile(r"\b(?:[a-z]{2}|us-gov|us-iso[bef]?)(?:-[a-z]+)+-\d\b")
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")
"""The region in a signature (Signature Version 4: "Credential scope")."""
_ATTEMPT = re.compile(r"attempt=(\d+)(?:; max=(\d+))?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""What botocore sends to name a call. A filter may have put one word in the place of all of them."""
_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonwebservices.com.cn")


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request and its answer, as they crossed the wire. Header names are lower case.

    ``body`` and ``answer`` are bytes, or ``None`` where they were not kept; ``status`` is 0 where no answer came.
    ``recorded`` is when, in ISO 8601, if the tool says so; ``elapsed`` is in seconds.
    """

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes | None
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes | None
    recorded: str = ""
    elapsed: float = 0.0

    @property
    def target(self) -> str:
        """The service and operation that it asks for; empty where nothing says so."""
        return self.headers.get("x-amz-target", "")

    @property
    def what(self) -> str:
        """What to call it in lists."""
        return f"{self.target} at {self.uri}" if self.target else f"{self.method} {self.uri}"


def lower(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers with names in lower case and one text a name, from texts, bytes, or lists of them."""
    return {str(name).lower(): _header_text(value) for name, value in headers.items()}


def _header_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_header_text, value))
    return str(value)


# --- interactions to exchanges ---


class Unconvertible(Exception):
    """Why an interaction cannot become an exchange. ``foreign``: it is no call of DynamoDB's."""

    reason: str
    foreign: bool

    def __init__(self, reason: str, *, foreign: bool = False) -> None:
        self.reason, self.foreign = reason, foreign
        super().__init__(reason)


@dataclass(slots=True)
class _Call:
    """Attempts at one call: the exchange of the last one, and what tells the next one."""

    exchange: Exchange
    invocation: str
    body: bytes
    greatest: int | None = None


def converted(interactions: Iterable[Interaction], *, recorder: str) -> Conversion:
    """The calls among ``interactions``, in the order in which they began.

    Attempts are joined by botocore's ``amz-sdk-invocation-id``, or, where that was filtered out, if one that may be
    repeated is followed by the same request. What is no call that can be replayed is left out, with the reason.
    """
    calls: list[_Call] = []
    left: list[LeftOut] = []
    joined, at_aws, newest = 0, False, ""
    for number, one in enumerate(interactions, 1):
        try:
            call = _call(one)
        except Unconvertible as problem:
            left.append(LeftOut(number, one.what, problem.reason, problem.foreign))
            continue
        newest = max(newest, when(one))
        at_aws = at_aws or (urlsplit(one.uri).hostname or "").endswith(_AWS_HOSTS)
        before = _earlier_attempt(calls, call)
        if before is None:
            calls.append(call)
            continue
        joined += 1
        attempts = before.exchange.attempts + 1
        outcome = replace(call.exchange.outcome, attempts=attempts)
        before.exchange = replace(call.exchange, outcome=outcome)
        before.greatest = call.greatest or before.greatest
    return Conversion(
        [_settled(call) for call in calls],
        left,
        joined=joined,
        recorded=newest,
        endpoint="aws" if at_aws else "url",
        recorder=recorder,
    )


def _earlier_attempt(calls: Sequence[_Call], call: _Call) -> _Call | None:
    """The call that this is another attempt at; ``None`` if it is the first."""
    if call.invocation:
        return next((one for one in reversed(calls) if one.invocation == call.invocation), None)
    same = (
        one
        for one in reversed(calls)
        if one.body == call.body and one.exchange.operation == call.exchange.operation and not one.invocation
    )
    last = next(same, None)
    return last if last is not None and _may_be_repeated(last.exchange) else None


def _may_be_repeated(exchange: Exchange) -> bool:
    """Whether a client sends the request again by itself."""
    outcome = exchange.outcome
    status = outcome.status if isinstance(outcome, Response) else 0
    return exchange.error_code is not None and (status >= 500 or status == 429 or exchange.error_code in RETRYABLE)


def _settled(call: _Call) -> Exchange:
    """The exchange, which says so where the client gave up."""
    exchange, outcome = call.exchange, call.exchange.outcome
    assert isinstance(outcome, Response)  # recorders of HTTP keep nothing else
    gave_up = outcome.attempts > 1 and outcome.attempts >= (call.greatest or 2) and _may_be_repeated(exchange)
    return replace(exchange, outcome=replace(outcome, exhausted=True)) if gave_up else exchange


def _call(one: Interaction) -> _Call:
    operation = _operation(one)
    if one.body is None:
        raise Unconvertible("its request's body was not kept")
    params = json_object(decoded(one.body, one.headers))
    if params is None:
        raise Unconvertible("its request's body is no JSON object: a filter has changed it, or it is no call")
    if one.status == 0 or one.answer is None:
        raise Unconvertible("no answer was kept")
    raw = decoded(one.answer, one.answer_headers)
    body = json_object(raw)
    for place, tree in (("request", params), ("answer", body or {})):
        damaged = damaged_attribute(tree)
        if damaged:
            raise Unconvertible(f"its {place} was filtered: {damaged} is no attribute value any more")
    kept = {name: value for name, value in one.answer_headers.items() if name in _KEPT_HEADERS}
    row = OPERATIONS.get(operation)
    outcome = Response(one.status, raw if body is None else body, kept, elapsed=one.elapsed)
    exchange = Exchange(operation, params, outcome, row.tokens if row else (), region=_region(one))
    attempt = _ATTEMPT.search(one.headers.get("amz-sdk-request", ""))
    greatest = int(attempt[2]) if attempt and attempt[2] else None
    invocation = one.headers.get("amz-sdk-invocation-id", "")
    return _Call(exchange, invocation if _UUID.fullmatch(invocation) else "", one.body, greatest)


def _operation(one: Interaction) -> str:
    prefix, _, operation = one.target.partition(".")
    if prefix in _PREFIXES and operation:
        if one.method.upper() != "POST":
            raise Unconvertible(f"a {one.method} is no call")
        return operation
    if prefix == _OLD_API:
        raise Unconvertible("it speaks DynamoDB's API of 2011-12-05, which no client of today does")
    host = urlsplit(one.uri).hostname or ""
    if one.target or not ("dynamodb" in host or ".ddb." in host):
        raise Unconvertible("no call of DynamoDB's: it stays where it is", foreign=True)
    if one.method.upper() != "POST":
        raise Unconvertible(f"a {one.method} is no call")
    raise Unconvertible("it has no X-Amz-Target header, which says what operation it is: a filter has taken it out")


def _region(one: Interaction) -> str:
    """The region that it was sent to: as the host says, or else as the signature does."""
    found = _REGION.search(urlsplit(one.uri).hostname or "")
    if found:
        return found[0]
    scope = _SCOPE.search(one.headers.get("authorization", ""))
    return scope[1] if scope else ""


def when(one: Interaction) -> str:
    """When it was recorded, in UTC and ISO 8601: as the tool, the answer or the request says; else empty."""
    for text, read in (
        (one.recorded, _from_iso),
        (one.answer_headers.get("date", ""), parsedate_to_datetime),
        (one.headers.get("x-amz-date", ""), _from_amz),
    ):
        try:
            at = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""


def _from_iso(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


def _from_amz(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def decoded(body: bytes, headers: Mapping[str, str]) -> bytes:
    """A body without its content coding, where it has one: some recorders keep the header and not the coding."""
    coding = headers.get("content-encoding", "")
    try:
        if body.startswith(b"\x1f\x8b"):
            return gunzip(body)
        if coding == "deflate":
            return inflate(body)
    except OSError:
        pass
    return body


def json_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in ``raw``; ``None`` if there is none."""
    try:
        found = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


# --- filtered values ---
# Recorders that filter JSON put a text in the place of what an attribute was, type and all; no client can read that.

_ITEMS: Final = ("Item", "Key", "Attributes", "LastEvaluatedKey", "ExclusiveStartKey", "ExpressionAttributeValues")
_LISTS: Final = ("Items", "Keys")
_BY_NAME: Final = ("AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")
"""Members whose keys are names of attributes, and no members."""


def damaged_attribute(tree: Any) -> str:
    """The name of an attribute whose value is none; empty if all is well. ``tree`` is a request or an answer."""
    if isinstance(tree, list):
        return next(filter(None, map(damaged_attribute, tree)), "")
    if not isinstance(tree, dict):
        return ""
    for name, value in tree.items():
        items = [value] if name in _ITEMS else value if name in _LISTS else None
        if name == "Responses" and isinstance(value, dict):  # of BatchGetItem: lists of items, by table
            items = [item for found in value.values() if isinstance(found, list) for item in found]
        found = _damaged(items) if isinstance(items, list) else "" if name in _BY_NAME else damaged_attribute(value)
        if found:
            return found
    return ""


def _damaged(items: list[Any]) -> str:
    for item in items:
        for name, value in item.items() if isinstance(item, dict) else ():
            if not isinstance(value, dict):
                return str(name)
    return ""


# --- exchanges to interactions ---


def endpoint_of(exchange: Exchange, *, region: str = "") -> str:
    """The address of AWS's that a call goes to."""
    row = OPERATIONS.get(exchange.operation)
    host = "streams.dynamodb" if row is not None and row.service == "dynamodbstreams" else "dynamodb"
    return f"https://{host}.{exchange.region or region or 'us-east-1'}.amazonaws.com/"


def target_of(operation: str) -> str:
    """The value of ``X-Amz-Target`` that asks for an operation."""
    row = OPERATIONS.get(operation)
    service = row.service if row is not None else "dynamodb"
    prefix = next(prefix for prefix, named in _PREFIXES.items() if named == service)
    return f"{prefix}.{operation}"


def interactions_of(exchange: Exchange, *, region: str = "") -> list[Interaction]:
    """What crossed the wire, as far as a cassette knows: the answer, as often as it came before the client gave up.

    Answers that a client repeated the request after are not kept in a cassette, so they are not here either. Raises
    ``Unconvertible`` for a call that no answer came to.
    """
    outcome = exchange.outcome
    if not isinstance(outcome, Response):
        raise Unconvertible(f"no answer came ({outcome.kind}), and HTTP recordings keep answers only")
    raw = outcome.body if isinstance(outcome.body, bytes) else _encode(outcome.body)
    one = Interaction(
        method="POST",
        uri=endpoint_of(exchange, region=region),
        headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target_of(exchange.operation)},
        body=_encode(exchange.params),
        status=outcome.status,
        answer_headers={
            "Content-Type": "application/x-amz-json-1.0",
            **outcome.headers,
            "x-amz-crc32": str(zlib.crc32(raw)),  # botocore holds a body against it
        },
        answer=raw,
        elapsed=outcome.elapsed,
    )
    return [one] * (outcome.attempts if outcome.exhausted else 1)


def _encode(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace")
