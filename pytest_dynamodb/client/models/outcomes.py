"""What an update makes of an item: carried out here, where the item is known, or guarded by a condition."""

from __future__ import annotations

import copy
import decimal
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models.declaration import InvalidUpdate
from pytest_dynamodb.client.models.places import FieldPlace
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import Attr, Condition

FieldAction = Literal["set", "default", "append", "add", "delete", "remove"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One action of an update. ``value`` is as it is stored; ``known`` is false where DynamoDB computes it."""

    action: FieldAction
    place: FieldPlace
    value: Any = None
    known: bool = True


def outcome(changes: Sequence[FieldChange], item: Mapping[str, Any]) -> Item | None:
    """The item after these changes; ``None`` where DynamoDB alone can tell, or would refuse them."""
    if not all(change.known for change in changes):
        return None
    made = copy.deepcopy(dict(item))
    try:
        # Positions in lists are those from before: what is taken out of one is taken out from its end.
        for change in sorted(changes, key=_turn):
            _carry_out(change, made)
    except (KeyError, IndexError, TypeError, AttributeError, ArithmeticError):
        return None
    return made


def _turn(change: FieldChange) -> tuple[bool, int]:
    last = change.place.path.parts[-1]
    position = last.position if isinstance(last, nodes.ListIndex) else 0
    return change.action == "remove", -position if change.action == "remove" else position


def _step(part: nodes.PathPart) -> str | int:
    return part.position if isinstance(part, nodes.ListIndex) else str(getattr(part, "text", ""))


def _carry_out(change: FieldChange, item: Item) -> None:
    *way, last = map(_step, change.place.path.parts)
    holder: Any = item
    for part in way:
        holder = holder[part]
    if isinstance(holder, list) and isinstance(last, int):
        there = last < len(holder)
        before = holder[last] if there else None
    else:
        there, before = last in holder, holder.get(last)
    if change.action == "remove":
        if there:
            del holder[last]
        return
    after = _after(change, before, there=there)
    if isinstance(after, set) and not after:
        if not change.place.may_be_empty:
            raise InvalidUpdate(
                f"{change.place.text} would be an empty set, which is not what its absence says: set it"
            )
        holder.pop(last, None)
    elif isinstance(holder, list) and not there:
        holder.append(after)
    else:
        holder[last] = after


def _after(change: FieldChange, before: Any, *, there: bool) -> Any:
    value = change.value
    if change.action == "set":
        return value
    if change.action == "default":
        return before if there else value
    if not there:
        return set() if change.action == "delete" else value
    if change.action == "delete":
        return before - value
    if change.action == "add" and isinstance(before, set):
        return before | value
    return before + value


# --- guards ---
# What a field demands of a sum, or of the length of a set or a list, as a condition on what is there before.


def guards(changes: Sequence[FieldChange]) -> list[Condition]:
    """Conditions under which the outcome is valid.

    Of sets they may demand more: what is added may be in one already. Raises ``InvalidUpdate`` for what cannot be.
    """
    return [
        condition
        for change in changes
        if change.known
        for constraint in change.place.demands
        for condition in _guard(change, constraint)
    ]


def _guard(change: FieldChange, constraint: Any) -> list[Condition]:
    of = Attr(change.place.path)
    if change.action == "add" and not isinstance(change.value, set):
        return _of_number(change, constraint, of)
    if change.action in ("append", "add"):
        most = getattr(constraint, "max_length", None)
        if most is None:
            return []
        room = most - len(change.value)
        if room < 0:
            raise InvalidUpdate(f"{change.place.text} has no room for {len(change.value)} more: it may have {most}")
        return [of.not_exists() | (of.size() <= room)]
    least = getattr(constraint, "min_length", None)
    if least and change.action == "delete":
        return [of.not_exists() | (of.size() >= least + len(change.value))]
    return []


def _of_number(change: FieldChange, constraint: Any, of: Attr) -> list[Condition]:
    found: list[Condition] = []
    comparisons = {
        "ge": (operator.ge, of.gte),
        "gt": (operator.gt, of.gt),
        "le": (operator.le, of.lte),
        "lt": (operator.lt, of.lt),
    }
    for name, (holds, compare) in comparisons.items():
        limit = _number(getattr(constraint, name, None))
        if limit is not None:
            condition = compare(limit - change.value)
            found.append(of.not_exists() | condition if holds(change.value, limit) else condition)
    step = _number(getattr(constraint, "multiple_of", None))
    if step and change.value % step:
        raise InvalidUpdate(f"{change.place.text} is a multiple of {step}, and {change.value} is none: set it")
    return found


def _number(value: Any) -> decimal.Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, decimal.Decimal)):
        return None
    return value if isinstance(value, decimal.Decimal) else decimal.Decimal(repr(value))
