"""What AWS enforces that its public model does not say, or says otherwise.

Sources: "suite" is dynamodb-conformance as of May 2026, "dynalite" its cases run against AWS (test/*.js). The public
model has members and enumerations in the order of the documentation; AWS reports in the order of its own service.
"""

from __future__ import annotations

from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "ComparisonOperator": (
        *("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT"),
        *("NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS"),
    ),
    "ConditionalOperator": ("OR", "AND"),
    "ProjectionType": ("ALL", "INCLUDE", "KEYS_ONLY"),
    "ReturnValue": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ScalarAttributeType": ("B", "N", "S"),
    "Select": ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
}
"""The order in which AWS lists the values of an enumeration (dynalite, test/{query,scan,updateItem,createTable})."""

LIMITS: dict[str, dict[str, Any]] = {
    "AttributeNameList": {"max": 255},
    # AWS has words of its own for these, in ``engine.tables`` (ack-api-quirks, DDB-TABLE-107 and 442).
    "TableClass": {"enum": ()},
    "TagKeyString": {"min": None, "max": None},
    "TagValueString": {"min": None, "max": None},
}
"""Limits by shape, in place of the model's. Lists of attribute names: dynalite, test/getItem and test/query."""

ASKED_FOR_LATER: frozenset[str] = frozenset({"Tag.Key", "Tag.Value"})
"""Members that the model requires and AWS asks for in words of its own: see above."""

MEMBER_LIMITS: dict[str, dict[str, Any]] = {
    # A table's own key has two attributes; only a global index may have more (suite, error-messages/createTable).
    "CreateTableInput.KeySchema": {"max": 2},
    "LocalSecondaryIndex.KeySchema": {"max": 2},
    # Known from dynalite, test/deleteTable, describeTable, describeTimeToLive and updateTable.
    "DeleteTableInput.TableName": {"min": 3},
    "DescribeTableInput.TableName": {"min": 3},
    "DescribeTimeToLiveInput.TableName": {"min": 3},
    "UpdateTableInput.TableName": {"min": 3},
    # Streams API reference: Limit of each
    "DescribeStreamInput.Limit": {"max": 100},
    "GetRecordsInput.Limit": {"max": 1000},
    "ListStreamsInput.Limit": {"max": 100},
}
"""Limits by member, where they differ from those of the shape elsewhere."""

REQUIRED: frozenset[str] = frozenset({"ShardFilter.Type"})
"""Members that are required although the model does not say so (Parity Suite, captures of October 2026)."""

ARNS: frozenset[str] = frozenset(
    {
        "CreateTableInput.GlobalTableSourceArn",
        "ExportTableToPointInTimeInput.TableArn",
        "ListExportsInput.TableArn",
        "ListImportsInput.TableArn",
        "RestoreTableToPointInTimeInput.SourceTableArn",
    }
)
"""Members that hold the ARN of a table, never its name. Which one it may be is said by their operations."""

REQUIRED_UNLESS: dict[str, str] = {
    "CreateTableInput.AttributeDefinitions": "GlobalTableSourceArn",
    "CreateTableInput.KeySchema": "GlobalTableSourceArn",
}
"""Members that are required although the model does not say so, unless another one is there: a replica in another
account takes them from its source (dynalite, test/createTable and updateTable; API reference, CreateTable)."""

KEY_LIMITS: dict[str, dict[str, Any]] = {
    "BatchGetRequestMap": {"min": 3},
    "BatchWriteItemRequestMap": {"min": 3},
}
"""Limits of the keys of a map: a table's name is a name again there (validation-ordering/batchOperations,
2026-10-09)."""

_TABLE_WORDS = {
    "absent": "The parameter 'TableName' is required but was not present in the request",
    **dict.fromkeys(
        ("length", "name length"), "TableName must be at least 3 characters long and at most 255 characters long"
    ),
}

WORDS: dict[str, dict[str, str]] = {
    # Known from the suite, error-messages/batchGetItem and batchWriteItem.
    "BatchGetItemInput.RequestItems": {"empty": "The requestItems parameter is required for BatchGetItem"},
    "BatchWriteItemInput.RequestItems": {"empty": "The requestItems parameter is required for BatchWriteItem"},
    # suite, error-messages/createTable
    "CreateTableInput.TableName": {"absent": _TABLE_WORDS["absent"]},
    # Known from dynalite, test/listTagsOfResource, tagResource and untagResource.
    "ListTagsOfResourceInput.ResourceArn": {"absent": "Invalid TableArn"},
    "TagResourceInput.ResourceArn": {"absent": "Invalid TableArn"},
    "UntagResourceInput.ResourceArn": {"absent": "Invalid TableArn"},
    # Known from dynalite, test/deleteTable, describeTable, describeTimeToLive and updateTable.
    "DeleteTableInput.TableName": _TABLE_WORDS,
    "DescribeTableInput.TableName": _TABLE_WORDS,
    "DescribeTimeToLiveInput.TableName": _TABLE_WORDS,
    "UpdateTableInput.TableName": _TABLE_WORDS,
}
"""AWS's own words for a problem with a member, by the problem; reported before anything else."""

