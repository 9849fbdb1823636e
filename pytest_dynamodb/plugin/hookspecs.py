"""Hooks that a project's ``conftest.py`` may implement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from pytest_dynamodb.exchange import Exchange, Request


@pytest.hookspec(firstresult=True)
def pytest_dynamodb_before_record(exchange: Exchange) -> Exchange | Literal[False] | None:
    """Return another exchange to record, ``False`` to record none, ``None`` to record this one (already redacted)."""


@pytest.hookspec(firstresult=True)
def pytest_dynamodb_before_replay(exchange: Exchange) -> Exchange | Literal[False] | None:
    """Return another exchange to answer with, ``False`` to make it a miss, ``None`` to answer with this one."""


@pytest.hookspec(firstresult=True)
def pytest_dynamodb_normalize(operation: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """Return the parameters to match by, or ``None`` to match by ``params``. Must not change ``params``."""


@pytest.hookspec(firstresult=True)
def pytest_dynamodb_redact(path: str, type_tag: str, value: str) -> str | None:
    """Return what a cassette shall hold instead of ``value``, or ``None`` to leave it.

    Called for every text, number (``N``) and binary (``B``) of requests and answers; must return the same
    for a value and for what it returned for that value.
    """


@pytest.hookspec
def pytest_dynamodb_miss(request: Request, nearest: Sequence[Exchange]) -> None:
    """Told of a request that no recording answered, and of the recordings most like it."""
