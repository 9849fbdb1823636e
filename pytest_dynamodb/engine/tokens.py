"""Idempotency tokens of transactions: valid for ten minutes after the request was carried out."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.errors import error_for

VALID_SECONDS: Final = 600.0
"""API reference, TransactWriteItems: ClientRequestToken."""

_MISMATCH: Final = "Request parameters do not match with those of the previous request with the same token"
# Wording seen in no capture that is public; the API reference has only the exception's description.


def is_repeated(call: Call, token: str) -> bool:
    """Whether this request was carried out already. Raises IdempotentParameterMismatchException for another one."""
    known = call.region.tokens.get(token)
    if known is None or known[1] <= call.clock.now():
        return False
    if known[0] != _digest(call):
        raise error_for("IdempotentParameterMismatchException", _MISMATCH)
    return True


def remember(call: Call, token: str) -> None:
    """A request has been carried out."""
    now = call.clock.now()
    remembered = call.region.tokens
    for old in [old for old, (_, until) in remembered.items() if until <= now]:
        del remembered[old]
    remembered[token] = (_digest(call), now + VALID_SECONDS)


def _digest(call: Call) -> bytes:
    # What is returned may differ from call to call; what is written may not (paritysuite: replayed capacity).
    written = call.params["TransactItems" if "TransactItems" in call.params else "TransactStatements"]
    items = json.dumps([call.operation, written], sort_keys=True)
    return hashlib.sha256(items.encode("utf-8", "surrogatepass")).digest()
