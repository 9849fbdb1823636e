"""``use_cassette``, and opening and settling a cassette, which the pytest plugin does in the same way."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.choices import Mode, OnSecrets, OnUnused, Order, one_of
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import SUFFIX, exists, read
from pytest_dynamodb.dialects import dialect_of
from pytest_dynamodb.errors import (
    CassetteError,
    ConfigurationError,
    PytestDynamoDbError,
    UnexpectedRequest,
    UnplayedExchanges,
)
from pytest_dynamodb.exchange import PROVIDERS, Provider, ProviderName
from pytest_dynamodb.intercept.interception import Block, Interception
from pytest_dynamodb.providers.offline import ReplayProvider
from pytest_dynamodb.providers.upstream import LiveProvider, RecordingProvider, VerifyingProvider, name_of

if TYPE_CHECKING:
    from pytest_dynamodb.clock import Clock
    from pytest_dynamodb.faults import Faults
    from pytest_dynamodb.providers.mock import Answering


class UnplayedWarning(UserWarning):
    """A test passed without playing everything its cassette holds."""


class SecretWarning(UserWarning):
    """A recording that was written holds what looks like a secret."""


def open_cassette(
    path: str | os.PathLike[str],
    options: CassetteOptions,
    provider: str | None,
    *,
    upstream: Provider | None = None,
    engine: Answering | None = None,
    dialect: str | date | None = None,
    lenient: bool = False,
) -> tuple[Cassette, Provider]:
    """The cassette at ``path``, and the provider for its mode or for the name given.

    ``upstream`` takes the place of the one in the options. ``engine`` is what the mock answers from, as the provider or
    as the upstream; without one, an empty engine with this ``dialect``.

    Raises ``CassetteError`` for a damaged cassette, for one older than ``max_age``, and where there is none to verify
    (with ``lenient``, that becomes drift as soon as a call is made); ``ConfigurationError`` for an unknown provider.
    """
    if provider is not None:
        one_of("provider", provider, PROVIDERS)
    if provider == "mock":
        unused = Cassette(path, options=options)
        return unused, _mock(engine, dialect, witness=unused)
    if upstream is None and options.upstream == "mock":
        upstream = _mock(engine, dialect)
    there = upstream or options.upstream
    if provider == "live":
        unused = Cassette(path, options=options)
        return unused, LiveProvider(there, witness=unused)
    return _opened(Path(path), options, _mode(options.mode, provider), there, lenient=lenient)


def _opened(
    path: Path, options: CassetteOptions, mode: Mode, there: str | Provider, *, lenient: bool
) -> tuple[Cassette, Provider]:
    there_is_one = exists(path)
    if mode == "rewrite":
        cassette = Cassette(path, contents=_readable(path) if there_is_one else None, options=options)
        return cassette, RecordingProvider(cassette, upstream=there)
    cassette = Cassette(path, contents=read(path) if there_is_one else None, options=options)
    if mode == "verify":
        if not there_is_one and not lenient:
            raise CassetteError(str(path), "there is no cassette to verify", remedy=options.remedy)
        return cassette, VerifyingProvider(cassette, upstream=there)
    cassette.check_age()
    if mode == "none" or (mode == "once" and there_is_one):
        return cassette, ReplayProvider(cassette)
    recording = RecordingProvider(cassette, upstream=there, keep=True)
    return cassette, ReplayProvider(cassette, otherwise=recording) if there_is_one else recording


def _mock(engine: Answering | None, dialect: str | date | None, *, witness: Cassette | None = None) -> Provider:
    from pytest_dynamodb.providers.mock import MockProvider  # an engine, which replays do not need

    return MockProvider(engine, dialect=dialect, witness=witness)


def _mode(mode: Mode, provider: str | None) -> Mode:
    if provider == "replay":
        return "none"
    return "rewrite" if provider == "record" and mode in ("none", "verify") else mode


def _readable(path: str | os.PathLike[str]) -> Any:
    """The cassette at ``path``, or ``None`` where it is damaged: it is about to be recorded again anyway."""
    try:
        return read(path)
    except CassetteError:
        return None


class CassetteInterception(Interception):
    """An ``Interception`` with a cassette's provider; ``conclude`` settles the file."""

    def __init__(
        self,
        cassette: Cassette,
        provider: Provider,
        *,
        clients: Sequence[Any] | None = None,
        faults: Faults | None = None,
        clock: Callable[[], Clock | None] | None = None,
    ) -> None:
        super().__init__(provider, clients=clients, faults=faults, clock=clock)
        self.cassette = cassette

    def conclude(self, *, passed: bool) -> None:
        """Settle the file, then raise for misses and drift, which the code under test may have caught.

        A recording with a miss counts as failed.
        """
        missed, refusal = self.cassette.misses, self.cassette.refusal
        if passed and not missed and refusal is None:
            self.cassette.commit()
        else:
            self.cassette.abandon()
        if not passed:
            return
        if missed:
            raise self.cassette.missed()
        if refusal is not None:
            raise refusal
        drift = self.cassette.drift_error()
        if drift is not None:
            raise drift
        self._check_secrets()
        self._check_unplayed()

    def _check_secrets(self) -> None:
        found = self.cassette.leaks
        if not found:
            return
        from pytest_dynamodb.cassette.leaks.scan import describe

        head = f"{self.cassette.path} holds what looks like a secret:\n"
        warnings.warn(SecretWarning(head + describe(found, self.cassette.options.redact)), stacklevel=4)

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
        from pytest_dynamodb.cassette.report.misses import describe_unplayed

        text = describe_unplayed(cassette.inventory, unplayed)
        if cassette.options.on_unused == "fail":
            raise UnplayedExchanges(text)
        warnings.warn(UnplayedWarning(text), stacklevel=4)


