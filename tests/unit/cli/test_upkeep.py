"""Commands that read cassettes: ``show``, ``diff`` and ``stats``, on the example's recordings."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import COMMANDS, main, printing
from pytest_dynamodb.exchange import Response

ORDERS = Path(__file__).parents[3] / "examples/orders/cassettes"
PRODUCT = "tests/test_orders/test_product_by_id.ddb.msgpack"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The example's cassettes: in one a price is another, one is gone, and one is damaged."""
    folder = shutil.copytree(ORDERS, tmp_path / "cassettes")
    header, exchanges = read(folder / PRODUCT)
    put, found, *others = exchanges
    body = {"Item": {**(found.response or {})["Item"], "price": {"N": "9"}}}
    write(folder / PRODUCT, header, [put, replace(found, outcome=Response(200, body)), *others])
    (folder / "tests/test_orders/test_profile_by_id.ddb.msgpack").unlink()
    (folder / "tests/test_orders/test_an_id_is_taken_once.ddb.msgpack").write_bytes(b"torn")
    return folder


def test_ls_lists_the_example_s_cassettes() -> None:
    shown = run("ls", ORDERS)
    assert shown.exit_code == 0
    assert shown.output.splitlines()[-1].split()[-2:] == ["14", "cassettes"]
    assert "tests/test_orders.py::test_product_by_id" in shown.output


# --- show ---


def test_show_says_what_items_were_answered() -> None:
    shown = run("show", ORDERS / PRODUCT)
    assert shown.exit_code == 0
    number = next(n for n, line in enumerate(shown.output.splitlines()) if "GetItem" in line)
    assert shown.output.splitlines()[number + 1].startswith('   → {PK: "PRODUCT#')


def test_show_answers_prints_requests_and_answers_in_full() -> None:
    shown = run("show", ORDERS / PRODUCT, "--answers")
    assert shown.exit_code == 0
    assert "#1 " in shown.output
    assert " ms)\n  Key: {PK: " in shown.output
    assert "    Item: {PK: " in shown.output


def test_show_text_is_the_same_however_often_and_wherever() -> None:
    assert run("show", ORDERS / PRODUCT, "--text").output == run("show", ORDERS / PRODUCT, "--text").output
    assert run("show", ORDERS / PRODUCT, "--text").output.startswith("cassette of tests/test_orders.py::test_product")


def test_show_text_of_a_damaged_cassette_says_so_and_is_no_failure(tmp_path: Path) -> None:
    """git shows no diff at all where a text driver fails."""
    (tmp_path / "x.ddb.msgpack").write_bytes(b"torn")
    shown = run("show", tmp_path / "x.ddb.msgpack", "--text")
    assert (shown.exit_code, shown.output) == (0, "not readable: this is not a cassette, at byte 4\n")
    assert run("show", tmp_path / "nowhere", "--text").exit_code == 2


def test_show_takes_one_form() -> None:
    assert run("show", ORDERS / PRODUCT, "--text", "--json").exit_code == 2


# --- diff ---


def test_diff_of_the_same_finds_nothing() -> None:
    shown = run("diff", ORDERS, ORDERS)
    assert (shown.exit_code, shown.output) == (0, "14 cassettes: 0 differ\n")


def test_diff_names_each_cassette_and_place_that_differs(changed: Path) -> None:
    shown = run("diff", ORDERS, changed)
    assert shown.exit_code == 1
    lines = shown.output.splitlines()
    at = lines.index(PRODUCT)
    assert lines[at + 1].startswith("  ~ #")
    assert lines[at + 2].startswith("      answer   Item.price: ")
    assert lines[at + 2].endswith(" → 9")
    assert "tests/test_orders/test_profile_by_id.ddb.msgpack is gone" in lines
    assert any("test_an_id_is_taken_once.ddb.msgpack" in line and "this is not a cassette" in line for line in lines)
    assert lines[-1] == "14 cassettes: 3 differ"


def test_diff_of_two_files_and_as_json(changed: Path) -> None:
    shown = run("diff", ORDERS / PRODUCT, changed / PRODUCT, "--json")
    assert shown.exit_code == 1
    ((change,),) = [pair["changes"] for pair in json.loads(shown.output)]
    assert change["kind"] == "changed"
    (difference,) = change["differences"]
    assert (difference["side"], difference["path"], difference["now"]) == ("answer", "Item.price", {"N": "9"})
    assert run("diff", ORDERS / PRODUCT, changed / PRODUCT, "--ignore", "Item.price").exit_code == 0


