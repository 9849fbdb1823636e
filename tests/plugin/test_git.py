"""Cassettes in a real git repository: shown as text, joined in merges, rebases, cherry-picks and stashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb.cassette.store import Contents, read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.upkeep.git import Repository, program

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

ORDERS = Path(__file__).parents[2] / "examples/orders"
CUSTOMER = "cassettes/tests/test_orders/test_orders_of_a_customer.ddb.msgpack"


class Clone:
    """A git repository with the example's cassettes in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def read(self) -> Contents:
        return read(self.root / CUSTOMER)

    def change(self, change: Callable[[list[Exchange]], list[Exchange]]) -> None:
        header, exchanges = self.read()
        write(self.root / CUSTOMER, header, change(exchanges))

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--message", message)

    def branches(
        self, ours: Callable[[list[Exchange]], list[Exchange]], theirs: Callable[[list[Exchange]], list[Exchange]]
    ) -> None:
        """A branch `theirs` and the branch `main`, which is checked out, each with a change of its own."""
        self.git("checkout", "--quiet", "-b", "theirs")
        self.change(theirs)
        self.commit("theirs")
        self.git("checkout", "--quiet", "main")
        self.change(ours)
        self.commit("ours")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A repository after `git-setup`; nobody's own settings of git are read."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_EDITOR", "true")
    root = tmp_path / "a project"
    shutil.copytree(ORDERS, root, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    clone = Clone(root)
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.commit("the example")
    assert run("git-setup", root).exit_code == 0
    clone.commit("git-setup")
    return clone


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def product(name: str, price: str = "1") -> Exchange:
    key = {"PK": {"S": f"PRODUCT#{name}"}, "SK": {"S": "METADATA"}}
    return Exchange(
        "GetItem", {"TableName": "AppData", "Key": key}, Response(200, {"Item": {**key, "price": {"N": price}}})
    )


def added(*new: Exchange) -> Callable[[list[Exchange]], list[Exchange]]:
    return lambda exchanges: [*exchanges, *new]


def priced(price: str) -> Callable[[list[Exchange]], list[Exchange]]:
    """The last answer, with a total of its own."""

    def change(exchanges: list[Exchange]) -> list[Exchange]:
        *others, last = exchanges
        body = {**(last.response or {}), "Note": price}
        return [*others, replace(last, outcome=Response(200, body))]

    return change


# --- git-setup ---


def test_setting_up_is_done_once_and_can_be_checked_and_taken_back(clone: Clone) -> None:
    assert run("git-setup", clone.root, "--check").exit_code == 0
    before = (clone.root / ".gitattributes").read_text()
    assert run("git-setup", clone.root).output == f"{clone.root} is set up\n"
    assert (clone.root / ".gitattributes").read_text() == before
    removed = run("git-setup", clone.root, "--remove")
    assert removed.output.splitlines() == [
        "removed from git config: diff.dynamodb-cassette",
        "removed from git config: merge.dynamodb-cassette",
    ]
    checked = run("git-setup", clone.root, "--check")
    assert checked.exit_code == 1
    assert "missing  git config merge.dynamodb-cassette.driver: " in checked.output


def test_lines_are_added_to_what_files_say_already(tmp_path: Path, clone: Clone) -> None:
    clone.git("init", "--quiet", str(tmp_path / "other"))
    (tmp_path / "other" / ".gitattributes").write_text("* text=auto")
    (tmp_path / "other" / ".gitignore").write_text("*.failed\n")
    assert run("git-setup", tmp_path / "other").exit_code == 0
    attributes = (tmp_path / "other" / ".gitattributes").read_text().splitlines()
    assert attributes[0] == "* text=auto"
    assert attributes[-1] == "*.ddb.msgpack -text diff=dynamodb-cassette merge=dynamodb-cassette"
    ignored = (tmp_path / "other" / ".gitignore").read_text().splitlines()
    assert ignored[0] == "*.failed"
    assert "*.ddb.msgpack.failed" not in ignored  # it is ignored already
    assert ".*.ddb.msgpack.*.journal" in ignored


def test_what_a_recording_leaves_is_ignored(clone: Clone) -> None:
    for name in ("x.ddb.msgpack.failed", ".x.ddb.msgpack.12.journal", ".x.ddb.msgpack.12.tmp"):
        (clone.root / "cassettes" / name).write_bytes(b"x")
    assert clone.git("status", "--porcelain") == ""


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    shown = run("git-setup", tmp_path)
    assert shown.exit_code == 2
    assert "is in no git repository" in shown.output


def test_the_drivers_import_nothing_from_the_folder_they_are_started_in(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A branch that was only checked out to be looked at may hold a module of any name."""
    for name in ("click", "msgpack", "pytest_dynamodb"):
        (clone.root / f"{name}.py").write_text("raise SystemExit('mine')\n")
    clone.change(added(product("new")))
    assert "PRODUCT#new" in clone.git("diff")
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    command = program()
    monkeypatch.undo()
    assert sys.executable in command
    done = subprocess.run(
        f"{command} --version", shell=True, cwd=clone.root, capture_output=True, text=True, check=False
    )
    assert "pytest-dynamodb-cassette" in done.stdout, done.stderr


# --- text ---


def test_a_diff_shows_the_exchange_that_changed_in_plain_values(clone: Clone) -> None:
    clone.change(added(product("new", "4.5")))
    shown = clone.git("diff")
    assert '+GetItem on AppData\n+  Key: {PK: "PRODUCT#new", SK: "METADATA"}\n' in shown
    assert '+    Item: {PK: "PRODUCT#new", SK: "METADATA", price: 4.5}\n' in shown
    assert "Binary files" not in shown


def test_a_diff_of_one_place_says_which_exchange_it_is_in(clone: Clone) -> None:
    clone.change(priced("7"))
    hunk = next(line for line in clone.git("diff").splitlines() if line.startswith("@@"))
    assert hunk.endswith("Query on AppData")


def test_a_damaged_cassette_does_not_end_the_diff(clone: Clone) -> None:
    (clone.root / CUSTOMER).write_bytes(b"torn")
    assert "+not readable: this is not a cassette, at byte 4" in clone.git("diff")


# --- branches ---


def test_a_merge_takes_what_each_branch_recorded(clone: Clone) -> None:
    before = clone.read().exchanges
    clone.branches(ours=added(product("ours")), theirs=priced("7"))
    assert "joined: " in clone.git("merge", "--no-edit", "theirs")
    exchanges = clone.read().exchanges
    assert [exchange.params for exchange in exchanges] == [*(one.params for one in before), product("ours").params]
    assert (exchanges[-2].response or {})["Note"] == "7"
    assert clone.git("status", "--porcelain") == ""


def test_a_rebase_a_cherry_pick_and_a_stash_join_as_well(clone: Clone) -> None:
    clone.branches(ours=added(product("ours")), theirs=added(product("theirs")))
    ours = clone.git("rev-parse", "main").strip()
    wanted = [product("ours").params, product("theirs").params]

    clone.git("checkout", "--quiet", "-b", "rebased", "theirs")
    clone.git("rebase", "--quiet", "main")
    assert [exchange.params for exchange in clone.read().exchanges[-2:]] == wanted

    clone.git("checkout", "--quiet", "-b", "picked", "theirs")
    clone.git("cherry-pick", ours)
    assert [exchange.params for exchange in clone.read().exchanges[-2:]] == wanted[::-1]

    clone.git("checkout", "--quiet", "theirs")
    clone.change(added(product("stashed")))
    clone.git("stash")
    clone.git("checkout", "--quiet", "main")
    clone.git("stash", "pop")
    held = [exchange.params for exchange in clone.read().exchanges]
    assert held[-2:] == [product("ours").params, product("stashed").params]
    assert product("theirs").params not in held


def test_a_conflict_is_reported_with_what_to_do_and_decided_for_either_side(clone: Clone) -> None:
    clone.branches(ours=priced("1"), theirs=lambda exchanges: [*priced("2")(exchanges), product("theirs")])
    said = clone.git("merge", "--no-edit", "theirs", status=1)
    assert f"{CUSTOMER}: 1 conflict left" in said
    assert "both sides changed it, and not alike" in said
    assert 'Note: "1" → "2"' in said
    assert "pytest tests/test_orders.py::test_orders_of_a_customer --record" in said
    assert f"pytest-dynamodb merge --take theirs {CUSTOMER}" in said
    assert "CONFLICT" in said
    assert clone.git("status", "--porcelain") == f"UU {CUSTOMER}\n"
    *_, changed, new = clone.read().exchanges  # a whole cassette all the same
    assert (changed.response or {})["Note"] == "1"
    assert new.params == product("theirs").params

    decided = run("merge", "--take", "theirs", clone.root / CUSTOMER)
    assert decided.exit_code == 0
    *_, changed, new = clone.read().exchanges
    assert (changed.response or {})["Note"] == "2"
    clone.git("add", CUSTOMER)
    clone.git("commit", "--no-edit")


def test_a_conflict_of_a_rebase_stops_it_and_can_be_gone_on_with(clone: Clone) -> None:
    clone.branches(ours=priced("1"), theirs=priced("2"))
    clone.git("checkout", "--quiet", "theirs")
    assert "1 conflict left" in clone.git("rebase", "main", status=1)
    assert run("merge", "--take", "theirs", clone.root / CUSTOMER).exit_code == 0
    clone.git("add", CUSTOMER)
    clone.git("rebase", "--continue")
    assert (clone.read().exchanges[-1].response or {})["Note"] == "2"


def test_a_cassette_that_both_branches_made_is_joined(clone: Clone) -> None:
    header, exchanges = clone.read()
    new = clone.root / "cassettes/shared.ddb.msgpack"
    for branch, owner in (("theirs", "b.py::test_b"), ("ours", "a.py::test_a")):
        clone.git("checkout", "--quiet", "-b", branch, "main")
        write(new, replace(header, node_id=""), [replace(exchange, owner=owner) for exchange in exchanges])
        clone.commit(branch)
    clone.git("merge", "--no-edit", "theirs")
    owners = [exchange.owner for exchange in read(new).exchanges]
    assert owners == ["a.py::test_a"] * len(exchanges) + ["b.py::test_b"] * len(exchanges)


def test_a_damaged_side_is_a_conflict_and_leaves_ours(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "-b", "theirs")
    (clone.root / CUSTOMER).write_bytes(b"torn")
    clone.commit("theirs")
    clone.git("checkout", "--quiet", "main")
    clone.change(priced("1"))
    clone.commit("ours")
    said = clone.git("merge", "--no-edit", "theirs", status=1)
    assert "this is not a cassette" in said
    assert "git checkout --ours or --theirs" in said
    assert (clone.read().exchanges[-1].response or {})["Note"] == "1"


def test_without_the_drivers_git_keeps_ours_and_reports_a_conflict(clone: Clone) -> None:
    """A clone in which nobody ran git-setup: never a file of half and half."""
    run("git-setup", clone.root, "--remove")
    clone.branches(ours=added(product("ours")), theirs=added(product("theirs")))
    assert "CONFLICT" in clone.git("merge", "--no-edit", "theirs", status=1)
    assert clone.read().exchanges[-1].params == product("ours").params


def test_a_file_that_git_knows_no_conflict_of_is_refused(clone: Clone) -> None:
    shown = run("merge", clone.root / CUSTOMER)
    assert shown.exit_code == 2
    assert "no conflict" in shown.output
    assert run("merge", clone.root / CUSTOMER, clone.root / CUSTOMER).exit_code == 2


def test_what_was_joined_replays(clone: Clone) -> None:
    """Two branches add a test each to a cassette that they share, recorded from the in-memory DynamoDB."""

    def pytest_run(*arguments: str) -> str:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "shared.py"]
        environment = {name: value for name, value in os.environ.items() if name != "CI"}
        done = subprocess.run(
            [*command, *arguments], cwd=clone.root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def test(name: str) -> str:
        return f'''

@pytest.mark.dynamodb_cassette(share="both")
def test_{name}(client):
    client.put_item(TableName="{name}", Item={{"id": {{"S": "{name}"}}}})
    assert client.get_item(TableName="{name}", Key={{"id": {{"S": "{name}"}}}})["Item"]["id"]["S"] == "{name}"
'''

    def head(*names: str) -> str:
        return f"""import boto3, pytest

@pytest.fixture
def client():
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    for name in {list(names)}:
        client.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{{"AttributeName": "id", "KeyType": "HASH"}}],
            AttributeDefinitions=[{{"AttributeName": "id", "AttributeType": "S"}}],
        )
    return client
"""

    for name in ("one", "two"):
        clone.git("checkout", "--quiet", "-b", name, "main")
        (clone.root / "shared.py").write_text(head("one", "two") + test(name))
        pytest_run("--record", "--dynamodb-upstream=mock")
        clone.commit(name)
    clone.git("merge", "--no-edit", "--strategy-option=ours", "one")
    (clone.root / "shared.py").write_text(head("one", "two") + test("one") + test("two"))
    assert "2 passed" in pytest_run()


def test_names_of_files_that_are_no_ascii_or_look_like_options_are_taken_as_they_are(clone: Clone) -> None:
    repository = Repository.around(clone.root)
    assert repository is not None
    for name in ("--all.ddb.msgpack", "ü [x]*.ddb.msgpack", ":(top)y.ddb.msgpack"):
        path = clone.root / "cassettes" / name
        shutil.copy(clone.root / CUSTOMER, path)
        assert repository.changed("HEAD", [path]) == [Path(os.path.realpath(path))]
        assert repository.blob("HEAD", path) is None
        clone.commit(name)
        assert repository.blob("HEAD", path) == path.read_bytes()
        assert repository.changed("HEAD", [path]) == []
