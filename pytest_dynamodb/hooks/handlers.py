"""Handlers of botocore's events, each of which hands over to the provider in charge.

Order of events in one call: ``provide-client-params`` → ``before-endpoint-resolution`` → ``before-call`` → an attempt
or several, each ending in ``response-received`` → ``after-call`` or ``after-call-error``. A call answered at
``before-call`` is neither signed nor sent nor retried. Plain functions serve aiobotocore too.
"""

from __future__ import annotations

import json
import time
from collections.abc import MutableMapping
from typing import Any

from pytest_dynamodb.exchange import Attempts, Request, Response
from pytest_dynamodb.hooks import answers, attempts, regions
from pytest_dynamodb.hooks.active import CLIENT_TAG, current
from pytest_dynamodb.hooks.calls import CALL, Call

Context = MutableMapping[str, Any]

_idempotency_tokens: dict[str, tuple[str, ...]] = {}


def before_endpoint_resolution(builtins: Context, context: Context, **_: Any) -> None:
    """Send clients that name no endpoint to the provider's URL, and look up no account while it answers itself."""
    provider = current(context.get(CLIENT_TAG))
    if provider is None:
        return
    if provider.offline:
        # An account id in the endpoint would make botocore fetch credentials, perhaps from instance metadata.
        if "AWS::Auth::AccountId" in builtins:
            builtins["AWS::Auth::AccountId"] = None
            builtins["AWS::Auth::AccountIdEndpointMode"] = "disabled"
    elif provider.endpoint is not None and not regions.names_own_endpoint(builtins.get("SDK::Endpoint")):
        builtins["SDK::Endpoint"] = provider.endpoint


def before_call(
    model: Any, params: dict[str, Any], context: Context, request_signer: Any = None, **_: Any
) -> tuple[Any, dict[str, Any]] | None:
    """Ask the provider in charge; without one, or when it lets the request go, botocore goes on as always."""
    provider = current(context.get(CLIENT_TAG))
    if provider is None:
        regions.refuse_last_resort(context, params["url"])
        return None
    request = _request(model, params, context)
    outcome = provider.begin(request)
    if outcome is not None and not isinstance(outcome, Attempts):
        return answers.to_botocore(model, request, outcome)
    call = context[CALL] = Call(provider, request)
    if outcome is not None:
        call.by, call.is_async = outcome, type(request_signer).__module__.startswith("aiobotocore")
        call.timeout = _read_timeout(context)
    if outcome is None or not outcome.offline:
        regions.refuse_last_resort(context, request.endpoint)
    return None


def _read_timeout(context: Context) -> float | None:
    """How many seconds the client waits for an answer; ``None`` is for ever."""
    own = context.get("read_timeout")
    timeout: float | None = getattr(context.get("client_config"), "read_timeout", None) if own is None else own
    return timeout


def response_received(context: Context, response_dict: dict[str, Any] | None, **_: Any) -> None:
    """Note what one attempt brought."""
    call: Call | None = context.get(CALL)
    if call is None:
        return
    call.attempts += 1
    call.last = None if response_dict is None else answers.from_botocore(response_dict)


def after_call(context: Context, parsed: dict[str, Any], **_: Any) -> None:
    """Tell the provider what the network said."""
    call: Call | None = context.pop(CALL, None)
    attempts.taken_over()
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
                elapsed=time.perf_counter() - call.began,
            )
        )


def after_call_error(context: Context, exception: BaseException, **_: Any) -> None:
    """Tell the provider that no answer came; errors of the client's own making are not DynamoDB's and pass."""
    call: Call | None = context.pop(CALL, None)
    attempts.taken_over()
    if call is None:
        return
    failure = answers.failure_of(exception, max(call.attempts, 1), time.perf_counter() - call.began)
    if failure is not None:
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


#: Event, for ``dynamodb`` and ``dynamodb-streams`` each, and its handler.
EVENTS = tuple(
    (f"{event}.{service}", handler)
    for service in ("dynamodb", "dynamodb-streams")
    for event, handler in (
        ("before-endpoint-resolution", before_endpoint_resolution),
        ("before-call", before_call),
        ("response-received", response_received),
        ("after-call", after_call),
        ("after-call-error", after_call_error),
        *attempts.EVENTS,
    )
)
