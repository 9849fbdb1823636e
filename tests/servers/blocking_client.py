"""An asynchronous client that is used like the synchronous one, so that one suite of behaviour runs over both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

from pytest_dynamodb import AsyncDynamoDbClient, ClientConfig, DynamoDbClient, Provider

ASYNC_FACES = ("pytest_dynamodb.client.aio", "pytest_dynamodb.client.drivers.asynchronous")


class Blocking:
    """Stands for an asynchronous face: its coroutines are run to their end, its iterators are plain ones."""

    def __init__(self, face: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._face, self._loop = face, loop

    def __getattr__(self, name: str) -> Any:
        return self._plain(getattr(self._face, name))

    def __enter__(self) -> Any:
        return self._plain(self._loop.run_until_complete(self._face.__aenter__()))

    def __exit__(self, *problem: object) -> None:
        self._loop.run_until_complete(self._face.__aexit__(*problem))

    def __iter__(self) -> Iterator[Any]:
        return self._iterate(self._face.__aiter__())

    def _plain(self, value: Any) -> Any:
        if inspect.isawaitable(value):
            return self._plain(self._loop.run_until_complete(_awaited(value)))
        if type(value).__module__.startswith(ASYNC_FACES):
            return Blocking(value, self._loop)
        if isinstance(value, AsyncIterator):
            return self._iterate(value)
        if inspect.ismethod(value):
            return lambda *args, **kwargs: self._plain(value(*map(_face, args), **kwargs))
        return value

    def _iterate(self, values: AsyncIterator[Any]) -> Iterator[Any]:
        while True:
            try:
                yield self._plain(self._loop.run_until_complete(_next(values)))
            except StopAsyncIteration:
                return


def _face(value: Any) -> Any:
    return value._face if isinstance(value, Blocking) else value


async def _awaited(value: Any) -> Any:
    return await value


async def _next(values: AsyncIterator[Any]) -> Any:
    return await values.__anext__()


class BlockingClient(Blocking):
    """``AsyncDynamoDbClient`` in an event loop of its own, which ends with the ``with`` block."""

    def __init__(self, config: ClientConfig | None = None, *, provider: Any = None) -> None:
        face = AsyncDynamoDbClient(config, provider=provider)  # may raise, and then there is no loop to close
        self._runner = asyncio.new_event_loop()
        super().__init__(face, self._runner)

    def __enter__(self) -> Any:
        try:
            super().__enter__()
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        try:
            super().__exit__(*problem)
        finally:
            self._runner.run_until_complete(self._runner.shutdown_asyncgens())
            self._runner.close()


def client(kind: str, config: ClientConfig | None = None, *, provider: str | Provider | None = None) -> Any:
    """A client of one kind, ``"sync"`` or ``"async"``, to be used in a ``with`` block."""
    made: Any = DynamoDbClient if kind == "sync" else BlockingClient
    return made(config, provider=provider)
