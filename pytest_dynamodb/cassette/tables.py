"""Names of tables as keys: the requests and answers of batches have a map with an entry for each table.

Where the name of a table does not matter (``ignore=["TableName"]``), it does not matter there either: such a map is
compared as if its entries had no names, and an answer is given the names that were asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_ASKED = "RequestItems"
"""The parameter whose entries are tables, and the members of answers that have the same."""
_ANSWERED = ("Responses", "UnprocessedItems", "UnprocessedKeys", "ItemCollectionMetrics")

_encode = json.JSONEncoder(sort_keys=True, default=str).encode


def ignores_tables(expressions: Sequence[str]) -> bool:
    """Whether one of these paths stands for the name of a request's table."""
    return any(expression.strip() == "TableName" for expression in expressions)


def nameless(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters in which tables are keys by number, in the order of what is asked of them."""
    asked = params.get(_ASKED)
    if not isinstance(asked, dict):
        return params
    return {**params, _ASKED: {f"table {n}": asked[name] for n, name in enumerate(_ordered(asked))}}


def renamed(body: dict[str, Any], recorded: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """A recorded answer to ``recorded``, with the names of the tables in ``params``."""
    was, now = recorded.get(_ASKED), params.get(_ASKED)
    if not isinstance(was, dict) or not isinstance(now, dict) or len(was) != len(now):
        return body
    names = dict(zip(_ordered(was), _ordered(now), strict=True))
    changed = dict(body)
    for member in _ANSWERED:
        tables = body.get(member)
        if isinstance(tables, dict):
            changed[member] = {names.get(name, name): entry for name, entry in tables.items()}
    return changed


def _ordered(tables: dict[str, Any]) -> list[str]:
    return sorted(tables, key=lambda name: (_encode(tables[name]), name))
