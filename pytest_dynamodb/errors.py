"""Everything this package raises, in one tree.

    PytestDynamoDbError              ours: the tool cannot or will not go on
    ├── ConfigurationError           an option, marker or argument makes no sense
    ├── CassetteError                a cassette file cannot be read or written
    ├── UnexpectedRequest            a request that no recording answers (also an AssertionError)
    ├── DriftError                   an upstream no longer answers as recorded (also an AssertionError)
    ├── UnplayedExchanges            recordings were left over where that was asked to fail (also an AssertionError)
    ├── LimitsExceeded               a test did more than its project's limits allow (also an AssertionError)
    ├── RecordingRefused             recording was asked for where it is not allowed
    └── ItemNotFound                 ``get_or_raise`` found no item (also a LookupError)
    DynamoDbError                    the service's: what DynamoDB itself answers
    ├── NoResponse                   it did not answer: out of reach, timed out, cut off
    ├── CircuitOpen                  it was not asked: too many calls before this one have failed
    └── ValidationException, ...     one class a code, by AWS's name: ``BY_CODE``

The two roots are separate on purpose: code under test catches ``DynamoDbError`` as it would in production, and must
not swallow a missing recording by doing so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pytest_dynamodb.terminal import printable, printable_lines


def _as_it_is(error: BaseException) -> tuple[Any, ...]:
    """How pickle and copy make an error again: with all that it holds, and not by what its class is called with.

    multiprocessing, concurrent.futures and xdist carry exceptions between processes.
    """
    return _made_again, (type(error), error.args), vars(error)


def _made_again(kind: type[BaseException], args: tuple[Any, ...]) -> BaseException:
    return kind.__new__(kind, *args)


def quoted(value: object, length: int = 80) -> str:
    """A value as a message quotes it: the first characters of its ``repr``; its type, where it has none."""
    try:
        return repr(value)[:length]
    except Exception:  # noqa: BLE001 - anything may go wrong there, and the message is about something else
        return f"a {type(value).__qualname__}"


class PytestDynamoDbError(Exception):
    """Base of every error that is about this tool and not about DynamoDB's answer."""

    __reduce__ = _as_it_is

    def __str__(self) -> str:
        """The message, fit for a terminal whatever it quotes."""
        return printable_lines(super().__str__())


class ConfigurationError(PytestDynamoDbError):
    """An option, a marker argument or a setting is unknown, of the wrong type or contradicts another one."""


class RecordingRefused(PytestDynamoDbError):
    """A request may not be recorded here: its table is outside the allowed ones."""


class CassetteError(PytestDynamoDbError):
    """A cassette cannot be read or written. The message names the file, the byte offset and a remedy."""

    path: str
    problem: str
    offset: int | None
    remedy: str

    def __init__(self, path: str, problem: str, *, offset: int | None = None, remedy: str = "") -> None:
        self.path, self.problem, self.offset, self.remedy = path, problem, offset, remedy
        where = printable(path) if offset is None else f"{printable(path)}, byte {offset}"
        super().__init__(f"{where}: {problem}" + (f" ({remedy})" if remedy else ""))


class UnexpectedRequest(PytestDynamoDbError, AssertionError):
    """No recording answers a request. Raised where the request was made, and again when the cassette closes."""


class DriftError(PytestDynamoDbError, AssertionError):
    """The upstream's answers are no longer the recorded ones."""


class UnplayedExchanges(PytestDynamoDbError, AssertionError):
    """A test passed without playing everything its cassette holds, and ``on_unused`` is ``"fail"``."""


class LimitsExceeded(PytestDynamoDbError, AssertionError):
    """A test did more of something that costs than ``dynamodb_cassette_limits`` allows."""


class ItemNotFound(PytestDynamoDbError, LookupError):
    """There is no item with this ``key`` in this ``table``, where the caller said that there must be one.

    Not a ``DynamoDbError``: DynamoDB answers such a read with success and no item.
    """

    table: str
    key: dict[str, Any]

    def __init__(self, table: str, key: Mapping[str, Any]) -> None:
        self.table, self.key = table, dict(key)
        super().__init__(table, self.key)

    def __str__(self) -> str:
        return f"{self.table} has no item with the key {self.key!r}"


