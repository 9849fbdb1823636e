"""``edit`` opens a cassette in an editor, and writes only what is right."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.upkeep.files import unpack

PRODUCT = Path(__file__).parents[3] / "examples/orders/cassettes/tests/test_orders/test_product_by_id.ddb.msgpack"


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return Path(shutil.copy(PRODUCT, tmp_path / "x.ddb.msgpack"))


def edit(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["edit", *map(str, arguments)], input=typed)


def editor(folder: Path, old: str, new: str) -> str:
    """The command of an editor that replaces a text by another."""
    program = folder / "editor.py"
    program.write_text(
        "import pathlib, sys, os\n"
        "path = pathlib.Path(sys.argv[1])\n"
        f"path.write_text(path.read_text('utf-8').replace({old!r}, {new!r}, 1), 'utf-8')\n"
        "os.utime(path, (9e8, 9e8))\n"  # a save is noticed by the file's time
    )
    return shlex.join([sys.executable, str(program)])


def test_what_is_saved_in_the_editor_is_written(
    cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, "name: Teapot, price: 29.9,", "name: Teapot, price: 31,"))
    shown = edit(cassette)
    assert (shown.exit_code, shown.output) == (0, f"{cassette}: 3 exchanges written\n")
    before, after = read(PRODUCT), read(cassette)
    assert after.header == before.header
    changed = [now for was, now in zip(before.exchanges, after.exchanges, strict=True) if was != now]
    assert [(one.response or {}).get("Item", {}).get("price") for one in changed] == [{"N": "31"}]


def test_what_is_saved_unchanged_leaves_the_file_alone(
    cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, "Teapot", "Teapot"))
    shown = edit(cassette)
    assert (shown.exit_code, shown.output) == (0, "nothing changed\n")
    assert cassette.read_bytes() == PRODUCT.read_bytes()


def test_the_yaml_can_be_printed_and_taken_back(cassette: Path) -> None:
    printed = edit(cassette, "--export")
    assert printed.exit_code == 0
    assert "  operation: GetItem" in printed.output.replace("- operation", "  operation")
    assert edit(cassette, "--from", "-", typed=printed.output).output == "nothing changed\n"
    changed = edit(cassette, "--from", "-", typed=printed.output.replace("stock: 1,", "stock: 7,"))
    assert changed.exit_code == 0
    assert edit(cassette, "--export").output == printed.output.replace("stock: 1,", "stock: 7,")
    assert edit(cassette, "--export", "--from", "-", typed="").exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("operation: GetItem", "operation: [", "Error: this is no YAML"),
        ("Key:", "Keys:", 'Error: #2 GetItem, request: Missing required parameter in input: "Key"'),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(cassette: Path, old: str, new: str, said: str) -> None:
    text = edit(cassette, "--export").output
    shown = edit(cassette, "--from", "-", typed=text.replace(old, new, 1))
    assert shown.exit_code == 1
    assert said in shown.output
    assert cassette.read_bytes() == PRODUCT.read_bytes()


def test_what_was_wrong_before_may_stay_and_force_overrules_the_model(cassette: Path) -> None:
    text = edit(cassette, "--export").output.replace("Key:", "Keys:", 1)
    assert edit(cassette, "--from", "-", "--force", typed=text).exit_code == 0
    assert edit(cassette, "--from", "-", typed=text.replace("stock: 1,", "stock: 7,")).exit_code == 0


def test_a_compressed_cassette_stays_compressed(cassette: Path) -> None:
    header, exchanges = read(PRODUCT)
    write(cassette, header, exchanges, compress=True)
    text = edit(cassette, "--export").output
    assert edit(cassette, "--from", "-", typed=text.replace("stock: 1,", "stock: 7,")).exit_code == 0
    assert unpack(cassette.read_bytes(), "x").compressed
