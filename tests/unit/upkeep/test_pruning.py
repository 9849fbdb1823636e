"""What nobody needs any more is found, and a test that only has another name is not taken for gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_dynamodb.upkeep.pruning import UnusedFile, left_files, unsaved_files, unused_cassettes


def cassette(folder: Path, name: str) -> Path:
    return folder / f"{name}.ddb.msgpack"


def test_a_cassette_without_a_test_is_unused(tmp_path: Path) -> None:
    lost = cassette(tmp_path, "a")
    assert unused_cassettes({lost: "a.py::test_a is gone"}, {}, owners={}) == [UnusedFile(lost, "a.py::test_a is gone")]


def test_a_cassette_that_a_test_plays_is_not_whatever_its_header_says(tmp_path: Path) -> None:
    """As after a `git mv`: the header names the old test until it is recorded again."""
    moved = cassette(tmp_path, "b")
    assert unused_cassettes({moved: "a.py::test_a is gone"}, {"a.py::test_b": moved}, owners={}) == []


@pytest.mark.parametrize(
    ("owner", "tests", "successor"),
    [
        ("a.py::test_price", ["a.py::test_the_price"], "a.py::test_the_price"),
        ("a.py::test_price", ["b.py::test_price"], "b.py::test_price"),
        ("a.py::test_price", ["a.py::test_prices", "b.py::test_price"], "b.py::test_price"),
        ("a.py::test_price", ["a.py::test_orders_of_nobody"], ""),
        ("a.py::test_price", ["b.py::test_prices"], ""),
        ("a.py::test_price[one]", ["a.py::test_price[uno]", "a.py::test_price[another]"], "a.py::test_price[uno]"),
    ],
)
def test_a_test_without_a_cassette_may_be_the_one_that_lost_it(
    tmp_path: Path, owner: str, tests: list[str], successor: str
) -> None:
    lost = cassette(tmp_path, "lost")
    waiting = {node_id: cassette(tmp_path, str(number)) for number, node_id in enumerate(tests)}
    (found,) = unused_cassettes({lost: "gone"}, waiting, owners={lost: owner})
    assert found.owner == successor
    assert found.successor == waiting.get(successor)


def test_a_test_that_has_a_cassette_is_no_successor_and_each_is_one_once(tmp_path: Path) -> None:
    has = cassette(tmp_path, "has")
    has.write_bytes(b"x")
    one, other = cassette(tmp_path, "one"), cassette(tmp_path, "other")
    owners = {one: "a.py::test_price", other: "a.py::test_prices"}
    tests = {"a.py::test_pricey": has, "a.py::test_the_prices": cassette(tmp_path, "new")}
    found = unused_cassettes(dict.fromkeys(owners, "gone"), tests, owners=owners)
    assert {file.path: file.owner for file in found} == {one: "", other: "a.py::test_the_prices"}


@pytest.mark.skipif(sys.platform == "win32", reason="whether a process lives can be asked on POSIX systems only")
def test_what_recordings_left_is_found_below_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (inner / "a.ddb.msgpack.failed").write_bytes(b"x")
    (inner / f".a.ddb.msgpack.{dead.pid}.journal").write_bytes(b"x")
    (inner / "b.ddb.msgpack.unsaved").write_bytes(b"x")
    (inner / "c.ddb.msgpack").write_bytes(b"x")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        (inner / f".b.ddb.msgpack.{alive.pid}.journal").write_bytes(b"x")
        names = [file.path.name for file in left_files(tmp_path)]
        alive.communicate(b"\n")
    assert names == ["a.ddb.msgpack.failed", f".a.ddb.msgpack.{dead.pid}.journal"]
    assert [path.name for path in unsaved_files(tmp_path)] == ["b.ddb.msgpack.unsaved"]
