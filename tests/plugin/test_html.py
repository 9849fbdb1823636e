"""``--dynamodb-html`` writes the run as one page: every test's exchanges, and what was missed first."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from small_project import SmallProject

TESTS = """
@marked
def test_fine():
    put("a"); get("a")

@marked
def test_poor():
    get("b")
"""


def data_of(page: Path) -> Any:
    (data,) = re.findall('id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    return json.loads(data)


@pytest.mark.parametrize("args", [("-pno:xdist",), ("-n1",)], ids=["alone", "worker"])
def test_misses_stand_first_in_the_page_of_a_run(project: SmallProject, args: tuple[str, ...]) -> None:
    project.write("test_a.py", TESTS)
    project.recorded()
    (project.root / "cassettes" / "test_a" / "test_poor.ddb.msgpack").unlink()
    run = project.run(*args, "--dynamodb-html=page.html")
    assert run.code == 1
    assert "dynamodb: 2 exchanges of 2 tests and fixtures in " in run.text
    data = data_of(project.root / "page.html")
    poor, fine = data["tests"]
    assert (poor["name"], poor["outcome"]) == ("test_a.py::test_poor", "failed")
    assert "GetItem on shop" in poor["misses"][0]
    assert (fine["name"], fine["outcome"], fine["exchanges"], fine["state"]) == (
        "test_a.py::test_fine", "passed", 2, "replay",
    )  # fmt: skip
    assert [exchange["op"] for exchange in data["exchanges"]] == ["PutItem", "GetItem"]
    assert data["tables"] == {"shop": {"keys": ["pk"], "indexes": {}}}


def test_a_run_without_dynamodb_has_an_empty_page(project: SmallProject) -> None:
    (project.root / "test_a.py").write_text("def test_a():\n    pass\n")
    assert project.run("--dynamodb-html=page.html").code == 0
    assert data_of(project.root / "page.html")["tests"] == []


@pytest.mark.parametrize("given", ["none/page.html", "."])
def test_a_page_in_no_folder_is_a_usage_error(project: SmallProject, given: str) -> None:
    project.write("test_a.py", TESTS)
    run = project.run(f"--dynamodb-html={given}")
    assert run.code == 4
    assert f"--dynamodb-html={given}: there is no folder" in run.text
