"""The command says what cassettes hold, runs the example, and explains errors in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb import __version__
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli import COMMANDS, main
from pytest_dynamodb.dialects import CAPTURED
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure

HEADER = Header(node_id="tests/test_a.py::test_it", recorded="2026-08-01T12:00:00Z", recorder={"botocore": "1.43.0"})
QUERY = Exchange(
    "Query",
    {
        "TableName": "app",
        "KeyConditionExpression": "begins_with(#s, :s) AND pk = :p",
        "ExpressionAttributeNames": {"#s": "sk"},
        "ExpressionAttributeValues": {":p": {"S": "U#1"}, ":s": {"S": "O#"}},
    },
    Response(200, {"Items": []}, attempts=2, elapsed=0.0125),
)
REFUSED = Exchange("PutItem", {"TableName": "app", "Item": {"pk": {"S": "a"}}}, Response(400, {"__type": "x#Refused"}))
BROKEN = Exchange(
    "GetItem", {"TableName": "app", "Key": {"pk": {"S": "a"}}}, TransportFailure("ReadTimeoutError", "no")
)


@pytest.fixture
def cassettes(tmp_path: Path) -> Path:
    """A folder of two cassettes."""
    write(tmp_path / "cassettes" / "a.ddb.msgpack", HEADER, [QUERY, REFUSED, BROKEN])
    write(tmp_path / "cassettes" / "inner" / "b.ddb.msgpack", Header(), [QUERY])
    return tmp_path / "cassettes"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_help_names_every_command_without_loading_any() -> None:
    shown = run("--help")
    assert shown.exit_code == 0
    assert all(name in shown.output and sentence.split()[0] in shown.output for name, sentence in COMMANDS.items())
    program = "import sys; from pytest_dynamodb.cli import main; print(*(m for m in sys.modules if 'cli.' in m))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pytest_dynamodb.cli." not in done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_there(name: str) -> None:
    assert run(name, "--help").exit_code == 0


def test_the_version_is_the_distribution_s_and_that_of_the_table() -> None:
    assert run("--version").output == f"pytest-dynamodb-cassette {__version__}, answers of DynamoDB as of {CAPTURED}\n"


def test_an_unknown_command_is_a_usage_error() -> None:
    assert run("nonsense").exit_code == 2


def test_show_prints_an_exchange_a_line_with_expressions_resolved(cassettes: Path) -> None:
    shown = run("show", cassettes / "a.ddb.msgpack")
    assert shown.exit_code == 0
    first, second, third = shown.output.splitlines()[-3:]
    assert first.split()[:6] == ["1", "Query", "app", "200", "2", "12.5"]
    assert first.endswith('where begins_with(sk, {"S":"O#"}) AND pk = {"S":"U#1"}')
    assert second.split()[:4] == ["2", "PutItem", "app", "Refused"]
    assert third.split()[:4] == ["3", "GetItem", "app", "ReadTimeoutError"]
    assert "tests/test_a.py::test_it" in shown.output
    assert "recorded 2026-08-01T12:00:00Z" in shown.output


def test_show_json_holds_everything(cassettes: Path) -> None:
    shown: dict[str, Any] = json.loads(run("show", "--json", cassettes / "a.ddb.msgpack").output)
    assert shown["node_id"] == HEADER.node_id
    query, refused, broken = shown["exchanges"]
    assert query["params"] == QUERY.params
    assert query["response"] == {"Items": []}
    assert query["canonical"]["KeyConditionExpression"] == ['begins_with(sk, {"S":"O#"})', 'pk = {"S":"U#1"}']
    assert (query["status"], query["attempts"], query["elapsed"]) == (200, 2, 0.0125)
    assert refused["error"] == "Refused"
    assert broken["failure"] == {"kind": "ReadTimeoutError", "message": "no"}


@pytest.mark.parametrize("content", [None, b"", b"not a cassette"], ids=["missing", "empty", "foreign"])
def test_an_unreadable_cassette_is_one_clear_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.ddb.msgpack"
    if content is not None:
        path.write_bytes(content)
    shown = run("show", path)
    assert shown.exit_code == 2
    (line,) = shown.output.strip().splitlines()
    assert line.startswith(f"Error: {path}")


def test_ls_lists_every_cassette_below(cassettes: Path) -> None:
    shown = run("ls", cassettes)
    assert shown.exit_code == 0
    heading, a, b, total = shown.output.splitlines()
    assert heading.split() == ["exchanges", "size", "recorded", "cassette", "test"]
    assert a.split()[0] == "3"
    assert "2026-08-01" in a
    assert HEADER.node_id in a
    assert "unknown" in b
    assert total.split()[0] == "4"


def test_ls_names_no_test_for_a_fixtures_cassette(tmp_path: Path) -> None:
    name = "fixture.users.ddb.msgpack"
    write(tmp_path / name, replace(HEADER, node_id=f"::{name}"), [QUERY])
    assert run("ls", tmp_path).output.splitlines()[1].split()[-1] == str(tmp_path / name)


def test_ls_json_is_a_list(cassettes: Path) -> None:
    listed = json.loads(run("ls", "--json", cassettes).output)
    assert [(Path(one["path"]).name, one["exchanges"]) for one in listed] == [
        ("a.ddb.msgpack", 3),
        ("b.ddb.msgpack", 1),
    ]
    assert listed[0]["size"] == (cassettes / "a.ddb.msgpack").stat().st_size


def test_ls_takes_the_usual_folder(cassettes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cassettes.parent)
    assert "a.ddb.msgpack" in run("ls").output


def test_ls_names_what_it_cannot_read_and_lists_the_others(cassettes: Path) -> None:
    (cassettes / "c.ddb.msgpack").write_bytes(b"torn")
    shown = run("ls", cassettes)
    assert shown.exit_code == 1
    assert "a.ddb.msgpack" in shown.output
    assert f"Error: {cassettes / 'c.ddb.msgpack'}" in shown.output


def test_ls_of_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert run("ls", tmp_path / "nowhere").exit_code == 2


def test_ls_of_an_empty_folder_says_so(tmp_path: Path) -> None:
    shown = run("ls", tmp_path)
    assert (shown.exit_code, shown.output) == (0, f"no cassettes in {tmp_path}\n")


def demo(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m pytest_dynamodb demo`, as its users run it."""
    return subprocess.run(
        [sys.executable, "-m", "pytest_dynamodb", "demo", *map(str, arguments)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_demo_records_and_replays_the_example_whatever_the_environment_says() -> None:
    done = demo(
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_PROFILE="nobody",
        CI="true",
        PYTEST_ADDOPTS="--nonsense",
        PYTEST_DYNAMODB_PROVIDER="live",
        PYTHONWARNINGS="",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    recorded, replayed = [line for line in done.stdout.splitlines() if line.startswith("dynamodb: ")]
    assert recorded.startswith("dynamodb: 0 replayed, ")
    assert recorded.endswith(" recorded")
    assert " 0 live, 0 missed, 0 unused" in replayed
    assert done.stdout.count("13 passed, in ") == 2
    assert "14 cassettes" in done.stdout
    assert "--dynamodb-upstream=http://127.0.0.1:" in done.stdout
    assert "pytest --record" in done.stdout


def test_demo_without_uvicorn_records_in_process_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import pytest_dynamodb.cli.demo as module

    monkeypatch.setattr(module, "find_spec", lambda name: None)
    shown = run("demo")
    assert shown.exit_code == 0, shown.output
    assert "pip install 'pytest-dynamodb-cassette[server]'" in shown.output
    assert "$ pytest --record --dynamodb-upstream=mock\n13 passed, in " in shown.output


def test_demo_leaves_the_example_where_it_is_told_to(tmp_path: Path) -> None:
    done = demo("--to", tmp_path / "mine")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "mine" / "tests" / "test_orders.py").exists()
    assert len(list((tmp_path / "mine" / "cassettes").rglob("*.ddb.msgpack"))) == 14
    assert f"$ cd {tmp_path / 'mine'}" in done.stdout
    again = demo("--to", tmp_path / "mine")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_demo_of_a_broken_example_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    import pytest_dynamodb.cli.demo as module

    example = next(home for home in module._HOMES if home.is_dir())
    copy = shutil.copytree(example, tmp_path / "example", ignore=shutil.ignore_patterns("__pycache__"))
    orders = copy / "orders.py"
    orders.write_text(orders.read_text("utf-8").replace("ADD #views :one", "ADD #views :none"), "utf-8")
    monkeypatch.setattr(module, "_HOMES", (copy,))
    shown = run("demo")
    assert shown.exit_code == 1
    assert "test_views_are_counted" in shown.output


def test_the_replay_of_the_demo_has_no_network() -> None:
    program = (
        "import socket; from pytest_dynamodb.cli import sealed; "
        "sealed.pytest_configure(); socket.create_connection(('127.0.0.1', 9))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "OSError: the network is cut for this demonstration" in done.stderr
