"""AttributeUpdates: what a write does to whole attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pytest_dynamodb.engine.legacy.conditions import attribute
from pytest_dynamodb.engine.validation.values import checked_value
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES, Wording
from pytest_dynamodb.expressions.nodes import (
    Action,
    Literal,
    RemoveAction,
    Section,
    SectionName,
    SetAction,
    Update,
    ValueAction,
)

ONLY_DELETE: Final = INVALID_VALUES + "Only DELETE action is allowed when no attribute value is specified"
WRONG_DELETE: Final = INVALID_VALUES + "DELETE action with value is not supported for the type {type}"
WRONG_ADD: Final = INVALID_VALUES + "ADD action is not supported for the type {type}"

_SETS: Final = frozenset({"SS", "NS", "BS"})
_ADDABLE: Final = _SETS | {"N", "L"}

_Placed: TypeAlias = "tuple[SectionName, Action]"


def attribute_updates(params: Mapping[str, Any], wording: Wording) -> Update | None:
    """The update that AttributeUpdates are, or ``None`` if there are none. Raises ``ValidationException``.

    To be compiled with ``mismatch=LEGACY_MISMATCH``. Other than in expressions, its ADD may hold lists.
    """
    given: Mapping[str, Any] = params.get("AttributeUpdates") or {}
    sections: dict[SectionName, list[Action]] = {}
    for name, update in given.items():
        section, action = _action(name, update, wording)
        sections.setdefault(section, []).append(action)
    if not sections:
        return None
    return Update(tuple([Section(section, tuple(actions)) for section, actions in sections.items()]))


def _action(name: str, update: Mapping[str, Any], wording: Wording) -> _Placed:
    kind, value = update.get("Action") or "PUT", update.get("Value")
    if value is None:
        if kind != "DELETE":
            raise wording.refusal(ONLY_DELETE)
        return "REMOVE", RemoveAction(attribute(name))
    literal = Literal(checked_value(value, wording=wording)[0])
    if kind == "DELETE":
        if literal.tag not in _SETS:
            raise wording.refusal(WRONG_DELETE.format(type=literal.tag))
        return "DELETE", ValueAction(attribute(name), literal)
    if kind == "ADD":
        if literal.tag not in _ADDABLE:
            raise wording.refusal(WRONG_ADD.format(type=literal.tag))
        return "ADD", ValueAction(attribute(name), literal)
    return "SET", SetAction(attribute(name), literal)
