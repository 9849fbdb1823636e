"""Which provider answers a client, and the guard that keeps requests off the network unless it allows them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.dialects import Dialect
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError, quoted
from pytest_dynamodb.exchange import Provider, ProviderName
from pytest_dynamodb.hooks.active import CALL, CLIENT_TAG, current, tags_of

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall

_LACKING = {
    False: "cassette is in charge: call this within use_cassette(...) or a test marked dynamodb_cassette, or give the "
    "client an object such as ReplayProvider(path)",
    True: "mock is in charge any more: call this within mock_dynamodb() or the test that the client was made in, or "
    "give the client an object such as MockProvider()",
}
"""What to say where nobody is in charge: by whether the mock was asked for."""


def provider_in_charge(
    provider: ProviderName | Provider, dialect: str | date | Dialect | None
) -> ProviderName | Provider:
    """The provider, or one made for the name: a mock of the client's own, in ``dialect``, where none is in charge."""
    if provider == "mock" and current() is None:
        from pytest_dynamodb.providers.mock import MockProvider  # an engine, which most clients do not need

        return MockProvider(dialect=dialect)
    return provider


def guard(events: Any, provider: ProviderName | Provider) -> None:
    """Refuse requests that would go to the network without a provider's leave."""

    def ask_for_a_cassette(context: Mapping[str, Any], **_: Any) -> None:
        if current(context.get(CLIENT_TAG)) is None:
            raise ConfigurationError(f'the provider is "{provider}", but no {_LACKING[provider == "mock"]}')

    def ask_for_the_hooks(context: Mapping[str, Any], **_: Any) -> None:
        in_charge = current(context.get(CLIENT_TAG))
        if in_charge is not None and in_charge.offline and CALL not in context:  # asked attempt by attempt, if it is
            raise PytestDynamoDbError(f"{in_charge!r} was not asked: this package's hooks have been uninstalled")

    if isinstance(provider, str):
        # The first event that knows the client's tags: the next thing botocore may do is look for credentials.
        events.register_first("before-endpoint-resolution.dynamodb", ask_for_a_cassette)
    # Not reached where a provider answers: its answer ends this event.
    events.register_last("before-call.dynamodb", ask_for_the_hooks)


def is_offline(client: Any) -> bool:
    """Whether calls of this botocore client are answered without the network now."""
    provider = current(tags_of.get(client))
    return provider is not None and provider.offline


def passes(client: Any, seconds: float) -> bool:
    """Whether waiting can be skipped, as calls of this botocore client are answered without the network now.

    A mock's own clock moves on by as much, if it can be moved, so that capacity comes back and tables become active.
    """
    provider = current(tags_of.get(client))
    if provider is None or not provider.offline:
        return False
    provider.wait(seconds)
    return True


def follow(first: Any, other: Any) -> None:
    """Apply the providers of a client's first botocore client to another botocore client of it."""

    def share_tags(context: dict[str, Any], **_: Any) -> None:
        context[CLIENT_TAG] = context.get(CLIENT_TAG, frozenset()) | tags_of.get(first, frozenset())

    other.meta.events.register_first("provide-client-params.dynamodb", share_tags)


# --- parameters ---
# Wire-level ones as botocore wants them: binary as bytes, since it writes the base64 itself.

_WITH_VALUES = frozenset({
    "ExclusiveStartKey",
    "ExpressionAttributeValues",
    "Item",
    "Key",
    "Parameters",
    "RequestItems",
    "Statements",
    "TransactItems",
    "TransactStatements",
})  # fmt: skip
"""Parameters, at the top of a request, that hold attribute values at some depth."""

_PLAIN = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})


def for_botocore(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters for a method of botocore's client. What holds no binary value is not copied."""
    return {name: _native(value) if name in _WITH_VALUES else value for name, value in params.items()}


TRIPS = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What botocore raises where it meets a value of a kind that it never expected."""


def check_parameters(client: Any, call: ApiCall[Any]) -> None:
    """Raise ``ConfigurationError`` for parameters that are not as AWS names them: asked where botocore trips."""
    from botocore.validate import ParamValidator

    shape = client.meta.service_model.operation_model(call.operation).input_shape
    try:
        report = ParamValidator().validate(call.params, shape)
        wrong = report.generate_report() if report.has_errors() else ""
    except Exception as problem:  # noqa: BLE001 - one of a value's own, or of lists in lists without an end
        wrong = f"they cannot be looked at: {type(problem).__name__}"
    if wrong:
        raise ConfigurationError(f"the parameters of {call.operation} are not as AWS names them: {wrong}")


def _native(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            # An attribute value's content is never a mapping under these tags; that of an item with one attribute,
            # which may have such a name, always is.
            ((tag, content),) = value.items()
            if tag in _PLAIN and type(content) is not dict:
                return value
            if tag == "B" and type(content) is str:
                return {tag: _binary(content)}
            if tag == "BS" and type(content) is list:
                return {tag: list(map(_binary, content))}
        return {name: _native(member) for name, member in value.items()}
    if kind is list:
        return [_native(member) for member in value]
    return value


def _binary(content: Any) -> Any:
    if type(content) is not str:
        return content
    try:
        return base64.b64decode(content)
    except ValueError as problem:
        raise ConfigurationError(f"{quoted(content)} is no base64, and a binary value is that, or bytes") from problem
