"""A provider that answers the process's clients for a while, as a block or a decorator."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks.active import Activation, activate, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients
from pytest_dynamodb.processes.inheritance import attend

if TYPE_CHECKING:
    from pytest_dynamodb.clock import Clock
    from pytest_dynamodb.faults import Faults


# --- interception ---


class Interception:
    """Between ``start`` and ``stop``, the provider answers all clients, or the given ones.

    ``faults`` strike requests on their way to the provider; ``clock`` is what passes with them.
    """

    provider: Provider

    def __init__(
        self,
        provider: Provider,
        *,
        clients: Sequence[Any] | None = None,
        faults: Faults | None = None,
        clock: Callable[[], Clock | None] | None = None,
    ) -> None:
        self.provider, self._clients = provider, clients
        self._answering = provider
        if faults is not None:
            from pytest_dynamodb.providers.faults import FaultyProvider  # for those who plan faults

            self._answering = FaultyProvider(provider, faults, clock=clock)
        self._activation: Activation | None = None
        self._untag: Callable[[], None] | None = None

    def start(self) -> None:
        """Let the provider answer calls from now on."""
        install()
        attend()
        tags = None
        if self._clients is not None:
            tags, self._untag = tag_clients(self._clients)
        self._activation = activate(self._answering, tags=tags)

    def stop(self) -> None:
        """Let calls go where they went before."""
        if self._activation is not None:
            deactivate(self._activation)
            self._activation = None
        if self._untag is not None:
            self._untag()
            self._untag = None


# --- blocks ---

Function = TypeVar("Function", bound=Callable[..., Any])
Given = TypeVar("Given")


class Block(ABC, Generic[Given]):
    """A context manager, synchronous and asynchronous, that also decorates functions and coroutine functions.

    ``_open`` holds what was entered and not yet left: a block may be entered again while it is open.
    """

    _open: list[Any]

    @abstractmethod
    def __enter__(self) -> Given:
        """Enter the block."""

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the block."""

    def _again(self) -> Block[Given]:
        """A block like this one for a single call: calls of a decorated function may overlap."""
        again = object.__new__(type(self))
        again.__dict__.update(self.__dict__, _open=[])
        return again

    async def __aenter__(self) -> Given:
        """As ``__enter__``."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As ``__exit__``."""
        self.__exit__(kind, problem, trace)

    def __call__(self, function: Function) -> Function:
        """Decorate ``function``: each call of it runs in a block of its own."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                async with self._again():
                    return await function(*args, **kwargs)

            return cast(Function, run_async)

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return cast(Function, run)
