"""``view`` writes one page of a cassette, of a folder, or of two side by side."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb.cli import main

EXAMPLE = Path(__file__).parents[3] / "examples" / "orders" / "cassettes"
ONE = EXAMPLE / "tests" / "test_orders" / "test_profile_by_id.ddb.msgpack"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["view", *map(str, arguments)])


def data_of(page: Path) -> Any:
    (data,) = re.findall('id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    return json.loads(data)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_a_cassette(output: Path) -> None:
    done = run(ONE, "-o", output)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"{output}: 4 exchanges, ")
    data = data_of(output)
    assert data["title"] == "test_profile_by_id"
    assert data["tables"]["AppData"]["keys"] == ["PK", "SK"]


def test_a_folder(output: Path) -> None:
    assert run(EXAMPLE, "-o", output).exit_code == 0
    data = data_of(output)
    assert len(data["exchanges"]) == 70
    assert data["sources"][1]["name"] == "tests/test_orders/test_a_missing_table_is_an_error"
    assert data["tables"] == {"AppData": {"keys": ["PK", "SK"], "indexes": {"GSI1": ["GSI1PK", "GSI1SK"]}}}


def test_two_folders_side_by_side(output: Path, tmp_path: Path) -> None:
    (tmp_path / "after").mkdir()
    (tmp_path / "after" / ONE.name).write_bytes(ONE.read_bytes())
    assert run(ONE.parent, tmp_path / "after", "-o", output).exit_code == 0
    data = data_of(output)
    assert len(data["sources"]) == 14
    assert {change["kind"] for change in data["differences"]} == {"removed"}
    assert len(data["differences"]) == len(data["exchanges"]) - 8


def test_two_cassettes_side_by_side(output: Path) -> None:
    assert run(ONE, ONE, "-o", output).exit_code == 0
    assert data_of(output)["differences"] == []


def test_a_cassette_and_a_folder_are_not_compared(output: Path) -> None:
    assert run(ONE, EXAMPLE, "-o", output).exit_code == 2


def test_what_cannot_be_read_is_named_and_the_others_are_shown(output: Path, tmp_path: Path) -> None:
    (tmp_path / "a.ddb.msgpack").write_bytes(ONE.read_bytes())
    (tmp_path / "b.ddb.msgpack").write_bytes(b"nothing")
    done = run(tmp_path, "-o", output)
    assert done.exit_code == 1
    assert "b.ddb.msgpack" in done.output
    assert len(data_of(output)["exchanges"]) == 4


def test_a_page_needs_a_place_that_can_be_written(tmp_path: Path) -> None:
    assert run(ONE).exit_code == 2
    (tmp_path / "file").touch()
    done = run(ONE, "-o", tmp_path / "file" / "page.html")
    assert done.exit_code == 2
    assert "cannot be written" in done.output
