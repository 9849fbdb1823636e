"""Requests about tables in one form: what is a set to AWS stands in one order, whatever order it was given in.

A definition that is built from a Python set comes out in another order in every process.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any, Final

_SETS: Final = frozenset(
    {
        "AttributeDefinitions",
        "GlobalSecondaryIndexes",
        "GlobalSecondaryIndexOverride",
        "GlobalSecondaryIndexUpdates",
        "GlobalTableGlobalSecondaryIndexSettingsUpdate",
        "GlobalTableWitnessUpdates",
        "LocalSecondaryIndexes",
        "LocalSecondaryIndexOverride",
        "NonKeyAttributes",
        "ReplicaGlobalSecondaryIndexSettingsUpdate",
        "ReplicaGlobalSecondaryIndexUpdates",
        "ReplicaSettingsUpdate",
        "ReplicaUpdates",
        "ReplicationGroup",
        "TagKeys",
        "Tags",
        "VectorIndexes",
        "VectorIndexOverride",
        "VectorIndexUpdates",
    }
)
"""Lists, at any depth of a request, whose members the API reference describes each by itself: order says nothing in
them. It does in others: KeySchema (the partition key comes first, and attributes of a multi-attribute key in their
order), SearchSchema, and the HeaderList of an import, which names columns."""

_DEEPEST: Final = 16
"""The model's requests are far less deep. What is deeper is none of them, and stays as it is."""

_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical_definition(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a request about tables, with each list that is a set in the order of its members' text.

    Returns a new mapping; what holds no such list is shared with ``params``, which is not changed.
    """
    return {name: _member(name, value, _DEEPEST) for name, value in params.items()}


def _member(name: str, value: Any, deepest: int) -> Any:
    kind = type(value)
    if deepest == 0 or (kind is not list and kind is not dict):
        return value
    if kind is dict:
        return {inner: _member(inner, one, deepest - 1) for inner, one in value.items()}
    members = [_member("", one, deepest - 1) for one in value]
    if name in _SETS:
        with contextlib.suppress(RecursionError):  # too deep to be text: no request of the model's
            members.sort(key=_text)
    return members
