"""Throttling errors: which error, reason and message each limit of DynamoDB has.

Reasons are ``{Table|Index}{Read|Write}{limit}`` and name the ARN of the table or index (developer guide, "Diagnosing
throttling"; API reference, ThrottlingReason). The messages are those of the developer guide and of the reasons that the
API reference lists for TransactionCanceledException.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from pytest_dynamodb.errors import DynamoDbError, error_for

Limit = Literal[
    "ProvisionedThroughputExceeded",
    "KeyRangeThroughputExceeded",
    "AccountLimitExceeded",
    "MaxOnDemandThroughputExceeded",
]
"""Why a request is throttled: what was exceeded."""

CapacityKind = Literal["Read", "Write"]

LIMITS: Final[tuple[Limit, ...]] = get_args(Limit)

_PROVISIONED: Final = "ProvisionedThroughputExceededException"
_ON_DEMAND: Final = "ThrottlingException"
_HOT_KEY: Final = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"

# Limit, on demand: the code of the exception. A hot key is reported as whatever the table's mode reports.
_CODES: Final[Mapping[tuple[Limit, bool], str]] = {
    ("ProvisionedThroughputExceeded", False): _PROVISIONED,
    ("ProvisionedThroughputExceeded", True): _PROVISIONED,
    ("KeyRangeThroughputExceeded", False): _PROVISIONED,
    ("KeyRangeThroughputExceeded", True): _ON_DEMAND,
    ("AccountLimitExceeded", False): "RequestLimitExceeded",
    ("AccountLimitExceeded", True): _ON_DEMAND,
    ("MaxOnDemandThroughputExceeded", False): _ON_DEMAND,
    ("MaxOnDemandThroughputExceeded", True): _ON_DEMAND,
}

_TABLE_PROVISIONED: Final = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_INDEX_PROVISIONED: Final = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
    "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the "
    "UpdateTable API."
)
_TABLE_ON_DEMAND: Final = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or "
    f"index so please try again shortly. If exceptions persist, check if you have a hot key: {_HOT_KEY}."
)
_INDEX_ON_DEMAND: Final = (
    "Throughput exceeds the current capacity for one or more global secondary indexes. "
    "DynamoDB is automatically scaling your index so please try again shortly."
)
_ACCOUNT: Final = (
    "Throughput exceeds the current throughput limit for your account. "
    "Please contact AWS Support at https://aws.amazon.com/support to request a limit increase."
)
_MAXIMUM: Final = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"

_REASON_CODES: Final = {_PROVISIONED: "ProvisionedThroughputExceeded"}
"""What a throttled action of a transaction has as its reason's code (API reference, TransactionCanceledException)."""


def throttled(
    limit: Limit, kind: CapacityKind, *, resource: str, index: bool = False, on_demand: bool = False
) -> DynamoDbError:
    """The error for a request over a limit. ``resource`` is the ARN of the table, or of the index named ``index``."""
    code = _CODES[limit, on_demand]
    reason = {"reason": f"{'Index' if index else 'Table'}{kind}{limit}", "resource": resource}
    # The service's model spells this member of this exception in lower case, and SDKs drop any other spelling.
    member = "throttlingReasons" if code == _ON_DEMAND else "ThrottlingReasons"
    return error_for(code, _message(limit, code, index=index), members={member: [reason]})


def _message(limit: Limit, code: str, *, index: bool) -> str:
    if limit == "MaxOnDemandThroughputExceeded":
        return _MAXIMUM
    if limit == "AccountLimitExceeded" and code != _ON_DEMAND:
        return _ACCOUNT
    if code == _ON_DEMAND:
        return _INDEX_ON_DEMAND if index else _TABLE_ON_DEMAND
    return _INDEX_PROVISIONED if index else _TABLE_PROVISIONED


def reason_of(problem: DynamoDbError) -> dict[str, Any]:
    """The entry in CancellationReasons that a transaction has for an action with this error."""
    return {"Code": _REASON_CODES.get(problem.code, "ThrottlingError"), "Message": problem.message}
