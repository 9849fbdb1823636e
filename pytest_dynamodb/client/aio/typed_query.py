# Written by tools/async_faces.py from pytest_dynamodb/client/typed_query.py: change that, and run this.
"""``AsyncTypedQuery``: a query or a scan of typed items, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.aio.batch import _Batch
from pytest_dynamodb.client.aio.query import AsyncExecutableRead, AsyncParallelScan
from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.models.choosing import stored_key
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.entities import decoder, stamped
from pytest_dynamodb.client.models.uniqueness import update
from pytest_dynamodb.client.operations import reading
from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.client.operations.plan import check_segments
from pytest_dynamodb.client.typed_steps import TypedQuerySteps, TypedUpdateSteps
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.expressions.builders import PathLike

PartT = TypeVar("PartT", bound=BaseModel)
ResultT = TypeVar("ResultT")


class AsyncTypedQuery(TypedQuerySteps[AsyncDriver, ResultT], AsyncExecutableRead[ResultT]):
    """A query or a scan of typed items. Immutable: each step returns a new one."""

    __slots__ = ()

    def into(self, model: type[PartT]) -> AsyncTypedQuery[PartT]:
        """As instances of a model with some of the fields; only these fields are read."""
        codec = self._of_one("into()")
        plan = self._plan.project(*codec.projection(model))
        return AsyncTypedQuery(
            self._driver, self._book, plan, decoder(codec, into=model), codec, self._choice, self._models
        )

    def raw(self) -> AsyncTypedQuery[Item]:
        """As they are stored, without pydantic."""
        return AsyncTypedQuery(
            self._driver, self._book, self._plan.as_stored(), None, self._codec, self._choice, self._models
        )

    def project(self, *paths: PathLike | Iterable[PathLike]) -> AsyncTypedQuery[Item]:
        """Only these paths of each item, as they are stored."""
        plan = self._plan.as_stored().project(*paths)
        return AsyncTypedQuery(self._driver, self._book, plan, None, self._codec, self._choice, self._models)

    def segment(self, number: int, of: int) -> AsyncTypedQuery[ResultT]:
        """Of a scan, only segment ``number``, from 0, of ``of``: for several machines that share it."""
        return self._planned(self._scanning().of_segment(number, of))

    def parallel(self, segments: int) -> AsyncParallelScan[ResultT]:
        """Of a scan, all of this many segments, side by side."""
        plan = replace(self._scanning(), segment=None)
        return AsyncParallelScan(self._driver, self._book, plan, check_segments(segments), self._decode)

    async def one(self) -> ResultT:
        """The only item. Raises ``ItemNotFound`` if there is none, ``MultipleItemsFound`` if there are more."""
        found: ResultT = await self._driver.run(reading.one(self._book, self._plan, self._decode))
        return found


# --- updates ---

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
        return await self._driver.run(update(self._plan, self._expiry.clock))


# --- batches ---


class AsyncTypedBatchWriter(_Batch, Generic[ModelT]):
    """As ``AsyncTableBatchWriter``, of instances of a model; made by ``batch_write()`` of a typed table."""

    def __init__(
        self, driver: AsyncDriver, queue: WriteQueue, codec: Codec[ModelT], clock: Clock, *, raise_on_failed: bool
    ) -> None:
        super().__init__(driver, queue, raise_on_failed=raise_on_failed)
        self._codec, self._clock = codec, clock

    async def put(self, instance: ModelT) -> ModelT:
        """Add an instance to the batch; returns what will be stored.

        Raises pydantic's ``ValidationError`` or ``InvalidKey``; sends and raises as ``AsyncTableBatchWriter.put``.
        """
        stored = stamped(self._codec, instance, self._clock)
        await self._driver.run(self._queue.put(self._codec.table, self._codec.encoded(stored)))
        return stored

    async def delete(self, key: ModelT | Mapping[str, object] | None = None, /, **fields: object) -> None:
        """Add a delete to the batch; the item need not exist. Sends and raises as ``AsyncTableBatchWriter.put``."""
        await self._driver.run(self._queue.delete(self._codec.table, stored_key(self._codec, key, fields)))