class DynamoDbError(Exception):
    """An answer of DynamoDB that is an error, or (``NoResponse``) that none came.

    ``code``         the error code without its namespace (``"ValidationException"``)
    ``message``      DynamoDB's own text
    ``operation``    the call, such as ``"PutItem"``; empty where it is not known, as are the next two
    ``table``        the table it was for
    ``request_id``   what AWS support asks for
    ``status``       the HTTP status; 0 where it is not known
    ``item``         the item that failed a condition, as Python values; ``None`` if there is none
    ``reasons``      why a transaction was cancelled, action by action, as Python values; empty if it was none
    ``members``      what else the answer's body holds, in wire form (``CancellationReasons``, ``Item``)
    ``retryable``    whether the same request may succeed when it is sent again
    """

    message: str
    item: dict[str, Any] | None
    members: dict[str, Any]
    operation: str
    table: str
    request_id: str
    status: int

    code: str = "DynamoDbError"

    __reduce__ = _as_it_is

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        operation: str = "",
        table: str = "",
        request_id: str = "",
        status: int = 0,
        item: dict[str, Any] | None = None,
        reasons: Sequence[CancellationReason] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        self.message, self.item, self.members = message, item, dict(members or {})
        self.reasons: list[CancellationReason] = list(reasons)
        self.operation, self.table, self.request_id, self.status = operation, table, request_id, status
        if code is not None:
            self.code = code
        super().__init__(message)

    def __str__(self) -> str:
        if not self.operation:
            return printable_lines(self.message)
        where = f"{self.operation} on {self.table}" if self.table else self.operation
        return printable_lines(f"{where}: {self.code}: {self.message}")

    @property
    def retryable(self) -> bool:
        """Whether the code is one of ``RETRYABLE``; an unknown code is retryable with a status of 500 and above."""
        return self.code in RETRYABLE or (self.status >= 500 and self.code not in BY_CODE)


_CAPITAL = frozenset({"AccessDeniedException", "SerializationException", "TransactionCanceledException"})


def message_member(problem: DynamoDbError) -> str:
    """What AWS calls the message in an error's body: ``message``, or ``Message`` where it spells it with a capital.

    (dynalite's suite. A failed condition has it so only beside the item, so that botocore has no top-level ``message``
    there: getmoto/moto#6950, whose tests were run against AWS.)
    """
    with_item = problem.code == "ConditionalCheckFailedException" and "Item" in problem.members
    return "Message" if with_item or problem.code in _CAPITAL else "message"


BY_CODE: dict[str, type[DynamoDbError]] = {}
"""The class of each code that has one (developer guide, "Error handling"; the service's model in botocore)."""

_Kind = TypeVar("_Kind", bound=type[DynamoDbError])


def _named_by_aws(kind: _Kind) -> _Kind:
    """Make a class the one of the code that is its name."""
    kind.code = kind.__name__
    BY_CODE[kind.code] = kind
    return kind


class NoResponse(DynamoDbError):
    """No answer came; ``code`` is botocore's name for why. A write may have been carried out all the same."""

    code = "NoResponse"

    @property
    def retryable(self) -> bool:
        """Whether another attempt may succeed: always, unless a certificate was refused."""
        return "CERTIFICATE_VERIFY_FAILED" not in self.message


class CircuitOpen(DynamoDbError):
    """Nothing was sent, because too many calls before this one have failed; ``retry_after`` says for how long not.

    ``retry_after`` is in seconds, and 0 where the next calls wait for the outcome of a probe.
    """

    code = "CircuitOpen"

    def __init__(self, message: str = "", *, retry_after: float = 0.0, **about: Any) -> None:
        super().__init__(message, **about)
        self.retry_after = retry_after

    @property
    def retryable(self) -> bool:
        """Always: once ``retry_after`` is over, or the probe has succeeded."""
        return True


@_named_by_aws
class AccessDeniedException(DynamoDbError):
    """The caller's policies do not allow this."""


@_named_by_aws
class ConditionalCheckFailedException(DynamoDbError):
    """The condition is false; ``item`` is what it was false of, ``None`` if there is no such item."""


@_named_by_aws
class ExpiredTokenException(DynamoDbError):
    """Temporary credentials have expired."""


@_named_by_aws
class InternalServerError(DynamoDbError):
    """DynamoDB could not process the request (HTTP 500)."""


