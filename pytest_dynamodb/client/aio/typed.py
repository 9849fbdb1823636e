# Written by tools/async_faces.py from pytest_dynamodb/client/typed.py: change that, and run this.
"""``AsyncTypedTable``: the items of one model. ``AsyncEntityTable``: of several in one table. Over pydantic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Literal, TypeVar, overload

from pydantic import BaseModel

from pytest_dynamodb.client import arguments, calls
from pytest_dynamodb.client.aio.typed_query import AsyncTypedBatchWriter, AsyncTypedQuery, AsyncTypedUpdate
from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.models.choosing import Choice, named
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.entities import Entities, Expiry, codec_of, get_call, version_of
from pytest_dynamodb.client.models.strangers import checked_alien
from pytest_dynamodb.client.models.uniqueness import check_unique, delete, put, refuse_unique
from pytest_dynamodb.client.models.upserting import UpsertPlan
from pytest_dynamodb.client.operations.batch_reads import BatchPage, batch_get
from pytest_dynamodb.client.operations.keys import KeysLike, TableBook
from pytest_dynamodb.client.operations.plan import KeyChoice, ReadPlan
from pytest_dynamodb.client.policy import UNCHANGED, RetryPolicy, Unchanged
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.client.typed_steps import EntityItems, TypedItems, as_stored
from pytest_dynamodb.clock import Clock, SystemClock
from pytest_dynamodb.errors import ConfigurationError, ItemNotFound
from pytest_dynamodb.expressions.builders import ConditionLike

ModelT = TypeVar("ModelT", bound=BaseModel)
PartT = TypeVar("PartT", bound=BaseModel)


class AsyncTypedTable(TypedItems[AsyncDriver, ModelT]):
    """The items of one model; made by ``client.table(name, model=User)``.

    An item is named by an instance, by a mapping of the fields that its key is made of, or by these as keywords:
    ``users.get(user_id="1")``. What is invalid raises pydantic's ``ValidationError``, or ``InvalidKey``, before
    anything is sent; an item that does not fit the model raises ``InvalidItem`` when it is read.
    """

    __slots__ = ()

    def with_options(
        self,
        *,
        call_timeout: float | Unchanged | None = UNCHANGED,
        retry: RetryPolicy | Unchanged | None = UNCHANGED,
        rate: RateLimit | Unchanged | None = UNCHANGED,
    ) -> AsyncTypedTable[ModelT]:
        """The same table with other limits for its calls."""
        driver = self._driver.with_options(call_timeout=call_timeout, retry=retry, rate=rate)
        return AsyncTypedTable(driver, self._book, self._entities, self._codec, self._expiry)

    @overload
    async def get(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        into: type[PartT],
        raw: Literal[False] = False,
        consistent: bool = False,
        **fields: object,
    ) -> PartT | None: ...
    @overload
    async def get(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        raw: Literal[True],
        into: None = None,
        consistent: bool = False,
        **fields: object,
    ) -> calls.Item | None: ...
    @overload
    async def get(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        into: None = None,
        raw: Literal[False] = False,
        consistent: bool = False,
        **fields: object,
    ) -> ModelT | None: ...
    async def get(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        consistent: bool = False,
        into: type[BaseModel] | None = None,
        raw: bool = False,
        **fields: object,
    ) -> Any:
        """The item, or ``None``.

        ``into`` is a model with some of the fields, and only these are read; ``raw`` leaves the item as it is stored.
        """
        call = self._getting(self.key(key, **fields), consistent=consistent, into=into, raw=raw)
        return await self._driver.send(call)

    async def get_or_raise(
        self, key: ModelT | Mapping[str, object] | None = None, /, *, consistent: bool = False, **fields: object
    ) -> ModelT:
        """As ``get``, but raises ``ItemNotFound`` if there is no such item."""
        stored = self.key(key, **fields)
        found: ModelT | None = await self._driver.send(self._getting(stored, consistent=consistent))
        if found is None:
            raise ItemNotFound(self.name, stored)
        return found

    async def exists(
        self, key: ModelT | Mapping[str, object] | None = None, /, *, consistent: bool = False, **fields: object
    ) -> bool:
        """Whether there is such an item."""
        stored = self.key(key, **fields)
        if not self._expiry.hidden:
            return await self._driver.send(calls.item_exists(self.name, stored, consistent=consistent))
        found = await self._driver.send(self._getting(stored, consistent=consistent, raw=True))
        return found is not None

    async def batch_get(
        self, keys: Iterable[ModelT | Mapping[str, object]], *, consistent: bool = False
    ) -> BatchPage[ModelT]:
        """The items that exist for any number of keys, in the order of the keys, each once."""
        steps = batch_get({self.name: [self.key(key) for key in arguments.listed("keys", keys)]}, consistent=consistent)
        page = (await self._driver.run(steps))[self.name]
        shown = [item for item in page.items if not self._expiry.hides(self._codec, item)]
        return BatchPage(items=list(map(self._codec.decoded, shown)), capacity=page.capacity, failed=page.failed)

    def batch_write(self, *, raise_on_failed: bool = False, at_once: int = 1) -> AsyncTypedBatchWriter[ModelT]:
        """Begin a batch of any number of writes: ``with users.batch_write() as batch: batch.put(user)``.

        What is not written in the end is in ``batch.failed``; with ``raise_on_failed`` it raises ``ItemsNotWritten``.
        With ``at_once``, so many requests are collected and sent side by side.
        Raises ``ConfigurationError`` for a model with a version, which a batch cannot check.
        """
        queue, clock = self._write_queue(at_once), self._expiry.clock
        return AsyncTypedBatchWriter(self._driver, queue, self._codec, clock, raise_on_failed=raise_on_failed)

    async def put(
        self, instance: ModelT, *, condition: ConditionLike | None = None, check_version: bool = True
    ) -> ModelT:
        """Write an instance over whatever has its key; returns what is stored, with its next version and its stamps.

        Raises ``VersionConflict`` if somebody else has written it since it was read, or if it exists and the instance
        is new; ``ConditionalCheckFailedException`` if the condition is false. With ``check_version=False`` it is
        written over whatever version is there, as the next one of that.
        """
        over = not check_version
        return await self._driver.run(put(self._codec, instance, condition, self._expiry.clock, over=over))

    async def delete(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        condition: ConditionLike | None = None,
        check_version: bool = True,
        **fields: object,
    ) -> ModelT | None:
        """Delete an item, which need not exist; returns what it was.

        Of an instance with a version only that version is deleted, unless ``check_version`` is false: raises
        ``VersionConflict``.
        """
        version, stored = self._version(key, check_version=check_version), self.key(key, **fields)
        return await self._driver.run(delete(self._codec, stored, condition, version))

    def update(
        self, key: ModelT | Mapping[str, object] | None = None, /, *, check_version: bool = True, **fields: object
    ) -> AsyncTypedUpdate[ModelT]:
        """Begin an update of an existing item.

        Of an instance with a version, only that version is updated, unless ``check_version`` is false.
        """
        return AsyncTypedUpdate(self._driver, self._expiry, self._updating(key, fields, check_version=check_version))

    def upsert(self, key: Mapping[str, object] | None = None, /, **fields: object) -> AsyncTypedUpdate[ModelT]:
        """Begin an update that makes the item where there is none: ``users.upsert(user_id="1").add("visits", 1)``.

        A new item is whole: what nothing is said of has the model's default. Raises ``InvalidUpdate``, when it is
        executed and with nothing sent, if the model has none for a field.
        """
        refuse_unique(self._codec, "an upsert")
        values = {**named(key), **fields}
        plan = UpsertPlan(self._codec, certain=self._codec.validated(values), key=self._codec.key(values))
        return AsyncTypedUpdate(self._driver, self._expiry, plan)

    def query(
        self, fields: Mapping[str, object] | None = None, /, *, index: str | None = None, **others: object
    ) -> AsyncTypedQuery[ModelT]:
        """Begin a query: ``orders.query(user_id="1")``.

        The fields give the whole partition key, and as much of the sort key as is known, in the order of its template.
        Raises ``InvalidKey``.
        """
        choice = Choice.of(self._codec, index, {**named(fields), **others})
        plan = ReadPlan.of(self.name, index, choice.key())
        return self._reading(plan, choice)

    def scan(self, index: str | None = None) -> AsyncTypedQuery[ModelT]:
        """Begin a scan, which reads the whole table and returns the items of this model."""
        return self._reading(ReadPlan.of(self.name, index))

    def _reading(self, plan: ReadPlan, choice: Choice | None = None) -> AsyncTypedQuery[ModelT]:
        decode = self._entities.only(self._codec).read
        return AsyncTypedQuery(self._driver, self._book, self._shown(plan), decode, self._codec, choice, (self._codec,))


class AsyncEntityTable(EntityItems[AsyncDriver], Generic[ModelT]):
    """The items of several models in one table; made by ``client.table(name, models=(User, Order))``.

    No two of them can have the same key: templates that could make one are refused.
    """

    __slots__ = ()

    def of(self, model: type[PartT]) -> AsyncTypedTable[PartT]:
        """The items of one of the models. Raises ``ConfigurationError`` for another one."""
        codec: Codec[PartT] = self._entities.of(model)
        return AsyncTypedTable(self._driver, self._book, self._entities, codec, self._expiry)

    async def get(self, model: type[PartT], /, *, consistent: bool = False, **fields: object) -> PartT | None:
        """The item of this model, or ``None``."""
        codec: Codec[PartT] = self._entities.of(model)
        found: PartT | None = await self._driver.send(
            get_call(codec, codec.key(fields), self._expiry, consistent=consistent, into=None, raw=False),
        )
        return found

    async def put(
        self, instance: PartT, *, condition: ConditionLike | None = None, check_version: bool = True
    ) -> PartT:
        """Write an instance; as ``AsyncTypedTable.put``."""
        codec: Codec[PartT] = self._entities.of(type(instance))
        return await self._driver.run(put(codec, instance, condition, self._expiry.clock, over=not check_version))

    async def delete(
        self, instance: PartT, *, condition: ConditionLike | None = None, check_version: bool = True
    ) -> PartT | None:
        """Delete the item of an instance; as ``AsyncTypedTable.delete``."""
        codec: Codec[PartT] = self._entities.of(type(instance))
        version = (version_of(codec, instance) or None) if check_version else None
        return await self._driver.run(delete(codec, codec.key_of(instance), condition, version))

    def decode(self, item: Mapping[str, Any]) -> ModelT:
        """The instance of an item from elsewhere, of whichever model it is; as ``AsyncTypedTable.decode``."""
        found: ModelT = self._entities.decoded(as_stored(item))
        return found

    def collection(self, model: type[Any], /, *, index: str | None = None, **fields: object) -> AsyncTypedQuery[ModelT]:
        """Begin a query of all items of a partition, of whatever model, by the fields of one model's partition key:
        ``app.collection(User, user_id="1")`` gives the user and the user's orders.
        """
        choice = Choice.of(self._entities.of(model), index, fields)
        return self._reading(ReadPlan.of(self.name, index, replace(choice.key(), equal=(), range=None)))

    def query(self, *partition: object, index: str | None = None) -> AsyncTypedQuery[ModelT]:
        """Begin a query of all items of a partition by its key as it is stored: ``app.query("USER#1")``."""
        return self._reading(ReadPlan.of(self.name, index, KeyChoice(partition=partition)))

    def scan(self, index: str | None = None) -> AsyncTypedQuery[ModelT]:
        """Begin a scan, which reads the whole table."""
        return self._reading(ReadPlan.of(self.name, index))

    def _reading(self, plan: ReadPlan) -> AsyncTypedQuery[ModelT]:
        models = tuple(self._entities.codecs.values())
        return AsyncTypedQuery(self._driver, self._book, self._shown(plan), self._entities.read, _models=models)


def typed_table(
    driver: AsyncDriver,
    book: TableBook,
    name: str,
    *,
    model: type[Any] | None = None,
    models: Sequence[type[Any]] | None = None,
    keys: KeysLike | None = None,
    hide_expired: bool = False,
    alien: str = "skip",
    clock: Clock | None = None,
) -> Any:
    """What ``client.table`` returns for a ``model`` or for ``models``. Raises ``ConfigurationError``."""
    if model is not None and models is not None:
        raise ConfigurationError("give model= for the items of one model, or models= for those of several")
    listed = [model] if model is not None else arguments.listed("models", () if models is None else models)
    if not listed:
        raise ConfigurationError("models= is empty")
    entities = Entities(name, [codec_of(name, one, keys) for one in listed], checked_alien(alien))
    for codec in entities.codecs.values():
        check_unique(codec)
    entities.tell(book)
    expiry = Expiry(clock or SystemClock(), hide_expired)
    if model is not None:
        return AsyncTypedTable(driver, book, entities, entities.of(model), expiry)
    return AsyncEntityTable(driver, book, entities, expiry)
