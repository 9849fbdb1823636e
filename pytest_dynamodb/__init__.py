"""Record, replay and test Amazon DynamoDB.

Public names load on first use (PEP 562), so that importing this package in application code costs next to nothing and
never pulls in pytest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette, Miss
    from pytest_dynamodb.cassette.files import load_cassette, save_cassette
    from pytest_dynamodb.client.aio.batch import AsyncBatchWriter, AsyncTableBatchWriter
    from pytest_dynamodb.client.aio.client import AsyncDynamoDbClient
    from pytest_dynamodb.client.aio.query import AsyncQueryBuilder
    from pytest_dynamodb.client.aio.scan import AsyncParallelScan, AsyncScanBuilder
    from pytest_dynamodb.client.aio.table import AsyncTableClient
    from pytest_dynamodb.client.aio.transaction import AsyncTransactGetBuilder, AsyncTransaction
    from pytest_dynamodb.client.batch import BatchWriter, TableBatchWriter
    from pytest_dynamodb.client.client import DynamoDbClient
    from pytest_dynamodb.client.config import ClientConfig
    from pytest_dynamodb.client.credentials import Credentials
    from pytest_dynamodb.client.cursor import InvalidCursor
    from pytest_dynamodb.client.heat import HotKey, KeyHeat
    from pytest_dynamodb.client.models.declaration import IndexKeys, entity
    from pytest_dynamodb.client.models.problems import (
        InvalidItem,
        InvalidKey,
        InvalidUpdate,
        InvalidValue,
        VersionConflict,
    )
    from pytest_dynamodb.client.observer import Observer, Watch
    from pytest_dynamodb.client.operations.batch_reads import BatchPage
    from pytest_dynamodb.client.operations.batch_writes import BatchWrite, ItemsNotWritten
    from pytest_dynamodb.client.operations.reading import MultipleItemsFound
    from pytest_dynamodb.client.operations.segments import ScanProgress, SegmentPage
    from pytest_dynamodb.client.operations.statements import StatementResult
    from pytest_dynamodb.client.operations.tables import Index, TableNotReady
    from pytest_dynamodb.client.operations.transactions import (
        Action,
        ActionFailure,
        TransactionCancelled,
        TransactionTooLarge,
        UpdateAction,
    )
    from pytest_dynamodb.client.page import Page
    from pytest_dynamodb.client.policy.breaker import BreakerPolicy, CircuitBreaker
    from pytest_dynamodb.client.policy.retry import RetryPolicy
    from pytest_dynamodb.client.query import QueryBuilder
    from pytest_dynamodb.client.scan import ParallelScan, ScanBuilder
    from pytest_dynamodb.client.sharding import Sharded, sharded
    from pytest_dynamodb.client.table import TableClient
    from pytest_dynamodb.client.telemetry.capacity import Capacity, CapacityObserver, CapacityTotal
    from pytest_dynamodb.client.telemetry.emf import EmfObserver
    from pytest_dynamodb.client.telemetry.metrics import MetricsObserver
    from pytest_dynamodb.client.telemetry.observers import Observers
    from pytest_dynamodb.client.telemetry.records import LoggingObserver
    from pytest_dynamodb.client.telemetry.tracing import TracingObserver
    from pytest_dynamodb.client.transaction import TransactGetBuilder, Transaction
    from pytest_dynamodb.client.typed import EntityTable, TypedTable
    from pytest_dynamodb.client.typed_batch import TypedBatchWriter
    from pytest_dynamodb.client.typed_query import TypedQuery
    from pytest_dynamodb.client.typed_update import TypedUpdate
    from pytest_dynamodb.clock import SystemClock, VirtualClock
    from pytest_dynamodb.engine import Engine, Lifecycle, Snapshot
    from pytest_dynamodb.engine.consistency import Consistency
    from pytest_dynamodb.engine.explain import Explanation
    from pytest_dynamodb.engine.throughput import ThroughputLimits
    from pytest_dynamodb.errors import (
        AccessDeniedException,
        CancellationReason,
        CassetteError,
        CircuitOpen,
        ConditionalCheckFailedException,
        ConfigurationError,
        DriftError,
        DynamoDbError,
        ExpiredTokenException,
        InternalServerError,
        ItemCollectionSizeLimitExceededException,
        ItemNotFound,
        LimitExceededException,
        NoResponse,
        ProvisionedThroughputExceededException,
        PytestDynamoDbError,
        RecordingRefused,
        ReplicatedWriteConflictException,
        RequestLimitExceeded,
        ResourceInUseException,
        ResourceNotFoundException,
        ServiceUnavailable,
        ThrottlingException,
        TransactionCanceledException,
        TransactionConflictException,
        UnexpectedRequest,
        UnplayedExchanges,
        UnrecognizedClientException,
        ValidationException,
    )
    from pytest_dynamodb.exchange import Exchange, Outcome, Provider, Request, Response, TransportFailure
    from pytest_dynamodb.expressions.attributes import Attr, Key
    from pytest_dynamodb.faults import Fault, Faults
    from pytest_dynamodb.intercept import mock_dynamodb, use_cassette
    from pytest_dynamodb.mock import LoadError, Mock, Tables, TableView
    from pytest_dynamodb.providers.faults import FaultyProvider
    from pytest_dynamodb.providers.live import LiveProvider
    from pytest_dynamodb.providers.mock import MockProvider
    from pytest_dynamodb.providers.record import RecordingProvider
    from pytest_dynamodb.providers.replay import ReplayProvider

__version__ = "0.1.0"

_HOMES = {
    "cassette.cassette": ("Cassette", "Miss"),
    "cassette.files": ("load_cassette", "save_cassette"),
    "client.aio.client": ("AsyncDynamoDbClient",),
    "client.aio.table": ("AsyncTableClient",),
    "client.client": ("DynamoDbClient",),
    "client.config": ("ClientConfig",),
    "client.credentials": ("Credentials",),
    "client.observer": ("Observer", "Watch"),
    "client.policy.breaker": ("BreakerPolicy", "CircuitBreaker"),
    "client.policy.retry": ("RetryPolicy",),
    "client.table": ("TableClient",),
    "client.telemetry.capacity": ("Capacity", "CapacityObserver", "CapacityTotal"),
    "client.telemetry.emf": ("EmfObserver",),
    "client.telemetry.metrics": ("MetricsObserver",),
    "client.telemetry.observers": ("Observers",),
    "client.telemetry.records": ("LoggingObserver",),
    "client.telemetry.tracing": ("TracingObserver",),
    "client.cursor": ("InvalidCursor",),
    "client.page": ("Page",),
    "client.operations.reading": ("MultipleItemsFound",),
    "client.operations.batch_reads": ("BatchPage",),
    "client.operations.batch_writes": (
        "BatchWrite",
        "ItemsNotWritten",
    ),
    "client.operations.segments": (
        "ScanProgress",
        "SegmentPage",
    ),
    "client.operations.statements": ("StatementResult",),
    "client.operations.tables": (
        "Index",
        "TableNotReady",
    ),
    "client.operations.transactions": (
        "Action",
        "ActionFailure",
        "TransactionCancelled",
        "TransactionTooLarge",
        "UpdateAction",
    ),
    "client.sharding": (
        "Sharded",
        "sharded",
    ),
    "client.models.declaration": ("IndexKeys", "entity"),
    "client.models.problems": ("InvalidItem", "InvalidKey", "InvalidUpdate", "InvalidValue", "VersionConflict"),
    "client.typed": ("EntityTable", "TypedTable"),
    "client.typed_batch": ("TypedBatchWriter",),
    "client.typed_query": ("TypedQuery",),
    "client.typed_update": ("TypedUpdate",),
    "client.heat": ("HotKey", "KeyHeat"),
    "client.query": ("QueryBuilder",),
    "client.scan": ("ParallelScan", "ScanBuilder"),
    "client.batch": ("BatchWriter", "TableBatchWriter"),
    "client.transaction": ("TransactGetBuilder", "Transaction"),
    "client.aio.query": ("AsyncQueryBuilder",),
    "client.aio.scan": ("AsyncParallelScan", "AsyncScanBuilder"),
    "client.aio.batch": ("AsyncBatchWriter", "AsyncTableBatchWriter"),
    "client.aio.transaction": ("AsyncTransactGetBuilder", "AsyncTransaction"),
    "clock": ("SystemClock", "VirtualClock"),
    "engine": ("Engine", "Lifecycle", "Snapshot"),
    "engine.consistency": ("Consistency",),
    "engine.explain": ("Explanation",),
    "engine.throughput": ("ThroughputLimits",),
    "errors": (
        "AccessDeniedException",
        "CancellationReason",
        "CassetteError",
        "CircuitOpen",
        "ConditionalCheckFailedException",
        "ConfigurationError",
        "DriftError",
        "DynamoDbError",
        "ExpiredTokenException",
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "ItemNotFound",
        "LimitExceededException",
        "NoResponse",
        "ProvisionedThroughputExceededException",
        "PytestDynamoDbError",
        "RecordingRefused",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "ResourceInUseException",
        "ResourceNotFoundException",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "UnexpectedRequest",
        "UnplayedExchanges",
        "UnrecognizedClientException",
        "ValidationException",
    ),
    "exchange": ("Exchange", "Outcome", "Provider", "Request", "Response", "TransportFailure"),
    "expressions.attributes": ("Attr", "Key"),
    "faults": ("Fault", "Faults"),
    "intercept": ("mock_dynamodb", "use_cassette"),
    "mock": ("LoadError", "Mock", "TableView", "Tables"),
    "providers.faults": ("FaultyProvider",),
    "providers.live": ("LiveProvider",),
    "providers.mock": ("MockProvider",),
    "providers.record": ("RecordingProvider",),
    "providers.replay": ("ReplayProvider",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AccessDeniedException",
    "Action",
    "ActionFailure",
    "AsyncBatchWriter",
    "AsyncDynamoDbClient",
    "AsyncParallelScan",
    "AsyncQueryBuilder",
    "AsyncScanBuilder",
    "AsyncTableBatchWriter",
    "AsyncTableClient",
    "AsyncTransactGetBuilder",
    "AsyncTransaction",
    "Attr",
    "BatchPage",
    "BatchWrite",
    "BatchWriter",
    "BreakerPolicy",
    "CancellationReason",
    "Capacity",
    "CapacityObserver",
    "CapacityTotal",
    "Cassette",
    "CassetteError",
    "CircuitBreaker",
    "CircuitOpen",
    "ClientConfig",
    "ConditionalCheckFailedException",
    "ConfigurationError",
    "Consistency",
    "Credentials",
    "DriftError",
    "DynamoDbClient",
    "DynamoDbError",
    "EmfObserver",
    "Engine",
    "EntityTable",
    "Exchange",
    "ExpiredTokenException",
    "Explanation",
    "Fault",
    "Faults",
    "FaultyProvider",
    "HotKey",
    "Index",
    "IndexKeys",
    "InternalServerError",
    "InvalidCursor",
    "InvalidItem",
    "InvalidKey",
    "InvalidUpdate",
    "InvalidValue",
    "ItemCollectionSizeLimitExceededException",
    "ItemNotFound",
    "ItemsNotWritten",
    "Key",
    "KeyHeat",
    "Lifecycle",
    "LimitExceededException",
    "LiveProvider",
    "LoadError",
    "LoggingObserver",
    "MetricsObserver",
    "Miss",
    "Mock",
    "MockProvider",
    "MultipleItemsFound",
    "NoResponse",
    "Observer",
    "Observers",
    "Outcome",
    "Page",
    "ParallelScan",
    "Provider",
    "ProvisionedThroughputExceededException",
    "PytestDynamoDbError",
    "QueryBuilder",
    "RecordingProvider",
    "RecordingRefused",
    "ReplayProvider",
    "ReplicatedWriteConflictException",
    "Request",
    "RequestLimitExceeded",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "Response",
    "RetryPolicy",
    "ScanBuilder",
    "ScanProgress",
    "SegmentPage",
    "ServiceUnavailable",
    "Sharded",
    "Snapshot",
    "StatementResult",
    "SystemClock",
    "TableBatchWriter",
    "TableClient",
    "TableNotReady",
    "TableView",
    "Tables",
    "ThrottlingException",
    "ThroughputLimits",
    "TracingObserver",
    "TransactGetBuilder",
    "Transaction",
    "TransactionCanceledException",
    "TransactionCancelled",
    "TransactionConflictException",
    "TransactionTooLarge",
    "TransportFailure",
    "TypedBatchWriter",
    "TypedQuery",
    "TypedTable",
    "TypedUpdate",
    "UnexpectedRequest",
    "UnplayedExchanges",
    "UnrecognizedClientException",
    "UpdateAction",
    "ValidationException",
    "VersionConflict",
    "VirtualClock",
    "Watch",
    "entity",
    "load_cassette",
    "mock_dynamodb",
    "save_cassette",
    "sharded",
    "use_cassette",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
