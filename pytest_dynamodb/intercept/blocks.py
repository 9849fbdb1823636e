"""What may stand behind ``with``, behind ``async with`` and above a function."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])
Given = TypeVar("Given")


class Block(ABC, Generic[Given]):
    """A context manager, asynchronous too, that decorates functions and coroutine functions as well.

    ``_open`` is what has been entered and not yet left: a block may be entered while it is open.
    """

    _open: list[Any]

    @abstractmethod
    def __enter__(self) -> Given:
        """Enter."""

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""

    def _again(self) -> Block[Given]:
        """The same, for one call: calls of a decorated function may overlap."""
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
