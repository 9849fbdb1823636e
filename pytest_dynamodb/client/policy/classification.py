"""The kinds of failures: how long to wait before another attempt, and whether the circuit breaker counts them.

=================  ===================================================  ==========================  ==================
kind               such as                                              sent again after            counts for breaker
=================  ===================================================  ==========================  ==================
``throttling``     ``ProvisionedThroughputExceededException``           ``throttling_base``         yes
``unavailable``    ``InternalServerError``, HTTP 503, a broken answer   ``base``                    yes
``connection``     no answer: out of reach, timed out, cut off          ``base``                    yes
``conflict``       ``TransactionConflictException``                     ``base``                    no
``final``          ``ConditionalCheckFailedException``, validation      never                       no
=================  ===================================================  ==========================  ==================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pytest_dynamodb.errors import (
    BY_CODE,
    RETRYABLE,
    CircuitOpen,
    DynamoDbError,
    NoResponse,
    TransactionCanceledException,
    transaction_is_retryable,
)

FailureKind = Literal["throttling", "unavailable", "connection", "conflict", "final"]

#: Kinds that say that DynamoDB, or the way to it, is in trouble.
UNHEALTHY: frozenset[FailureKind] = frozenset({"throttling", "unavailable", "connection"})


def kind_of_answer(code: str, status: int, reasons: Iterable[Mapping[str, Any]] | None = None) -> FailureKind:
    """The kind of an error answer. ``reasons`` are those of a cancelled transaction, in wire form."""
    if code in RETRYABLE:
        return RETRYABLE[code]
    if code == TransactionCanceledException.code:
        return kind_of_transaction(reasons or ())
    return "unavailable" if status >= 500 and code not in BY_CODE else "final"


def kind_of_transaction(reasons: Iterable[Mapping[str, Any]]) -> FailureKind:
    """A transaction is worth another attempt if each of its causes is: a false condition stays false."""
    reasons = list(reasons)
    if not transaction_is_retryable(reasons):
        return "final"
    return "conflict" if any(reason.get("Code") == "TransactionConflict" for reason in reasons) else "throttling"


def kind_of(error: DynamoDbError) -> FailureKind:
    """The kind of an error."""
    if isinstance(error, CircuitOpen):
        return "final"  # it is the breaker that says when to ask again
    if isinstance(error, NoResponse):
        return "connection" if error.retryable else "final"
    return kind_of_answer(error.code, error.status, error.members.get("CancellationReasons"))