MEMBER_SHAPES: dict[str, str] = {
    # The model allows an ARN, the service insists on a name of 3 to 255 characters (suite, error-messages/createTable).
    "CreateTableInput.TableName": "TableName",
}
"""Members that are another shape than the model says."""

NEWER: frozenset[str] = frozenset(
    {
        *("KeysAndAttributes.Keys", "QueryInput.Limit"),
        *("SearchVectorsInput.IndexName", "SearchVectorsInput.SearchVector", "SearchVectorsInput.TopK"),
    }
)
"""Members whose lengths and ranges the newer validator checks even where all else is the older one's (suite,
error-messages/batchGetItem: "Value at 'RequestItems.T.member.Keys'", and error-messages/query: "Value at 'Limit'").
SearchVectors is as new as that: nubo-db/dynoxide, captured in eu-west-2 and us-east-1 on 2026-08-13."""

ORDER: dict[str, tuple[str, ...]] = {
    # dynamodb-conformance, validation-ordering/batchOperations (2026-10-09)
    "BatchGetItemInput": ("RequestItems", "ReturnConsumedCapacity"),
    "BatchWriteItemInput": ("ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "RequestItems"),
    # Global indexes first: validation-ordering/createTable (2026-10-09)
    "CreateTableInput": (
        *("AttributeDefinitions", "TableName", "BillingMode", "ProvisionedThroughput", "KeySchema"),
        *("GlobalSecondaryIndexes", "LocalSecondaryIndexes"),
    ),
    "DeleteItemInput": (
        *("ReturnConsumedCapacity", "TableName", "ReturnValues", "ReturnItemCollectionMetrics", "Key"),
        *("ConditionalOperator", "Expected"),
    ),
    "GetItemInput": ("ReturnConsumedCapacity", "AttributesToGet", "TableName", "Key"),
    "ProvisionedThroughput": ("WriteCapacityUnits", "ReadCapacityUnits"),
    # Known from registry/splits.json (eu-south-2) and captures/cross-region-latest.json (o_put_three_bad_enums).
    "PutItemInput": (
        *("ReturnConsumedCapacity", "Item", "ConditionalOperator", "Expected", "ReturnValues"),
        *("ReturnItemCollectionMetrics", "TableName"),
    ),
    "QueryInput": (
        *("Select", "IndexName", "ReturnConsumedCapacity", "QueryFilter", "TableName", "ConditionalOperator"),
        *("AttributesToGet", "Limit", "KeyConditions"),
    ),
    "ScanInput": (
        *("Select", "IndexName", "TotalSegments", "ReturnConsumedCapacity", "TableName", "ConditionalOperator"),
        *("ScanFilter", "Segment", "Limit", "AttributesToGet"),
    ),
    # dynamodb-conformance, validation-ordering/transactions (2026-10-09)
    "TransactWriteItemsInput": ("ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"),
    # ConditionalOperator: validation-ordering/updateItem (2026-10-09)
    "UpdateItemInput": (
        *("ReturnConsumedCapacity", "TableName", "ReturnItemCollectionMetrics", "ReturnValues"),
        *("ConditionalOperator", "Key", "Expected"),
    ),
}
"""The order in which AWS reports members at fault, of the operations it is known of (dynalite, test/*); members not
named here follow in the order of the model."""

NEWER_CHOICES: dict[str, tuple[str, ...]] = {
    "ReturnValue": ("ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATE_NEW", "NONE"),
    "ConditionalOperator": ("ALL", "OR"),  # validation-ordering/deepRequests (2026-10-09)
}
"""Enumerations that the newer validator words without the member's name (captures/cross-region-latest.json,
o_del_two_bad_enums; "UPDATE_NEW" is AWS's)."""

PRINTED: dict[str, tuple[str, ...]] = {
    "AttributeValue": (
        *("S", "N", "B", "INT", "DECIMAL", "DOUBLE", "SS", "NS", "BS", "INTSET", "DECIMALSET", "DOUBLESET"),
        *("M", "L", "NULL", "BOOL"),
    ),
    "PutRequest": ("Item", "WorkloadProfileName"),
}
"""What AWS prints of a structure: members that are not in the public model too (same capture, c_bw_over25)."""
