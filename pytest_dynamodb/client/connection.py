"""A botocore client of our own, a provider over it, and the way of a call there and back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, TypeVar

from pytest_dynamodb.client.calls import Call
from pytest_dynamodb.client.config import ClientConfig, ProviderName
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError, NoResponse, PytestDynamoDbError, error_for
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks.active import CLIENT_TAG, activate, current, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients
from pytest_dynamodb.hooks.internals import own_provider
from pytest_dynamodb.values import from_wire_item

Result = TypeVar("Result")

#: Parameters that hold attribute values by name.
_VALUES = ("Key", "Item", "ExpressionAttributeValues")


class Connection:
    """Sends calls. ``botocore`` is the client it does it with, ``provider`` the one that is over this client alone."""

    def __init__(self, config: ClientConfig, provider: ProviderName | Provider) -> None:
        if provider == "mock" and current() is None:
            from pytest_dynamodb.providers.mock import MockProvider  # an engine, which most clients do not need

            provider = MockProvider()
        self.provider = None if isinstance(provider, str) else provider
        self._closed = False
        if provider == "live":
            self.botocore = _botocore_client(config)
            return
        install()
        with own_provider():
            self.botocore = _botocore_client(config)
        _guard(self.botocore.meta.events, provider)
        if self.provider is not None:
            tags, self._untag = tag_clients([self.botocore])
            self._activation = activate(self.provider, tags=tags)

    def send(self, call: Call[Result]) -> Result:
        """What the call's answer means.

        Raises ``DynamoDbError``, ``UnexpectedRequest`` and its kin where a provider does not answer, and
        ``ConfigurationError`` where there are no credentials or no region to send anything with.
        """
        if self._closed:
            raise PytestDynamoDbError(f"{call.operation}: this client is closed; make a new one")
        return call.read(self._answer(call.operation, call.params))

    def _answer(self, operation: str, params: dict[str, Any]) -> Mapping[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        method = getattr(self.botocore, _METHODS[operation])
        try:
            answer: Mapping[str, Any] = method(**_for_botocore(params))
        except ClientError as problem:
            raise service_error(problem, operation, params["TableName"]) from problem
        except BotoCoreError as problem:
            raise _client_error(problem, operation, params["TableName"]) from problem
        return answer

    def close(self, *, passed: bool) -> None:
        """Let go of the provider and of open sockets, then let the provider conclude. Closing again does nothing."""
        if self._closed:
            return
        self._closed = True
        if self.provider is not None:
            deactivate(self._activation)
            self._untag()
        self.botocore.close()
        conclude = getattr(self.provider, "close", None)
        if conclude is not None:
            conclude(passed=passed)


#: botocore's method of each operation.
_METHODS = {
    "DeleteItem": "delete_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
}


def _botocore_client(config: ClientConfig) -> Any:
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    # A session of its own: making clients of a shared one is not thread-safe.
    try:
        return get_session().create_client("dynamodb", **config.client_arguments())
    except (BotoCoreError, ValueError) as problem:  # ValueError: an endpoint that is no URL
        raise ConfigurationError(f"no DynamoDB client can be made: {problem}") from problem


#: What to say where nobody is in charge: by whether the mock was asked for.
_LACKING = {
    False: "cassette is in charge: call this within use_cassette(...) or a test marked dynamodb_cassette, or give the "
    "client an object such as ReplayProvider(path)",
    True: "mock is in charge any more: call this within mock_dynamodb() or the test that the client was made in, or "
    "give the client an object such as MockProvider()",
}


def _guard(events: Any, provider: ProviderName | Provider) -> None:
    """See to it that no request goes to the network although nobody said that it may."""

    def ask_for_a_cassette(context: Mapping[str, Any], **_: Any) -> None:
        if current(context.get(CLIENT_TAG)) is None:
            raise ConfigurationError(f'the provider is "{provider}", but no {_LACKING[provider == "mock"]}')

    def ask_for_the_hooks(context: Mapping[str, Any], **_: Any) -> None:
        in_charge = current(context.get(CLIENT_TAG))
        if in_charge is not None and in_charge.offline:
            raise PytestDynamoDbError(f"{in_charge!r} was not asked: this package's hooks have been uninstalled")

    if isinstance(provider, str):
        # The first event that knows the client's tags: the next thing botocore may do is look for credentials.
        events.register_first("before-endpoint-resolution.dynamodb", ask_for_a_cassette)
    # Not reached where a provider answers: its answer ends this event.
    events.register_last("before-call.dynamodb", ask_for_the_hooks)


def service_error(problem: Any, operation: str, table: str) -> DynamoDbError:
    """The error that a ``ClientError`` of botocore's stands for."""
    answer = problem.response
    error, item = answer.get("Error", {}), answer.get("Item")
    return error_for(
        str(error.get("Code", "")),
        str(error.get("Message", "")),
        operation=operation,
        table=table,
        request_id=answer.get("ResponseMetadata", {}).get("RequestId", ""),
        item=from_wire_item(item) if item else None,
    )


def _client_error(problem: Exception, operation: str, table: str) -> DynamoDbError | PytestDynamoDbError:
    """What an error of botocore itself is: of the transport, or of the settings."""
    from botocore.exceptions import ConnectionError as Disconnected
    from botocore.exceptions import HTTPClientError

    if isinstance(problem, (Disconnected, HTTPClientError)):
        return NoResponse(str(problem), code=type(problem).__name__, operation=operation, table=table)
    return ConfigurationError(f"{operation} on {table} could not be sent: {problem}")


def _for_botocore(params: dict[str, Any]) -> dict[str, Any]:
    """Wire-level parameters as botocore wants them: binary as bytes, since it writes the base64 itself."""
    return {
        name: {key: _with_bytes(member) for key, member in value.items()} if name in _VALUES else value
        for name, value in params.items()
    }


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    ((tag, content),) = value.items()
    if tag == "B":
        return {tag: base64.b64decode(content)}
    if tag == "BS":
        return {tag: [base64.b64decode(member) for member in content]}
    if tag == "L":
        return {tag: [_with_bytes(member) for member in content]}
    if tag == "M":
        return {tag: {name: _with_bytes(member) for name, member in content.items()}}
    return value
