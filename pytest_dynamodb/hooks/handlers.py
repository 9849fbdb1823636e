"""Handlers of botocore's events, each of which hands over to the provider in charge.

Order of events in one call: ``provide-client-params`` → ``before-endpoint-resolution`` → ``before-call`` → an attempt
or several, each ending in ``response-received`` → ``after-call`` or ``after-call-error``. A call answered at
``before-call`` is neither signed nor sent nor retried. Plain functions serve aiobotocore too.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Coroutine, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

from botocore import UNSIGNED

from pytest_dynamodb.exchange import Attempts, Outcome, Provider, Request, Response, TransportFailure
from pytest_dynamodb.hooks import answers, defaults
from pytest_dynamodb.hooks.active import CALL, CLIENT_TAG, current

# --- calls under way ---
# Those that are not answered at once: on their way through the network, or through attempts of their own.


class HookedCall:
    """A call under way. ``attempts`` counts those that came to an answer, ``last`` is the last answer.

    ``by`` answers the attempts, where they do not all go to the network; the caller waits ``timeout`` seconds for each
    and, with ``is_async``, is a coroutine. ``foreign`` names another tool's recording that answered the last attempt.
    """

    attempts: int
    began: float
    provider: Provider
    request: Request

    __slots__ = ("attempts", "began", "by", "foreign", "is_async", "last", "provider", "request", "timeout")

    def __init__(self, provider: Provider, request: Request) -> None:
        self.provider, self.request = provider, request
        self.attempts, self.began = 0, time.perf_counter()
        self.last: Response | None = None
        self.by: Attempts | None = None
        self.timeout: float | None = None
        self.is_async: bool = False
        self.foreign: str = ""

    @property
    def elapsed(self) -> float:
        """Seconds since it began; none where a test has set the clock back meanwhile."""
        return max(0.0, time.perf_counter() - self.began)

    def conclude(self, outcome: Outcome) -> None:
        """Tell whoever answered, or the provider, what it came to."""
        if self.by is None:
            self.provider.after(self.request, outcome)
        else:
            self.by.after(outcome)


# --- attempts ---
# They are answered one at a time, in botocore's own retry loop, without network or signature. Events of an attempt:
# ``request-created`` (``choose-signer`` within it) → ``before-send`` → ``response-received`` → ``needs-retry``, and
# then botocore sleeps. ``before-send`` is told nothing of the call that it belongs to, and neither is the sleep, so the
# event before each hands the call over: both follow in the same thread or task, at once.

Context = MutableMapping[str, Any]

_next: ContextVar[HookedCall | None] = ContextVar("pytest_dynamodb_attempt", default=None)
"""The call that one event hands over to the next, in this thread or task."""

_on_the_wire: ContextVar[HookedCall | None] = ContextVar("pytest_dynamodb_on_the_wire", default=None)
"""The call whose attempt is being sent in this thread or task."""


def _hand_over(context: Context) -> None:
    call: HookedCall | None = context.get(CALL)
    _next.set(call if call is not None and call.by is not None else None)


def taken_over() -> HookedCall | None:
    """Take the call that the event before handed over, if it did. Asked too when a call ends, so that none is left."""
    call = _next.get()
    if call is not None:
        _next.set(None)
    return call


def request_created(request: Any, **_: Any) -> None:
    """An attempt is about to be sent."""
    _hand_over(request.context)
    _on_the_wire.set(request.context.get(CALL))


def sent() -> None:
    """The attempt has ended: what another tool plays from now on belongs to another call."""
    _on_the_wire.set(None)


def played_elsewhere(source: str) -> None:
    """Another tool, which stands where the network should be, answers with what it has recorded."""
    call = _on_the_wire.get()
    if call is not None:
        call.foreign = source


def choose_signer(context: Context, **_: Any) -> Any:
    """Sign nothing that is not sent: there may be no credentials."""
    call: HookedCall | None = context.get(CALL)
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


ATTEMPT_EVENTS = (
    ("request-created", request_created),
    ("choose-signer", choose_signer),
    ("before-send", before_send),
    ("needs-retry", needs_retry),
)
"""Event and handler."""

# --- calls ---

_idempotency_tokens: dict[str, tuple[str, ...]] = {}


def before_endpoint_resolution(builtins: Context, context: Context, **_: Any) -> None:
    """Send clients that name no endpoint to the provider's URL, and look up no account while it answers itself."""
    provider = current(context.get(CLIENT_TAG))
    if provider is None:
        return
    offline = provider.offline
    endpoint = None if offline else provider.endpoint
    if endpoint is not None and not defaults.names_own_endpoint(builtins.get("SDK::Endpoint")):
        builtins["SDK::Endpoint"] = endpoint
    if (offline or builtins.get("SDK::Endpoint")) and "AWS::Auth::AccountId" in builtins:
        # An account id in the endpoint would make botocore fetch credentials, perhaps from instance metadata.
        builtins["AWS::Auth::AccountId"] = None
        builtins["AWS::Auth::AccountIdEndpointMode"] = "disabled"


