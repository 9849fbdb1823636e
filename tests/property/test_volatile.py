"""A law of volatile values: a run whose ids and times are all other ones is answered as recorded, with these."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import Cassette, Exchange, Request, Response
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.cassette.volatile.passes import compare
from pytest_dynamodb.engine import Engine

TABLE = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}

actions = st.tuples(
    st.sampled_from(["put", "get", "link", "scan", "delete", "tag", "replace"]), st.integers(0, 4), st.integers(0, 4)
)
programs = st.lists(actions, min_size=1, max_size=12)


class Names:
    """The ids and times of one run: all other ones than those of a run with another number."""

    def __init__(self, run: int) -> None:
        self._run = run

    def id(self, number: int) -> str:
        return str(UUID(int=(self._run + 1) * 2**100 + number * 2**64 + 7))

    def at(self, step: int) -> str:
        return str(1_764_000_000 + self._run * 100_000 + step)


def requests(program: list[tuple[str, int, int]], names: Names) -> Iterator[Request]:
    """What an application asks that makes ids, writes them in several forms, and reads them back."""
    yield Request("CreateTable", TABLE)
    for step, (action, one, other) in enumerate(program):
        key = {"pk": {"S": f"USER#{names.id(one)}"}}
        on: dict[str, Any] = {"TableName": "t", "Key": key}
        item = {**key, "id": {"S": names.id(one)}, "at": {"N": names.at(step)}, "n": {"N": str(one)}}
        if action == "put":
            yield Request("PutItem", {"TableName": "t", "Item": item})
        elif action == "replace":
            yield Request("PutItem", {"TableName": "t", "Item": item, "ReturnValues": "ALL_OLD"})
        elif action == "get":
            yield Request("GetItem", on)
        elif action == "scan":
            yield Request("Scan", {"TableName": "t"})
        elif action == "delete":
            yield Request("DeleteItem", {**on, "ReturnValues": "ALL_OLD"})
        else:
            tags = {"SS": [names.id(one), f"of {names.id(other)}"]}
            value = {"S": names.id(other)} if action == "link" else tags
            update = {"UpdateExpression": f"SET {action} = :v", "ExpressionAttributeValues": {":v": value}}
            yield Request("UpdateItem", {**on, **update, "ReturnValues": "ALL_NEW"})


def run(program: list[tuple[str, int, int]], names: Names) -> list[Exchange]:
    engine = Engine()
    return [Exchange(request.operation, request.params, engine.answer(request)) for request in requests(program, names)]


def plain(answer: Any) -> Any:
    """An answer without the order of what has none."""
    return json.loads(json.dumps(answer), object_hook=_unordered)


def _unordered(node: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(v, key=json.dumps) if name in ("Items", "SS") else v for name, v in node.items()}


@given(programs)
def test_a_run_with_other_ids_is_answered_as_recorded_with_these(program: list[tuple[str, int, int]]) -> None:
    former, recorded, now = (run(program, Names(number)) for number in (0, 1, 2))
    found = compare(former, recorded, Matcher())
    assert not found.places
    assert found.unpaired == (0, 0)
    cassette = Cassette("x.ddb.msgpack", contents=Contents(Header(volatile=found.values), recorded))
    cassette.open_for_replay()
    for exchange in now:
        outcome, reason = cassette.answer(Request(exchange.operation, exchange.params))
        assert isinstance(outcome, Response), reason
        if exchange.operation != "CreateTable":
            assert plain(outcome.body) == plain(exchange.response)
    assert not cassette.unplayed


@given(programs, programs)
def test_another_program_is_never_answered_with_what_was_recorded_for_this_one(
    program: list[tuple[str, int, int]], other: list[tuple[str, int, int]]
) -> None:
    """Whatever is answered is what the engine would say, or a read from before or after a write."""
    found = compare(run(program, Names(0)), recorded := run(program, Names(1)), Matcher())
    cassette = Cassette("x.ddb.msgpack", contents=Contents(Header(volatile=found.values), recorded))
    cassette.open_for_replay()
    ids = {Names(1).id(number) for number in range(5)}
    for request in requests(other, Names(2)):
        outcome, _ = cassette.answer(request)
        if isinstance(outcome, Response) and request.operation == "GetItem" and isinstance(outcome.body, dict):
            shown = json.dumps(outcome.body.get("Item", {}).get("pk", request.params["Key"]["pk"]))
            assert shown == json.dumps(request.params["Key"]["pk"])
            assert not any(one in shown for one in ids)
