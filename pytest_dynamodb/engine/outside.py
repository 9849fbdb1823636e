"""What the engine calls in the rooms above it, which it never imports: named by text, and loaded when first needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_dynamodb.engine.call import Call, Follower

_FOLLOWERS: Final = (
    ("pytest_dynamodb.engine.streams.capture", "capture"),
    ("pytest_dynamodb.control.backups.backup", "note"),
    ("pytest_dynamodb.control.replication.delivery", "send"),
)
"""Who is told of each change of an item, in this order."""

_DELIVER: Final = ("pytest_dynamodb.control.replication.arrival", "deliver")


@cache
def followers() -> tuple[Follower, ...]:
    """What follows a change of an item: a record in the table's stream, an entry in its history, writes in other
    regions.
    """
    return tuple(_named(module, name) for module, name in _FOLLOWERS)


def deliver(call: Call) -> None:
    """Apply to the call's region what other regions wrote, as far as it is due."""
    _named(*_DELIVER)(call)


@cache
def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
