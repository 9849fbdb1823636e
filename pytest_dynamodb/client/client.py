"""``DynamoDbClient``: where application code begins."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.batch import BatchWriter, TransactGetBuilder, Transaction
from pytest_dynamodb.client.calls import Item, any_call, each
from pytest_dynamodb.client.config import ClientConfig, Settings, chosen_provider
from pytest_dynamodb.client.connection.sync import Connection
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.leases import Lease
from pytest_dynamodb.client.numbers import with_numbers
from pytest_dynamodb.client.operations import statements, tables
from pytest_dynamodb.client.operations.batch_reads import BatchPage, batch_get, decoded
from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.client.operations.keys import KeysLike, TableBook, TableLike, name_of
from pytest_dynamodb.client.operations.leasing import LeaseTerms
from pytest_dynamodb.client.page import Cursors, Page
from pytest_dynamodb.client.policy import UNCHANGED, CircuitBreaker, RetryPolicy, Unchanged
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.client.table import TableClient
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.exchange import Provider, ProviderName

if TYPE_CHECKING:
    from pydantic import BaseModel

    from pytest_dynamodb.client.models.strangers import Alien
    from pytest_dynamodb.client.typed import EntityTable, TypedTable
    from pytest_dynamodb.clock import Clock

ModelT = TypeVar("ModelT", bound="BaseModel")
ModelT2 = TypeVar("ModelT2", bound="BaseModel")
ModelT3 = TypeVar("ModelT3", bound="BaseModel")
ModelT4 = TypeVar("ModelT4", bound="BaseModel")
ModelT5 = TypeVar("ModelT5", bound="BaseModel")
ModelT6 = TypeVar("ModelT6", bound="BaseModel")
ModelT7 = TypeVar("ModelT7", bound="BaseModel")
ModelT8 = TypeVar("ModelT8", bound="BaseModel")


class DynamoDbClient:
    """A client of DynamoDB. May be used from any thread.

    ``provider`` says who answers; without one, the environment variable ``PYTEST_DYNAMODB_PROVIDER`` does, else it is
    ``"live"``:

    ``"live"``               DynamoDB, and what ``use_cassette`` or the plugin puts over it, as over any other client
    ``"replay", "record"``   a cassette alone: while none is in charge, calls are refused and nothing is sent
    ``"mock"``               memory: the mock that is in charge when the client is made, or one of the client's own
    an object                it answers this client alone, until the client is closed: ``LiveProvider()``,
                             ``ReplayProvider(path)``, ``RecordingProvider(path, upstream=...)``,
                             ``MockProvider(mock)``. A cassette or mock that is put over all clients later takes
                             precedence while it is in charge

    ``close``, or the end of the ``with`` block, finishes the provider: a ``RecordingProvider`` writes its
    cassette (when the block raised, it sets the attempt aside), and a ``ReplayProvider`` raises
    ``UnexpectedRequest`` if anything was missed.

    Raises ``ConfigurationError`` for an unknown provider, and where botocore cannot make a client: without a region,
    say. A client whose provider is not ``"live"`` needs neither region nor credentials to be made.
    """

    def __init__(self, config: ClientConfig | None = None, *, provider: ProviderName | Provider | None = None) -> None:
        self._config = config or ClientConfig()
        self._connection = Connection(Settings(self._config), chosen_provider(provider))
        self._driver = SyncDriver(self._connection, self._connection.core)
        self._book = TableBook(cursors=Cursors(self._config.cursor_secret))
        numbers = self._config.numbers
        self._decode = None if numbers is None else with_numbers(numbers)

    @property
    def config(self) -> ClientConfig:
        """The configuration it was made with."""
        return self._config

    @property
    def provider(self) -> Provider | None:
        """The provider that answers this client alone, or ``None``."""
        return self._connection.provider

    @property
    def breaker(self) -> CircuitBreaker | None:
        """Its circuit breaker: ``client.breaker.states`` shows the circuits. ``None`` if it is switched off."""
        return self._driver.core.breaker

    @property
    def meta(self) -> Any:
        """The ``meta`` of botocore's client below, so that ``use_cassette(clients=[...])`` takes this client too."""
        return self._connection.botocore.meta

    @overload
    def table(
        self, name: str, *, keys: KeysLike | None = None, indexes: Mapping[str, KeysLike] | None = None
    ) -> TableClient: ...
    @overload
    def table(
        self,
        name: str,
        *,
        model: type[ModelT],
        keys: KeysLike | None = None,
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> TypedTable[ModelT]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[type[ModelT], type[ModelT2]],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[type[ModelT], type[ModelT2], type[ModelT3]],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2 | ModelT3]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[type[ModelT], type[ModelT2], type[ModelT3], type[ModelT4]],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2 | ModelT3 | ModelT4]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[type[ModelT], type[ModelT2], type[ModelT3], type[ModelT4], type[ModelT5]],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2 | ModelT3 | ModelT4 | ModelT5]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[type[ModelT], type[ModelT2], type[ModelT3], type[ModelT4], type[ModelT5], type[ModelT6]],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2 | ModelT3 | ModelT4 | ModelT5 | ModelT6]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[
            type[ModelT], type[ModelT2], type[ModelT3], type[ModelT4], type[ModelT5], type[ModelT6], type[ModelT7]
        ],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2 | ModelT3 | ModelT4 | ModelT5 | ModelT6 | ModelT7]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: tuple[
            type[ModelT],
            type[ModelT2],
            type[ModelT3],
            type[ModelT4],
            type[ModelT5],
            type[ModelT6],
            type[ModelT7],
            type[ModelT8],
        ],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT | ModelT2 | ModelT3 | ModelT4 | ModelT5 | ModelT6 | ModelT7 | ModelT8]: ...
    @overload
    def table(
        self,
        name: str,
        *,
        models: Sequence[type[ModelT]],
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> EntityTable[ModelT]: ...
    def table(
        self,
        name: str,
        *,
        keys: KeysLike | None = None,
        indexes: Mapping[str, KeysLike] | None = None,
        model: type[Any] | None = None,
        models: Sequence[type[Any]] | None = None,
        hide_expired: bool = False,
        alien: Alien = "skip",
        clock: Clock | None = None,
    ) -> Any:
        """The table of this name or ARN. Sends nothing. Raises ``ConfigurationError`` for an empty one.

        ``keys`` and ``indexes`` name the key attributes of the table and of its indexes: ``keys=("pk", "sk")``,
        ``indexes={"gsi1": ("gsi1pk", "gsi1sk")}``. Those that are not given are learned with one DescribeTable when
        they are first needed: by queries, and by batches of writes.

        With ``model``, a pydantic model that ``entity`` declares (or whose fields ``keys`` are the key), its items are
        instances of that; with ``models``, of several. ``hide_expired`` leaves out items whose time to live is over;
        ``clock`` gives the time for that and for their stamps. ``alien`` says what queries and scans do with items that
        do not say what they are, and whose keys no model could have made: ``"skip"`` passes over them, ``"raise"``
        raises ``InvalidItem``, ``"raw"`` hands them over as they are stored.
        """
        if not isinstance(name, str):
            raise ConfigurationError(f"a table is made of its name, or its ARN, not of {quoted(name)}")
        if not name:
            raise ConfigurationError("a table's name is empty: is the variable set that it is taken from?")
        if model is not None or models is not None:
            from pytest_dynamodb.client.typed import typed_table

            return typed_table(
                self._driver,
                self._book,
                name,
                model=model,
                models=models,
                keys=keys,
                hide_expired=hide_expired,
                alien=alien,
                clock=clock,
            )
        self._book.give(name, keys, indexes)
        return TableClient(self._driver, name, floats=self._config.floats, book=self._book, decode=self._decode)

    def batch_get(
        self, keys: Mapping[str, Iterable[Mapping[str, Any]]], *, consistent: bool = False
    ) -> dict[str, BatchPage[Item]]:
        """The items of any number of keys of several tables: ``client.batch_get({"users": [...], "orders": [...]})``.

        By table, each as ``table.batch_get`` returns them.
        """
        wanted = arguments.mapping("keys", keys)
        steps = batch_get({table: arguments.listed("keys", wanted[table]) for table in wanted}, consistent=consistent)
        pages = self._driver.run(steps)
        return {table: decoded(page, self._decode) for table, page in pages.items()}

    def batch_write(self, *, raise_on_failed: bool = False, at_once: int = 1) -> BatchWriter:
        """Begin a batch of any number of writes: ``with client.batch_write() as batch: batch.put("users", item)``.

        What is not written in the end is in ``batch.failed``; with ``raise_on_failed`` it raises ``ItemsNotWritten``.
        With ``at_once``, so many requests are collected and sent side by side.
        """
        queue = WriteQueue(self._book, floats=self._config.floats, at_once=at_once)
        return BatchWriter(self._driver, queue, raise_on_failed=raise_on_failed)

    def transaction(self, token: str | None = None) -> Transaction:
        """Begin a transaction: ``with client.transaction() as tx: tx.put("users", item)``.

        ``token`` makes it idempotent for ten minutes: a transaction that is sent again with the same token is carried
        out once. Without one, the client makes one up that all attempts share.
        """
        return Transaction(self._driver, token=token, floats=self._config.floats)

    def lease(
        self, table: TableLike, name: str, *, seconds: float = 30.0, wait: float = 0.0, owner: str | None = None
    ) -> Lease:
        """A lock that ends by itself: ``with client.lease("locks", "nightly") as lease: ...``.

        It is an item of ``table``, had for ``seconds`` and for as long again with each ``renew()``. Who finds it taken
        waits up to ``wait`` seconds, and then raises ``LeaseNotAcquired``. ``owner`` is said to others: this machine's
        name and the process's number, unless it is given.
        """
        name = arguments.text("a lease's name", name)
        owner = arguments.optional_text("owner", owner) or f"{platform.node()}:{os.getpid()}"
        terms = LeaseTerms(name_of(table), name, owner, arguments.seconds("what a lease is for", seconds, above=True))
        return Lease(self._driver, self._book, terms, arguments.seconds("wait", wait))

    def transact_get(self) -> TransactGetBuilder:
        """Begin to read items as of one moment: ``client.transact_get().get("users", key).get(...).execute()``."""
        return TransactGetBuilder(self._driver, _decode=self._decode)

    def execute_statement(
        self,
        statement: str,
        parameters: Sequence[object] = (),
        *,
        consistent: bool = False,
        limit: int | None = None,
        page_size: int | None = None,
        after: str | None = None,
    ) -> Page[Item]:
        """All items that a PartiQL statement finds, up to ``limit``; none for one that writes.

        ``parameters`` are Python values for its question marks. ``cursor`` of what is returned is DynamoDB's own, to
        be given as ``after`` together with the same statement.
        """
        steps = statements.execute(
            statement, parameters, consistent=consistent, limit=limit, page_size=page_size, after=after
        )
        page = self._driver.run(steps)
        return page if self._decode is None else page.map(self._decode)

    def batch_execute_statement(
        self, batch: Iterable[statements.StatementLike], *, consistent: bool = False
    ) -> list[statements.StatementResult]:
        """Any number of PartiQL statements that each read or write one item, in requests of 25.

        Returns the result of each, in their order. A statement that fails stops no other, and raises nothing.
        """
        results = self._driver.run(statements.batch(batch, consistent=consistent))
        items = each([result.item for result in results], self._decode)
        return [replace(result, item=item) for result, item in zip(results, items, strict=True)]

    def execute_transaction(
        self, batch: Iterable[statements.StatementLike], *, token: str | None = None
    ) -> list[Item | None]:
        """Up to 100 PartiQL statements, carried out together or not at all. All of them read, or all of them write.

        Returns the item that each reads, ``None`` for one that writes. Raises ``TransactionCancelled``, whose
        ``failure_of`` takes a statement's number, from 0; ``TransactionTooLarge`` beyond 100.
        """
        return each(self._driver.run(statements.transaction(batch, token)), self._decode)

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Any operation of DynamoDB, through retry, breaker and telemetry: ``client.call("UpdateTable", ...)``.

        Operation, parameters and answer are as AWS names them, as in boto3's client: items hold attribute values.
        Raises ``ConfigurationError`` for an operation that DynamoDB does not have.
        """
        return self._driver.send(any_call(operation, parameters))

    def create_table(
        self,
        name: str | None = None,
        *,
        partition_key: tables.KeyAttributes | None = None,
        sort_key: tables.KeyAttributes | None = None,
        indexes: Iterable[tables.Index] = (),
        wait: float | None = None,
        **parameters: Any,
    ) -> TableClient:
        """Create a table, with capacity on demand unless ``parameters`` say otherwise.

        A key is the name of a text attribute, or names with their types: ``sort_key={"created": "N"}``. ``parameters``
        are those of CreateTable as AWS names them. Waits up to ``wait`` seconds until it is active, as
        ``wait_until_active`` does.
        """
        wait = None if wait is None else arguments.seconds("wait", wait)
        params = tables.creation(name, partition_key, sort_key, indexes, parameters)
        return self.table(self._driver.run(tables.create(self._book, params, wait=wait)))

    def delete_table(self, table: TableLike, *, wait: float | None = None) -> None:
        """Delete a table. Waits up to ``wait`` seconds until it is gone, then raises ``TableNotReady``."""
        wait = None if wait is None else arguments.seconds("wait", wait)
        self._driver.run(tables.delete(self._book, name_of(table), wait=wait))

    def describe_table(self, table: TableLike) -> dict[str, Any]:
        """A table's description, as AWS gives it: ``TableStatus``, ``KeySchema``, ..."""
        return self._driver.run(tables.describe(self._book, name_of(table)))

    def wait_until_active(self, table: TableLike, *, timeout: float = 300.0) -> None:
        """Wait until a table and its indexes can be used. Raises ``TableNotReady`` after ``timeout`` seconds.

        A mock or a recording is asked as often, but without waiting in between.
        """
        self._driver.run(tables.until_active(name_of(table), arguments.seconds("timeout", timeout)))

    def list_tables(self) -> list[str]:
        """The names of all tables."""
        return self._driver.run(tables.names())

    def set_time_to_live(self, table: TableLike, attribute: str, *, enabled: bool = True) -> None:
        """Switch a table's time to live on or off.

        DynamoDB deletes an item some time after the moment in this attribute, in seconds since 1970.
        """
        self._driver.send(tables.time_to_live(name_of(table), attribute, enabled=enabled))

    def with_options(
        self,
        *,
        call_timeout: float | Unchanged | None = UNCHANGED,
        retry: RetryPolicy | Unchanged | None = UNCHANGED,
        rate: RateLimit | Unchanged | None = UNCHANGED,
    ) -> DynamoDbClient:
        """The same client with other limits for its calls: one connection, one provider and the same circuits.

        ``close`` closes all of them.
        """
        other = copy(self)
        other._driver = self._driver.with_options(call_timeout=call_timeout, retry=retry, rate=rate)  # noqa: SLF001 - our copy
        return other

    def close(self) -> None:
        """Finish the provider, as described above, and close open sockets.

        Later calls raise; closing again does nothing.
        """
        self._connection.close(passed=True)

    def __enter__(self) -> DynamoDbClient:  # noqa: PYI034  # typing has no Self in Python 3.10
        self._connection.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close(passed=problem is None)
