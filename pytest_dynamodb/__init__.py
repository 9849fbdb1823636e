"""Record, replay and test Amazon DynamoDB.

Public names load on first use (PEP 562), so that importing this package in application code costs next to nothing and
never pulls in pytest. Type checkers and editors find them in ``__init__.pyi``: pytest compiles this file in each run
that may not write bytecode, so that it holds no more than is executed.

PYTEST_DONT_REWRITE (pytest loads this one itself, before the plugin could have it done otherwise)
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

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


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use. Raises ``ModuleNotFoundError`` for one whose extra is missing."""
    if name == "__all__":
        return [public for public in sorted(_HOME_OF) if _is_there(_HOME_OF[public])]
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if not _is_there(home):
        needed, extra = _EXTRAS[home]
        raise ModuleNotFoundError(f"{name} needs {needed}: install pytest-dynamodb-cassette[{extra}]", name=needed)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def _is_there(home: str) -> bool:
    if home in _EXTRAS:
        try:
            import_module(_EXTRAS[home][0])
        except ImportError:
            return False
    return True


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
