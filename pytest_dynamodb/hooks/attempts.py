"""Attempts that are answered one at a time, in botocore's own retry loop, without network or signature.

Events of an attempt: ``request-created`` (``choose-signer`` within it) → ``before-send`` → ``response-received`` →
``needs-retry``, and then botocore sleeps. ``before-send`` is told nothing of the call that it belongs to, and neither
is the sleep, so the event before each hands the call over: both follow in the same thread or task, at once.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

from botocore import UNSIGNED

from pytest_dynamodb.exchange import TransportFailure
from pytest_dynamodb.hooks import answers
from pytest_dynamodb.hooks.calls import CALL, Call

Context = MutableMapping[str, Any]

_next: ContextVar[Call | None] = ContextVar("pytest_dynamodb_attempt", default=None)


def _hand_over(context: Context) -> None:
    call: Call | None = context.get(CALL)
    _next.set(call if call is not None and call.by is not None else None)


def taken_over() -> Call | None:
    """The call that the event before handed over, once. To be asked, too, when a call is over."""
    call = _next.get()
    if call is not None:
        _next.set(None)
    return call


def request_created(request: Any, **_: Any) -> None:
    """An attempt is about to be sent."""
    _hand_over(request.context)


def choose_signer(context: Context, **_: Any) -> Any:
    """Sign nothing that is not sent: there may be no credentials."""
    call: Call | None = context.get(CALL)
    return UNSIGNED if call is not None and call.by is not None and call.by.offline else None


def before_send(**_: Any) -> Any:
    """Answer the attempt, raise what it failed with, or let it be sent."""
    call = taken_over()
    if call is None or call.by is None:
        return None
    outcome = call.by.attempt(call.timeout)
    if outcome is None:
        return None
    if isinstance(outcome, TransportFailure):
        raise answers.exception_of(outcome)
    return answers.http_response(call.request, outcome, is_async=call.is_async)


def needs_retry(request_dict: dict[str, Any], **_: Any) -> None:
    """Whether to try again is for botocore's own handler to say, which is asked next."""
    _hand_over(request_dict["context"])


def pause(seconds: float) -> bool:
    """Whether a sleep of botocore's was spent in virtual time, because nothing but ourselves answers the call."""
    call = taken_over()
    if call is None or call.by is None or not call.by.offline:
        return False
    call.by.wait(seconds)
    return True


#: Event and handler.
EVENTS = (
    ("request-created", request_created),
    ("choose-signer", choose_signer),
    ("before-send", before_send),
    ("needs-retry", needs_retry),
)
