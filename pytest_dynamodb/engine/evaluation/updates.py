"""Updates: the item that results, and which parts of it changed.

Every action reads the item as it was before the update, list positions included. Stored values are never changed: the
dictionaries and lists on touched paths are copied, all others shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias, cast

from pytest_dynamodb.engine.evaluation.paths import PathStep, Reader, child, compile_path, head, project_paths, steps
from pytest_dynamodb.engine.storage.partition import Attributes, members_in_order
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.values import AttributeValue, canonical_number
from pytest_dynamodb.values.numbers import EXACT, MAX_DIGITS, NUMBER_OVERFLOW

# --- edits ---
# Copies what is on the paths, shares the rest.

Edits: TypeAlias = "Iterable[tuple[tuple[PathStep, ...], AttributeValue | None]]"
"""New values by path, none of which is a prefix of another; ``None`` removes what is there."""


class _Leaf:
    __slots__ = ("value",)

    def __init__(self, value: AttributeValue | None) -> None:
        self.value = value


_Node: TypeAlias = "dict[Any, _Node | _Leaf]"


def edited(attributes: Attributes, edits: Edits) -> dict[str, AttributeValue]:
    """A copy of an item with the edits made. The parent of each path must exist."""
    return _members(attributes, _tree(edits))


def _tree(edits: Edits) -> _Node:
    root: _Node = {}
    for path, value in edits:
        node = root
        for step in path[:-1]:
            node = cast("_Node", node.setdefault(step, {}))
        node[path[-1]] = _Leaf(value)
    return root


def _members(members: Attributes, changes: _Node) -> dict[str, AttributeValue]:
    result = dict(members)
    for name, change in changes.items():
        if not isinstance(change, _Leaf):
            result[name] = _value(result[name], change)
        elif change.value is None:
            result.pop(name, None)
        else:
            result[name] = change.value
    return result


def _value(value: AttributeValue, changes: _Node) -> AttributeValue:
    if "M" in value:
        return {"M": _members(value["M"], changes)}
    return {"L": _elements(value["L"], changes)}


def _elements(elements: list[AttributeValue], changes: _Node) -> list[AttributeValue]:
    """Positions are those before the update. Elements set past the end are appended, in the order of their
    positions.
    """
    result: list[AttributeValue | None] = list(elements)
    for position in sorted(changes):
        change = changes[position]
        if not isinstance(change, _Leaf):
            result[position] = _value(elements[position], change)
        elif position < len(elements):
            result[position] = change.value
        else:
            result.append(change.value)
    return [element for element in result if element is not None]


# --- arithmetic and sets ---


def add(left: str, right: str) -> str:
    """The sum of two canonical numbers, canonical.

    Raises ``ValidationException`` where the sum is no DynamoDB number: past its range (extenddb#94, seen on AWS) or of
    more than 38 digits, which AWS words alike (Parity Suite's captures of October 2026).
    """
    return _number(EXACT.add(Decimal(left), Decimal(right)))


def subtract(left: str, right: str) -> str:
    """The difference of two canonical numbers, canonical. Raises as ``add`` does."""
    return _number(EXACT.subtract(Decimal(left), Decimal(right)))


def _number(result: Decimal) -> str:
    text = format(result, "f")
    if len(text) > MAX_DIGITS and len(result.normalize(EXACT).as_tuple().digits) > MAX_DIGITS:
        raise ValidationException(NUMBER_OVERFLOW)
    return canonical_number(text)


def united(tag: str, value: AttributeValue, added: AttributeValue) -> AttributeValue:
    """A set with members added, in order; ``value`` itself if it has them all already."""
    members: list[str] = value[tag]
    known = set(members)
    new = [member for member in added[tag] if member not in known]
    return {tag: members_in_order(tag, [*members, *new])} if new else value


def without(tag: str, value: AttributeValue, removed: AttributeValue) -> AttributeValue | None:
    """A set without some members; ``None`` if none are left, as there are no empty sets."""
    gone = set(removed[tag])
    members = [member for member in value[tag] if member not in gone]
    return {tag: members} if members else None


# --- SET ---

Compute: TypeAlias = "Callable[[Attributes], AttributeValue]"
"""A compiled value: computed from an item."""

NO_ATTRIBUTE: Final = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE: Final = "An operand in the update expression has an incorrect data type"


def compile_value(value: nodes.SetValue) -> Compute:
    """A function that computes the right-hand side of a resolved, checked SET action from an item.

    The function raises ``ValidationException`` for an operand that the item lacks or that has the wrong type.
    """
    match value:
        case nodes.Literal(wire=wire):
            return lambda _: wire
        case nodes.Path():
            return _required(compile_path(value))
        case nodes.Arithmetic():
            change = add if value.operator == "+" else subtract
            return _arithmetic(change, compile_value(value.left), compile_value(value.right))
        case nodes.Function(name="if_not_exists", arguments=(nodes.Path() as path, default)):
            return _if_not_exists(compile_path(path), compile_value(default))
        case nodes.Function(name="list_append", arguments=(first, second)):
            return _list_append(compile_value(first), compile_value(second))
        case nodes.Function() | nodes.Placeholder():  # no checked, resolved tree has one
            raise AssertionError(value)


def _required(read: Reader) -> Compute:
    def compute(attributes: Attributes) -> AttributeValue:
        value = read(attributes)
        if value is None:
            raise ValidationException(NO_ATTRIBUTE)
        return value

    return compute


def _arithmetic(change: Callable[[str, str], str], left: Compute, right: Compute) -> Compute:
    def compute(attributes: Attributes) -> AttributeValue:
        one, other = left(attributes), right(attributes)
        if "N" not in one or "N" not in other:
            raise ValidationException(WRONG_TYPE)
        return {"N": change(one["N"], other["N"])}

    return compute


def _if_not_exists(read: Reader, default: Compute) -> Compute:
    def compute(attributes: Attributes) -> AttributeValue:
        value = read(attributes)
        return default(attributes) if value is None else value

    return compute


def _list_append(first: Compute, second: Compute) -> Compute:
    def compute(attributes: Attributes) -> AttributeValue:
        head, tail = first(attributes), second(attributes)
        if "L" not in head or "L" not in tail:
            raise ValidationException(WRONG_TYPE)
        return {"L": [*head["L"], *tail["L"]]}

    return compute


INVALID_PATH: Final = "The document path provided in the update expression is invalid for update"
CANNOT_UPDATE: Final = (
    "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
)
LEGACY_MISMATCH: Final = "Type mismatch for attribute to update"
"""AttributeUpdates' wording in place of ``WRONG_TYPE`` (dynalite's suite: delete/add incorrect types)."""

_REMOVING: Final = frozenset({"REMOVE", "DELETE"})

Result: TypeAlias = "Callable[[Attributes], AttributeValue | None]"
"""A compiled action: the new value at its path; ``None`` removes it."""


class Updated:
    """The result of an update: ``attributes`` of the new item, and the parts that ReturnValues can ask for."""

    attributes: Attributes

    __slots__ = ("_old", "_paths", "attributes")

    def __init__(self, attributes: Attributes, old: Attributes | None, paths: tuple[nodes.Path, ...]) -> None:
        self.attributes, self._old, self._paths = attributes, old, paths

    def updated_old(self) -> dict[str, AttributeValue]:
        """UPDATED_OLD: what was at the paths that the update names; ``{}``, which answers leave out, if there was
        nothing.
        """
        return {} if self._old is None else project_paths(self._paths, self._old)

    def updated_new(self) -> dict[str, AttributeValue]:
        """UPDATED_NEW: what is at those paths now; ``{}``, which answers leave out, if there is nothing.

        In lists these are the same positions now, whatever has moved there (dynamodb-conformance, updateItem/basic;
        extenddb#98, nine cases seen on AWS).
        """
        return project_paths(self._paths, self.attributes)


class CompiledUpdate:
    """A resolved, checked update, ready to be applied to items. ``paths`` are the ones that it changes, as written.

    ``only_removes`` says that all of its actions are REMOVE and DELETE.
    """

    __slots__ = ("_names", "_results", "_steps", "_values", "only_removes", "paths")

    def __init__(self, tree: nodes.UpdateTree, mismatch: str) -> None:
        self.paths: tuple[nodes.Path, ...] = tuple([action.path for action in tree.actions])
        self.only_removes: bool = _REMOVING.issuperset([section.name for section in tree.sections])
        self._values: list[tuple[int, Compute]] = []
        self._results: list[tuple[int, Result]] = []
        self._steps = [steps(path) for path in self.paths]
        # The names alone, where no path leads into an attribute: most updates are such.
        flat = all(len(path) == 1 for path in self._steps)
        self._names = [head(path) for path in self.paths] if flat else None
        self._compile(tree, mismatch)

    def _compile(self, tree: nodes.UpdateTree, mismatch: str) -> None:
        index = 0
        for section in tree.sections:
            for action in section.actions:
                if isinstance(action, nodes.SetAction):
                    self._values.append((index, compile_value(action.value)))
                elif isinstance(action, nodes.ValueAction):
                    change = _addition if section.name == "ADD" else _deletion
                    self._results.append((index, change(action, mismatch)))
                index += 1

    def apply(self, attributes: Attributes | None, key: Attributes) -> Updated:
        """The result of the update on an item; where there is none, on the key alone.

        Raises ``ValidationException`` for an operand that is missing or of the wrong type, for a path without a parent,
        and for a sum that is not a valid number. Values of SET are checked first, then paths, then the operands of ADD
        and DELETE.
        """
        old: Attributes = key if attributes is None else attributes
        values: list[AttributeValue | None] = [None] * len(self.paths)
        for index, compute in self._values:
            values[index] = compute(old)
        if self._names is None:
            for path in self._steps:
                _check_parent(path, old)
        for index, result in self._results:
            values[index] = result(old)
        return Updated(self._apply(old, values), attributes, self.paths)

    def _apply(self, old: Attributes, values: list[AttributeValue | None]) -> Attributes:
        if self._names is None:
            return edited(old, zip(self._steps, values, strict=True))
        new = dict(old)
        for name, value in zip(self._names, values, strict=True):
            if value is None:
                new.pop(name, None)
            else:
                new[name] = value
        return new


def compile_update(tree: nodes.UpdateTree, *, mismatch: str = WRONG_TYPE) -> CompiledUpdate:
    """A resolved, checked update, ready to be applied.

    Its values must be canonical. ``mismatch`` is the message where ADD or DELETE meets another type; AttributeUpdates
    pass ``LEGACY_MISMATCH``, and may ADD to lists.
    """
    return CompiledUpdate(tree, mismatch)


def check_keys_kept(updated: Iterable[nodes.Path], key_names: Iterable[str]) -> None:
    """Raise ``ValidationException`` if an update changes a key attribute of the table (error-messages/updateItem)."""
    names = {head(path) for path in updated}
    for name in key_names:
        if name in names:
            raise ValidationException(CANNOT_UPDATE.format(name=name))


def _check_parent(path: tuple[PathStep, ...], attributes: Attributes) -> None:
    """The path's last part needs a map or a list to stand in."""
    parent: AttributeValue | None = {"M": attributes}
    for step in path[:-1]:
        parent = None if parent is None else child(parent, step)
    if parent is None or ("L" if type(path[-1]) is int else "M") not in parent:
        raise ValidationException(INVALID_PATH)


def _addition(action: nodes.ValueAction, mismatch: str) -> Result:
    read, added = compile_path(action.path), _wire(action)
    ((tag, _),) = added.items()
    combine = _ADDITIONS[tag]

    def result(attributes: Attributes) -> AttributeValue:
        value = read(attributes)
        if value is None:
            return added
        if tag not in value:
            raise ValidationException(mismatch)
        return combine(value, added)

    return result


def _deletion(action: nodes.ValueAction, mismatch: str) -> Result:
    read, removed = compile_path(action.path), _wire(action)
    ((tag, _),) = removed.items()

    def result(attributes: Attributes) -> AttributeValue | None:
        value = read(attributes)
        if value is None:
            return None
        if tag not in value:
            raise ValidationException(mismatch)
        return without(tag, value, removed)

    return result


def _wire(action: nodes.ValueAction) -> AttributeValue:
    assert isinstance(action.value, nodes.Literal)
    return action.value.wire


_ADDITIONS: Final[dict[str, Callable[[AttributeValue, AttributeValue], AttributeValue]]] = {
    "N": lambda value, added: {"N": add(value["N"], added["N"])},
    "L": lambda value, added: {"L": [*value["L"], *added["L"]]},
    "SS": partial(united, "SS"),
    "NS": partial(united, "NS"),
    "BS": partial(united, "BS"),
}
