# The public names, as type checkers and editors find them; `exports.py` says where each is loaded from.

from pytest_dynamodb.cassette.cassette import Cassette, Miss, load_cassette, save_cassette
from pytest_dynamodb.client.aio.batch import (
    AsyncBatchWriter,
    AsyncTableBatchWriter,
    AsyncTransactGetBuilder,
    AsyncTransaction,
)
from pytest_dynamodb.client.aio.client import AsyncDynamoDbClient
from pytest_dynamodb.client.aio.leases import AsyncLease
from pytest_dynamodb.client.aio.query import AsyncParallelScan, AsyncQueryBuilder, AsyncScanBuilder
from pytest_dynamodb.client.aio.table import AsyncTableClient, AsyncUpdateBuilder
from pytest_dynamodb.client.aio.typed import AsyncEntityTable, AsyncTypedTable
from pytest_dynamodb.client.aio.typed_query import AsyncTypedBatchWriter, AsyncTypedQuery, AsyncTypedUpdate
from pytest_dynamodb.client.batch import BatchWriter, TableBatchWriter, TransactGetBuilder, Transaction
from pytest_dynamodb.client.client import DynamoDbClient
from pytest_dynamodb.client.config import ClientConfig
from pytest_dynamodb.client.connection.credentials import Credentials
from pytest_dynamodb.client.heat import HotKey, KeyHeat
from pytest_dynamodb.client.ids import new_id
from pytest_dynamodb.client.leases import Lease
from pytest_dynamodb.client.models.attributes import AttributeCodec, Compressed, Encrypted
from pytest_dynamodb.client.models.declaration import (
    IndexKeys,
    InvalidItem,
    InvalidItemWritten,
    InvalidKey,
    InvalidUpdate,
    InvalidValue,
    NotUnique,
    VersionConflict,
    entity,
)
from pytest_dynamodb.client.numbers import int_or_float
from pytest_dynamodb.client.observer import Observer, Watch
from pytest_dynamodb.client.operations.batch_reads import BatchPage
from pytest_dynamodb.client.operations.batch_writes import BatchWrite, ItemsNotWritten
from pytest_dynamodb.client.operations.keys import InvalidBatchItem
from pytest_dynamodb.client.operations.leasing import LeaseLost, LeaseNotAcquired
from pytest_dynamodb.client.operations.reading import ItemsNotRead, MultipleItemsFound
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
from pytest_dynamodb.client.page import InvalidCursor, Page
from pytest_dynamodb.client.policy import BreakerPolicy, CircuitBreaker, RetryPolicy
from pytest_dynamodb.client.query import ParallelScan, QueryBuilder, ScanBuilder
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.client.sharding import Sharded, sharded
from pytest_dynamodb.client.table import TableClient, UpdateBuilder
from pytest_dynamodb.client.telemetry.capacity import Capacity, CapacityObserver, CapacityTotal
from pytest_dynamodb.client.telemetry.emf import EmfObserver
from pytest_dynamodb.client.telemetry.observers import Observers
from pytest_dynamodb.client.telemetry.otel import MetricsObserver, TracingObserver
from pytest_dynamodb.client.telemetry.records import LoggingObserver
from pytest_dynamodb.client.telemetry.signals import Signals
from pytest_dynamodb.client.typed import EntityTable, TypedTable
from pytest_dynamodb.client.typed_actions import TypedActions, TypedPut, TypedUpdateAction
from pytest_dynamodb.client.typed_query import TypedBatchWriter, TypedQuery, TypedUpdate
from pytest_dynamodb.clock import SystemClock, VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle, Snapshot
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
    LimitsExceeded,
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
from pytest_dynamodb.expressions.builders import Attr, Condition, Key, condition
from pytest_dynamodb.faults import Fault, Faults
from pytest_dynamodb.intercept import mock_dynamodb, use_cassette
from pytest_dynamodb.mock import LoadError, Mock, Tables, TableView
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.providers.offline import ReplayProvider
from pytest_dynamodb.providers.upstream import LiveProvider, RecordingProvider
from pytest_dynamodb.simulation.consistency import Consistency
from pytest_dynamodb.simulation.explain import Explanation
from pytest_dynamodb.simulation.throughput import ThroughputLimits
from pytest_dynamodb.triggers import DeliveryFailed, EventSourceMapping, Subscription

__version__: str

__all__ = [
    "AccessDeniedException",
    "Action",
    "ActionFailure",
    "AsyncBatchWriter",
    "AsyncDynamoDbClient",
    "AsyncEntityTable",
    "AsyncLease",
    "AsyncParallelScan",
    "AsyncQueryBuilder",
    "AsyncScanBuilder",
    "AsyncTableBatchWriter",
    "AsyncTableClient",
    "AsyncTransactGetBuilder",
    "AsyncTransaction",
    "AsyncTypedBatchWriter",
    "AsyncTypedQuery",
    "AsyncTypedTable",
    "AsyncTypedUpdate",
    "AsyncUpdateBuilder",
    "Attr",
    "AttributeCodec",
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
    "Compressed",
    "Condition",
    "ConditionalCheckFailedException",
    "ConfigurationError",
    "Consistency",
    "Credentials",
    "DeliveryFailed",
    "DriftError",
    "DynamoDbClient",
    "DynamoDbError",
    "EmfObserver",
    "Encrypted",
    "Engine",
    "EntityTable",
    "EventSourceMapping",
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
    "InvalidBatchItem",
    "InvalidCursor",
    "InvalidItem",
    "InvalidItemWritten",
    "InvalidKey",
    "InvalidUpdate",
    "InvalidValue",
    "ItemCollectionSizeLimitExceededException",
    "ItemNotFound",
    "ItemsNotRead",
    "ItemsNotWritten",
    "Key",
    "KeyHeat",
    "Lease",
    "LeaseLost",
    "LeaseNotAcquired",
    "Lifecycle",
    "LimitExceededException",
    "LimitsExceeded",
    "LiveProvider",
    "LoadError",
    "LoggingObserver",
    "MetricsObserver",
    "Miss",
    "Mock",
    "MockProvider",
    "MultipleItemsFound",
    "NoResponse",
    "NotUnique",
    "Observer",
    "Observers",
    "Outcome",
    "Page",
    "ParallelScan",
    "Provider",
    "ProvisionedThroughputExceededException",
    "PytestDynamoDbError",
    "QueryBuilder",
    "RateLimit",
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
    "Signals",
    "Snapshot",
    "StatementResult",
    "Subscription",
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
    "TypedActions",
    "TypedBatchWriter",
    "TypedPut",
    "TypedQuery",
    "TypedTable",
    "TypedUpdate",
    "TypedUpdateAction",
    "UnexpectedRequest",
    "UnplayedExchanges",
    "UnrecognizedClientException",
    "UpdateAction",
    "UpdateBuilder",
    "ValidationException",
    "VersionConflict",
    "VirtualClock",
    "Watch",
    "condition",
    "entity",
    "int_or_float",
    "load_cassette",
    "mock_dynamodb",
    "new_id",
    "save_cassette",
    "sharded",
    "use_cassette",
]
