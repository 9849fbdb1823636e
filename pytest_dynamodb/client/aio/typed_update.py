# Written by tools/async_faces.py from pytest_dynamodb/client/typed_update.py: change that, and run this.
"""``AsyncTypedUpdate``: an update of one typed item, step by step."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.typed_steps import TypedUpdateSteps

ModelT = TypeVar("ModelT", bound=BaseModel)


class AsyncTypedUpdate(TypedUpdateSteps[AsyncDriver, ModelT]):
    """An update of one typed item. Immutable: each step returns a new one.

    Paths begin with a field, as the model calls it. The keys of indexes that are made of a field change with it; an
    update that would leave such a key half changed raises ``InvalidUpdate`` when it is executed, and sends nothing.
    """

    __slots__ = ()

    async def execute(self) -> ModelT:
        """Send it; returns the item as it is then.

        Raises ``ItemNotFound`` if there is no such item, ``VersionConflict``, ``ConditionalCheckFailedException``.
        """
        return await self._driver.run(self._plan.steps(self._expiry.clock))
