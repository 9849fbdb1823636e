"""Numbers of any length and size: none is rounded, none is taken for another, none raises what is not ours."""

from __future__ import annotations

import decimal
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, LoadError, Mock, Request, Response
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.redaction import pseudonym
from pytest_dynamodb.cassette.store import read

LONG, OTHER = "1.00000000000000000000000000000000001", "1.00000000000000000000000000000000002"
EXACT = "1234567890123456789012345678901234.5678"
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
TOO_LARGE = ["1.0e+9999999", "1.0e+99999999999999999999", pytest.param("1" * 5000, id="5000 digits")]


@pytest.fixture(autouse=True)
def application_rounds() -> Iterator[None]:
    """The application computes with three digits: its context is none of ours."""
    with decimal.localcontext() as context:
        context.prec, context.Emax, context.Emin = 3, 9, -9
        yield


def test_numbers_that_differ_in_their_last_digit_have_two_pseudonyms() -> None:
    assert pseudonym("N", LONG) != pseudonym("N", OTHER)


@pytest.mark.parametrize("spelling", ["1000", "1e3", "1000.000", "+1E+3", "0001000"])
def test_spellings_of_one_number_have_one_pseudonym(spelling: str) -> None:
    assert pseudonym("N", spelling) == "77772010274551430724"


@pytest.mark.parametrize("number", ["1e9999999", "-1e-9999999", "1e99999999999999999999", "NaN", "", "1x"])
def test_a_number_past_all_limits_is_redacted_and_raises_nothing(number: str) -> None:
    assert pseudonym("N", number).startswith("7777")


def test_a_replay_answers_with_the_item_of_the_number_that_was_asked_for(tmp_path: Path) -> None:
    options = CassetteOptions(redact=("Key.pk",))
    recorded = Cassette(tmp_path / "x.ddb.msgpack", options=options)
    recorded.open_for_recording(keep=False)
    for number in (LONG, OTHER):
        body = {"Item": {"is": {"S": number}}}
        recorded.record(Request("GetItem", {"TableName": "t", "Key": {"pk": {"N": number}}}), Response(200, body))
    recorded.commit()

    replayed = Cassette(tmp_path / "x.ddb.msgpack", contents=read(tmp_path / "x.ddb.msgpack"), options=options)
    replayed.open_for_replay()
    for number in (OTHER, LONG):
        answer, _ = replayed.answer(Request("GetItem", {"TableName": "t", "Key": {"pk": {"N": number}}}))
        assert answer == Response(200, {"Item": {"is": {"S": number}}})


def loaded(path: Path, number: str) -> Any:
    table = json.dumps(TABLE)
    if path.suffix == ".yaml":
        path.write_text(f"t:\n  table: {table}\n  items:\n  - pk: {number}\n")
    else:
        path.write_text(f'{{"t": {{"table": {table}, "items": [{{"pk": {number}}}]}}}}')
    mock = Mock()
    mock.load(path)
    return mock.dump()["t"]["items"]


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
@pytest.mark.parametrize("number", [EXACT, "0.1000000000000000000000000001", "-0.5"])
def test_what_is_loaded_has_every_digit_of_the_file(tmp_path: Path, name: str, number: str) -> None:
    assert loaded(tmp_path / name, number) == [{"pk": {"N": number}}]


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
@pytest.mark.parametrize("number", TOO_LARGE)
def test_what_is_no_number_of_dynamodb_is_a_load_error(tmp_path: Path, name: str, number: str) -> None:
    with pytest.raises(LoadError, match=r"x\.(json|yaml)"):
        loaded(tmp_path / name, number)


@pytest.mark.parametrize("number", [10**5000, decimal.Decimal("1e999"), float("nan")], ids=["int", "Decimal", "nan"])
def test_neither_is_it_in_an_items_wire_form(number: object) -> None:
    with pytest.raises(LoadError, match="item 1"):
        Mock().load({"t": {"table": TABLE, "items": [{"pk": {"N": number}}]}})


def test_yaml_s_other_floats_are_read_as_before(tmp_path: Path) -> None:
    assert loaded(tmp_path / "a.yaml", "1_000.5") == [{"pk": {"N": "1000.5"}}]
    assert loaded(tmp_path / "b.yaml", "1:30.5") == [{"pk": {"N": "90.5"}}]


def test_sums_in_the_mock_are_exact_too() -> None:
    mock = Mock()
    mock.load({"t": {"table": TABLE, "items": [{"pk": {"N": "1"}, "n": {"N": LONG}}]}})
    add = {"TableName": "t", "Key": {"pk": {"N": "1"}}, "UpdateExpression": "ADD n :n"}
    mock.engine.run(Request("UpdateItem", {**add, "ExpressionAttributeValues": {":n": {"N": LONG}}}, "us-east-1"))
    (item,) = mock.dump()["t"]["items"]
    assert item["n"] == {"N": OTHER.replace("1.", "2.")}
