"""``TypedQuery``: a query or a scan of typed items, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.models.reads import decoder
from pytest_dynamodb.client.operations import reading
from pytest_dynamodb.client.query import ExecutableRead
from pytest_dynamodb.client.typed_steps import TypedQuerySteps
from pytest_dynamodb.expressions.buildable import PathLike

PartT = TypeVar("PartT", bound=BaseModel)
ResultT = TypeVar("ResultT")


class TypedQuery(TypedQuerySteps[SyncDriver, ResultT], ExecutableRead[ResultT]):
    """A query or a scan of typed items. Immutable: each step returns a new one."""

    __slots__ = ()

    def into(self, model: type[PartT]) -> TypedQuery[PartT]:
        """As instances of a model with some of the fields; only these fields are read."""
        codec = self._of_one("into()")
        plan = self._plan.project(*codec.projection(model))
        return TypedQuery(self._driver, self._book, plan, decoder(codec, into=model), codec, self._choice)

    def raw(self) -> TypedQuery[Item]:
        """As they are stored, without pydantic."""
        return TypedQuery(self._driver, self._book, self._plan, None, self._codec, self._choice)

    def project(self, *paths: PathLike | Iterable[PathLike]) -> TypedQuery[Item]:
        """Only these paths of each item, as they are stored."""
        return TypedQuery(self._driver, self._book, self._plan.project(*paths), None, self._codec, self._choice)

    def one(self) -> ResultT:
        """The only item. Raises ``ItemNotFound`` if there is none, ``MultipleItemsFound`` if there are more."""
        found: ResultT = self._driver.run(reading.one(self._book, self._plan, self._decode))
        return found
