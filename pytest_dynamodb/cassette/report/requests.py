"""Requests as people read them: the tables they name, and their expressions resolved, clause by clause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pytest_dynamodb.expressions.canonical import canonical_params
from pytest_dynamodb.requests import tables_of
from pytest_dynamodb.terminal import printable

WIDEST_VALUE, WIDEST_LINE = 80, 200
"""Characters that are shown of a value, and of a whole request on one line."""

EXPRESSIONS = {
    "KeyConditionExpression": "where",
    "FilterExpression": "filter",
    "ConditionExpression": "if",
    "UpdateExpression": "update",
    "ProjectionExpression": "only",
}
"""Expressions, and what they are called on one line."""
_SAID_ELSEWHERE = frozenset(
    {"TableName", "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"}
)
"""What a line about a request leaves out: the heading says it, or nothing depends on it."""
_JOINTS = {"UpdateExpression": ", ", "ProjectionExpression": ", "}
"""What stands between two clauses, as in the expression itself; elsewhere it is AND."""


def title(operation: str, params: dict[str, Any]) -> str:
    """The operation and its tables: what a request is called in reports."""
    tables = tables_text(operation, params)
    return f"{printable(operation)} on {tables}" if tables else printable(operation)


def tables_text(operation: str, params: dict[str, Any]) -> str:
    """The tables a request names; empty if it names none."""
    return printable(", ".join(sorted(filter(None, tables_of(operation, params)))))


def request_line(operation: str, params: dict[str, Any], *, widest: int = WIDEST_LINE) -> str:
    """A request's parameters on one line, expressions resolved."""
    return cut(one_line(canonical_params(operation, params)), widest)


def one_line(form: dict[str, Any]) -> str:
    """A canonical form on one line: keys and items as they stand, expressions as their clauses."""
    return printable(" · ".join(_parts(form)))


def _parts(form: dict[str, Any]) -> Iterator[str]:
    for name, value in form.items():
        if name in _SAID_ELSEWHERE:
            continue
        if name in EXPRESSIONS:
            yield f"{EXPRESSIONS[name]} {clauses_text(name, value)}"
        elif name in {"TransactItems", "RequestItems"}:
            yield from _inner(value)
        else:
            yield f"{name} {value_text(value)}"


def _inner(requests: Any) -> Iterator[str]:
    """The actions of a transaction, and of each table of a batch."""
    if isinstance(requests, dict):
        for table, wanted in requests.items():
            yield f"{table}: " + "; ".join(_inner(wanted if isinstance(wanted, list) else [{"get": wanted}]))
        return
    for entry in requests if isinstance(requests, list) else ():
        for action, request in entry.items() if isinstance(entry, dict) else ():
            yield f"{action} {one_line(request) if isinstance(request, dict) else value_text(request)}"


def clauses_text(name: str, clauses: Any) -> str:
    """An expression's clauses as one text; the text itself where it could not be resolved."""
    return _JOINTS.get(name, " AND ").join(map(str, clauses)) if isinstance(clauses, list) else str(clauses)


def value_text(value: Any) -> str:
    """A value as compact JSON on one line, whole."""
    return printable(json.dumps(value, ensure_ascii=False, default=_binary))


def _binary(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def cut(text: str, widest: int = WIDEST_VALUE) -> str:
    """``text``, cut to ``widest`` characters if it is longer."""
    return text if len(text) <= widest else f"{text[: widest - 1]}…"
