"""``scrub``: old files lose their secrets, and replay as before."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from pytest_dynamodb import Cassette, Exchange, Request, Response
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.upkeep.files import unpack

MAIL, CARD = "ada@acme.de", "4111111111111111"
PUT = Exchange(
    "PutItem", {"TableName": "t", "Item": {"pk": {"S": MAIL}, "card": {"N": CARD}, "n": {"N": "1"}}}, Response(200, {})
)
GET = Exchange(
    "GetItem",
    {"TableName": "t", "Key": {"pk": {"S": MAIL}}},
    Response(200, {"Item": {"pk": {"S": MAIL}, "note": {"S": f"write to {MAIL}"}}}),
)
HOOKS = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["scrub", *map(str, arguments)])


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "cassettes" / "a.ddb.msgpack"
    write(path, Header(volatile={MAIL: ("Item.pk",)}), [PUT, GET])
    return path


def test_secrets_are_replaced_and_the_real_values_still_replay(cassette: Path) -> None:
    done = run(cassette)
    assert done.exit_code == 0, done.output
    assert "an e-mail address at Item.pk" in done.output
    assert "1 cassette looked at, 1 changed" in done.output
    raw = cassette.read_bytes()
    assert MAIL.encode() not in raw
    assert CARD.encode() not in raw
    assert MAIL not in done.output
    contents = read(cassette)
    replay = Cassette(cassette, contents=contents)
    replay.open_for_replay()
    outcomes = [replay.answer(Request(exchange.operation, exchange.params))[0] for exchange in (PUT, GET)]
    assert isinstance(outcomes[1], Response)
    assert isinstance(outcomes[1].body, dict)
    assert outcomes[1].body["Item"]["pk"] == {"S": MAIL}
    assert not run("--check", cassette).exit_code


def test_it_finds_nothing_more_the_second_time(cassette: Path) -> None:
    run(cassette)
    before = cassette.read_bytes()
    again = run(cassette.parent)
    assert again.exit_code == 0
    assert again.output == "1 cassette looked at, 0 changed\n"
    assert cassette.read_bytes() == before


def test_check_writes_nothing_and_ends_with_1(cassette: Path) -> None:
    before = cassette.read_bytes()
    done = run("--check", cassette.parent)
    assert done.exit_code == 1
    assert "pytest-dynamodb scrub replaces it" in done.output
    assert cassette.read_bytes() == before


def test_as_data(cassette: Path) -> None:
    done = run("--check", "--json", cassette)
    found = json.loads(done.output)
    assert found["looked_at"] == 1
    (one,) = found["cassettes"].values()
    assert one["would_change"] is True
    assert one["changed"] is False
    assert {"looks_like": "an e-mail address", "place": "Item.pk", "times": 2} in one["found"]
    assert MAIL not in done.output


def test_named_values_are_replaced_too_or_they_alone(cassette: Path) -> None:
    assert run("--only-redact", "--redact", "Item.n", cassette).exit_code == 0
    contents = read(cassette)
    assert contents.exchanges[0].params["Item"]["n"]["N"].startswith("7777")
    assert contents.exchanges[0].params["Item"]["pk"] == {"S": MAIL}
    assert run("--only-redact", cassette).exit_code == 2
    assert run("--redact", "Item..n", cassette).exit_code == 2


def test_stand_ins_are_keyed(cassette: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = cassette.read_bytes()
    run(cassette)
    plain = read(cassette).exchanges[0].params
    cassette.write_bytes(original)
    monkeypatch.setenv("PYTEST_DYNAMODB_REDACT_KEY", "a key")
    run(cassette)
    assert read(cassette).exchanges[0].params != plain


def test_a_compressed_cassette_stays_compressed(tmp_path: Path) -> None:
    path = tmp_path / "a.ddb.msgpack"
    write(path, Header(), [PUT, GET], compress=True)
    run(path)
    assert unpack(path.read_bytes(), "a").compressed


def test_what_stands_in_a_name_is_left_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ddb.msgpack"
    write(path, Header(), [Exchange("PutItem", {"Item": {"m": {"M": {MAIL: {"S": "a"}}}}}, Response(200, {}))])
    done = run(path)
    assert done.exit_code == 1
    assert "left: an e-mail address in a name" in done.output


def test_a_damaged_cassette_is_told_and_the_others_are_scrubbed(cassette: Path) -> None:
    (cassette.parent / "b.ddb.msgpack").write_bytes(b"damaged")
    done = run(cassette.parent)
    assert done.exit_code == 1
    assert "b.ddb.msgpack" in done.output
    assert MAIL.encode() not in cassette.read_bytes()


def test_there_has_to_be_something_to_look_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run().exit_code == 2


def test_the_hooks_for_other_repositories_run(cassette: Path) -> None:
    check, scrub = yaml.safe_load(HOOKS.read_text())
    for hook in (check, scrub):
        assert re.search(hook["files"], cassette.name)
        assert not re.search(hook["files"], "test_a.py")
    program, *arguments = check["entry"].split()
    assert program == "pytest-dynamodb"
    assert CliRunner().invoke(main, [*arguments, str(cassette)]).exit_code == 1
    assert CliRunner().invoke(main, [*scrub["entry"].split()[1:], str(cassette)]).exit_code == 0
    assert CliRunner().invoke(main, [*arguments, str(cassette)]).exit_code == 0
