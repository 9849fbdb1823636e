"""Where the public names are loaded from. ``__init__.pyi`` tells them to type checkers; a test compares the two."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "cassette.cassette": "Cassette Miss load_cassette save_cassette",
    "client.aio.batch": "AsyncBatchWriter AsyncTableBatchWriter AsyncTransactGetBuilder AsyncTransaction",
    "client.aio.client": "AsyncDynamoDbClient",
    "client.aio.leases": "AsyncLease",
    "client.aio.query": "AsyncParallelScan AsyncQueryBuilder AsyncScanBuilder",
    "client.aio.table": "AsyncTableClient AsyncUpdateBuilder",
    "client.aio.typed": "AsyncEntityTable AsyncTypedTable",
    "client.aio.typed_query": "AsyncTypedBatchWriter AsyncTypedQuery AsyncTypedUpdate",
    "client.batch": "BatchWriter TableBatchWriter TransactGetBuilder Transaction",
    "client.client": "DynamoDbClient",
    "client.config": "ClientConfig",
    "client.connection.credentials": "Credentials",
    "client.heat": "HotKey KeyHeat",
    "client.ids": "new_id",
    "client.leases": "Lease",
    "client.models.attributes": "AttributeCodec Compressed Encrypted",
    "client.models.declaration": (
        "IndexKeys InvalidItem InvalidItemWritten InvalidKey InvalidUpdate InvalidValue NotUnique VersionConflict "
        "entity"
    ),
    "client.numbers": "int_or_float",
    "client.observer": "Observer Watch",
    "client.operations.batch_reads": "BatchPage",
    "client.operations.batch_writes": "BatchWrite ItemsNotWritten",
    "client.operations.keys": "InvalidBatchItem",
    "client.operations.leasing": "LeaseLost LeaseNotAcquired",
    "client.operations.reading": "ItemsNotRead MultipleItemsFound",
    "client.operations.segments": "ScanProgress SegmentPage",
    "client.operations.statements": "StatementResult",
    "client.operations.tables": "Index TableNotReady",
    "client.operations.transactions": "Action ActionFailure TransactionCancelled TransactionTooLarge UpdateAction",
    "client.page": "InvalidCursor Page",
    "client.policy": "BreakerPolicy CircuitBreaker RetryPolicy",
    "client.query": "ParallelScan QueryBuilder ScanBuilder",
    "client.rates": "RateLimit",
    "client.sharding": "Sharded sharded",
    "client.table": "TableClient UpdateBuilder",
    "client.telemetry.capacity": "Capacity CapacityObserver CapacityTotal",
    "client.telemetry.emf": "EmfObserver",
    "client.telemetry.observers": "Observers",
    "client.telemetry.otel": "MetricsObserver TracingObserver",
    "client.telemetry.records": "LoggingObserver",
    "client.telemetry.signals": "Signals",
    "client.typed": "EntityTable TypedTable",
    "client.typed_actions": "TypedActions TypedPut TypedUpdateAction",
    "client.typed_query": "TypedBatchWriter TypedQuery TypedUpdate",
    "clock": "SystemClock VirtualClock",
    "engine": "Engine Lifecycle Snapshot",
    "errors": (
        "AccessDeniedException CancellationReason CassetteError CircuitOpen ConditionalCheckFailedException "
        "ConfigurationError DriftError DynamoDbError ExpiredTokenException InternalServerError "
        "ItemCollectionSizeLimitExceededException ItemNotFound LimitExceededException LimitsExceeded NoResponse "
        "ProvisionedThroughputExceededException PytestDynamoDbError RecordingRefused ReplicatedWriteConflictException "
        "RequestLimitExceeded ResourceInUseException ResourceNotFoundException ServiceUnavailable ThrottlingException "
        "TransactionCanceledException TransactionConflictException UnexpectedRequest UnplayedExchanges "
        "UnrecognizedClientException ValidationException"
    ),
    "exchange": "Exchange Outcome Provider Request Response TransportFailure",
    "expressions.builders": "Attr Condition Key condition",
    "faults": "Fault Faults",
    "intercept": "mock_dynamodb use_cassette",
    "mock": "LoadError Mock TableView Tables",
    "providers.faults": "FaultyProvider",
    "providers.mock": "MockProvider",
    "providers.offline": "ReplayProvider",
    "providers.upstream": "LiveProvider RecordingProvider",
    "simulation.consistency": "Consistency",
    "simulation.explain": "Explanation",
    "simulation.throughput": "ThroughputLimits",
    "triggers": "DeliveryFailed EventSourceMapping Subscription",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}
_EXTRAS = dict.fromkeys(
    ("client.aio.typed", "client.aio.typed_query", "client.typed", "client.typed_actions", "client.typed_query"),
    ("pydantic", "models"),
)
"""The homes that cannot be imported without an extra: what they need, and the extra that brings it."""


def names() -> list[str]:
    """The public names that can be had here: those that need an extra only where it is installed."""
    return [name for name in all_names() if _is_there(_HOME_OF[name])]


def all_names() -> list[str]:
    """The public names, whatever is installed."""
    return sorted(_HOME_OF)


def load(name: str) -> Any:
    """A public name's value. Raises ``AttributeError``, or ``ModuleNotFoundError`` for one whose extra is missing."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__package__!r} has no attribute {name!r}")
    if not _is_there(home):
        needed, extra = _EXTRAS[home]
        raise ModuleNotFoundError(f"{name} needs {needed}: install pytest-dynamodb-cassette[{extra}]", name=needed)
    return getattr(import_module(f"{__package__}.{home}"), name)


def _is_there(home: str) -> bool:
    if home in _EXTRAS:
        try:
            import_module(_EXTRAS[home][0])
        except ImportError:
            return False
    return True