class use_cassette(Block[Cassette]):  # noqa: N801 - used like a function, as a context manager and as a decorator
    """Record to, and replay from, the cassette at ``path``.

    ``mode`` is one of ``none`` (replay; a miss fails), ``once`` (record if there is no cassette), ``new_episodes``
    (record what is missing), ``rewrite`` or ``all`` (record afresh) and ``verify`` (compare the upstream with the
    cassette). ``provider`` may be ``"live"`` to let everything through, ``"mock"`` to answer from memory, ``"replay"``
    or ``"record"``. ``upstream`` is ``"aws"``, a URL, ``"mock"``, which begins empty, or a provider that answers, such
    as ``MockProvider(mock)``. ``dialect`` says whose answers the mock gives that ``"mock"`` names: see
    ``mock_dynamodb``. ``clients`` restricts it to the given clients or resources; otherwise every client of the process
    is covered. ``faults`` strike whatever answers. The other keywords are those of the marker ``dynamodb_cassette``.

    Entering returns the open ``Cassette``. A recording is written when the block ends without an exception; otherwise
    the file stays as it was, and the attempt is kept beside it as ``*.failed``. Leaving raises ``UnexpectedRequest``
    after any miss, even one that the block caught, and ``DriftError`` if a verification found differences.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        mode: Mode | Literal["all"] = "none",
        provider: ProviderName | None = None,
        upstream: str | Provider = "aws",
        dialect: str | date | None = None,
        clients: Sequence[Any] | None = None,
        ignore: Sequence[str] = (),
        volatile: Sequence[str] = (),
        redact: Sequence[str] = (),
        order: Order = "causal",
        repeats: bool = False,
        secrets: OnSecrets = "warn",
        on_unused: OnUnused = "warn",
        max_age: timedelta | int | str | None = None,
        allow: Sequence[str] = (),
        compress: bool = False,
        share: str | None = None,
        faults: Faults | None = None,
    ) -> None:
        if not str(path).endswith(SUFFIX):
            raise ConfigurationError(f"a cassette's name ends in {SUFFIX}, unlike {os.fspath(path)!r}")
        if dialect is not None:
            dialect_of(dialect)
            if "mock" not in (provider, upstream):
                raise ConfigurationError('dialect goes with provider="mock" or upstream="mock" alone')
        self._path, self._provider, self._clients, self._faults = path, provider, clients, faults
        self._dialect = dialect
        self._upstream = None if isinstance(upstream, str) else upstream
        self._options = CassetteOptions(
            mode=cast(Mode, mode),
            upstream=name_of(upstream),
            ignore=tuple(ignore) if not isinstance(ignore, str) else ignore,
            volatile=tuple(volatile) if not isinstance(volatile, str) else volatile,
            redact=tuple(redact) if not isinstance(redact, str) else redact,
            order=order,
            repeats=repeats,
            secrets=secrets,
            on_unused=on_unused,
            max_age=cast(Any, max_age),
            allow=tuple(allow) if not isinstance(allow, str) else allow,
            compress=compress,
            owner=share or "",
            shared=share is not None,
        )
        self._open: list[CassetteInterception] = []

    def __enter__(self) -> Cassette:
        """Open the cassette and answer from it."""
        cassette, provider = open_cassette(
            self._path, self._options, self._provider, upstream=self._upstream, dialect=self._dialect
        )
        interception = CassetteInterception(cassette, provider, clients=self._clients, faults=self._faults)
        interception.start()
        self._open.append(interception)
        return cassette

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore everything, settle the file, and raise what the block may have caught."""
        interception = self._open.pop()
        interception.stop()
        try:
            interception.conclude(passed=problem is None)
        except PytestDynamoDbError:
            if problem is None:
                raise
        if problem is not None:
            _explain(problem, interception.cassette)


def _explain(problem: BaseException, cassette: Cassette) -> None:
    """Note on an exception that leaves the block what may have caused it."""
    if cassette.misses and not isinstance(problem, UnexpectedRequest) and sys.version_info >= (3, 11):
        problem.add_note(f"Before this, no recording answered a request:\n{cassette.missed()}")
