"""Parity: ask a provider what a cassette recorded, and compare its answers with the recorded ones.

A cassette recorded from AWS is a conformance test for anything that claims to behave like DynamoDB.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.cassette.matching import Matcher, is_generated
from pytest_dynamodb.cassette.report.requests import request_line, title
from pytest_dynamodb.cassette.report.trees import MISSING, Difference, describe, find_differences
from pytest_dynamodb.exchange import Exchange, Outcome, Provider, Request, Response, TransportFailure
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import tables_of

_PASSING: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
"""What DynamoDB answers when it is busy, which says nothing of how it answers."""
_TRANSIENT: Final = frozenset({"CREATING", "UPDATING", "DELETING", "ENABLING", "DISABLING"})
"""Statuses on the way to another one: how long they last is nobody's answer."""
_STATUSES: Final = frozenset({"Backfilling", "IndexStatus", "StreamStatus", "TableStatus", "TimeToLiveStatus"})
_SETS: Final = frozenset(
    {"SS", "NS", "BS", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "NonKeyAttributes"}
)
_UNORDERED: Final = {"Scan": "Items", "BatchGetItem": "Responses", "ListTagsOfResource": "Tags"}
"""Answers whose lists have no order of their own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A recorded exchange that is answered differently. ``number`` counts from 1."""

    number: int
    exchange: Exchange
    differences: Sequence[Difference]

    @property
    def heading(self) -> str:
        """The exchange, on one line."""
        operation, params = self.exchange.operation, self.exchange.params
        return f"#{self.number} {title(operation, params)} {request_line(operation, params)}"

    @property
    def lines(self) -> list[str]:
        """The differences, one a line."""
        return list(describe(self.differences))

    @property
    def fields(self) -> list[str]:
        """The fields that differ, without list positions: ``Items[].total``."""
        return list(dict.fromkeys(field_of(difference.path) for difference in self.differences))


@dataclass(slots=True)
class Parity:
    """How many exchanges were compared, the ones that differ, and the ones that could not be compared, each with the
    reason.
    """

    compared: int = 0
    findings: list[Finding] = field(default_factory=list)
    skipped: list[tuple[int, Exchange, str]] = field(default_factory=list)


