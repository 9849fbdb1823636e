"""``pytest-dynamodb review`` after a recording: on a terminal, and without one, in a git repository and without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.cli import review as module
from pytest_dynamodb.exchange import Exchange, Response

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

ORDERS = Path(__file__).parents[2] / "examples/orders"
NAME = "cassettes/tests/test_orders/test_product_by_id.ddb.msgpack"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in a git repository, in which somebody is; nobody's own settings of git are read."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = shutil.copytree(ORDERS, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(root)
    for command in ("init --quiet", "add --all", "-c user.name=x -c user.email=x@y commit --quiet -m x"):
        subprocess.run(["git", *command.split()], check=True)
    return root


def run(*arguments: object, typed: str | None = None, monkeypatch: pytest.MonkeyPatch | None = None) -> Result:
    if monkeypatch is not None:
        monkeypatch.setattr(module, "somebody_is_there", lambda: True)
    return CliRunner().invoke(main, ["review", *map(str, arguments)], input=typed)


def with_price(exchange: Exchange, price: str) -> Exchange:
    body = {"Item": {**(exchange.response or {})["Item"], "price": {"N": price}, "seen": {"S": "today"}}}
    return replace(exchange, outcome=Response(200, body))


@pytest.fixture
def changed(project: Path) -> list[Exchange]:
    """One answer has another price and a new attribute, and there is one exchange more; as it was before."""
    header, exchanges = read(NAME)
    put, found, missing = exchanges
    new = replace(missing, params={**missing.params, "ConsistentRead": True})
    write(NAME, header, [put, with_price(found, "9"), missing, new])
    return exchanges


def test_nothing_changed_is_said(project: Path) -> None:
    assert run().output == "0 cassettes changed: 0 accepted, 0 rejected, 0 left\n"


def test_without_a_terminal_the_changes_are_listed_and_left(changed: list[Exchange]) -> None:
    before = Path(NAME).read_bytes()
    shown = run()
    assert shown.exit_code == 1
    assert f"{NAME}: 2 changes\n  ~ #2 GetItem on AppData\n" in shown.output
    assert "      answer   Item.price: 29.9 → 9\n" in shown.output
    assert "  + #4 GetItem on AppData\n" in shown.output
    assert shown.output.endswith("1 cassette changed: 0 accepted, 0 rejected, 2 left\n")
    assert Path(NAME).read_bytes() == before


def test_changes_are_accepted_and_rejected_one_by_one(changed: list[Exchange], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run(typed="?\nr\na\n", monkeypatch=monkeypatch)
    assert shown.exit_code == 0, shown.output
    assert "    r  reject it: what was there before comes back\n" in shown.output
    assert shown.output.endswith("1 cassette changed: 1 accepted, 1 rejected, 0 left\n")
    put, found, missing, new = read(NAME).exchanges
    assert [put, found, missing] == changed
    assert new.params["ConsistentRead"] is True


def test_a_path_is_ignored_or_redacted_and_the_line_to_add_is_printed(
    changed: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run("--ignore", "Item.seen", typed="d\nItem..\nd\nItem.price\na\n", monkeypatch=monkeypatch)
    assert shown.exit_code == 0, shown.output
    assert "not a JMESPath expression" in shown.output
    assert 'add to the test\'s marker: @pytest.mark.dynamodb_cassette(ignore=["Item.seen"])\n' in shown.output
    assert 'add to the test\'s marker: @pytest.mark.dynamodb_cassette(redact=["Item.price"])\n' in shown.output
    contents = read(NAME)
    price = (contents.exchanges[1].response or {})["Item"]["price"]["N"]
    assert price.startswith("7777")

    write(NAME, contents.header, changed)
    shown = run(typed="q\n", monkeypatch=monkeypatch)
    assert read(NAME).exchanges == changed


def test_an_ignored_path_puts_back_what_differs_nowhere_else(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Path(NAME).read_bytes()
    header, exchanges = read(NAME)
    put, found, missing = exchanges
    write(NAME, header, [put, with_price(found, "29.9"), missing])
    shown = run(typed="i\n1\n", monkeypatch=monkeypatch)
    assert shown.exit_code == 0, shown.output
    assert "    1  Item.seen\n" in shown.output
    assert Path(NAME).read_bytes() == before  # to the byte: git shows no change any more


def test_quitting_keeps_what_was_decided_and_leaves_the_rest(
    changed: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run(typed="r\nq\n", monkeypatch=monkeypatch)
    assert shown.exit_code == 1
    assert read(NAME).exchanges[:3] == changed
    assert len(read(NAME).exchanges) == 4


def test_all_that_is_left_is_accepted_at_once(changed: list[Exchange], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run(typed="s\nA\n", monkeypatch=monkeypatch)
    assert shown.output.endswith("1 cassette changed: 2 accepted, 0 rejected, 0 left\n")


@pytest.mark.parametrize(
    ("options", "counts", "kept"),
    [
        (["--accept-all"], "2 accepted, 0 rejected, 0 left", 4),
        (["--reject-all"], "0 accepted, 2 rejected, 0 left", 3),
        (["--only", "Item.price", "--only", "Item.seen"], "1 accepted, 1 rejected, 0 left", 3),
        (["--only", "Item.price"], "0 accepted, 2 rejected, 0 left", 3),
    ],
)
def test_nobody_need_be_asked(changed: list[Exchange], options: list[str], counts: str, kept: int) -> None:
    shown = run(*options)
    assert shown.exit_code == 0, shown.output
    assert shown.output.endswith(f"1 cassette changed: {counts}\n")
    assert len(read(NAME).exchanges) == kept
    assert run("--accept-all", "--only", "x").exit_code == 2


def test_all_rejected_is_what_git_has(changed: list[Exchange]) -> None:
    assert run("--reject-all").exit_code == 0
    assert subprocess.run(["git", "diff", "--quiet"], check=False).returncode == 0


def test_cassettes_that_are_new_or_gone_are_reviewed_too(project: Path) -> None:
    new = Path("cassettes/new.ddb.msgpack")
    shutil.copy(NAME, new)
    Path(NAME).unlink()
    shown = run("cassettes")
    assert "cassettes/new.ddb.msgpack: 3 changes" in shown.output
    assert "test_product_by_id.ddb.msgpack: 3 changes" in shown.output
    assert run("--reject-all").exit_code == 0
    assert not new.exists()
    assert subprocess.run(["git", "diff", "--quiet"], check=False).returncode == 0


def test_an_older_file_serves_where_there_is_no_git(
    changed: list[Exchange], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(NAME, tmp_path / "now.ddb.msgpack")
    subprocess.run(["git", "checkout", "--quiet", NAME], check=True)
    shutil.copy(NAME, tmp_path / "was.ddb.msgpack")
    monkeypatch.chdir(tmp_path)
    shown = run("now.ddb.msgpack")
    assert shown.exit_code == 2
    assert "say --against FILE" in shown.output
    assert run("now.ddb.msgpack", "--against", "was.ddb.msgpack", "--reject-all").exit_code == 0
    assert Path("now.ddb.msgpack").read_bytes() == Path("was.ddb.msgpack").read_bytes()
    assert run(".", "--against", "was.ddb.msgpack").exit_code == 2


def test_the_changes_are_data_for_programs(changed: list[Exchange]) -> None:
    shown = run("--json")
    assert shown.exit_code == 1
    (one,) = json.loads(shown.output)
    assert one["cassette"] == NAME
    first: dict[str, Any] = one["changes"][0]
    assert (first["kind"], first["paths"]) == ("changed", ["Item.price", "Item.seen"])


def test_a_revision_can_be_compared_with(changed: list[Exchange]) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-am", "y"], check=True)
    assert run().exit_code == 0
    assert "2 left" in run("--since", "HEAD~1").output


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_real_terminal_questions_are_asked(changed: list[Exchange]) -> None:
    import pty

    ours, theirs = pty.openpty()
    os.write(ours, b"r\na\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest_dynamodb", "review"], stdin=theirs, capture_output=True, text=True, check=False
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[a]ccept [r]eject" in done.stdout
    assert done.stdout.endswith("1 cassette changed: 1 accepted, 1 rejected, 0 left\n")
    assert read(NAME).exchanges[:3] == changed
