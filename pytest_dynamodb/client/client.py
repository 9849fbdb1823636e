"""``DynamoDbClient``: where application code begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from types import TracebackType
from typing import Any

from pytest_dynamodb.client.batch import BatchWriter
from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.config import ClientConfig, ProviderName, chosen_provider
from pytest_dynamodb.client.connection.sync import Connection
from pytest_dynamodb.client.cursor import Cursors
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations.batch_reads import BatchPage, batch_get
from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.client.operations.keys import KeysLike, TableBook
from pytest_dynamodb.client.options import UNCHANGED, Unchanged
from pytest_dynamodb.client.policy.breaker import CircuitBreaker
from pytest_dynamodb.client.policy.retry import RetryPolicy
from pytest_dynamodb.client.settings import Settings
from pytest_dynamodb.client.table import TableClient
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Provider


class DynamoDbClient:
    """A client of DynamoDB. May be used from any thread.

    ``provider`` says who answers; without one, the environment variable ``PYTEST_DYNAMODB_PROVIDER`` does, else it is
    ``"live"``:

    ``"live"``               DynamoDB, and what ``use_cassette`` or the plugin puts over it, as over any other client
    ``"replay", "record"``   only that: where no cassette is in charge, calls are refused and nothing is sent
    ``"mock"``               memory: the mock that is in charge when the client is made, or one of the client's own
    an object                it is put over this client alone until that is closed: ``LiveProvider()``,
                             ``ReplayProvider(path)``, ``RecordingProvider(path, upstream=...)``,
                             ``MockProvider(mock)``. A cassette or mock that is put over all clients later than that
                             is nearer, and answers while it is in charge

    ``close``, or the end of a ``with`` block, concludes: a ``RecordingProvider`` writes its cassette (when the
    block raised, it sets the attempt aside), and a ``ReplayProvider`` raises ``UnexpectedRequest`` if anything was
    missed.

    Raises ``ConfigurationError`` for a provider that does not exist, and where botocore cannot make a client, as for
    want of a region. A client whose provider is not ``"live"`` needs neither region nor credentials to be made.
    """

    def __init__(self, config: ClientConfig | None = None, *, provider: ProviderName | Provider | None = None) -> None:
        self._config = config or ClientConfig()
        self._connection = Connection(Settings(self._config), chosen_provider(provider))
        self._driver = SyncDriver(self._connection, self._connection.core)
        self._book = TableBook(cursors=Cursors(self._config.cursor_secret))

    @property
    def config(self) -> ClientConfig:
        """What it was made with."""
        return self._config

    @property
    def provider(self) -> Provider | None:
        """The provider that is over this client alone, or ``None``."""
        return self._connection.provider

    @property
    def breaker(self) -> CircuitBreaker | None:
        """Its circuits, to look at: ``client.breaker.states``. ``None`` if they are switched off."""
        return self._driver.core.breaker

    @property
    def meta(self) -> Any:
        """The ``meta`` of botocore's client below, so that ``use_cassette(clients=[...])`` takes this client too."""
        return self._connection.botocore.meta

    def table(
        self, name: str, *, keys: KeysLike | None = None, indexes: Mapping[str, KeysLike] | None = None
    ) -> TableClient:
        """The table of this name or ARN. Sends nothing. Raises ``ConfigurationError`` for an empty one.

        ``keys`` and ``indexes`` name the key attributes of the table and of its indexes: ``keys=("pk", "sk")``,
        ``indexes={"gsi1": ("gsi1pk", "gsi1sk")}``. Those that are not given are learned with one DescribeTable when
        they are first needed: by queries, and by batches of writes.
        """
        if not name:
            raise ConfigurationError("a table's name is empty: is the variable set that it is taken from?")
        self._book.give(name, keys, indexes)
        return TableClient(self._driver, name, floats=self._config.floats, book=self._book)

    def batch_get(
        self, keys: Mapping[str, Iterable[Mapping[str, Any]]], *, consistent: bool = False
    ) -> dict[str, BatchPage[Item]]:
        """The items of any number of keys of several tables: ``client.batch_get({"users": [...], "orders": [...]})``.

        By table, each as ``table.batch_get`` returns them.
        """
        return self._driver.run(
            batch_get({table: list(listed) for table, listed in keys.items()}, consistent=consistent)
        )

    def batch_write(self, *, raise_on_failed: bool = False) -> BatchWriter:
        """Begin a batch of any number of writes: ``with client.batch_write() as batch: batch.put("users", item)``.

        What is not written in the end is in ``batch.failed``; with ``raise_on_failed`` it raises ``ItemsNotWritten``.
        """
        queue = WriteQueue(self._book, floats=self._config.floats)
        return BatchWriter(self._driver, queue, raise_on_failed=raise_on_failed)

    def with_options(
        self,
        *,
        call_timeout: float | Unchanged | None = UNCHANGED,
        retry: RetryPolicy | Unchanged | None = UNCHANGED,
    ) -> DynamoDbClient:
        """The same client with other limits for its calls: one connection, one provider and the same circuits.

        ``close`` closes all of them.
        """
        other = copy(self)
        other._driver = self._driver.with_options(call_timeout=call_timeout, retry=retry)  # noqa: SLF001 - our copy
        return other

    def close(self) -> None:
        """Conclude, as said above, and close open sockets. Later calls raise; closing again does nothing."""
        self._connection.close(passed=True)

    def __enter__(self) -> DynamoDbClient:  # noqa: PYI034  # typing has no Self in Python 3.10
        self._connection.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close(passed=problem is None)
