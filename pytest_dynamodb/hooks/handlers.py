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

from pytest_dynamodb.exchange import Outcome, Provider, Request, Response
from pytest_dynamodb.hooks import answers, regions
from pytest_dynamodb.hooks.active import CLIENT_TAG, current

Context = MutableMapping[str, Any]

#: Where a call that went to the network keeps its state: botocore gives every call a dictionary of its own.
_CALL = "pytest_dynamodb.call"

_idempotency_tokens: dict[str, tuple[str, ...]] = {}


class _Call:
    """A call on its way through the network."""

    __slots__ = ("attempts", "began", "last", "provider", "request")

    def __init__(self, provider: Provider, request: Request) -> None:
        self.provider, self.request = provider, request
        self.attempts, self.began = 0, time.perf_counter()
        self.last: Response | None = None


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


def before_call(model: Any, params: dict[str, Any], context: Context, **_: Any) -> tuple[Any, dict[str, Any]] | None:
    """Ask the provider in charge; without one, or when it lets the request go, botocore goes on as always."""
    provider = current(context.get(CLIENT_TAG))
    if provider is None:
        regions.refuse_last_resort(context, params["url"])
        return None
    request = _request(model, params, context)
    outcome = provider.before(request)
    if outcome is None:
        regions.refuse_last_resort(context, request.endpoint)
        context[_CALL] = _Call(provider, request)
        return None
    return answers.to_botocore(model, request, outcome)


def response_received(context: Context, response_dict: dict[str, Any] | None, **_: Any) -> None:
    """Note what one attempt brought."""
    call: _Call | None = context.get(_CALL)
    if call is None:
        return
    call.attempts += 1
    call.last = None if response_dict is None else answers.from_botocore(response_dict)


def after_call(context: Context, parsed: dict[str, Any], **_: Any) -> None:
    """Tell the provider what the network said."""
    call: _Call | None = context.pop(_CALL, None)
    if call is not None and call.last is not None:
        exhausted = bool(parsed.get("ResponseMetadata", {}).get("MaxAttemptsReached"))
        response = call.last
        _conclude(
            call,
            Response(
                response.status,
                response.body,
                response.headers,
                attempts=call.attempts,
                exhausted=exhausted,
                elapsed=time.perf_counter() - call.began,
            ),
        )


def after_call_error(context: Context, exception: BaseException, **_: Any) -> None:
    """Tell the provider that no answer came; errors of the client's own making are not DynamoDB's and pass."""
    call: _Call | None = context.pop(_CALL, None)
    if call is None:
        return
    failure = answers.failure_of(exception, max(call.attempts, 1), time.perf_counter() - call.began)
    if failure is not None:
        _conclude(call, failure)


def _conclude(call: _Call, outcome: Outcome) -> None:
    call.provider.after(call.request, outcome)


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
    )
)
