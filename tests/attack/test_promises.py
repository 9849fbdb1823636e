"""SECURITY.md promises nothing that no test holds, and the tests that it names exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISES = re.findall(r"^\| (.+?) \| (.*?) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE)
HELD = [(promise, test) for promise, test in PROMISES if promise != "promise" and not set(test) <= {"-", "|"}]


def test_there_are_promises() -> None:
    assert len(HELD) > 25


@pytest.mark.parametrize(("promise", "test"), HELD)
def test_a_promise_names_a_test_that_is_there(promise: str, test: str) -> None:
    named = re.fullmatch(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", test)
    assert named is not None, f"{promise}: name its test"
    tree = ast.parse((ROOT / named[1]).read_text(encoding="utf-8"))
    tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert named[2] is None or named[2] in tests
