"""Updates against items: what an item becomes, and which part of it changed.

Every action reads the item as it was before the update, list positions included. No stored value is changed: the
dictionaries and lists on touched paths are copied, all others shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, TypeAlias

from pytest_dynamodb.engine.evaluation.arithmetic import add, united, without
from pytest_dynamodb.engine.evaluation.edits import edited
from pytest_dynamodb.engine.evaluation.operands import WRONG_TYPE, Compute, compile_value
from pytest_dynamodb.engine.evaluation.paths import Step, Value, child, compile_path, head, steps
from pytest_dynamodb.engine.evaluation.projections import project_paths
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import Literal, Path, SetAction, Update, ValueAction

INVALID_PATH: Final = "The document path provided in the update expression is invalid for update"
CANNOT_UPDATE: Final = (
    "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
)
LEGACY_MISMATCH: Final = "Type mismatch for attribute to update"
"""What AttributeUpdates says instead of ``WRONG_TYPE`` (dynalite's suite: delete/add incorrect types)."""

Result: TypeAlias = "Callable[[Attributes], Value | None]"
"""What an action leaves at its path: ``None`` is nothing."""


class Updated:
    """What an update made of an item: ``attributes``, and the parts that ReturnValues asks for."""

    __slots__ = ("_old", "_paths", "attributes")

    def __init__(self, attributes: Attributes, old: Attributes | None, paths: tuple[Path, ...]) -> None:
        self.attributes, self._old, self._paths = attributes, old, paths

    def updated_old(self) -> dict[str, Value]:
        """UPDATED_OLD: what was at the paths that the update names; ``{}``, to be left out, if nothing was."""
        return {} if self._old is None else project_paths(self._paths, self._old)

    def updated_new(self) -> dict[str, Value]:
        """UPDATED_NEW: what is at those paths now; ``{}``, to be left out, if nothing is.

        Of lists that is what is at the same positions now, whatever moved there or was appended before them
        (dynamodb-conformance, updateItem/basic; extenddb#98, nine cases seen on AWS).
        """
        return project_paths(self._paths, self.attributes)


class CompiledUpdate:
    """A resolved, checked update, ready to be applied to items: ``paths`` are those it changes, as written."""

    __slots__ = ("_names", "_results", "_steps", "_values", "paths")

    def __init__(self, tree: Update, mismatch: str) -> None:
        self.paths = tuple([action.path for action in tree.actions])
        self._values: list[tuple[int, Compute]] = []
        self._results: list[tuple[int, Result]] = []
        self._steps = [steps(path) for path in self.paths]
        # The names alone, where no path leads into an attribute: most updates are such.
        flat = all(len(path) == 1 for path in self._steps)
        self._names = [head(path) for path in self.paths] if flat else None
        self._compile(tree, mismatch)

    def _compile(self, tree: Update, mismatch: str) -> None:
        index = 0
        for section in tree.sections:
            for action in section.actions:
                if isinstance(action, SetAction):
                    self._values.append((index, compile_value(action.value)))
                elif isinstance(action, ValueAction):
                    change = _addition if section.name == "ADD" else _deletion
                    self._results.append((index, change(action, mismatch)))
                index += 1

    def apply(self, attributes: Attributes | None, key: Attributes) -> Updated:
        """What the update makes of an item, or of none: then of the key alone.

        Raises ``ValidationException`` for an operand that is missing or of the wrong type, a path without a parent, and
        sums that are no number. Values of SET are looked at first, then paths, then what ADD and DELETE meet.
        """
        old: Attributes = key if attributes is None else attributes
        values: list[Value | None] = [None] * len(self.paths)
        for index, compute in self._values:
            values[index] = compute(old)
        if self._names is None:
            for path in self._steps:
                _check_parent(path, old)
        for index, result in self._results:
            values[index] = result(old)
        return Updated(self._apply(old, values), attributes, self.paths)

    def _apply(self, old: Attributes, values: list[Value | None]) -> Attributes:
        if self._names is None:
            return edited(old, zip(self._steps, values, strict=True))
        new = dict(old)
        for name, value in zip(self._names, values, strict=True):
            if value is None:
                new.pop(name, None)
            else:
                new[name] = value
        return new


def compile_update(tree: Update, *, mismatch: str = WRONG_TYPE) -> CompiledUpdate:
    """A resolved, checked update, ready to be applied.

    Its values must be canonical. ``mismatch`` is what is said where ADD or DELETE meets another type; AttributeUpdates
    says ``LEGACY_MISMATCH``, and may ADD to lists.
    """
    return CompiledUpdate(tree, mismatch)


def check_keys_kept(updated: Iterable[Path], key_names: Iterable[str]) -> None:
    """Raise ``ValidationException`` if an update leads to a key attribute of the table (error-messages/updateItem)."""
    names = {head(path) for path in updated}
    for name in key_names:
        if name in names:
            raise ValidationException(CANNOT_UPDATE.format(name=name))


def _check_parent(path: tuple[Step, ...], attributes: Attributes) -> None:
    """There must be a map or a list for what the path ends with."""
    parent: Value | None = {"M": attributes}
    for step in path[:-1]:
        parent = None if parent is None else child(parent, step)
    if parent is None or ("L" if type(path[-1]) is int else "M") not in parent:
        raise ValidationException(INVALID_PATH)


def _addition(action: ValueAction, mismatch: str) -> Result:
    read, added = compile_path(action.path), _wire(action)
    ((tag, _),) = added.items()
    combine = _ADDITIONS[tag]

    def result(attributes: Attributes) -> Value:
        value = read(attributes)
        if value is None:
            return added
        if tag not in value:
            raise ValidationException(mismatch)
        return combine(value, added)

    return result


def _deletion(action: ValueAction, mismatch: str) -> Result:
    read, removed = compile_path(action.path), _wire(action)
    ((tag, _),) = removed.items()

    def result(attributes: Attributes) -> Value | None:
        value = read(attributes)
        if value is None:
            return None
        if tag not in value:
            raise ValidationException(mismatch)
        return without(tag, value, removed)

    return result


def _wire(action: ValueAction) -> Value:
    assert isinstance(action.value, Literal)
    return action.value.wire


_ADDITIONS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "N": lambda value, added: {"N": add(value["N"], added["N"])},
    "L": lambda value, added: {"L": [*value["L"], *added["L"]]},
    "SS": partial(united, "SS"),
    "NS": partial(united, "NS"),
    "BS": partial(united, "BS"),
}
