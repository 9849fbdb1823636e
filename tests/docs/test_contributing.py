"""CONTRIBUTING's recipes name the places that the code has, and no place is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_RECIPE = re.compile(
    r"^\*\*(Add an operation|Add a record mode|Change a wording)\*\*(.+?)(?=^\*\*|^## )", re.MULTILINE | re.DOTALL
)
RECIPES: dict[str, str] = dict(_RECIPE.findall(TEXT))
_PATH = re.compile(r"`((?:pytest_dynamodb|docs|tests|tools)/[\w./]+)`")


def numbered(title: str) -> list[str]:
    """The files of a recipe's numbered places, the first of each."""
    steps = re.findall(r"^\d\. .+?(?=^\d\. |\n\n|\Z)", RECIPES[title], re.MULTILINE | re.DOTALL)
    return [found[1] for found in map(_PATH.search, steps) if found is not None]


def mentioning(word: str, *folders: str) -> set[str]:
    """The files that name something."""
    pattern = re.compile(rf"\b{word}\b")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    files = [path for path in files if path.suffix in {".py", ".json", ".md"}]
    return {path.relative_to(ROOT).as_posix() for path in files if pattern.search(path.read_text(encoding="utf-8"))}


def test_there_is_a_recipe_for_each() -> None:
    assert set(RECIPES) == {"Add an operation", "Add a record mode", "Change a wording"}


@pytest.mark.parametrize("title", sorted(RECIPES))
def test_what_a_recipe_names_is_there(title: str) -> None:
    for name in _PATH.findall(RECIPES[title]):
        assert (ROOT / name).exists(), name
    for path, name in re.findall(r"`(pytest_dynamodb/[\w./]+\.py)`[^`]*?`([A-Z_]{4,})`", RECIPES[title]):
        assert re.search(rf"^{name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (path, name)


@pytest.mark.parametrize("operation", ["DescribeLimits", "DescribeEndpoints"])
def test_an_operation_is_in_the_five_places_of_its_recipe_and_nowhere_else(operation: str) -> None:
    places = numbered("Add an operation")
    assert len(places) == 5
    assert mentioning(operation, "pytest_dynamodb", "docs/reference") == set(places)


def test_a_record_mode_is_in_the_places_of_its_recipe_and_nowhere_else() -> None:
    assert mentioning("new_episodes", "pytest_dynamodb") == set(numbered("Add a record mode"))
    for page in ("README.md", "docs/reference/pytest.md"):
        assert "new_episodes" in (ROOT / page).read_text(encoding="utf-8")
