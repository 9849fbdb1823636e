"""The same request to two regions or accounts asks two things; one recording answers from anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pytest_dynamodb import Cassette, Exchange, Request, Response
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main

KEY: dict[str, Any] = {"TableName": "homes", "Key": {"id": {"S": "1"}}}
US, EU, ASIA = "us-east-1", "eu-west-1", "ap-south-1"


class NobodysChoice(str):
    """As a region of last resort is."""

    __slots__ = ()


def put(home: str, region: str, account: str = "") -> tuple[Request, Response]:
    item = {"id": {"S": "1"}, "home": {"S": home}}
    return Request("PutItem", {"TableName": "homes", "Item": item}, region, account=account), Response(200, {})


def get(home: str, region: str, account: str = "") -> tuple[Request, Response]:
    answer = {"Item": {"id": {"S": "1"}, "home": {"S": home}}}
    return Request("GetItem", KEY, region, account=account), Response(200, answer)


def recorded(path: Path, *calls: tuple[Request, Response]) -> Cassette:
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)
    for request, response in calls:
        cassette.record(request, response)
    cassette.commit()
    return replaying(path)


def replaying(path: Path, **options: Any) -> Cassette:
    cassette = Cassette(path, contents=read(path), options=CassetteOptions(**options))
    cassette.open_for_replay()
    return cassette


def asked(cassette: Cassette, region: str, account: str = "") -> str:
    outcome, reason = cassette.answer(Request("GetItem", KEY, region, account=account))
    if not isinstance(outcome, Response):
        return reason
    assert isinstance(outcome.body, dict)
    home: str = outcome.body["Item"]["home"]["S"]
    return home


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ddb.msgpack"


@pytest.mark.parametrize("order", [(US, EU), (EU, US)])
def test_each_region_gets_its_own_answer_in_any_order(path: Path, order: tuple[str, str]) -> None:
    cassette = recorded(path, get("american", US), get("european", EU))
    homes = {region: asked(cassette, region) for region in order}
    assert homes == {US: "american", EU: "european"}


def test_a_region_never_gets_the_answer_of_another_where_it_has_one_of_its_own(path: Path) -> None:
    cassette = recorded(path, get("american", US), get("european", EU))
    assert asked(cassette, US) == "american"
    assert "it was recorded once and has been played as often" in asked(cassette, US)
    assert asked(cassette, EU) == "european"


def test_each_account_gets_its_own_answer(path: Path) -> None:
    cassette = recorded(path, get("ours", US, "111122223333"), get("theirs", US, "444455556666"))
    assert asked(cassette, US, "444455556666") == "theirs"
    assert asked(cassette, US, "111122223333") == "ours"
    assert b"111122223333" not in path.read_bytes()


@pytest.mark.parametrize("region", [EU, "", NobodysChoice(US)])
def test_what_was_recorded_in_one_region_replays_in_another_and_in_none(path: Path, region: str) -> None:
    assert asked(recorded(path, get("american", US)), region) == "american"


@pytest.mark.parametrize("region", [ASIA, "", NobodysChoice(EU)])
def test_a_region_without_recordings_gets_those_that_came_first(path: Path, region: str) -> None:
    assert asked(recorded(path, get("american", US), get("european", EU)), region) == "american"


def test_a_request_that_its_region_never_made_is_answered_from_where_it_was_made(path: Path) -> None:
    cassette = recorded(path, put("american", US), get("european", EU))
    assert asked(cassette, US) == "european"


def test_a_write_in_one_region_makes_no_read_in_another_old(path: Path) -> None:
    cassette = recorded(path, get("before", EU), put("american", US), put("european", EU), get("after", EU))
    assert cassette.answer(put("american", US)[0])[0] is not None
    assert asked(cassette, EU) == "before"
    assert cassette.answer(put("european", EU)[0])[0] is not None
    assert asked(cassette, EU) == "after"


def test_an_old_cassette_answers_every_region_and_a_recording_of_the_same_leaves_its_bytes(path: Path) -> None:
    request, response = get("american", "")
    write(path, Header(recorded="2026-01-02T03:04:05Z"), [Exchange("GetItem", request.params, response)])
    before = path.read_bytes()
    assert asked(replaying(path), EU) == "american"
    again = Cassette(path, contents=read(path))
    again.open_for_recording(keep=False)
    again.record(*get("american", US))
    again.commit()
    assert path.read_bytes() == before


def test_what_is_added_to_an_old_cassette_leaves_it_answering_every_region(path: Path) -> None:
    request, response = get("american", "")
    write(path, Header(recorded="2026-01-02T03:04:05Z"), [Exchange("GetItem", request.params, response)])
    cassette = Cassette(path, contents=read(path))
    cassette.open_for_recording(keep=True)
    cassette.record(*put("european", EU))
    cassette.commit()
    assert asked(replaying(path), ASIA) == "american"
    assert [exchange.region for exchange in read(path).exchanges] == ["", EU]


def test_show_says_where_each_was_sent(path: Path) -> None:
    recorded(path, get("american", US), get("european", EU))
    text = CliRunner().invoke(main, ["show", str(path)]).output
    assert f"from aws in {US}" in text
    assert [line.split()[2] for line in text.splitlines() if "GetItem" in line] == [US, EU]
    told = json.loads(CliRunner().invoke(main, ["show", "--json", str(path)]).output)
    assert (told["region"], [exchange["region"] for exchange in told["exchanges"]]) == (US, [US, EU])
