"""The page of errors has every error and warning that a user can meet, and no other."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest_dynamodb
from pytest_dynamodb import DynamoDbError, PytestDynamoDbError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
INTERNAL = {"EmptyKeyValue", "NotOneItem"}
"""The engine's own kinds of ValidationException: a client sees that."""


def test_every_error_and_warning_is_on_the_page() -> None:
    for module in pkgutil.walk_packages(pytest_dynamodb.__path__, "pytest_dynamodb."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    known = {
        kind.__name__
        for root in (PytestDynamoDbError, DynamoDbError, Warning)
        for kind in descendants(root)
        if kind.__module__.startswith("pytest_dynamodb") and not kind.__name__.startswith("_")
    }
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == known - INTERNAL


def descendants(kind: type[BaseException]) -> set[type[BaseException]]:
    return {below for child in kind.__subclasses__() for below in {child, *descendants(child)}}