@_named_by_aws
class ItemCollectionSizeLimitExceededException(DynamoDbError):
    """The items of one partition key of a table with local indexes exceed 10 GB."""


@_named_by_aws
class LimitExceededException(DynamoDbError):
    """Too many control plane operations at a time, or too many tables."""


@_named_by_aws
class ProvisionedThroughputExceededException(DynamoDbError):
    """A table, an index or a partition is out of capacity."""


@_named_by_aws
class ReplicatedWriteConflictException(DynamoDbError):
    """A global table with strong consistency is writing the item in another region."""


@_named_by_aws
class RequestLimitExceeded(DynamoDbError):
    """The account is out of capacity."""


@_named_by_aws
class ResourceInUseException(DynamoDbError):
    """The table exists already, or is being created, changed or deleted."""


@_named_by_aws
class ResourceNotFoundException(DynamoDbError):
    """There is no such table or index, or it is not active yet."""


@_named_by_aws
class ServiceUnavailable(DynamoDbError):
    """DynamoDB is unavailable (HTTP 503)."""


@_named_by_aws
class ThrottlingException(DynamoDbError):
    """Too many requests."""


@dataclass(frozen=True, slots=True)
class CancellationReason:
    """What became of one action of a cancelled transaction. ``code`` is ``"None"`` for one that was not the cause.

    ``item`` is the item that failed the condition, as Python values, where the action asked for it.
    """

    code: str
    message: str = ""
    item: dict[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether this action is a cause."""
        return self.code != "None"


@_named_by_aws
class TransactionCanceledException(DynamoDbError):
    """A transaction was not carried out, nothing of it.

    ``reasons`` has one for each action, in their order; none where DynamoDB says nothing about it.
    """

    @property
    def retryable(self) -> bool:
        """Whether every cause is one that passes: a conflict or a lack of capacity, and no false condition."""
        return transaction_is_retryable(self.members.get("CancellationReasons") or ())


def transaction_is_retryable(reasons: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a transaction cancelled for these reasons (wire form) may succeed when it is sent again."""
    codes = {str(reason.get("Code") or "None") for reason in reasons} - {"None"}
    return bool(codes) and codes <= RETRYABLE_REASONS


@_named_by_aws
class TransactionConflictException(DynamoDbError):
    """A transaction that is under way holds the item."""


@_named_by_aws
class UnrecognizedClientException(DynamoDbError):
    """The access key or the security token is not known."""


@_named_by_aws
class ValidationException(DynamoDbError):
    """The request is malformed."""


RETRYABLE: Mapping[str, Literal["throttling", "unavailable", "conflict"]] = {
    **dict.fromkeys(
        (
            "LimitExceededException",
            "PriorRequestNotComplete",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingError",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        "throttling",
    ),
    **dict.fromkeys(
        (
            "InternalFailure",
            "InternalServerError",
            "InternalServerException",
            "RequestTimeout",
            "RequestTimeoutException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
        ),
        "unavailable",
    ),
    **dict.fromkeys(
        ("ReplicatedWriteConflictException", "TransactionConflictException", "TransactionInProgressException"),
        "conflict",
    ),
}
"""Codes after which the same request may succeed, by the kind of trouble; how long to wait after each kind is for
``client.policy``. (Developer guide, "Error handling", "OK to retry?", but for UnrecognizedClientException: a wrong
key does not become right; and what botocore takes for transient, or for throttling, of any service.)"""

RETRYABLE_REASONS: frozenset[str] = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)
"""The codes of an action's ``CancellationReason`` that pass. (API reference, TransactWriteItems.)"""


def error_for(
    code: str,
    message: str,
    *,
    operation: str = "",
    table: str = "",
    request_id: str = "",
    status: int = 0,
    item: dict[str, Any] | None = None,
    reasons: Sequence[CancellationReason] = (),
    members: Mapping[str, Any] | None = None,
) -> DynamoDbError:
    """The error of a code: of its own class where there is one, else a ``DynamoDbError`` that carries the code."""
    return BY_CODE.get(code, DynamoDbError)(
        message,
        code=code,
        operation=operation,
        table=table,
        request_id=request_id,
        status=status,
        item=item,
        reasons=reasons,
        members=members,
    )
