"""``TypedBatchWriter``: any number of writes of typed items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.batch import _Batch
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.models.choosing import stored_key
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.writing import stamped
from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.clock import Clock

ModelT = TypeVar("ModelT", bound=BaseModel)


class TypedBatchWriter(_Batch, Generic[ModelT]):
    """As ``TableBatchWriter``, of instances of a model; made by ``batch_write()`` of a typed table."""

    def __init__(
        self, driver: SyncDriver, queue: WriteQueue, codec: Codec[ModelT], clock: Clock, *, raise_on_failed: bool
    ) -> None:
        super().__init__(driver, queue, raise_on_failed=raise_on_failed)
        self._codec, self._clock = codec, clock

    def put(self, instance: ModelT) -> ModelT:
        """Add an instance to the batch; returns what will be stored.

        Raises pydantic's ``ValidationError`` or ``InvalidKey``; sends and raises as ``TableBatchWriter.put``.
        """
        stored = stamped(self._codec, instance, self._clock)
        self._driver.run(self._queue.put(self._codec.table, self._codec.encoded(stored)))
        return stored

    def delete(self, key: ModelT | Mapping[str, object] | None = None, /, **fields: object) -> None:
        """Add a delete to the batch; the item need not exist. Sends and raises as ``TableBatchWriter.put``."""
        self._driver.run(self._queue.delete(self._codec.table, stored_key(self._codec, key, fields)))
