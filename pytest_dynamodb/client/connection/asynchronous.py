"""A connection over aiobotocore: as ``connection.sync``, and bound to the event loop that it was opened in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

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
from pytest_dynamodb.client.connection.retries import broken_answer, deadline_passed, error_of, replace_retries
from pytest_dynamodb.client.connection.sync import open_session
from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.effort import Effort, current
from pytest_dynamodb.client.steps import Attempt
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Provider, ProviderName
from pytest_dynamodb.hooks.active import activate, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients
from pytest_dynamodb.hooks.internals import own_provider
from pytest_dynamodb.operations import OPERATIONS

Method = Callable[..., Awaitable[Mapping[str, Any]]]


class AsyncConnection:
    """Sends calls. The first call opens it, in the running event loop, to which it belongs from then on."""

    def __init__(self, settings: Settings, provider: ProviderName | Provider) -> None:
        require_aiobotocore()
        from botocore.exceptions import BotoCoreError, ClientError

        self._failures = (ClientError, BotoCoreError)
        self._settings, self._asked = settings, provider_in_charge(provider, settings.config.dialect)
        self.provider: Provider | None = None if isinstance(self._asked, str) else self._asked
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._open = AsyncExitStack()
        self._clients: dict[int, Any] = {}
        self._methods: dict[tuple[int, str], Method] = {}
        if self._asked != "live":
            install()
        self._session = open_session(settings, is_async=True)
        self.core: Core = settings.core(self._session)

    @property
    def botocore(self) -> Any:
        """aiobotocore's client in the first region. Raises ``PytestDynamoDbError`` while the client is not open."""
        if not self._clients:
            raise PytestDynamoDbError("this client is not open: enter it with `async with`, or call something first")
        return self._clients[0]

    @property
    def offline(self) -> bool:
        """Whether calls are answered without the network now."""
        return bool(self._clients) and is_offline(self._clients[0])

    def passes(self, seconds: float) -> bool:
        """Whether this wait can be skipped now; if so, it counts as done."""
        return bool(self._clients) and passes(self._clients[0], seconds)

    async def attempt(self, attempt: Attempt) -> Mapping[str, Any]:
        """As the synchronous one. Raises ``PytestDynamoDbError`` in another event loop than it was opened in, too."""
        call, effort = attempt.call, attempt.effort
        if self._loop is not asyncio.get_running_loop():
            self._check_loop()
        key = (attempt.region, call.operation)
        method = self._methods.get(key) or await self._method(*key)
        token = current.set(effort)
        try:
            answer = await _in_time(method(**for_botocore(call.params)), effort)
        except self._failures as problem:
            raise error_of(problem, effort) from problem
        except TRIPS:
            check_parameters(self._clients[attempt.region], call)
            raise
        finally:
            current.reset(token)
        if effort.damaged:
            raise broken_answer(call)
        return answer

    async def open(self) -> None:
        """Open it, if it is not open. Raises ``ConfigurationError`` where no client can be made."""
        self._check_loop()
        await self._client(0)

    async def close(self, *, passed: bool) -> None:
        if self._closed:
            return
        if self._loop is not None:
            self._check_loop()
        self._closed = True
        self._methods.clear()
        if self.provider is not None and self._clients:
            deactivate(self._activation)
            self._untag()
        await self._open.aclose()
        if self.provider is not None:
            self.provider.close(passed=passed)

    def _check_loop(self) -> None:
        running = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = running
        elif self._loop is not running:
            raise PytestDynamoDbError(
                "this client was opened in another event loop, and its connections belong to that: make one client for "
                "each event loop, and close it there"
            )

    async def _method(self, region: int, operation: str) -> Method:
        if self._closed:
            raise PytestDynamoDbError(f"{operation}: this client is closed; make a new one")
        method: Method = getattr(await self._client(region), OPERATIONS[operation].method)
        self._methods[region, operation] = method
        return method

    async def _client(self, region: int) -> Any:
        async with self._opening:
            if self._closed:
                raise PytestDynamoDbError("this client is closed; make a new one")
            if region and 0 not in self._clients:
                await self._add(0)
            if region not in self._clients:
                await self._add(region)
            return self._clients[region]

    async def _add(self, region: int) -> None:
        if self._asked == "live":
            client = await self._new_client(region)
        else:
            with own_provider():
                client = await self._new_client(region)
            guard(client.meta.events, self._asked)
        replace_retries(client.meta.events, asynchronous=True)
        client.meta.client = client  # where use_cassette(clients=[...]) looks, as it does for boto3's resources
        if region:
            follow(self._clients[0], client)
        elif self.provider is not None:
            tags, self._untag = tag_clients([client])
            self._activation = activate(self.provider, tags=tags)
        self._clients[region] = client

    async def _new_client(self, region: int) -> Any:
        from botocore.exceptions import BotoCoreError

        try:
            creating = self._session.create_client("dynamodb", **self._settings.client_arguments(region, is_async=True))
            return await self._open.enter_async_context(creating)
        except (BotoCoreError, ValueError) as problem:  # ValueError: an endpoint that is no URL
            raise ConfigurationError(f"no DynamoDB client can be made: {problem}") from problem


async def _in_time(calling: Awaitable[Mapping[str, Any]], effort: Effort) -> Mapping[str, Any]:
    """The answer, if it comes before the deadline; else raise ``NoResponse``."""
    patience = effort.patience
    if patience is None:
        return await calling
    try:
        return await asyncio.wait_for(calling, patience)
    except asyncio.TimeoutError:
        effort.settled = True
        raise deadline_passed(effort.call) from None


def require_aiobotocore() -> None:
    """Raise ``ConfigurationError`` where the extra is missing."""
    try:
        import aiobotocore  # noqa: F401
    except ImportError as problem:
        raise ConfigurationError(
            "AsyncDynamoDbClient needs aiobotocore: install pytest-dynamodb-cassette[async]"
        ) from problem
