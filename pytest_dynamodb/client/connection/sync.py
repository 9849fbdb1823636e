"""A connection: botocore's client in each region, and the provider over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_dynamodb import forks
from pytest_dynamodb.client.config import Settings
from pytest_dynamodb.client.connection.guard import (
    TRIPS,
    check_parameters,
    follow,
    for_botocore,
    guard,
    is_offline,
    passes,
    provider_in_charge,
)
from pytest_dynamodb.client.connection.retries import broken_answer, error_of, replace_retries
from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.effort import current
from pytest_dynamodb.client.steps import Attempt
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Provider, ProviderName
from pytest_dynamodb.hooks.active import activate, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients
from pytest_dynamodb.hooks.internals import own_provider
from pytest_dynamodb.operations import OPERATIONS


class Connection:
    """Sends calls with ``botocore``, a botocore client. ``provider`` answers this client alone, or is ``None``."""

    def __init__(self, settings: Settings, provider: ProviderName | Provider) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        self._failures = (ClientError, BotoCoreError)
        self._settings, self._asked = settings, provider_in_charge(provider, settings.config.dialect)
        self.provider: Provider | None = None if isinstance(self._asked, str) else self._asked
        self._closed = False
        self._lock = forks.lock()
        self._clients: dict[int, Any] = {}
        self._methods: dict[tuple[int, str], Callable[..., Mapping[str, Any]]] = {}
        if self._asked != "live":
            install()
        self._session = open_session(settings)
        self.core: Core = settings.core(self._session)
        self.botocore: Any = self._client(0)
        if self.provider is not None:
            tags, self._untag = tag_clients([self.botocore])
            self._activation = activate(self.provider, tags=tags)

    @property
    def offline(self) -> bool:
        """Whether calls are answered without the network now."""
        return is_offline(self.botocore)

    def passes(self, seconds: float) -> bool:
        """Whether this wait can be skipped now; if so, it counts as done."""
        return passes(self.botocore, seconds)

    def open(self) -> None:
        """Do nothing: unlike an asynchronous connection, it is open from the beginning."""

    def attempt(self, attempt: Attempt) -> Mapping[str, Any]:
        """The answer to a call, as botocore's client gives it.

        Raises ``DynamoDbError``, ``UnexpectedRequest`` and its kin where a provider does not answer, and
        ``ConfigurationError`` where there are no credentials or no region to send anything with.
        """
        call, effort = attempt.call, attempt.effort
        method = self._methods.get((attempt.region, call.operation)) or self._method(attempt.region, call.operation)
        token = current.set(effort)
        try:
            answer = method(**for_botocore(call.params))
        except self._failures as problem:
            raise error_of(problem, effort) from problem
        except TRIPS:
            check_parameters(self._client(attempt.region), call)
            raise
        finally:
            current.reset(token)
        if effort.damaged:
            raise broken_answer(call)
        return answer

    def close(self, *, passed: bool) -> None:
        """Detach and finish the provider, and close open sockets. Closing again does nothing."""
        if self._closed:
            return
        self._closed = True
        self._methods.clear()
        if self.provider is not None:
            deactivate(self._activation)
            self._untag()
        for client in self._clients.values():
            client.close()
        if self.provider is not None:
            self.provider.close(passed=passed)

    def _method(self, region: int, operation: str) -> Callable[..., Mapping[str, Any]]:
        if self._closed:
            raise PytestDynamoDbError(f"{operation}: this client is closed; make a new one")
        method: Callable[..., Mapping[str, Any]] = getattr(self._client(region), OPERATIONS[operation].method)
        self._methods[region, operation] = method
        return method

    def _client(self, region: int) -> Any:
        with self._lock:
            client = self._clients.get(region)
            if client is None:
                client = self._clients[region] = self._new_client(region)
                if region:
                    follow(self.botocore, client)
            return client

    def _new_client(self, region: int) -> Any:
        if self._asked == "live":
            client = self._create(region)
        else:
            with own_provider():
                client = self._create(region)
            guard(client.meta.events, self._asked)
        replace_retries(client.meta.events)
        client.meta.client = client  # where use_cassette(clients=[...]) looks, as it does for boto3's resources
        return client

    def _create(self, region: int) -> Any:
        from botocore.exceptions import BotoCoreError

        try:
            return self._session.create_client("dynamodb", **self._settings.client_arguments(region))
        except (BotoCoreError, ValueError) as problem:  # ValueError: an endpoint that is no URL
            raise ConfigurationError(f"no DynamoDB client can be made: {problem}") from problem


def open_session(settings: Settings, *, is_async: bool = False) -> Any:
    """A session of botocore's or aiobotocore's. Raises ``ConfigurationError``, as for a profile that is not there."""
    from botocore.exceptions import BotoCoreError

    try:
        return settings.session(is_async=is_async)
    except BotoCoreError as problem:
        raise ConfigurationError(f"no DynamoDB client can be made: {problem}") from problem
