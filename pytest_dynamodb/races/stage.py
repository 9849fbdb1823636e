"""Where actors play: a mock that begins each order as it was before the first."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypeVar
from unittest.mock import patch

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Snapshot
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError
from pytest_dynamodb.exchange import Provider, Request
from pytest_dynamodb.hooks import active
from pytest_dynamodb.hooks.internals import living_retry_quotas
from pytest_dynamodb.intercept import Interception, mock_dynamodb
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.races.actors import acting_now
from pytest_dynamodb.races.footprints import EVERYTHING, Footprint, footprint
from pytest_dynamodb.races.virtualloop import VirtualLoop
from pytest_dynamodb.requests import parts

PATIENCE: Final = 0.15
"""Seconds after which a thread that stands still is taken to wait for something else than DynamoDB."""

JOBS_PATIENCE: Final = 2.0
"""The same for what coroutines have given to threads."""

FULL: Final = 1_000_000
"""More than any client may use up for retries."""

Setup: TypeAlias = Callable[[], Any] | Callable[[Mock], Any]
"""What prepares the mock: a function or a coroutine function, of nothing or of the mock."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class WrittenItem:
    """An item that a call may have written, with its attributes before and after in wire form."""

    table: str
    key: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class Stage:
    """A mock, and the loop of the actors that are coroutines.

    ``faults`` are planned anew for each run, as they were planned when the stage was made.
    """

    mock: Mock

    def __init__(self, mock: Mock, setup: Setup | None) -> None:
        self.mock, self._faults, self._setup = mock, mock.faults, setup
        self._planned = mock.faults.planned
        self._before = mock.snapshot()
        clock = mock.engine.clock
        self._clock, self._began = clock, clock.now() if isinstance(clock, VirtualClock) else None
        self._quotas = living_retry_quotas()
        self._key_names: dict[str, Sequence[str]] = {}
        self.provider: Provider = FaultyProvider(MockProvider(mock), mock.faults, clock=lambda: mock.engine.clock)
        """Who answers the calls, as far as they are let through."""
        self.loop: VirtualLoop = VirtualLoop(acting_now, patience=JOBS_PATIENCE)
        self.waits: dict[tuple[int, ...], frozenset[int]] = {}
        """After which schedules which actors were found to wait for something else than DynamoDB."""

    def reset(self) -> None:
        """Begin again: what there was at first, and what ``setup`` makes of it."""
        self.mock.restore(self._before)
        if self._began is not None:
            self.mock.engine.clock = VirtualClock(self._began)
        self._faults.clear()
        self._faults.add(*self._planned)
        for quota in self._quotas:
            quota.release(FULL)
        if self._setup is not None:
            self.call(self._setup, self.mock)

    def restore(self) -> None:
        """Leave everything as it was."""
        self.mock.restore(self._before)
        self.mock.engine.clock = self._clock
        self._faults.clear()
        self._faults.add(*self._planned)

    def call(self, function: Callable[..., Any], *offered: object) -> Any:
        """The result of a function, or of a coroutine function, given as many arguments as it takes."""
        result = function(*offered[: _positional(function)])
        return self.loop.result_of(result) if inspect.isawaitable(result) else result

    # -- what calls touch --------------------------------------------------------------------------------------------

    def footprint(self, request: Request) -> Footprint:
        """What a call touches. While faults are planned or limits simulated, the order of any two calls matters."""
        if not self._faults.is_empty or self.mock.engine.is_simulating:
            return EVERYTHING
        return footprint(request, lambda table: self._keys_of(table, request.region))

    def _keys_of(self, table: str, region: str) -> Sequence[str] | None:
        names = self._key_names.get(table)
        if names is None and table:
            found = self.mock.tables_in(region or self.mock.region).get(table)
            if found is not None:
                names = self._key_names[table] = found.key_names
        return names

    def written(self, request: Request, before: Snapshot, after: Snapshot) -> Iterator[WrittenItem]:
        """The items that a call may have written, as they were before and after it."""
        engine = self.mock.engine
        states = [Engine(account=engine.account, clock=engine.clock) for _ in range(2)]
        for state, snapshot in zip(states, (before, after), strict=True):
            state.restore(snapshot)
        for part in parts(request.operation, request.params):
            names = self._keys_of(part.table, request.region) if part.writes else None
            if names and all(name in part.attributes for name in names):
                key = {name: part.attributes[name] for name in names}
                asked = replace(request, operation="GetItem", params={"TableName": part.table, "Key": key})
                yield WrittenItem(part.table, key, *(_item(state, asked) for state in states))

    # -- begin and end -----------------------------------------------------------------------------------------------

    @contextmanager
    def open(self, entrance: Provider, *, hurries: Callable[[], bool]) -> Iterator[None]:
        """A block in which all DynamoDB calls of the process come in by ``entrance``, and ``time.sleep`` takes no time
        for threads of which ``hurries`` is true.
        """
        interception = Interception(entrance)
        interception.start()
        try:
            with _without_pauses(self.provider.wait, hurries):
                yield
        finally:
            interception.stop()
            self.restore()
            self.loop.end_tasks()
            self.loop.close()


def _item(engine: Engine, request: Request) -> Mapping[str, Any] | None:
    try:
        found: Any = engine.run(request).get("Item")
    except DynamoDbError:  # there was no such table
        return None
    return found  # type: ignore[no-any-return]  # JSON


def _positional(function: Callable[..., object]) -> int:
    """How many arguments a function takes by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of some built-in functions nobody knows
        return 0
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return 2
    return sum(
        one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} and one.default is one.empty for one in parameters
    )


@contextmanager
def _without_pauses(wait: Callable[[float], None], hurries: Callable[[], bool]) -> Iterator[None]:
    sleep = time.sleep

    def pause(seconds: float) -> None:
        if hurries():
            wait(seconds)
        else:
            sleep(seconds)

    with patch.object(time, "sleep", pause):
        yield


@contextmanager
def mock_in_charge(mock: Mock | None) -> Iterator[Mock]:
    """The mock to play on: the one given, the one that answers now, or one that answers for the length of the block.

    Raises ``ConfigurationError`` where something else answers.
    """
    provider = active.current()
    own = nullcontext(mock) if mock is not None or provider is not None else mock_dynamodb()
    with own as given:
        if given is not None:
            yield given
            return
        assert provider is not None
        found = _mock_behind(provider)
        if isinstance(provider, FaultyProvider):
            found.faults = provider.faults
        yield found


def _mock_behind(provider: Provider) -> Mock:
    upstream = provider.upstream
    source: Any = upstream.engine if isinstance(upstream, MockProvider) else None
    source = getattr(source, "mock", source)  # a test's, which is taken from what wider fixtures have made
    if isinstance(source, Engine):
        from pytest_dynamodb.hooks.defaults import default_region

        source = Mock(source, region=default_region)
    if not isinstance(source, Mock):
        raise ConfigurationError(
            f"all orders of calls can only be tried on a mock, and {type(provider).__name__} answers: "
            "use mock_dynamodb(), or the fixture dynamodb_mock"
        )
    return source


def has_running_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def outside_of_loops(work: Callable[[], Result]) -> Result:
    """What ``work`` returns, done in a thread of its own where this thread runs an event loop already."""
    if not has_running_loop():
        return work()
    done: Future[Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as problem:  # noqa: BLE001 - the waiting thread raises it
            done.set_exception(problem)

    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    return done.result()
