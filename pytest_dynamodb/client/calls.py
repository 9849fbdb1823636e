"""Calls: what is sent for each operation on an item, and how its answer is read. No I/O.

A driver sends a call and hands the answer to ``read``; that is all a driver does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.expressions.builders import Condition, ConditionLike, PathLike, as_condition
from pytest_dynamodb.expressions.nodes import Name, Path
from pytest_dynamodb.expressions.rendering import expression_params
from pytest_dynamodb.expressions.updates import Update
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import tables_of
from pytest_dynamodb.values import from_wire_item, to_wire_item

if TYPE_CHECKING:
    from typing_extensions import Self

DriverT = TypeVar("DriverT")
Result_co = TypeVar("Result_co", covariant=True)

Item = dict[str, Any]
"""An item as Python values: numbers are ``Decimal``, binary is ``bytes``. See ``values.from_wire``."""

Returning = Literal["none", "all_old", "updated_old", "all_new", "updated_new"]
RETURN_VALUES: Mapping[Returning, str] = {
    "none": "NONE",
    "all_old": "ALL_OLD",
    "updated_old": "UPDATED_OLD",
    "all_new": "ALL_NEW",
    "updated_new": "UPDATED_NEW",
}


@dataclass(frozen=True, slots=True)
class ApiCall(Generic[Result_co]):
    """One request: the operation, its wire-level JSON parameters, and what its answer means.

    ``read`` is given the answer as botocore parses it: JSON, with binary values as bytes.
    """

    operation: str
    params: dict[str, Any]
    read: Callable[[Mapping[str, Any]], Result_co]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it is for by name, each once, in their order; without those that cannot be told."""
        return tuple(filter(None, tables_of(self.operation, self.params)))

    @property
    def table(self) -> str:
        """The same as one text, for errors and telemetry."""
        return ", ".join(self.tables)


def any_call(operation: str, params: Mapping[str, Any]) -> ApiCall[dict[str, Any]]:
    """Any operation of DynamoDB; read as AWS's answer. Raises ``ConfigurationError`` for one that there is not."""
    if not isinstance(operation, str):
        raise ConfigurationError(f"an operation is meant by its name, not by {quoted(operation)}")
    known = OPERATIONS.get(operation)
    if known is None or known.service != "dynamodb":
        near = get_close_matches(operation, [name for name, one in OPERATIONS.items() if one.service == "dynamodb"])
        raise ConfigurationError(
            f"DynamoDB has no operation {operation!r}" + (f": is it {' or '.join(near)}?" if near else "")
        )
    return ApiCall(operation, dict(params), _whole)


def _whole(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member for name, member in answer.items() if name != "ResponseMetadata"}


def get_item(
    table: str, key: Mapping[str, Any], *, consistent: bool, projection: Iterable[PathLike] | str | None
) -> ApiCall[Item | None]:
    """``GetItem``; read as the item, or ``None``."""
    params: dict[str, Any] = {"TableName": table, "Key": to_wire_item(key)}
    if consistent:
        params["ConsistentRead"] = True
    if projection is not None:
        params.update(expression_params(projection=projection))
    return ApiCall("GetItem", params, _item)


def item_exists(table: str, key: Mapping[str, Any], *, consistent: bool) -> ApiCall[bool]:
    """``GetItem`` of nothing but a key attribute, which every item has; read as whether there is an item."""
    projection = [Path((Name(name),)) for name in list(to_wire_item(key))[:1]]
    call = get_item(table, key, consistent=consistent, projection=projection or None)
    return ApiCall(call.operation, call.params, _has_item)


def put_item(
    table: str, item: Mapping[str, Any], *, condition: ConditionLike | None, return_old: bool, floats: bool
) -> ApiCall[Item | None]:
    """``PutItem``; read as the item that was replaced, if that was asked for."""
    params = {"TableName": table, "Item": to_wire_item(item, floats=floats)}
    return _write("PutItem", params, condition, "ALL_OLD" if return_old else "NONE")


def delete_item(
    table: str, key: Mapping[str, Any], *, condition: ConditionLike | None, return_old: bool
) -> ApiCall[Item | None]:
    """``DeleteItem``; read as the item that was there, if that was asked for."""
    params = {"TableName": table, "Key": to_wire_item(key)}
    return _write("DeleteItem", params, condition, "ALL_OLD" if return_old else "NONE")


def update_item(
    table: str, key: Mapping[str, Any], update: Update, *, condition: ConditionLike | None, returning: Returning
) -> ApiCall[Item | None]:
    """``UpdateItem``; read as the attributes that were asked for."""
    params = {"TableName": table, "Key": to_wire_item(key)}
    return _write("UpdateItem", params, condition, RETURN_VALUES[returning], update=update)


