"""The engine: takes requests, gives answers, snapshots everything it holds; and the simulators around it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random
from typing import Any, Protocol

from pytest_dynamodb import forks
from pytest_dynamodb.clock import Clock, VirtualClock
from pytest_dynamodb.dialects import Dialect, dialect_of
from pytest_dynamodb.engine import answers
from pytest_dynamodb.engine.call import Call, Files, Lifecycle
from pytest_dynamodb.engine.handlers import LOADED, Handler, deliver, followers, handler_named
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.streams.capture import split_shards
from pytest_dynamodb.engine.timetolive import expire
from pytest_dynamodb.engine.validation.acceptance import acceptor
from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import DynamoDbError, error_for
from pytest_dynamodb.exchange import Request, Response

# --- simulators ---


class Restorer(Protocol):
    """What a simulator needs of the engine."""

    def checkpoint(self) -> Callable[[], None]:
        """Remember what is held now; calling the result restores it."""


class Simulator(ABC):
    """Carries operations out in its own way."""

    @abstractmethod
    def carry_out(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """The body of the answer. Raises ``DynamoDbError``."""

    def around(self, handler: Handler, engine: Restorer) -> Handler:
        """A handler that carries an operation out in this simulator's way."""
        return lambda call: self.carry_out(call, handler, engine)

    @abstractmethod
    def anew(self) -> Simulator:
        """A simulator with the same settings that has seen nothing yet."""


class Simulation(Protocol):
    """Settings that a simulator is made from."""

    def simulator(self) -> Simulator:
        """A new simulator with these settings."""


def switched_on(throughput: Simulation | None, consistency: Simulation | None) -> tuple[Simulator, ...]:
    """The simulators of the settings given, innermost first: a throttled write was never made, so no read can miss
    it.
    """
    return tuple(settings.simulator() for settings in (throughput, consistency) if settings is not None)


