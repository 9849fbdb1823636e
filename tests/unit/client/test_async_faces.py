"""The asynchronous faces are what their tool writes, and have the same names as the synchronous ones."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pytest_dynamodb

TOOL = Path(__file__).parents[3] / "tools" / "async_faces.py"


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("async_faces", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
def test_they_are_up_to_date(tool: ModuleType) -> None:
    stale = [path for path, text in tool.twins().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"run {sys.executable} {TOOL}"


TWINS = [name for name in pytest_dynamodb.__all__ if f"Async{name}" in pytest_dynamodb.__all__]


def public(face: type) -> set[str]:
    return {name for name in dir(face) if not name.startswith("_")}


@pytest.mark.parametrize("name", TWINS)
def test_they_have_the_same_names_and_parameters(name: str) -> None:
    face: Any = getattr(pytest_dynamodb, name)
    twin: Any = getattr(pytest_dynamodb, f"Async{name}")
    assert public(face) == public(twin)
    for method in public(face):
        if inspect.isfunction(getattr(face, method)):
            parameters = inspect.signature(getattr(face, method)).parameters
            assert list(parameters) == list(inspect.signature(getattr(twin, method)).parameters)


STEPS = {
    "QueryBuilder": {"partition_key", "sort_key_equals", "filter", "ascending", "limit", "page_size", "project"},
    "ScanBuilder": {"segment", "filter", "limit", "page_size", "project", "consistent"},
    "Transaction": {"put", "update", "delete", "check", "actions"},
    "TransactGetBuilder": {"get"},
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_that_send_nothing_are_written_once(name: str) -> None:
    face, twin = getattr(pytest_dynamodb, name), getattr(pytest_dynamodb, f"Async{name}")
    for step in STEPS[name]:
        assert getattr(face, step) is getattr(twin, step)


EXAMPLE = """
from collections.abc import Iterator


class Pages:
    def page(self) -> int:
        return self._driver.send(call).number + self.last()[0]

    def last(self) -> list[int]:
        return self._driver.run(steps)

    def pages(self) -> Iterator[int]:
        return self._driver.stream(steps)

    def __iter__(self) -> Iterator[int]:
        for page in self.pages():
            yield page

    def all(self) -> list[int]:
        return [page for page in self]

    def limit(self, number: int) -> Pages:
        return replace(self, number=number)
"""
TWIN = """
from collections.abc import AsyncIterator


class AsyncPages:
    async def page(self) -> int:
        return (await self._driver.send(call)).number + (await self.last())[0]

    async def last(self) -> list[int]:
        return await self._driver.run(steps)

    def pages(self) -> AsyncIterator[int]:
        return self._driver.stream(steps)

    async def __aiter__(self) -> AsyncIterator[int]:
        async for page in self.pages():
            yield page

    async def all(self) -> list[int]:
        return [page async for page in self]

    def limit(self, number: int) -> AsyncPages:
        return replace(self, number=number)
"""


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
def test_what_waits_is_awaited_and_nothing_else(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pages.py").write_text(EXAMPLE)
    monkeypatch.setattr(tool, "CLIENT", tmp_path)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    written = tool.written(tool.Face("pages"), {**tool.NAMES, "Pages": "AsyncPages"})
    assert written.partition("\n")[2].strip() == TWIN.strip()
