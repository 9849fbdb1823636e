"""A pytest plugin for suites of others: this package answers where they open moto, and where they open nothing.

``DOWNSTREAM_WAY`` says how: ``mock`` (from memory), ``record`` (from memory, into cassettes), ``replay`` (from those).
Each test begins with nothing, and so does each block that opened moto.
"""

from __future__ import annotations

import contextlib
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

WAY = os.environ["DOWNSTREAM_WAY"]

SETTINGS = {
    "mock": {"provider": "mock"},
    "record": {"mode": "rewrite", "upstream": "mock"},
    "replay": {"mode": "none"},
}


class Opened(contextlib.ContextDecorator):
    """What moto's decorators are: a block, a decorator of functions and of classes, and ``start`` with ``stop``."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(self, *about: object) -> None:
        self.stop()

    def start(self, reset: bool = True) -> Any:
        if WAY == "mock":
            from pytest_dynamodb import mock_dynamodb

            return self._stack.enter_context(mock_dynamodb())
        return self  # the test's cassette answers

    def stop(self) -> None:
        self._stack.close()

    def __call__(self, target: Any) -> Any:
        if not isinstance(target, type):
            return super().__call__(target)
        for name, member in list(vars(target).items()):
            if name.startswith("test") and callable(member):
                setattr(target, name, Opened()(member))
        return target


def opener(target: Any = None, **settings: object) -> Any:
    """``mock_aws`` with and without parentheses."""
    return Opened() if target is None else Opened()(target)


class Moto(types.ModuleType):
    """A ``moto`` that knows its ways in and nothing else."""

    __version__ = "5.0.0"
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("mock_"):
            return opener
        raise AttributeError(name)


sys.modules["moto"] = Moto("moto")

# So that clients can be made; nothing is signed for anybody.
for name, value in {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "us-east-1",
}.items():
    os.environ.setdefault(name, value)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.dynamodb_cassette(**SETTINGS[WAY]))


@pytest.fixture(autouse=True)
def _without_a_session_of_before() -> Iterator[None]:
    """boto3's default session outlives a test; its clients were given to whoever answered then."""
    yield
    import boto3

    boto3.DEFAULT_SESSION = None