# --- the engine ---

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an engine held at a moment. Can be restored any number of times, in any engine."""

    regions: tuple[Region, ...]


class Engine:
    """An in-memory DynamoDB with any number of accounts and regions. Safe to use from any thread.

    ``clock``        the time; a ``VirtualClock`` of its own unless given
    ``seed``         determines everything that AWS makes up: the same seed and requests give the same answers
    ``dialect``      whose wording of errors and order of checks: ``"today"`` (what most regions of AWS answer),
                     ``"classic"`` (what all of them answered before June 2026), a day, or a region's name
    ``lifecycle``    how long tables and indexes take to come and go; no time at all unless given
    ``account``      the account of requests that name none
    ``files``        the buckets of exports and imports; none unless given
    ``throughput``   the ``ThroughputLimits`` of requests; none unless given
    ``consistency``  a ``Consistency``: how stale reads may be; not at all unless given
    """

    dialect: Dialect
    account: str
    files: Files | None
    lifecycle: Lifecycle

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 0,
        dialect: str | date | Dialect = "today",
        lifecycle: Lifecycle | None = None,
        account: str = DEFAULT_ACCOUNT,
        files: Files | None = None,
        throughput: Simulation | None = None,
        consistency: Simulation | None = None,
    ) -> None:
        self.clock: Clock = VirtualClock() if clock is None else clock
        self.dialect, self.account, self.files = dialect_of(dialect), account, files
        self.lifecycle = Lifecycle() if lifecycle is None else lifecycle
        self._random = Random(seed)  # noqa: S311  # names and identifiers of a test double, no secrets
        self._lock = forks.reentrant_lock()
        self._owner = object()
        self._regions: dict[tuple[str, str], Region] = {}
        self._followers = followers()
        self._simulators = switched_on(throughput, consistency)
        self.watchers: tuple[Callable[[], object], ...] = ()
        """Called after each request that was carried out, in the thread that made it."""

    def answer(self, request: Request) -> Response:
        """Carry a request out. Never raises because of the request: errors are answers too."""
        try:
            answer = Response(200, self.run(request))
        except DynamoDbError as problem:
            return answers.to_response(problem)
        for watcher in self.watchers:
            watcher()
        return answer

    def run(self, request: Request) -> dict[str, object]:
        """The body of a successful answer. Raises ``DynamoDbError`` for any other."""
        handler = LOADED.get(request.operation) or handler_named(request.operation)
        if handler is None:
            raise error_for("UnknownOperationException", "")
        surface, params = surface_of(request.operation, self.dialect), request.params
        if not acceptor(request.operation)(params):
            params = check_request(surface, params)
        with self._lock:
            region = self._region(request.account or self.account, request.region or DEFAULT_REGION)
            call = Call(
                surface,
                params,
                region,
                self.clock,
                self._random,
                self.dialect,
                self.lifecycle,
                self._region,
                self.files,
                self._followers,
            )
            if region.inbox:
                deliver(call)
            if region.may_expire:
                expire(call)
            for simulator in self._simulators:
                handler = simulator.around(handler, self)
            return handler(call)

    def region(self, name: str = DEFAULT_REGION, *, account: str | None = None) -> Region:
        """The tables of a region, to look at. The next request may change them."""
        with self._lock:
            return self._region(account or self.account, name)

    def regions(self) -> list[Region]:
        """Every region that has been used."""
        with self._lock:
            return list(self._regions.values())

    def _region(self, account: str, name: str) -> Region:
        region = self._regions.get((account, name))
        if region is None:
            region = self._regions[account, name] = Region(self._owner, account, name)
        return region

    def split_shards(
        self, table: str, *, children: int = 2, region: str = DEFAULT_REGION, account: str | None = None
    ) -> list[str]:
        """Close the open shards of a table's stream and open children of each; returns the ids of those that are open
        now.

        AWS does this as traffic grows. Raises ResourceNotFoundException if there is no such table, or its stream is
        off.
        """
        with self._lock:
            place, now = self._region(account or self.account, region), self.clock.now()
            found = place.find(table, now)
            if found is None:
                raise error_for("ResourceNotFoundException", f"Requested resource not found: Table: {table} not found")
            return split_shards(place, found, now, children)

    # --- all of it at once ---

    def snapshot(self) -> Snapshot:
        """What it holds now, unaffected by later writes. Copies nothing: see ``engine.storage.store``."""
        with self._lock:
            self._disown()
            return Snapshot(tuple(region.shared_with(object()) for region in self._regions.values()))

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything by what a snapshot holds. The clock does not go back."""
        with self._lock:
            self._hold(snapshot)
            self._simulators = tuple(simulator.anew() for simulator in self._simulators)

    def _hold(self, snapshot: Snapshot) -> None:
        self._owner = object()
        self._regions = {(region.account, region.name): region.shared_with(self._owner) for region in snapshot.regions}

    def checkpoint(self) -> Callable[[], None]:
        """Remember what is held now; calling the result restores it. For simulators, which undo operations."""
        return partial(self._hold, self.snapshot())

    @contextmanager
    def unrestricted(self) -> Iterator[None]:
        """A block in which no limit applies, no read is stale and no table takes time: for loading and for
        explaining.
        """
        with self._lock:
            simulators, lifecycle = self._simulators, self.lifecycle
            self._simulators, self.lifecycle = (), Lifecycle()
            try:
                yield
            finally:
                self._simulators, self.lifecycle = simulators, lifecycle

    def simulate(self, *, throughput: Simulation | None = None, consistency: Simulation | None = None) -> None:
        """From now on limit throughput, or let reads be stale; what is not given is switched off."""
        with self._lock:
            self._simulators = switched_on(throughput, consistency)

    @property
    def is_simulating(self) -> bool:
        """Whether throughput is limited, or reads may be stale."""
        return bool(self._simulators)

    def fork(self) -> Engine:
        """A second engine with the same content, on the same clock; neither sees the other's later writes."""
        with self._lock:
            twin = Engine(
                clock=self.clock,
                dialect=self.dialect,
                lifecycle=self.lifecycle,
                account=self.account,
                files=self.files,
            )
            twin._random.setstate(self._random.getstate())
            twin._simulators = self._simulators  # restoring makes them anew
            twin.restore(self.snapshot())
            return twin

    def _disown(self) -> None:
        """From now on, copy what exists before changing it."""
        self._owner = object()
        for region in self._regions.values():
            region.owner = self._owner