def test_diff_shows_whole_what_came_or_went(tmp_path: Path) -> None:
    header, exchanges = read(ORDERS / PRODUCT)
    write(tmp_path / "x.ddb.msgpack", header, [exchanges[0], exchanges[2]])
    shown = run("diff", tmp_path / "x.ddb.msgpack", ORDERS / PRODUCT)
    assert shown.exit_code == 1
    assert "  + #2 GetItem on AppData\n      Key: " in shown.output
    assert "      => 200\n        Item: {PK: " in shown.output, shown.output


def test_diff_of_a_file_and_a_folder_is_a_usage_error() -> None:
    assert run("diff", ORDERS, ORDERS / PRODUCT).exit_code == 2


# --- stats ---


def test_stats_sum_up_a_folder() -> None:
    shown = run("stats", ORDERS)
    assert shown.exit_code == 0
    exchanges = [exchange for path in ORDERS.rglob("*.msgpack") for exchange in read(path).exchanges]
    assert shown.output.startswith(f"14 cassettes, {len(exchanges)} exchanges, ")
    gets = sum(exchange.operation == "GetItem" for exchange in exchanges)
    assert f"{gets}  GetItem\n" in shown.output
    assert "AppData" in shown.output
    assert "TransactionCanceledException" in shown.output
    assert "botocore " in shown.output


def test_stats_json_holds_everything() -> None:
    sums = json.loads(run("stats", ORDERS, "--json").output)
    assert sums["cassettes"] == 14
    assert sum(sums["operations"].values()) == sums["exchanges"]
    assert sums["size"] == sum(path.stat().st_size for path in ORDERS.rglob("*.msgpack"))
    assert sums["largest"][0]["size"] == max(path.stat().st_size for path in ORDERS.rglob("*.msgpack"))
    assert sums["write"] > 0


def test_stats_name_what_cannot_be_read_and_count_the_others(changed: Path) -> None:
    shown = run("stats", changed)
    assert shown.exit_code == 1
    assert shown.output.startswith("12 cassettes")
    assert "Error: " in shown.output


def test_stats_of_nothing(tmp_path: Path) -> None:
    assert run("stats", tmp_path).output.startswith("0 cassettes")
    assert run("stats", tmp_path / "nowhere").exit_code == 2


# --- completion ---


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_script_that_completes(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from pytest_dynamodb.cli import main; main(prog_name='pytest-dynamodb')"],
        env={**os.environ, "_PYTEST_DYNAMODB_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=False,
    )
    if shell == "bash" and "Bash version is not supported" in done.stderr:
        pytest.skip("this machine's bash is older than click's completion")
    assert "_PYTEST_DYNAMODB_COMPLETE" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("pytest-dynamodb ", COMMANDS), ("pytest-dynamodb sh", ["show"]), ("pytest-dynamodb show --a", ["--answers"])],
)
def test_commands_and_options_are_completed(typed: str, expected: Collection[str]) -> None:
    words = typed.split(" ")
    completing = ShellComplete(main, {}, "pytest-dynamodb", "_PYTEST_DYNAMODB_COMPLETE")
    found = [item.value for item in completing.get_completions(words[1:-1], words[-1])]
    assert sorted(found) == sorted(expected)


# --- terminals ---


def test_tables_are_laid_out_by_rich_on_a_terminal_without_anything_that_it_would_obey(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    printing.table([("n", "name"), ("1", "\x1b[2J[bold]x[/]"), ("2", "y" * 80), ("3", "all")], total=True)
    shown = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)  # without rich's own bold
    assert "\x1b" not in shown
    assert "\\u001b[2J[bold]x[/]" in shown
    assert all(len(line) <= 60 for line in shown.splitlines())
    assert shown.count("y") == 80


def test_progress_is_shown_on_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(printing.progress(range(20), length=20, what="Counting")) == list(range(20))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(printing.progress(range(20), length=20, what="Counting")) == list(range(20))
    captured = capsys.readouterr()
    assert "Counting" in captured.err
    assert captured.out == ""


# --- help ---


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_says_what_a_command_does_and_every_option_means(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    assert len(command.help) > len(COMMANDS[name])
    assert all(getattr(option, "help", "") for option in command.params if isinstance(option, click.Option))
    shown = run(name, "-h")
    assert shown.exit_code == 0
    assert "Usage: " in shown.output


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_has_a_row_on_its_page_with_every_option(name: str) -> None:
    """``tests/docs/test_reference_is_complete.py`` holds the page to the options, this the options' kinds."""
    page = (Path(__file__).parents[3] / "docs/reference/command.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith((f"| `{name} ", f"| `{name}`")))
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for option in command.params:
        if isinstance(option, click.Option):
            said = re.search(rf"\[?{option.opts[-1]}( [A-Z]+)?\]?", row)
            assert said is not None, f"{name}: {option.opts}"
            assert bool(said[1]) == (not option.is_flag), f"{name}: {option.opts} on the page and in the command"
