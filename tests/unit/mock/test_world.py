"""What fixtures wider than a test share in the mock: always what those have made that are set up, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import Request
from pytest_dynamodb.plugin.world import FixtureMock, TestMock, World

SCHEMA: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
NAMES = ["one", "two", "three", "four"]


def make(who: FixtureMock | TestMock, name: str) -> None:
    assert who.answer(Request("CreateTable", {"TableName": name, **SCHEMA})).status == 200
    assert who.answer(Request("PutItem", {"TableName": name, "Item": {"pk": {"S": name}}})).status == 200


def tables(who: FixtureMock | TestMock) -> list[str]:
    body = who.answer(Request("ListTables", {})).body
    assert isinstance(body, dict)
    names: list[str] = body["TableNames"]
    return names


@given(st.lists(st.sampled_from(NAMES), max_size=12))
def test_fixtures_come_and_go_in_any_order(turns: list[str]) -> None:
    """Each turn a fixture that is set up is torn down, and one that is not is set up. None of them cleans up."""
    world, alive = World(), dict[str, FixtureMock]()
    for name in turns:
        if name in alive:
            alive.pop(name).end()
        else:
            alive[name] = world.for_fixture()
            make(alive[name], name)
        test = world.for_test()
        assert tables(test) == sorted(alive)
        make(test, "own")
        test.end()
    for fixture in alive.values():
        fixture.end()
        fixture.end()
    assert tables(world.for_fixture()) == []


def test_a_test_that_is_under_way_hears_of_a_fixture_and_keeps_what_it_has() -> None:
    world = World()
    test, fixture = world.for_test(), world.for_fixture()
    make(test, "own")
    make(fixture, "late")
    assert tables(test) == ["late", "own"]
    assert tables(fixture) == ["late"]
    test.end()
    make(fixture, "after")
    assert tables(test) == ["late", "own"]


def test_a_fixture_that_only_reads_leaves_no_trace() -> None:
    world = World()
    first, second = world.for_fixture(), world.for_fixture()
    make(first, "one")
    tables(second)
    second.end()
    assert tables(first) == ["one"]
