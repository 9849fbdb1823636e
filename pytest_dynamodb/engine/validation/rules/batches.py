"""Rules of BatchGetItem and BatchWriteItem. How many entries one table may have is a limit of the request's shape."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from pytest_dynamodb.errors import ValidationException

MAX_KEYS, MAX_WRITES = 100, 25
"""Keys of a BatchGetItem and writes of a BatchWriteItem, over all tables (API reference of both)."""

_TOO_MANY_KEYS = "Too many items requested for the BatchGetItem call"
_TOO_MANY_WRITES = "Too many items requested for the BatchWriteItem call"  # inferred from the other
_DUPLICATES = "Provided list of item keys contains duplicates"
# AWS's sentence for a union without exactly one member (dynalite, test/batchWriteItem)
_NOT_ONE_REQUEST = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)


def check_batch_get(params: Mapping[str, Any]) -> None:
    """At most 100 keys in all, none twice in a table.

    Keys are compared as sent: AWS takes ``1`` and ``1.0`` for two here, though not in a BatchWriteItem
    (known from a published capture of its answers).
    """
    count = 0
    for request in params["RequestItems"].values():
        check_distinct(json.dumps(key, sort_keys=True) for key in request["Keys"])
        count += len(request["Keys"])
        if count > MAX_KEYS:
            raise ValidationException(_TOO_MANY_KEYS)


def check_batch_write(params: Mapping[str, Any]) -> None:
    """At most 25 requests in all, each to put or to delete one item."""
    requests = [request for of_table in params["RequestItems"].values() for request in of_table]
    for request in requests:
        if sum(request.get(kind) is not None for kind in ("PutRequest", "DeleteRequest")) != 1:
            raise ValidationException(_NOT_ONE_REQUEST)
    if len(requests) > MAX_WRITES:
        raise ValidationException(_TOO_MANY_WRITES)


def check_distinct(identities: Iterable[Hashable], message: str = _DUPLICATES) -> None:
    """Nothing twice: identities of the items of one table in a batch (dynamodb-conformance, error-messages).

    ``message`` is what else is said of other things.
    """
    seen: set[Hashable] = set()
    for identity in identities:
        if identity in seen:
            raise ValidationException(message)
        seen.add(identity)
