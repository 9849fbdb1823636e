"""Workers that record the same fixture: one version, or an error with both; nothing is deleted or lost unseen."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, CassetteError, Request, Response
from pytest_dynamodb.cassette.contributions import Contributions
from pytest_dynamodb.cassette.options import CassetteOptions, Worker
from pytest_dynamodb.cassette.store import read

Call = tuple[str, dict[str, Any], Response]

SHOP: dict[str, Any] = {"TableName": "shop"}


def made() -> Call:
    return "CreateTable", SHOP, Response(200, {"TableDescription": {"TableStatus": "CREATING"}})


def found() -> Call:
    return "CreateTable", SHOP, Response(400, {"__type": "x#ResourceInUseException", "message": "there"})


def described(status: str = "ACTIVE", table: str = "shop") -> Call:
    return "DescribeTable", {"TableName": table}, Response(200, {"Table": {"TableStatus": status}})


def put(key: str) -> Call:
    return "PutItem", {**SHOP, "Item": {"id": {"S": key}}}, Response(200, {})


def counted(number: int, *, attempts: int = 1) -> Call:
    answer = {"Attributes": {"n": {"N": str(number)}}}
    return "UpdateItem", {**SHOP, "Key": {"id": {"S": "n"}}}, Response(200, answer, attempts=attempts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fixture.shop.ddb.msgpack"


def opened(path: Path, worker: str, session: str = "s1", *, keep: bool = False, **options: Any) -> Cassette:
    contents = read(path) if path.exists() else None
    settings = CassetteOptions(**options, worker=Worker(session, worker, os.getpid()))
    cassette = Cassette(path, contents=contents, options=settings)
    cassette.open_for_recording(keep=keep)
    return cassette


def recorded(path: Path, worker: str, *calls: Call, session: str = "s1", **options: Any) -> None:
    cassette = opened(path, worker, session, **options)
    for number, (operation, params, response) in zip(count(1), calls, strict=False):
        cassette.record(Request(operation, params, number=number), response)
    cassette.commit()


def operations(path: Path) -> list[str]:
    return [exchange.operation for exchange in read(path).exchanges]


@pytest.mark.parametrize("order", ["maker first", "maker last"])
def test_a_worker_that_made_no_call_takes_nothing_away(path: Path, order: str) -> None:
    versions: dict[str, list[Call]] = {"gw0": [made()], "gw1": []}
    for worker in versions if order == "maker first" else reversed(versions):
        recorded(path, worker, *versions[worker])
    assert operations(path) == ["CreateTable"]


def test_nor_does_it_take_away_what_an_earlier_session_left(path: Path) -> None:
    recorded(path, "gw0", made())
    recorded(path, "gw1", session="s2")
    assert operations(path) == ["CreateTable"]


@pytest.mark.parametrize("first", ["the maker", "the finder"])
def test_a_worker_that_finds_the_table_made_agrees_with_the_one_that_made_it(path: Path, first: str) -> None:
    versions = {"gw0": [made(), described("CREATING"), described(), put("a")], "gw1": [found(), described(), put("a")]}
    for worker in versions if first == "the maker" else reversed(versions):
        recorded(path, worker, *versions[worker])
    assert operations(path) == ["CreateTable", "DescribeTable", "DescribeTable", "PutItem"]
    assert read(path).exchanges[0].error_code is None


def test_a_worker_that_did_less_agrees_and_what_it_only_looked_at_is_kept(path: Path) -> None:
    recorded(path, "gw0", made(), put("a"), put("b"))
    recorded(path, "gw1", described(table="other"), put("a"))
    assert operations(path) == ["CreateTable", "PutItem", "PutItem", "DescribeTable"]


def test_a_worker_that_did_more_of_the_same_is_the_one_that_is_kept(path: Path) -> None:
    recorded(path, "gw0", put("a"))
    recorded(path, "gw1", put("a"), put("a"), put("b"))
    assert operations(path) == ["PutItem"] * 3


def test_another_number_of_attempts_is_no_other_answer(path: Path) -> None:
    recorded(path, "gw0", counted(1))
    recorded(path, "gw1", counted(1, attempts=3))
    assert operations(path) == ["UpdateItem"]


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        ([counted(1)], [counted(2)], "UpdateItem on shop"),
        ([put("desk-gw0")], [put("desk-gw1")], "desk-gw1"),
        ([made(), counted(1)], [found(), counted(2)], "UpdateItem on shop"),
        ([put("x"), put("y")], [put("a"), put("b"), put("c")], "PutItem on shop"),
    ],
    ids=["a counter", "a name", "a counter beside a table", "others"],
)
def test_versions_that_contradict_each_other_fail_with_both_and_leave_the_old_cassette(
    path: Path, one: list[Call], other: list[Call], part: str
) -> None:
    recorded(path, "gw0", put("old"), session="s0")
    before = path.read_bytes()
    recorded(path, "gw0", *one)
    with pytest.raises(CassetteError) as caught:
        recorded(path, "gw1", *other)
    text = str(caught.value)
    assert path.name in text
    assert "worker gw0:" in text
    assert "worker gw1:" in text
    assert part in text.split("they part at")[1]
    assert "dynamodb_memo(name, factory)" in text
    assert path.read_bytes() == before
    with pytest.raises(CassetteError):
        recorded(path, "gw2", *one)
    assert path.read_bytes() == before


def test_a_contradiction_in_a_first_recording_leaves_none(path: Path) -> None:
    recorded(path, "gw0", counted(1))
    with pytest.raises(CassetteError):
        recorded(path, "gw1", counted(2))
    assert not path.exists()


def test_the_same_again_leaves_the_bytes_alone_although_a_lesser_version_came_first(path: Path) -> None:
    recorded(path, "gw0", made(), put("a"), session="s0")
    before = path.read_bytes()
    recorded(path, "gw1", found())
    recorded(path, "gw0", made(), put("a"))
    assert path.read_bytes() == before


def test_additions_of_several_workers_are_added_once(path: Path) -> None:
    recorded(path, "gw0", made(), session="s0")
    for worker in ("gw0", "gw1"):
        recorded(path, worker, put("a"), keep=True)
    assert operations(path) == ["CreateTable", "PutItem"]


def test_what_is_ignored_contradicts_nothing(path: Path) -> None:
    recorded(path, "gw0", put("gw0"), ignore=["Item.id"])
    recorded(path, "gw1", put("gw1"), ignore=["Item.id"])
    assert operations(path) == ["PutItem"]


def test_workers_agree_on_memos_and_replays_have_them(path: Path) -> None:
    numbers = count(1)
    seen = []
    for worker in ("gw0", "gw1"):
        cassette = opened(path, worker)
        seen.append([cassette.memo("name", lambda: f"n{next(numbers)}") for _ in range(2)])
        operation, params, response = put(seen[-1][0])
        cassette.record(Request(operation, params), response)
        cassette.commit()
    assert seen == [["n1", "n2"]] * 2
    replay = Cassette(path, contents=read(path))
    replay.open_for_replay()
    assert [replay.memo("name", lambda: "another") for _ in range(2)] == ["n1", "n2"]


def test_what_workers_need_to_join_is_named_for_removal(path: Path) -> None:
    recorded(path, "gw0", put("a"), session="s0")
    recorded(path, "gw0", put("a"))
    contributions = Contributions(path, Worker("s1", "gw0", os.getpid()))
    left = {str(file) for file in path.parent.iterdir() if file != path}
    assert left - set(Contributions(path, Worker("s0", "gw0", os.getpid())).files) == set(contributions.files)
