"""What ``X-Amz-Target`` may say, and what the wire needs to know of an operation.

From the service's models (botocore 1.44.5, ``dynamodb`` and ``dynamodbstreams``); a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping

DYNAMODB = frozenset(
    """
    BatchExecuteStatement BatchGetItem BatchWriteItem CancelBulkOperation CreateBackup CreateGlobalTable CreateTable
    DeleteBackup DeleteItem DeleteResourcePolicy DeleteTable DescribeBackup DescribeBulkOperation
    DescribeContinuousBackups DescribeContributorInsights DescribeEndpoints DescribeExport DescribeGlobalTable
    DescribeGlobalTableSettings DescribeImport DescribeKinesisStreamingDestination DescribeLimits DescribeTable
    DescribeTableReplicaAutoScaling DescribeTimeToLive DisableKinesisStreamingDestination
    EnableKinesisStreamingDestination ExecuteStatement ExecuteTransaction ExportTableToPointInTime GetItem
    GetResourcePolicy ImportTable ListBackups ListBulkOperations ListContributorInsights ListExports ListGlobalTables
    ListImports ListTables ListTagsOfResource PutItem PutResourcePolicy Query RestoreTableFromBackup
    RestoreTableToPointInTime Scan SearchVectors StartBulkPutItems TagResource TransactGetItems TransactWriteItems
    UntagResource UpdateContinuousBackups UpdateContributorInsights UpdateGlobalTable UpdateGlobalTableSettings
    UpdateItem UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling UpdateTimeToLive
    """.split()  # noqa: SIM905 - a list that can be compared with AWS's by eye
)

STREAMS = frozenset({"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"})

#: The operation that a header's value asks for.
OPERATIONS: Mapping[bytes, str] = {
    f"{prefix}.{operation}".encode(): operation
    for prefix, operations in (("DynamoDB_20120810", DYNAMODB), ("DynamoDBStreams_20120810", STREAMS))
    for operation in operations
}

#: Top-level parameters that are idempotency tokens, as ``exchange.Request`` names them.
TOKENS: Mapping[str, tuple[str, ...]] = {
    "ExecuteTransaction": ("ClientRequestToken",),
    "ExportTableToPointInTime": ("ClientToken",),
    "ImportTable": ("ClientToken",),
    "StartBulkPutItems": ("ClientToken",),
    "TransactWriteItems": ("ClientRequestToken",),
}

#: Operations without any output: AWS sends no ``{}`` but an empty body.
BODILESS = frozenset({"TagResource", "UntagResource"})
