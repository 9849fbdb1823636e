"""Record, replay and test Amazon DynamoDB.

Public names load on first use (PEP 562), so that importing this package in application code costs next to nothing and
never pulls in pytest. They stand in ``exports.py``, and for type checkers and editors in ``__init__.pyi``: pytest
compiles this file in each run that may not write bytecode.

PYTEST_DONT_REWRITE (pytest loads this one itself, before the plugin could have it done otherwise)
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use. Raises ``ModuleNotFoundError`` for one whose extra is missing."""
    from pytest_dynamodb.exports import load, names

    if name == "__all__":
        return names()
    value = globals()[name] = load(name)
    return value


def __dir__() -> list[str]:
    from pytest_dynamodb.exports import all_names

    return sorted({*globals(), *all_names()})