HookAnswer = tuple[Any, dict[str, Any]]


def before_call(
    model: Any, params: dict[str, Any], context: Context, request_signer: Any = None, **_: Any
) -> HookAnswer | Coroutine[Any, Any, HookAnswer | None] | None:
    """Ask the provider in charge; without one, or when it lets the request go, botocore goes on as always.

    aiobotocore awaits what is returned, where it can be awaited.
    """
    provider = current(context.get(CLIENT_TAG))
    if provider is None:
        defaults.refuse_last_resort(context, params["url"])
        return None
    if type(request_signer).__module__.startswith("aiobotocore"):
        return _in_turn(provider, model, params, context, request_signer)
    return _ask(provider, model, _request(model, params, context), context, request_signer)


async def _in_turn(
    provider: Provider, model: Any, params: dict[str, Any], context: Context, request_signer: Any
) -> HookAnswer | None:
    """As ``_ask``, after others in the event loop have had their turn, as they have while an answer is under way.

    A call that is cancelled meanwhile was never asked: it is neither played nor missed.
    """
    await asyncio.sleep(0)
    request = _request(model, params, context)
    waiting = provider.turn(request)
    if waiting is not None:
        await waiting
    return _ask(provider, model, request, context, request_signer, is_async=True)


def _ask(
    provider: Provider,
    model: Any,
    request: Request,
    context: Context,
    request_signer: Any,
    *,
    is_async: bool = False,
) -> HookAnswer | None:
    outcome = provider.begin(request)
    if outcome is not None and not isinstance(outcome, Attempts):
        return answers.to_botocore(model, request, outcome)
    call = context[CALL] = HookedCall(provider, request)
    if outcome is not None:
        call.by, call.is_async = outcome, is_async
        call.timeout = _read_timeout(context)
    if outcome is None or not outcome.offline:
        defaults.refuse_last_resort(context, request.endpoint)
        defaults.lend_credentials(context, request.endpoint, request_signer, is_async=is_async)
    return None


def _read_timeout(context: Context) -> float | None:
    """How many seconds the client waits for an answer; ``None`` is for ever."""
    own = context.get("read_timeout")
    timeout: float | None = getattr(context.get("client_config"), "read_timeout", None) if own is None else own
    return timeout


def response_received(context: Context, response_dict: dict[str, Any] | None, **_: Any) -> None:
    """Note what one attempt brought."""
    call: HookedCall | None = context.get(CALL)
    if call is None:
        return
    call.attempts += 1
    call.last = None if response_dict is None else answers.from_botocore(response_dict)
    sent()
    if call.foreign:
        problem = call.provider.foreign(call.request, call.foreign)
        if problem is not None:
            raise problem


def after_call(context: Context, parsed: dict[str, Any], **_: Any) -> None:
    """Tell the provider what the network said."""
    call: HookedCall | None = context.pop(CALL, None)
    taken_over()
    if call is not None and call.last is not None:
        exhausted = bool(parsed.get("ResponseMetadata", {}).get("MaxAttemptsReached"))
        response = call.last
        call.conclude(
            Response(
                response.status,
                response.body,
                response.headers,
                attempts=call.attempts,
                exhausted=exhausted,
                elapsed=call.elapsed,
            )
        )


_NO_SERVER: Final = (
    "no server answers at the upstream: start it, or name another one: --dynamodb-upstream=URL; =mock needs no server"
)


def after_call_error(context: Context, exception: BaseException, **_: Any) -> None:
    """Tell the provider that no answer came; errors of the client's own making are not DynamoDB's and pass."""
    call: HookedCall | None = context.pop(CALL, None)
    taken_over()
    if call is None:
        return
    failure = answers.failure_of(exception, max(call.attempts, 1), call.elapsed)
    if failure is not None:
        if sys.version_info >= (3, 11) and failure.kind == "EndpointConnectionError" and call.provider.endpoint:
            exception.add_note(_NO_SERVER)
        call.conclude(failure)


def _request(model: Any, params: dict[str, Any], context: Context) -> Request:
    operation: str = model.name
    tokens = _idempotency_tokens.get(operation)
    if tokens is None:
        tokens = _idempotency_tokens[operation] = tuple(model.idempotent_members)
    return Request(operation, json.loads(params["body"]), context["client_region"], params["url"], tokens)


def tag_client(tag: object) -> Any:
    """A handler that marks the calls of the client it is registered on."""

    def handler(context: Context, **_: Any) -> None:
        context[CLIENT_TAG] = context.get(CLIENT_TAG, frozenset()) | {tag}

    return handler


EVENTS = tuple(
    (f"{event}.{service}", handler)
    for service in ("dynamodb", "dynamodb-streams")
    for event, handler in (
        ("before-endpoint-resolution", before_endpoint_resolution),
        ("before-call", before_call),
        ("response-received", response_received),
        ("after-call", after_call),
        ("after-call-error", after_call_error),
        *ATTEMPT_EVENTS,
    )
)
"""Event, for ``dynamodb`` and ``dynamodb-streams`` each, and its handler."""
