"""AWS's operations, a file each: ``put_item.py`` holds ``put_item(call)``, which returns the body of the answer.

A function is loaded when its operation is first called.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.operations import OPERATIONS

Handler = Callable[[Call], dict[str, Any]]
"""What carries an operation out."""

_loaded: dict[str, Handler] = {}


def handler_named(name: str) -> Handler | None:
    """What carries an operation out; ``None`` if there is nothing that does."""
    handler = _loaded.get(name)
    if handler is None:
        operation = OPERATIONS.get(name)
        if operation is not None and operation.level != "absent":
            module = import_module(f"{__name__}.{operation.method}")
            handler = _loaded[name] = getattr(module, operation.method)
    return handler
