"""What is reported of answers that are no longer the recorded ones, and of recordings that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.cassette.inventory import Inventory
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.report.requests import request_line, title
from pytest_dynamodb.cassette.report.trees import differences
from pytest_dynamodb.exchange import Exchange, TransportFailure

_SHOWN = 5


def describe_drift(recorded: Exchange, actual: Exchange, matcher: Matcher) -> list[str]:
    """A line for each difference between what was recorded and what an upstream answers now; none if it is the same.

    What ``matcher`` ignores, and what the service makes up anew each time, is no difference.
    """
    one, other = _comparable(recorded, matcher), _comparable(actual, matcher)
    if one == other:
        return []
    return [_line(recorded), *(f"  {line}" for line in differences(one, other))]


def _comparable(exchange: Exchange, matcher: Matcher) -> dict[str, Any]:
    outcome = exchange.outcome
    if isinstance(outcome, TransportFailure):
        return {"failure": outcome.kind}
    return {"status": outcome.status, "body": matcher.comparable(outcome.body)}


def _line(exchange: Exchange) -> str:
    return f"{title(exchange.operation, exchange.params)} {request_line(exchange.operation, exchange.params)}"


def describe_unplayed(cassette: Inventory, unplayed: Sequence[Exchange]) -> str:
    """What a passing test left over, and what to do about it."""
    exchanges = cassette.exchanges
    shown = {id(exchange) for exchange in unplayed[:_SHOWN]}
    titles = [f"  #{n} {_line(exchange)}" for n, exchange in enumerate(exchanges, 1) if id(exchange) in shown]
    more = [f"  and {len(unplayed) - _SHOWN} more"] if len(unplayed) > _SHOWN else []
    head = f"{cassette.path}: {len(unplayed)} of {len(exchanges)} recordings were not played"
    return "\n".join([head, *titles, *more, f"  {cassette.options.remedy}"])
