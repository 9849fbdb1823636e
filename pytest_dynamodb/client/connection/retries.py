"""Our retries in place of botocore's, on one client: the ``needs-retry`` event, after each attempt over the network.

An answer ``None`` ends the call, a number asks for another attempt after so many seconds. It is always 0 here: the wait
is over by then, as it was ours, and a test's if it likes. All attempts stay one call of botocore's, with one token, one
invocation id and one recorded exchange.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb import errors
from pytest_dynamodb.client.effort import Effort, current
from pytest_dynamodb.values import from_wire_item

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall


# --- errors ---
# botocore's exceptions and error answers, as this package's errors.

_ENVELOPE = frozenset({"Error", "Item", "ResponseMetadata", "message", "Message", "__type"})
"""Members of an error answer that every one has, or that have a place of their own."""


def service_error(answer: Mapping[str, Any], call: ApiCall[Any]) -> errors.DynamoDbError:
    """The error for an error answer, as botocore parses it."""
    error, item = answer.get("Error", {}), answer.get("Item")
    metadata = answer.get("ResponseMetadata", {})
    return errors.error_for(
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


def _reasons(wire: Iterable[Mapping[str, Any]]) -> Iterator[errors.CancellationReason]:
    for reason in wire:
        item = reason.get("Item")
        code, message = reason.get("Code") or "None", reason.get("Message") or ""
        yield errors.CancellationReason(str(code), str(message), from_wire_item(item) if item else None)


def no_response(problem: Exception, call: ApiCall[Any]) -> errors.NoResponse | None:
    """The error for a failed transport; ``None`` for any other exception."""
    from botocore.exceptions import ConnectionError as Disconnected
    from botocore.exceptions import HTTPClientError

    if not isinstance(problem, (Disconnected, HTTPClientError)):
        return None
    return errors.NoResponse(str(problem), code=type(problem).__name__, operation=call.operation, table=call.table)


def broken_answer(call: ApiCall[Any]) -> errors.NoResponse:
    """The error for an answer that was damaged on its way."""
    return errors.NoResponse(
        "the answer does not have the checksum it came with",
        code="ChecksumError",
        operation=call.operation,
        table=call.table,
    )


def deadline_passed(call: ApiCall[Any]) -> errors.NoResponse:
    """The error for a call whose deadline passed before its answer came."""
    return errors.NoResponse(
        "no answer by the deadline", code="DeadlineExceeded", operation=call.operation, table=call.table
    )


def client_error(problem: Exception, call: ApiCall[Any]) -> errors.DynamoDbError | errors.PytestDynamoDbError:
    """The error for an exception of botocore's own: of the transport, or of the settings."""
    where = f"{call.operation} on {call.table}" if call.table else call.operation
    return no_response(problem, call) or errors.ConfigurationError(f"{where} could not be sent: {problem}")


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


_EVENT = "needs-retry.dynamodb"

_THEIRS = "retry-config-dynamodb"
"""Under which id botocore registers its own handler, in every retry mode."""
_OURS = "pytest-dynamodb-retries"


def replace_retries(events: Any, *, asynchronous: bool = False) -> None:
    """Take botocore's own retries away from a client, and put ours there."""
    events.unregister(_EVENT, unique_id=_THEIRS)
    events.register(_EVENT, needs_retry_async if asynchronous else needs_retry, unique_id=_OURS)
    if not asynchronous:  # a task can be told to stop
        events.register("request-created.dynamodb", end_with_the_deadline)


def end_with_the_deadline(request: Any, **_: Any) -> None:
    """Shorten the read timeout of an attempt to what is left until the deadline. Older botocores ignore that."""
    effort = current.get()
    patience = None if effort is None else effort.patience
    if patience is not None:
        context = request.context
        own = context["client_config"].read_timeout
        context["read_timeout"] = patience if own is None else min(patience, own)


def passes_between_attempts(seconds: float) -> bool:
    """Whether the wait after an attempt can be skipped, as attempts are answered without the network."""
    from pytest_dynamodb.hooks import handlers  # which imports botocore

    return handlers.pause(seconds)


def needs_retry(
    response: Any, caught_exception: Exception | None, request_dict: dict[str, Any], **_: Any
) -> int | None:
    """Wait and return 0 for another attempt; ``None`` for none."""
    effort = current.get()
    if effort is None:
        return None
    body = None if response is None else response[0].content
    delay = _decide(effort, response, body, caught_exception, request_dict["context"])
    if delay is None:
        return None
    if effort.pause is not None:
        effort.pause(delay)
    return 0


async def needs_retry_async(
    response: Any, caught_exception: Exception | None, request_dict: dict[str, Any], **_: Any
) -> int | None:
    """As ``needs_retry``, for aiobotocore."""
    effort = current.get()
    if effort is None:
        return None
    body = None if response is None else await response[0].content
    delay = _decide(effort, response, body, caught_exception, request_dict["context"])
    if delay is None:
        return None
    if effort.pause is not None:
        await effort.pause(delay)
    return 0


def _decide(
    effort: Effort, response: Any, body: bytes | None, exception: Exception | None, context: dict[str, Any]
) -> float | None:
    """The delay before another attempt, or ``None``."""
    effort.sent += 1
    context.get("retries", {})["max"] = effort.limit  # what the header amz-sdk-request tells AWS
    error = _failure(effort, response, body, exception)
    if error is None:
        if exception is None:
            effort.succeeded()
        return None
    delay = effort.failed(error, retry_after=0.0 if response is None else _retry_after(response[0].headers))
    if delay is None and response is not None and error.retryable:
        response[1]["ResponseMetadata"]["MaxAttemptsReached"] = True  # so a recording knows that this was the end
    return delay


def _failure(
    effort: Effort, response: Any, body: bytes | None, exception: Exception | None
) -> errors.DynamoDbError | None:
    """What went wrong with an attempt, if anything did that an attempt can go wrong with."""
    call = effort.call
    if exception is not None:
        # Another error than the transport's, such as missing credentials, is raised by botocore as it is.
        return no_response(exception, call)
    http, parsed = response
    if http.status_code >= 300:
        return service_error(parsed, call)
    expected = http.headers.get("x-amz-crc32")
    damaged = expected is not None and body is not None and str(binascii.crc32(body)) != expected
    effort.damaged = damaged
    return broken_answer(call) if damaged else None


def _retry_after(headers: Mapping[str, str]) -> float:
    """What the server asks for, in seconds; it speaks of milliseconds."""
    value = headers.get("x-amz-retry-after", "")
    return int(value) / 1000 if value.isdecimal() else 0.0
