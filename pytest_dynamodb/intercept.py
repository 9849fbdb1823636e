"""``use_cassette``: a provider put over the DynamoDB clients of this process for a while.

Works with ``with``, with ``async with`` and as a decorator of functions and coroutine functions; nests, and the
innermost answers. The pytest plugin is built on the same ``Interception``.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar, cast

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.choices import Mode, OnUnused, Order, one_of
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import SUFFIX, read
from pytest_dynamodb.errors import (
    CassetteError,
    ConfigurationError,
    PytestDynamoDbError,
    UnexpectedRequest,
    UnplayedExchanges,
)
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks.active import Activation, activate, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients
from pytest_dynamodb.providers.live import LiveProvider
from pytest_dynamodb.providers.record import RecordingProvider
from pytest_dynamodb.providers.replay import ReplayProvider
from pytest_dynamodb.providers.verify import VerifyingProvider

ProviderName = Literal["replay", "record", "live"]
PROVIDERS: tuple[ProviderName, ...] = ("replay", "record", "live")

Function = TypeVar("Function", bound=Callable[..., Any])


class UnplayedWarning(UserWarning):
    """A test passed without playing everything its cassette holds."""


def open_cassette(
    path: str | os.PathLike[str], options: CassetteOptions, provider: str | None, *, lenient: bool = False
) -> tuple[Cassette, Provider]:
    """The cassette at ``path`` and the provider that its mode asks for, or the one asked for by name.

    Raises ``CassetteError`` for a damaged cassette, for one that is older than ``max_age``, and where there is none to
    verify (with ``lenient``, that is drift as soon as a call is made); ``ConfigurationError`` for a provider that does
    not exist.
    """
    if provider is not None:
        one_of("provider", provider, PROVIDERS)
    if provider == "live":
        unused = Cassette(path, options=options)
        return unused, LiveProvider(options.upstream, witness=unused)
    mode = _mode(options.mode, provider)
    exists = Path(path).exists()
    if mode == "rewrite":
        cassette = Cassette(path, contents=_readable(path) if exists else None, options=options)
        return cassette, RecordingProvider(cassette, upstream=options.upstream)
    cassette = Cassette(path, contents=read(path) if exists else None, options=options)
    if mode == "verify":
        if not exists and not lenient:
            raise CassetteError(str(path), "there is no cassette to verify", remedy=options.remedy)
        return cassette, VerifyingProvider(cassette, upstream=options.upstream)
    cassette.check_age()
    if mode == "none" or (mode == "once" and exists):
        return cassette, ReplayProvider(cassette)
    recording = RecordingProvider(cassette, upstream=options.upstream, keep=True)
    return cassette, ReplayProvider(cassette, otherwise=recording) if exists else recording


def _mode(mode: Mode, provider: str | None) -> Mode:
    if provider == "replay":
        return "none"
    return "rewrite" if provider == "record" and mode in ("none", "verify") else mode


def _readable(path: str | os.PathLike[str]) -> Any:
    """What is there, or nothing if it is damaged: it is about to be recorded afresh."""
    try:
        return read(path)
    except CassetteError:
        return None


class Interception:
    """A cassette's provider, put in charge by ``start`` and taken away by ``stop``; ``conclude`` settles the file."""

    def __init__(self, cassette: Cassette, provider: Provider, *, clients: Sequence[Any] | None = None) -> None:
        self.cassette, self.provider, self._clients = cassette, provider, clients
        self._activation: Activation | None = None
        self._untag: Callable[[], None] | None = None

    def start(self) -> None:
        """Answer the calls of all clients, or of the given ones, from now on."""
        install()
        tags = None
        if self._clients is not None:
            tags, self._untag = tag_clients(self._clients)
        self._activation = activate(self.provider, tags=tags)

    def stop(self) -> None:
        """Let the calls go where they went before."""
        if self._activation is not None:
            deactivate(self._activation)
            self._activation = None
        if self._untag is not None:
            self._untag()
            self._untag = None

    def conclude(self, *, passed: bool) -> None:
        """Settle the file, then raise what is wrong although the code under test may have gone on: misses and drift.

        A recording in which something was missed is no success.
        """
        missed = self.cassette.misses
        if passed and not missed:
            self.cassette.commit()
        else:
            self.cassette.abandon()
        if not passed:
            return
        if missed:
            raise UnexpectedRequest("\n\n".join(miss.report for miss in missed))
        drift = self.cassette.drift_error()
        if drift is not None:
            raise drift
        self._check_unplayed()

    def _check_unplayed(self) -> None:
        cassette = self.cassette
        if (
            cassette.recorded
            or cassette.options.on_unused == "ignore"
            or not isinstance(self.provider, ReplayProvider | VerifyingProvider)
        ):
            return
        unplayed = cassette.unplayed
        if not unplayed:
            return
        from pytest_dynamodb.cassette.report import describe_unplayed

        text = describe_unplayed(cassette, unplayed)
        if cassette.options.on_unused == "fail":
            raise UnplayedExchanges(text)
        warnings.warn(UnplayedWarning(text), stacklevel=4)