def _write(
    operation: str,
    params: dict[str, Any],
    condition: ConditionLike | None,
    return_values: str,
    *,
    update: Update | None = None,
) -> ApiCall[Item | None]:
    params.update(expression_params(condition=condition, update=update))
    if condition is not None:
        # So that the error can show the item. It consumes no read capacity (API reference, PutItem).
        params["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if return_values != "NONE":
        params["ReturnValues"] = return_values
    return ApiCall(operation, params, _attributes)


def shown(call: ApiCall[Item | None], decode: Callable[[Item], Item] | None) -> ApiCall[Item | None]:
    """The call, with the item that it reads decoded; ``None`` leaves it as it is."""
    if decode is None:
        return call

    def read(answer: Mapping[str, Any]) -> Item | None:
        item = call.read(answer)
        return None if item is None else decode(item)

    return replace(call, read=read)


def each(items: Iterable[Item | None], decode: Callable[[Item], Item] | None) -> list[Item | None]:
    """Items in their places, decoded; ``None`` stays."""
    return [item if item is None or decode is None else decode(item) for item in items]


def both(one: ConditionLike | None, other: ConditionLike | None) -> ConditionLike | None:
    """The condition that both are true; ``None`` stands for no condition."""
    if one is None or other is None:
        return other if one is None else one
    return Condition(as_condition(one)) & Condition(as_condition(other))


class UpdateSteps(ABC):
    """The steps of an update, alone or in a transaction. Each returns the update with one action more."""

    __slots__ = ()

    _update: Update

    def set(self, path: PathLike, value: object) -> Self:
        """Set an attribute."""
        return self._updated(self._update.set(path, value))

    def set_if_absent(self, path: PathLike, value: object) -> Self:
        """Set an attribute unless the item has it."""
        return self._updated(self._update.set_if_absent(path, value))

    def append(self, path: PathLike, values: Iterable[object]) -> Self:
        """Put values at the end of a list, which is created where it is missing."""
        return self._updated(self._update.append(path, values))

    def add(self, path: PathLike, value: object) -> Self:
        """Add to a number or put members into a set, either of which may be missing."""
        return self._updated(self._update.add(path, value))

    def remove(self, *paths: PathLike) -> Self:
        """Remove attributes."""
        return self._updated(self._update.remove(*paths))

    @abstractmethod
    def _updated(self, update: Update) -> Self:
        """The update with these actions."""


@dataclass(frozen=True, slots=True, eq=False)
class PendingUpdate(UpdateSteps, Generic[DriverT]):
    """An update of one item that has not been sent. Each step returns a new one and leaves this one as it is."""

    _driver: DriverT = field(repr=False)
    _table: str
    _key: Mapping[str, Any]
    _update: Update
    _condition: ConditionLike | None = None
    _returning: Returning = "none"
    _decode: Callable[[Item], Item] | None = field(default=None, repr=False)

    def condition(self, condition: ConditionLike) -> Self:
        """Only if this is true; given again, only if all of them are."""
        return replace(self, _condition=both(self._condition, condition))

    def returning(self, what: Returning) -> Self:
        """What ``execute`` returns: ``"all_old"``, ``"updated_old"``, ``"all_new"``, ``"updated_new"``, ``"none"``."""
        return replace(self, _returning=check_returning(what))

    def _updated(self, update: Update) -> Self:
        return replace(self, _update=update)

    def _call(self) -> ApiCall[Item | None]:
        condition, returning = self._condition, self._returning
        call = update_item(self._table, self._key, self._update, condition=condition, returning=returning)
        return shown(call, self._decode)


def check_returning(returning: str) -> Returning:
    """``returning`` if an update can return that. Raises ``ConfigurationError`` that lists what it can."""
    asked: Any = returning
    for name in RETURN_VALUES:
        if isinstance(asked, str) and asked == name:
            return name
    raise ConfigurationError(f"returning() takes one of {', '.join(RETURN_VALUES)}, not {quoted(returning)}")


def _item(answer: Mapping[str, Any]) -> Item | None:
    # An item of which the projection leaves nothing is answered with an empty map, no item with none at all.
    return from_wire_item(answer["Item"]) if "Item" in answer else None


def _has_item(answer: Mapping[str, Any]) -> bool:
    return "Item" in answer


def _attributes(answer: Mapping[str, Any]) -> Item | None:
    return from_wire_item(answer["Attributes"]) if "Attributes" in answer else None
