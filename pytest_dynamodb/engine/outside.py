"""What the engine calls by name and never imports: it stands in a room above, and is loaded when it is first needed."""

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
    """What follows a change: a record in the table's stream, an entry of its history, writes in other regions."""
    return tuple(_named(module, name) for module, name in _FOLLOWERS)


def deliver(call: Call) -> None:
    """Do in the call's region what other regions wrote and what is due there by now."""
    _named(*_DELIVER)(call)


@cache
def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