def field_of(path: Sequence[str | int]) -> str:
    """The name of a place in a body, without list positions."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "(all)"


def check_parity(
    exchanges: Sequence[Exchange],
    provider: Provider,
    *,
    region: str = "us-east-1",
    knows: Callable[[str], bool] = lambda _: True,
    before: Iterable[Exchange] = (),
) -> Parity:
    """Ask ``provider`` each recorded request, in order, and compare the answers.

    The exchanges in ``before`` are asked first and not compared. An exchange is skipped if it names a table that the
    provider does not have (``knows``) and the recording does not create, or if it failed for a passing reason. Where
    the service makes up a name, such as an iterator, later requests use the provider's own in place of the recorded
    one.
    """
    asker = _Asker(provider, region)
    for exchange in before:
        asker.ask(exchange)
    found = Parity()
    matcher, known = Matcher(), _Known(knows)
    for number, exchange in enumerate(exchanges, 1):
        reason = _why_not(exchange, known)
        if reason:
            found.skipped.append((number, exchange, reason))
            continue
        actual = asker.ask(exchange)
        found.compared += 1
        differences = [] if actual is None else list(_differences(exchange, actual, matcher))
        if differences:
            found.findings.append(Finding(number, exchange, differences))
    return found


def _why_not(exchange: Exchange, known: _Known) -> str:
    if isinstance(exchange.outcome, TransportFailure):
        return f"no answer was recorded: {exchange.outcome.kind}"
    if exchange.error_code in _PASSING:
        return f"it failed in passing: {exchange.error_code}"
    if exchange.operation == "CreateTable" or exchange.error_code == "ResourceNotFoundException":
        return ""
    unknown = known.without(exchange)
    return f"unknown table {', '.join(unknown)}: the recording does not make it" if unknown else ""


class _Known:
    """Remembers which tables a provider has, until a request may have made or deleted one."""

    def __init__(self, knows: Callable[[str], bool]) -> None:
        self._knows, self._names = knows, set[str]()

    def without(self, exchange: Exchange) -> list[str]:
        """The tables that an exchange names and the provider does not have."""
        row = OPERATIONS.get(exchange.operation)
        if row is None or not row.items:
            self._names.clear()
        named = {name for name in tables_of(exchange.operation, exchange.params) if name}
        self._names.update(filter(self._knows, named - self._names))
        return sorted(named - self._names)


class _Asker:
    """Asks a provider, and remembers the names that the provider made up."""

    def __init__(self, provider: Provider, region: str) -> None:
        self._provider, self._region = provider, region
        self._names: dict[str, str] = {}

    def ask(self, exchange: Exchange) -> Outcome | None:
        params = self._translated(exchange.params) if self._names else exchange.params
        outcome = self._provider.before(Request(exchange.operation, params, self._region, tokens=exchange.tokens))
        if isinstance(outcome, Response) and isinstance(outcome.body, dict) and outcome.body != exchange.response:
            self._learn(exchange.response, outcome.body)
        return outcome

    def _learn(self, recorded: Any, actual: Any) -> None:
        if isinstance(recorded, dict) and isinstance(actual, dict):
            for name in recorded.keys() & actual.keys():
                one, other = recorded[name], actual[name]
                made_up = isinstance(one, str) and isinstance(other, str) and (is_generated(name, one) or _token(name))
                if made_up and one != other:
                    self._names[one] = other
                else:
                    self._learn(one, other)
        elif isinstance(recorded, list) and isinstance(actual, list):
            for one, other in zip(recorded, actual, strict=False):
                self._learn(one, other)

    def _translated(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: self._names.get(value, value)
                if isinstance(value, str) and (is_generated(name, value) or _token(name) or name.endswith("Arn"))
                else self._translated(value)
                for name, value in node.items()
            }
        return [self._translated(one) for one in node] if isinstance(node, list) else node


def _token(name: str) -> bool:
    return name == "NextToken" or name.startswith("ExclusiveStart")


def _differences(exchange: Exchange, actual: Outcome, matcher: Matcher) -> Iterator[Difference]:
    recorded = exchange.outcome
    if _just_the_same(recorded, actual):
        return  # as almost all are, and what follows takes longer than the answer did
    one = _comparable(exchange.operation, recorded, matcher)
    other = _comparable(exchange.operation, actual, matcher)
    if one == other:
        return
    if _status(one) != _status(other):  # all else follows from that
        for name in ("status", "code", "message", "failure"):
            was, now = (side.get(name, MISSING) for side in (one, other))
            if was != now:
                yield Difference((name,), was, now)
        return
    for difference in find_differences(one.get("body", one), other.get("body", other)):
        if not _is_in_passing(difference):
            yield difference


def _just_the_same(recorded: Outcome, actual: Outcome) -> bool:
    if not isinstance(recorded, Response) or not isinstance(actual, Response):
        return False
    return recorded.status == actual.status and recorded.body == actual.body


def _status(side: dict[str, Any]) -> Any:
    """The error code of an answer; ``None`` for a success."""
    return side.get("failure") or side.get("status")


def _is_in_passing(difference: Difference) -> bool:
    """Whether the recorded side of a difference is a status on its way to another, or stands beside one."""
    if not difference.path or difference.path[-1] not in _STATUSES:
        return False
    sides = (difference.recorded, difference.now)
    return any(side in _TRANSIENT or isinstance(side, bool) for side in sides if isinstance(side, (str, bool)))


def _comparable(operation: str, outcome: Outcome, matcher: Matcher) -> dict[str, Any]:
    if isinstance(outcome, TransportFailure):
        return {"failure": outcome.kind}
    body: Any = _in_order(matcher.comparable(outcome.body))
    member = _UNORDERED.get(operation)
    if member is not None and isinstance(body, dict) and member in body:
        body = {**body, member: _sorted(body[member])}
    return {"body": body} if outcome.status == 200 else {"status": outcome.status, **_error(body)}


def _error(body: Any) -> dict[str, Any]:
    """An error as SDKs see it: the code without namespace, the message in either spelling, and the other members."""
    if not isinstance(body, dict):
        return {"body": body}
    rest = {name: value for name, value in body.items() if name not in ("__type", "message", "Message")}
    code = str(body.get("__type", "")).rsplit("#", 1)[-1]
    return {"code": code, "message": body.get("message", body.get("Message", "")), **rest}


def _in_order(node: Any) -> Any:
    """Sets, and lists that are sets, sorted: their order means nothing."""
    if isinstance(node, dict):
        return {
            name: _sorted(value) if name in _SETS and isinstance(value, list) else _in_order(value)
            for name, value in node.items()
        }
    return [_in_order(one) for one in node] if isinstance(node, list) else node


def _sorted(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _sorted(value) for name, value in node.items()}
    return sorted(node, key=lambda one: json.dumps(one, sort_keys=True)) if isinstance(node, list) else node
