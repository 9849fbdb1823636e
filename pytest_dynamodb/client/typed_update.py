"""``TypedUpdate``: an update of one typed item, step by step."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.typed_steps import TypedUpdateSteps

ModelT = TypeVar("ModelT", bound=BaseModel)


class TypedUpdate(TypedUpdateSteps[SyncDriver, ModelT]):
    """An update of one typed item. Immutable: each step returns a new one.

    Paths begin with a field, as the model calls it. The keys of indexes that are made of a field change with it; an
    update that would leave such a key half changed raises ``InvalidUpdate`` when it is executed, and sends nothing.
    """

    __slots__ = ()

    def execute(self) -> ModelT:
        """Send it; returns the item as it is then.

        Raises ``ItemNotFound`` if there is no such item, ``VersionConflict``, ``ConditionalCheckFailedException``.
        """
        return self._driver.run(self._plan.steps(self._expiry.clock))
