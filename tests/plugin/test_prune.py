"""``prune`` and ``doctor`` in a copy of the example: pytest is asked which tests there are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.cli.collection import Collected

ORDERS = Path(__file__).parents[2] / "examples/orders"
FOLDER = Path("cassettes/tests/test_orders")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, in which somebody is."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = shutil.copytree(ORDERS, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(root)
    return root


def run(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=typed)


def change_tests(old: str, new: str) -> None:
    path = Path("tests/test_orders.py")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def cassettes() -> set[str]:
    return {path.name.removesuffix(".ddb.msgpack") for path in FOLDER.glob("*.msgpack")}


def test_where_every_cassette_has_its_test_there_is_nothing_to_delete(project: Path) -> None:
    shown = run("prune", "--dry-run")
    assert (shown.exit_code, shown.output) == (0, "nothing to delete\n")


def test_a_cassette_whose_test_is_gone_and_a_failed_attempt_are_deleted_on_request(project: Path) -> None:
    change_tests("def test_product_by_id(", "def helper(")
    failed = FOLDER / "test_views_are_counted.ddb.msgpack.failed"
    failed.write_bytes(b"x")
    before = cassettes()
    dry = run("prune", "--dry-run")
    assert dry.exit_code == 1
    assert (
        f"{FOLDER / 'test_product_by_id.ddb.msgpack'}: tests/test_orders.py::test_product_by_id is gone" in dry.output
    )
    assert f"{failed}: an attempt that failed" in dry.output
    assert "2 files to delete" in dry.output
    assert (cassettes(), failed.exists()) == (before, True)
    assert run("prune").exit_code == 1  # nobody is there to be asked
    assert cassettes() == before
    shown = run("prune", "--yes")
    assert shown.exit_code == 0
    assert shown.output.endswith("2 files deleted\n")
    assert cassettes() == before - {"test_product_by_id"}
    assert not failed.exists()


def test_a_test_with_another_name_gets_its_cassette(project: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    subprocess.run(["git", "add", "--all"], check=True)
    change_tests("def test_product_by_id(", "def test_one_product_by_id(")
    shown = run("prune", "--dry-run")
    assert shown.exit_code == 1
    old, new = FOLDER / "test_product_by_id.ddb.msgpack", FOLDER / "test_one_product_by_id.ddb.msgpack"
    assert f"  perhaps tests/test_orders.py::test_one_product_by_id now: git mv {old} {new} (--rename" in shown.output
    exchanges = read(old).exchanges
    moved = run("prune", "--rename", "--yes")
    assert (moved.exit_code, moved.output) == (0, "1 cassette moved\nnothing to delete\n")
    assert not old.exists()
    assert read(new).header.node_id == "tests/test_orders.py::test_one_product_by_id"
    assert read(new).exchanges == exchanges
    staged = subprocess.run(["git", "diff", "--name-only", "--cached"], capture_output=True, text=True, check=True)
    known = subprocess.run(["git", "ls-files", str(FOLDER)], capture_output=True, text=True, check=True).stdout
    assert staged.returncode == 0
    assert new.as_posix() in known
    assert old.as_posix() not in known
    assert run("prune", "--dry-run").exit_code == 0


def test_without_git_it_is_moved_all_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    change_tests("def test_product_by_id(", "def test_one_product_by_id(")
    assert run("prune", "--rename").exit_code == 0
    assert "test_one_product_by_id" in cassettes()


def test_of_a_module_that_cannot_be_collected_nothing_is_deleted(project: Path) -> None:
    change_tests("def test_product_by_id(", "def test_product_by_id((")
    shown = run("prune", "--yes")
    assert "tests/test_orders.py could not be collected: its cassettes are left alone" in shown.output
    assert len(cassettes()) == 13


def test_where_pytest_does_not_start_it_says_so(project: Path) -> None:
    Path("pytest.ini").write_text("[pytest]\naddopts = --nonsense\n")
    shown = run("prune", "--yes")
    assert shown.exit_code == 2
    assert "pytest could not collect the tests in " in shown.output
    assert "--no-collect" in shown.output
    (FOLDER / "x.ddb.msgpack.failed").write_bytes(b"x")
    assert run("prune", "--yes", "--no-collect").exit_code == 0
    assert not (FOLDER / "x.ddb.msgpack.failed").exists()
    assert len(cassettes()) == 13


def test_folders_of_cassettes_may_be_beside_the_modules(tmp_path: Path) -> None:
    for name in ("cassettes/tests", "inner/cassettes/test_a"):
        (tmp_path / name).mkdir(parents=True)
    names = {"a": "cassettes/tests/a", "b": "inner/cassettes/test_a/b", "c": "gone/c"}
    tests = {node_id: tmp_path / name for node_id, name in names.items()}
    found = Collected(tmp_path, tmp_path / "cassettes", tests, {}, [], "")
    assert found.folders == [tmp_path / "cassettes", tmp_path / "inner/cassettes/test_a"]


def test_what_would_be_deleted_is_data_for_programs(project: Path) -> None:
    change_tests("def test_product_by_id(", "def test_one_product_by_id(")
    shown = run("prune", "--json")
    assert shown.exit_code == 1
    (file,) = json.loads(shown.output)
    assert file["test"] == "tests/test_orders.py::test_one_product_by_id"
    assert file["successor"].endswith("test_one_product_by_id.ddb.msgpack")
    assert run("prune", "--dry-run", "--yes").exit_code == 2


# --- doctor ---


def test_the_doctor_lists_what_it_finds_with_a_remedy_each(project: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    change_tests("def test_product_by_id(", "def helper(")
    header, exchanges = read(FOLDER / "test_profile_by_id.ddb.msgpack")
    write(FOLDER / "test_profile_by_id.ddb.msgpack", replace(header, recorded="2020-01-01T00:00:00Z"), exchanges)
    (FOLDER / "test_views_are_counted.ddb.msgpack").write_bytes(b"torn")
    (FOLDER / "a.ddb.msgpack.unsaved").write_bytes(b"x")
    shown = run("doctor")
    assert shown.exit_code == 1
    lines = shown.output.splitlines()
    assert lines[0].startswith("Python 3.")
    assert "pytest-dynamodb-cassette " in lines[0]
    assert lines[1].startswith("13 cassettes, ")
    for subject, remedy in (
        (FOLDER / "test_product_by_id.ddb.msgpack", "pytest-dynamodb prune"),
        (
            FOLDER / "test_profile_by_id.ddb.msgpack",
            "record it again: pytest 'tests/test_orders.py::test_profile_by_id'",
        ),
        (FOLDER / "test_views_are_counted.ddb.msgpack", "restore the file"),
        (FOLDER / "a.ddb.msgpack.unsaved", "pytest-dynamodb recover"),
        (".gitattributes", "pytest-dynamodb git-setup"),
        ("cassettes/fixture.table.ddb.msgpack", "see pytest-dynamodb verify"),
    ):
        number = next(n for n, line in enumerate(lines) if line.startswith(f"  {subject}: "))
        assert lines[number + 1].startswith(f"    → {remedy}"), lines[number : number + 2]
    assert lines[-1].endswith(" findings")


def test_the_doctor_of_a_healthy_project_finds_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pytest_dynamodb.cli.doctor as module

    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    monkeypatch.setattr(module, "_installed", lambda: {"pytest-dynamodb-cassette": "0.1.0"})
    monkeypatch.setattr(module, "_required", tuple)
    shown = run("doctor", "--no-verify", "--max-age", "5200w")
    assert shown.exit_code == 0, shown.output
    assert shown.output.endswith("nothing is wrong\n")


def test_the_doctor_compares_templates_with_what_cassettes_saw(project: Path) -> None:
    (project / "template.yaml").write_text(
        """
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: AppData
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
""",
        "utf-8",
    )
    with (project / "pytest.ini").open("a", encoding="utf-8") as file:
        file.write("dynamodb_cassette_contract = template.yaml\n")
    lines = run("doctor", "--no-verify").output.splitlines()
    number = next(n for n, line in enumerate(lines) if "AppData" in line)
    assert "key" in lines[number]
    assert lines[number + 1] == "    → record it again, or mend the template"
