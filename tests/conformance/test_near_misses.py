"""Every rule holds on every operation that has it: what just keeps it is taken, what just breaks it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from carriers import CREATE, TABLE, THERE, Request
from near_misses import near_misses
from pytest_dynamodb.dialects import CLASSIC
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request as Asked

INVALID = frozenset({"ValidationException", "ValidationError"})
TAKEN = frozenset({"", "None", "ConditionalCheckFailed", "ConditionalCheckFailedException"})
CANCELLED = "TransactionCanceledException"
EVALUATED = frozenset(f"compared value, levels of {kind}: UpdateItem condition" for kind in ("maps", "lists"))
"""What all regions evaluated before 2026, and two do still (registry/splits of the Parity Suite)."""


@pytest.fixture(scope="module", params=["classic", "today"])
def prepared(request: pytest.FixtureRequest) -> Engine:
    engine = Engine(dialect=request.param)
    for operation, params in (("CreateTable", CREATE), ("PutItem", {"TableName": TABLE, "Item": THERE})):
        assert engine.answer(Asked(operation, params)).status == 200
    return engine


def codes(body: Any) -> Iterator[str]:
    """The codes of an answer's error, of a cancellation's reasons and of a batch's errors."""
    yield str(body.get("__type", "")).rsplit("#", 1)[-1]
    yield from (reason["Code"] for reason in body.get("CancellationReasons", ()))
    responses = body.get("Responses")
    if isinstance(responses, list):
        yield from (one["Error"]["Code"] for one in responses if "Error" in one)


def told(engine: Engine, request: Request) -> set[str]:
    """What is said to a request, other than that a transaction is cancelled."""
    return set(codes(engine.fork().answer(Asked(*request)).body)) - {CANCELLED}


@pytest.mark.parametrize(
    ("inside", "outside"), [pytest.param(inside, outside, id=name) for name, inside, outside in near_misses()]
)
def test_what_keeps_a_rule_is_taken_and_what_breaks_it_is_not(
    prepared: Engine, inside: Request, outside: Request, request: pytest.FixtureRequest
) -> None:
    assert told(prepared, inside) <= TAKEN
    if prepared.dialect == CLASSIC and any(name in request.node.name for name in EVALUATED):
        assert told(prepared, outside) <= TAKEN
        return
    assert not INVALID.isdisjoint(told(prepared, outside))
