"""`ignore=["TableName"]` covers names of tables that are keys, in what is asked and in what is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, Request, Response
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import read


def keys(*values: str) -> dict[str, Any]:
    return {"Keys": [{"id": {"S": value}} for value in values]}


def wanted(**tables: dict[str, Any]) -> dict[str, Any]:
    return {"RequestItems": tables}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (wanted(shop_gw0=keys("a")), wanted(shop_gw1=keys("a")), True),
        (wanted(shop_gw0=keys("a")), wanted(shop_gw1=keys("b")), False),
        (wanted(a=keys("1"), b=keys("2")), wanted(z=keys("1"), y=keys("2")), True),
        (wanted(a=keys("1"), b=keys("2")), wanted(a=keys("2"), b=keys("1")), True),
        (wanted(a=keys("1"), b=keys("2")), wanted(a=keys("1")), False),
    ],
)
def test_batches_of_tables_with_other_names_are_alike(one: dict[str, Any], other: dict[str, Any], alike: bool) -> None:
    for operation in ("BatchGetItem", "BatchWriteItem"):
        by_name, without_names = Matcher(), Matcher(["TableName"])
        assert (without_names.key(operation, one) == without_names.key(operation, other)) is alike
        assert by_name.key(operation, one) != by_name.key(operation, other)


def test_other_ignored_paths_leave_the_names_alone() -> None:
    matcher = Matcher(["Item.TableName"])
    assert matcher.key("BatchGetItem", wanted(a=keys("1"))) != matcher.key("BatchGetItem", wanted(b=keys("1")))


def test_an_answer_has_the_names_that_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    options = CassetteOptions(ignore=["TableName"])
    cassette = Cassette(path, options=options)
    cassette.open_for_recording(keep=False)
    body = {"Responses": {"shop-1": [{"id": {"S": "a"}}], "desk-1": []}, "UnprocessedKeys": {"desk-1": keys("b")}}
    asked = {"shop-1": keys("a"), "desk-1": keys("b")}
    cassette.record(Request("BatchGetItem", {"RequestItems": asked}), Response(200, body))
    cassette.commit()
    replay = Cassette(path, contents=read(path), options=options)
    replay.open_for_replay()
    outcome, _ = replay.answer(Request("BatchGetItem", {"RequestItems": {"desk-2": keys("b"), "shop-2": keys("a")}}))
    assert isinstance(outcome, Response)
    assert outcome.body == {
        "Responses": {"shop-2": [{"id": {"S": "a"}}], "desk-2": []},
        "UnprocessedKeys": {"desk-2": keys("b")},
    }
