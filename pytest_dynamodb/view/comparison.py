"""Two recordings side by side: which exchanges both have, which only one has, and where the answers differ."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.report.misses import describe_drift
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.view.recordings import ShownRecording, recordings_data


def comparison_data(one: ShownRecording, other: ShownRecording, *, title: str) -> dict[str, Any]:
    """What the page shows of two recordings, and under ``differences`` of what is not the same in both."""
    return {**recordings_data([one, other], title=title), "differences": differences_of(one.exchanges, other.exchanges)}


def differences_of(one: Sequence[Exchange], other: Sequence[Exchange]) -> list[dict[str, Any]]:
    """What differs, in the order of the exchanges, by the meaning of requests.

    ``a`` and ``b`` are positions in the list of all exchanges, those of ``one`` first; ``lines`` say what is recorded
    in ``one`` and now in ``other``. What the service makes up anew each time is no difference.
    """
    matcher = Matcher(across_runs=True)
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for number, exchange in enumerate(other):
        waiting[_key(matcher, exchange)].append(number)
    found: list[dict[str, Any]] = []
    for number, exchange in enumerate(one):
        equal = waiting.get(_key(matcher, exchange))
        if not equal:
            found.append({"a": number})
            continue
        counterpart = equal.popleft()
        lines = describe_drift(exchange, other[counterpart], matcher)[1:]
        if lines:
            found.append({"a": number, "b": len(one) + counterpart, "lines": [line.strip() for line in lines]})
    left = sorted(number for numbers in waiting.values() for number in numbers)
    return found + [{"b": len(one) + number} for number in left]


def _key(matcher: Matcher, exchange: Exchange) -> str:
    return matcher.key(exchange.operation, exchange.params, exchange.tokens)
