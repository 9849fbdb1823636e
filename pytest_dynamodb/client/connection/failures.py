"""botocore's exceptions and error answers, as this package's errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.errors import (
    CancellationReason,
    ConfigurationError,
    DynamoDbError,
    NoResponse,
    PytestDynamoDbError,
    error_for,
)
from pytest_dynamodb.values import from_wire_item

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.effort import Effort

#: Members of an error answer that every one has, or that have a place of their own.
_ENVELOPE = frozenset({"Error", "Item", "ResponseMetadata", "message", "Message", "__type"})


def service_error(answer: Mapping[str, Any], call: ApiCall[Any]) -> DynamoDbError:
    """The error for an error answer, as botocore parses it."""
    error, item = answer.get("Error", {}), answer.get("Item")
    metadata = answer.get("ResponseMetadata", {})
    return error_for(
        str(error.get("Code", "")),
        str(error.get("Message", "")),
        operation=call.operation,
        table=call.table,
        request_id=metadata.get("RequestId", ""),
        status=metadata.get("HTTPStatusCode", 0),
        item=from_wire_item(item) if item else None,
        reasons=list(_reasons(answer.get("CancellationReasons") or ())),
        members={name: value for name, value in answer.items() if name not in _ENVELOPE},
    )


def _reasons(wire: Iterable[Mapping[str, Any]]) -> Iterator[CancellationReason]:
    for reason in wire:
        item = reason.get("Item")
        code, message = reason.get("Code") or "None", reason.get("Message") or ""
        yield CancellationReason(str(code), str(message), from_wire_item(item) if item else None)


def no_response(problem: Exception, call: ApiCall[Any]) -> NoResponse | None:
    """The error for a failed transport; ``None`` for any other exception."""
    from botocore.exceptions import ConnectionError as Disconnected
    from botocore.exceptions import HTTPClientError

    if not isinstance(problem, (Disconnected, HTTPClientError)):
        return None
    return NoResponse(str(problem), code=type(problem).__name__, operation=call.operation, table=call.table)


def broken_answer(call: ApiCall[Any]) -> NoResponse:
    """The error for an answer that was damaged on its way."""
    return NoResponse(
        "the answer does not have the checksum it came with",
        code="ChecksumError",
        operation=call.operation,
        table=call.table,
    )


def deadline_passed(call: ApiCall[Any]) -> NoResponse:
    """The error for a call whose deadline passed before its answer came."""
    return NoResponse("no answer by the deadline", code="DeadlineExceeded", operation=call.operation, table=call.table)


def client_error(problem: Exception, call: ApiCall[Any]) -> DynamoDbError | PytestDynamoDbError:
    """The error for an exception of botocore's own: of the transport, or of the settings."""
    where = f"{call.operation} on {call.table}" if call.table else call.operation
    return no_response(problem, call) or ConfigurationError(f"{where} could not be sent: {problem}")


def error_of(problem: Any, effort: Effort) -> Exception:
    """This package's error for one of botocore's."""
    from botocore.exceptions import ClientError

    if not isinstance(problem, ClientError) or problem.operation_name != effort.call.operation:
        # A transport that failed was tried again already, or is a recorded one; nor do settings become right. And STS,
        # for one, may refuse a role while a request is signed.
        effort.settled = True
        return client_error(problem, effort.call)
    metadata = problem.response.get("ResponseMetadata", {})
    # One that is answered with the end of several attempts was recorded so: asking again would be another call.
    effort.settled = effort.settled or bool(metadata.get("MaxAttemptsReached") or metadata.get("RetryAttempts"))
    return service_error(problem.response, effort.call)
