"""``TypedUpdate``: an update of one typed item, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.models.reads import Expiry
from pytest_dynamodb.client.models.updating import UpdatePlan
from pytest_dynamodb.expressions.conditions import ConditionLike

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True, eq=False)
class TypedUpdate(Generic[ModelT]):
    """An update of one typed item. Immutable: each step returns a new one.

    Paths begin with a field, as the model calls it. What the keys of indexes are made of is changed with them; an
    update that would leave half of such a key raises ``InvalidUpdate`` when it is executed, and sends nothing.
    """

    _driver: SyncDriver = field(repr=False)
    _expiry: Expiry = field(repr=False)
    _plan: UpdatePlan[ModelT]

    def set(self, path: str, value: object) -> TypedUpdate[ModelT]:
        """Set a field, or a part of one. Raises pydantic's ``ValidationError``."""
        return replace(self, _plan=self._plan.set(path, value))

    def set_if_absent(self, path: str, value: object) -> TypedUpdate[ModelT]:
        """Set a field unless the item has it."""
        return replace(self, _plan=self._plan.set_if_absent(path, value))

    def append(self, path: str, values: Iterable[object]) -> TypedUpdate[ModelT]:
        """Put values at the end of a list, which is created where it is missing."""
        return replace(self, _plan=self._plan.append(path, values))

    def add(self, path: str, value: object) -> TypedUpdate[ModelT]:
        """Add to a number or put members into a set, either of which may be missing."""
        return replace(self, _plan=self._plan.add(path, value))

    def delete(self, path: str, members: Iterable[object]) -> TypedUpdate[ModelT]:
        """Take members out of a set."""
        return replace(self, _plan=self._plan.delete(path, members))

    def remove(self, *paths: str) -> TypedUpdate[ModelT]:
        """Remove fields that the model can do without."""
        return replace(self, _plan=self._plan.remove(*paths))

    def condition(self, condition: ConditionLike) -> TypedUpdate[ModelT]:
        """Only if this is true of the item's attributes; given again, only if all of them are."""
        return replace(self, _plan=self._plan.only_if(condition))

    def to_request(self) -> dict[str, Any]:
        """The parameters of the request, which is not sent."""
        return self._plan.call(self._expiry.clock).params

    def execute(self) -> ModelT:
        """Send it; returns the item as it is then.

        Raises ``ItemNotFound`` if there is no such item, ``VersionConflict``, ``ConditionalCheckFailedException``.
        """
        return self._driver.run(self._plan.steps(self._expiry.clock))
