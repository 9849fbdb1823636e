"""What one UpdateTable may ask for at a time: AWS takes one concern a call, with few exceptions (ack-api-quirks,
DDB-TABLE-382, 174, 015, 359, 456). All of this is checked before the table is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.tables.billing import check_bounds
from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.engine.tables.options import check_encryption, check_table_class
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

#: What an UpdateTable may change, as AWS lists it; names that its public model lacks are among them.
_LISTED: Final = (
    *("ProvisionedThroughput", "BillingMode", "UpdateStreamEnabled", "GlobalSecondaryIndexUpdates", "SSESpecification"),
    *("ReplicaUpdates", "MultiAccountReplicaReady", "ReplicaTransitRoleArn", "MultiRegionConsistency"),
    *("DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput"),
)
_PUBLIC: Final = (
    *_LISTED,
    "StreamSpecification",
    "TableClass",
    "GlobalTableSettingsReplicationMode",
    "VectorIndexUpdates",
)

#: Concerns that stand alone, in the order in which AWS names them.
_ALONE: Final = {
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
}


def check_concerns(params: Mapping[str, Any]) -> None:
    """Raises ValidationException for a request that asks for nothing, or for what does not go together."""
    asked = concerns_of(params)
    _check_any(asked)
    for member, message in _ALONE.items():
        if member in asked and len(asked) > 1:
            raise ValidationException(INVALID + message)
    _check_throughput(params, asked)
    _check_pairs(params, asked)
    _check_members(params)


def concerns_of(params: Mapping[str, Any]) -> set[str]:
    """The members that ask for a change. Empty throughput counts as absent, and so does an empty list on its own."""
    asked = {name for name in _PUBLIC if params.get(name) is not None}
    asked -= {name for name in ("OnDemandThroughput", "WarmThroughput") if params.get(name) == {}}
    if asked == {"GlobalSecondaryIndexUpdates"} and not params["GlobalSecondaryIndexUpdates"]:
        return set()
    return asked


def _check_any(asked: set[str]) -> None:
    if not asked - {"MultiRegionConsistency"}:
        listed = ", ".join(name for name in _LISTED if name not in asked)
        raise ValidationException(f"At least one of {listed} or TableClass is required")


def _check_throughput(params: Mapping[str, Any], asked: set[str]) -> None:
    mode, given = params.get("BillingMode"), params.get("ProvisionedThroughput")
    if mode == "PROVISIONED" and given is None:
        raise ValidationException(f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    if mode == "PAY_PER_REQUEST" and given is not None:  # not CreateTable's words (DDB-TABLE-056)
        raise ValidationException(
            f"{INVALID}ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST"
        )
    check_bounds(given)
    if "OnDemandThroughput" in asked and asked - {"OnDemandThroughput", "BillingMode"}:
        raise ValidationException(
            f"{INVALID}OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        )


def _check_pairs(params: Mapping[str, Any], asked: set[str]) -> None:
    updates = params.get("GlobalSecondaryIndexUpdates") or ()
    online = any(update.get("Create") or update.get("Delete") for update in updates)
    units, stream = "ProvisionedThroughput" in asked, "StreamSpecification" in asked
    if units and stream:
        raise ValidationException(f"{INVALID}You cannot modify stream status while updating table IOPS")
    if units and online:
        raise ValidationException(f"{INVALID}You cannot create or delete index while updating table IOPS")
    if stream and online:
        raise ValidationException(f"{INVALID}You cannot create or delete index while changing stream status")
    if "WarmThroughput" in asked and len(asked) > 1:
        creates = any(update.get("Create") for update in updates)
        what = "Create global secondary index cannot be specified when updating WarmThroughput"
        raise ValidationException(
            INVALID + (what if creates else "WarmThroughput must be the only operation in the request")
        )


def _check_members(params: Mapping[str, Any]) -> None:
    check_table_class(params.get("TableClass"))
    if (encryption := params.get("SSESpecification")) is not None:
        check_encryption(encryption)
    if (stream := params.get("StreamSpecification")) is not None:
        _check_stream(stream)


def _check_stream(stream: Mapping[str, Any]) -> None:
    view = stream.get("StreamViewType")
    if truth(stream.get("StreamEnabled")) and view is None:
        raise ValidationException(f"{INVALID}If stream is being enabled then UpdateViewType is required")
    if not truth(stream.get("StreamEnabled")) and view is not None:
        raise ValidationException(f"{INVALID}If stream is being disabled, then UpdateViewType must not be specified")
