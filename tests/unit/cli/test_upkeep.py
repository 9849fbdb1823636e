"""Commands that read cassettes: ``show``, ``diff`` and ``stats``, on the example's recordings."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main
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
