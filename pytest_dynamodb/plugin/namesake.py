"""The other distribution that installs this import package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution

import pytest


def refuse_namesake_at_start() -> None:
    """Raise ``pytest.UsageError`` while plugins load: the other's entry point would load this plugin twice."""
    try:
        distribution("pytest-dynamodb")
    except PackageNotFoundError:
        return
    from pytest_dynamodb.errors import ConfigurationError
    from pytest_dynamodb.hooks.install import refuse_namesake  # milliseconds, which only this case needs

    try:
        refuse_namesake()
    except ConfigurationError as problem:
        raise pytest.UsageError(str(problem)) from None