class use_cassette:  # noqa: N801 - used like a function, as a context manager and as a decorator
    """Record to and replay from the cassette at ``path``.

    ``mode`` is one of ``none`` (replay; a miss fails), ``once`` (record if there is no cassette), ``new_episodes``
    (record what is missing), ``rewrite`` or ``all`` (record afresh) and ``verify`` (compare the upstream with the
    cassette). ``provider`` may be ``"live"`` to let everything through, ``"replay"`` or ``"record"``. ``upstream`` is
    ``"aws"`` or a URL. ``clients`` restricts it to given clients or resources; otherwise every client of the process
    is covered. The other keywords are those of the marker ``dynamodb_cassette``.

    Entering gives the open ``Cassette``. A recording is written when the block ends without an exception; otherwise
    the file stays as it was and the attempt is kept beside it as ``*.failed``. Leaving raises ``UnexpectedRequest`` if
    anything was missed, even where the block caught it, and ``DriftError`` if a verification found differences.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        mode: Mode | Literal["all"] = "none",
        provider: ProviderName | None = None,
        upstream: str = "aws",
        clients: Sequence[Any] | None = None,
        ignore: Sequence[str] = (),
        redact: Sequence[str] = (),
        order: Order = "causal",
        repeats: bool = False,
        on_unused: OnUnused = "warn",
        max_age: timedelta | int | str | None = None,
        allow: Sequence[str] = (),
        compress: bool = False,
        share: str | None = None,
    ) -> None:
        if not str(path).endswith(SUFFIX):
            raise ConfigurationError(f"a cassette's name ends in {SUFFIX}, unlike {os.fspath(path)!r}")
        self._path, self._provider, self._clients = path, provider, clients
        self._options = CassetteOptions(
            mode=cast(Mode, mode),
            upstream=upstream,
            ignore=tuple(ignore) if not isinstance(ignore, str) else ignore,
            redact=tuple(redact) if not isinstance(redact, str) else redact,
            order=order,
            repeats=repeats,
            on_unused=on_unused,
            max_age=cast(Any, max_age),
            allow=tuple(allow) if not isinstance(allow, str) else allow,
            compress=compress,
            owner=share or "",
            shared=share is not None,
        )
        self._open: list[Interception] = []

    def __enter__(self) -> Cassette:
        """Open the cassette and put it in charge."""
        cassette, provider = open_cassette(self._path, self._options, self._provider)
        interception = Interception(cassette, provider, clients=self._clients)
        interception.start()
        self._open.append(interception)
        return cassette

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore everything, settle the file, and raise what the block may have hidden."""
        interception = self._open.pop()
        interception.stop()
        try:
            interception.conclude(passed=problem is None)
        except PytestDynamoDbError:
            if problem is None:
                raise
        if problem is not None:
            _explain(problem, interception.cassette)

    async def __aenter__(self) -> Cassette:
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

    def _again(self) -> use_cassette:
        """The same, for one call: calls of a decorated function may overlap."""
        again = object.__new__(use_cassette)
        again.__dict__.update(self.__dict__)
        again._open = []
        return again


def _explain(problem: BaseException, cassette: Cassette) -> None:
    """Add to an exception that leaves the block what it may be a consequence of."""
    if cassette.misses and not isinstance(problem, UnexpectedRequest) and sys.version_info >= (3, 11):
        for miss in cassette.misses:
            problem.add_note(f"Before this, no recording answered a request:\n{miss.report}")
