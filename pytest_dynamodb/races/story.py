"""Calls as a table for people: who did what, with the values read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.exchange import Response, TransportFailure
from pytest_dynamodb.races.play import PlayedCall
from pytest_dynamodb.races.stage import WrittenItem
from pytest_dynamodb.requests import Part, parts, tables_of
from pytest_dynamodb.values import UnsupportedValue, from_wire

LONGEST: Final = 60
"""Characters of a value that are shown."""

MOST: Final = 3
"""Items of an answer that are shown."""


def table(rows: Iterable[Sequence[str]], *, heading: Sequence[str]) -> str:
    """Rows as text, in columns as wide as what stands in them."""
    lines = [heading, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heading) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in lines
    )


def call_of(step: PlayedCall) -> str:
    """What was asked: the operation, and the table and the keys that it is about."""
    request = step.request
    names = {one.table: tuple(one.key) for one in step.written}
    about = [
        f"{part.table} {_key(part, names.get(part.table))}".rstrip()
        for part in parts(request.operation, request.params)
    ]
    return f"{request.operation} {'; '.join(about or tables_of(request.operation, request.params))}".rstrip()


def _key(part: Part, names: Sequence[str] | None) -> str:
    attributes = part.attributes
    if part.exact_key is None and names is not None:
        attributes = {name: attributes[name] for name in names}
    elif part.action == "put":
        return ""
    return shown(attributes)


def effect_of(step: PlayedCall) -> str:
    """What came of it: the values read, or written, or why there are none."""
    outcome = step.outcome
    changes = _changes(step.written)
    yet = f", and yet {changes}" if any(one.before != one.after for one in step.written) else ""
    if isinstance(outcome, TransportFailure):
        return f"no answer ({outcome.kind}){yet}"
    if isinstance(outcome, BaseException):
        return f"{type(outcome).__name__}{yet}"
    if not isinstance(outcome, Response) or not isinstance(outcome.body, Mapping):
        return ""
    if outcome.status >= 300:
        return f"refused: {str(outcome.body.get('__type', outcome.status)).rsplit('#', 1)[-1]}"
    if step.written:
        return changes
    return _read(step, outcome.body)


def _read(step: PlayedCall, body: Mapping[str, Any]) -> str:
    keys = {name for part in parts(step.request.operation, step.request.params) for name in part.exact_key or ()}
    if "Items" in body:
        found = body["Items"]
    elif isinstance(body.get("Responses"), list):
        found = [one.get("Item") for one in body["Responses"]]
    elif "Responses" in body:
        found = [item for items in body["Responses"].values() for item in items]
    elif step.request.operation == "GetItem":
        return _content(body.get("Item"), without=keys)
    else:
        return ""
    if not found:
        return "nothing"
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return "; ".join(_content(item) for item in found[:MOST]) + more


def _content(item: Mapping[str, Any] | None, *, without: Iterable[str] = ()) -> str:
    if item is None:
        return "nothing"
    hidden = set(without)
    return shown({name: value for name, value in item.items() if name not in hidden}) or "an item of its key alone"


def _changes(written: Sequence[WrittenItem]) -> str:
    texts = [
        (f"{one.table} {shown(one.key)}: " if len(written) > 1 else "") + _change(one)
        for one in written
        if len(written) == 1 or one.before != one.after
    ]
    return "; ".join(texts) or "nothing changed"


def _change(one: WrittenItem) -> str:
    before, after = one.before, one.after
    if before == after:
        return "nothing changed"
    if before is None:
        return f"new: {_content(after, without=one.key)}"
    if after is None:
        return f"deleted: {_content(before, without=one.key)}"
    names = dict.fromkeys([*before, *after])
    return ", ".join(
        f"{name} {value_text(before.get(name))} → {value_text(after.get(name))}"
        for name in names
        if before.get(name) != after.get(name)
    )


def shown(attributes: Mapping[str, Any]) -> str:
    """Attributes in wire form as text, in the order of their names."""
    return ", ".join(f"{name}={value_text(attributes[name])}" for name in sorted(attributes))


def value_text(wire: Any) -> str:
    """A value in wire form as text, as Python writes it; numbers without their type."""
    if wire is None:
        return "(none)"
    try:
        text = _plain(from_wire(wire))
    except (UnsupportedValue, ValueError, TypeError, LookupError):
        text = repr(wire)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_plain(one)}" for name, one in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(_plain, value))) + "}"
    return repr(value) if isinstance(value, str | bytes) else str(value)
