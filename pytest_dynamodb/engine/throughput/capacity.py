"""ConsumedCapacity as the caller wants it, of answers that have all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_UNITS: Final = ("CapacityUnits", "ReadCapacityUnits", "WriteCapacityUnits")


def reported(body: dict[str, Any], mode: str | None) -> dict[str, Any]:
    """The body with as much of its ConsumedCapacity as ``mode`` asks for."""
    capacity = body.pop("ConsumedCapacity", None)
    if capacity is None or mode not in ("TOTAL", "INDEXES"):
        return body
    if mode == "TOTAL":
        capacity = [_total(one) for one in capacity] if isinstance(capacity, list) else _total(capacity)
    body["ConsumedCapacity"] = capacity
    return body


def _total(usage: Mapping[str, Any]) -> dict[str, Any]:
    return {name: usage[name] for name in ("TableName", *_UNITS) if name in usage}


def summed(bodies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers of a batch's items as one."""
    responses: dict[str, list[Any]] = {}
    usages: dict[str, Any] = {}
    metrics: dict[str, list[Any]] = {}
    body: dict[str, Any] = {}
    for one in bodies:
        for member, gathered in (("Responses", responses), ("ItemCollectionMetrics", metrics)):
            if member in one:
                body[member] = gathered
                for table, items in one[member].items():
                    gathered.setdefault(table, []).extend(items)
        for usage in one.get("ConsumedCapacity", ()):
            name = usage["TableName"]
            usages[name] = _added(usages[name], usage) if name in usages else usage
    return {**body, "ConsumedCapacity": list(usages.values())}


def _added(one: Any, other: Any) -> Any:
    """Two trees with the numbers added."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {
            name: _added(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
            for name in {**one, **other}
        }
    return one + other if isinstance(one, float) and isinstance(other, float) else one
