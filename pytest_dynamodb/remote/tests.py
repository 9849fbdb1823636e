"""Tests that programs in any language run against one server, each with a cassette or tables of its own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.report.requests import request_line, title
from pytest_dynamodb.cassette.report.traffic import traffic_in_numbers
from pytest_dynamodb.cassette.store import SUFFIX
from pytest_dynamodb.clock import Clock, VirtualClock
from pytest_dynamodb.engine import Snapshot
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.faults import Faults
from pytest_dynamodb.intercept.cassettes import CassetteInterception, open_cassette
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.providers.offline import ReplayProvider
from pytest_dynamodb.providers.upstream import RecordingProvider, VerifyingProvider
from pytest_dynamodb.server import Line, Upstream
from pytest_dynamodb.view.run import test_data

MAIN: Final = "main"
"""The id of what answers callers who are in no test: the server's own provider."""
KEY_PREFIX: Final = "DDBTEST"
"""What the access key ids of tests begin with. AWS's begin with other letters, as its IAM user guide lists them."""
MOST_KEPT: Final = 2_000
"""How many tests' reports are kept."""

_PART: Final = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|.][^\x00-\x1f\x7f/\\:*?\"<>|]{0,199}")
_NAMES: Final[Mapping[type[Provider], str]] = {
    ReplayProvider: "replay",
    RecordingProvider: "record",
    VerifyingProvider: "verify",
    MockProvider: "mock",
}


@dataclass
class ServedTest:
    """A test under way, or (as ``main``) what answers whoever is in none."""

    id: str
    name: str
    cassette: Cassette
    provider: Provider
    upstream: Upstream | None = None
    tables: Mock | None = None
    faults: Faults = field(default_factory=Faults)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.line: Line = Line(FaultyProvider(self.provider, self.faults, clock=self._clock), self.upstream)

    def _clock(self) -> Clock | None:
        return None if self.tables is None else self.tables.engine.clock

    @property
    def access_key_id(self) -> str:
        """The access key id by which calls belong to it."""
        return KEY_PREFIX + self.id.upper()

    @property
    def provider_name(self) -> str:
        """Who answers: ``replay``, ``record``, ``verify`` or ``mock``."""
        return _NAMES.get(type(self.provider), "live")

    @property
    def mock(self) -> Mock:
        """Its tables. Raises ``ConfigurationError`` where it is not answered from memory."""
        if self.tables is None or not isinstance(self.provider.upstream, MockProvider):
            raise ConfigurationError(
                f"the test {self.name!r} has no tables to look into: {self.provider_name} answers it, not the mock"
            )
        return self.tables

    def snapshot(self) -> str:
        """Keep what its tables hold now; returns the name to restore it by."""
        name = str(len(self.snapshots) + 1)
        self.snapshots[name] = self.mock.snapshot()
        return name

    def restore(self, name: str) -> None:
        """Put back what a snapshot holds. Raises ``ConfigurationError`` for one that was never taken."""
        if name not in self.snapshots:
            raise ConfigurationError(f"there is no snapshot {name!r}: there are {', '.join(self.snapshots) or 'none'}")
        self.mock.restore(self.snapshots[name])

    def load(self, tables: Mapping[str, Any]) -> bool:
        """Make tables and put items into them; returns whether that was of use, as it is not in a replay.

        Raises ``LoadError``.
        """
        if self.provider_name == "replay":
            return False
        self.mock.load(tables)
        return True

    def end(self, *, passed: bool) -> str:
        """Settle the cassette: kept if the test has passed. Returns what was wrong all the same; empty if nothing."""
        try:
            CassetteInterception(self.cassette, self.provider).conclude(passed=passed)
        except PytestDynamoDbError as problem:
            return str(problem)
        return ""

    def report(self) -> dict[str, Any]:
        """What it has asked so far, as plain JSON."""
        cassette, name = self.cassette, self.provider_name
        traffic = len(cassette.traffic)
        return {
            "id": self.id,
            "name": self.name,
            "provider": name,
            "cassette": "" if name == "mock" else str(cassette.path),
            "replayed": 0 if name == "verify" else len(cassette.played),
            "recorded": len(cassette.recorded),
            "mocked": traffic if name == "mock" else 0,
            "missed": len(cassette.misses),
            "traffic": traffic_in_numbers(cassette.traffic),
            "misses": [miss.report for miss in cassette.misses],
            "unplayed": self.unplayed(),
        }

    def unplayed(self) -> list[str]:
        """The recordings that it has not asked for, a line each."""
        if self.cassette.is_recording:
            return []
        return [
            f"{title(each.operation, each.params)} {request_line(each.operation, each.params)}".rstrip()
            for each in self.cassette.unplayed
        ]


class ServedTests:
    """The tests of a server. ``folder`` is where their cassettes are; ``main`` answers whoever is in no test."""

    main: ServedTest
    folder: Path

    def __init__(self, main: ServedTest, *, folder: Path) -> None:
        self.main, self.folder = main, folder
        self._running: dict[str, ServedTest] = {MAIN: main}
        self._by_key: dict[str, ServedTest] = {}
        self.ended: dict[str, dict[str, Any]] = {}
        """Reports of tests that have ended, by id, in that order."""
        self.shown: dict[str, dict[str, Any]] = {}
        """The same for the page of a run."""

    @property
    def running(self) -> Sequence[ServedTest]:
        """The tests under way, in the order in which they began."""
        return [test for test in self._running.values() if test is not self.main]

    def find(self, identifier: str) -> ServedTest:
        """The test under way with an id. Raises ``ConfigurationError`` where there is none."""
        try:
            return self._running[identifier]
        except KeyError:
            raise self._unknown(identifier) from None

    def by_key(self, access_key_id: str) -> ServedTest:
        """The test under way whose access key id it is. Raises ``ConfigurationError`` where there is none."""
        found = self._by_key.get(access_key_id)
        if found is None:
            raise self._unknown(access_key_id.removeprefix(KEY_PREFIX).lower())
        return found

    def _unknown(self, identifier: str) -> ConfigurationError:
        ended = self.ended.get(identifier)
        if ended is not None:
            return ConfigurationError(f"the test {ended['name']!r} has ended: nothing answers its calls any more")
        return ConfigurationError(f"there is no test {identifier!r} here: begin one with POST /_dynamodb/tests")

    def begin(
        self,
        name: str,
        *,
        cassette: str = "",
        provider: str | None = None,
        upstream: str = "mock",
        **options: Any,
    ) -> ServedTest:
        """Begin a test: with ``cassette``, a name in the folder of cassettes, or on a copy of the server's tables.

        ``upstream`` is where recordings come from: such a copy, or the URL of another DynamoDB. The other options are
        those of ``CassetteOptions``. Raises what opening a cassette raises, and ``ConfigurationError`` for what makes
        no sense.
        """
        path = self._path(cassette)
        if not cassette and provider in ("replay", "record"):
            raise ConfigurationError(f"provider {provider!r} needs a cassette")
        there = None if upstream == "mock" else Upstream(upstream)
        settings = CassetteOptions(
            **{"on_unused": "ignore", **options},
            owner=name,
            upstream=upstream,
            remedy='record it again: begin the test with the mode "rewrite"',
        )
        tables = self._copy()
        opened, answering = open_cassette(path, settings, provider if cassette else "mock", engine=tables)
        test = ServedTest(secrets.token_hex(6), name, opened, answering, there, tables)
        self._refuse_sharing(test)
        return self._added(test)

    def fork(self, test: ServedTest, name: str) -> ServedTest:
        """Begin a test on a copy of another's tables."""
        tables, cassette = _copied(test.mock), Cassette(self._path(""), options=CassetteOptions(owner=name))
        provider = MockProvider(tables, witness=cassette)
        return self._added(ServedTest(secrets.token_hex(6), name, cassette, provider, None, tables))

    def end(self, test: ServedTest, *, passed: bool) -> dict[str, Any]:
        """End a test. Returns its report with ``outcome`` and ``problem``."""
        if test is self.main:
            raise ConfigurationError("what answers callers who are in no test ends with the server")
        del self._running[test.id], self._by_key[test.access_key_id]
        problem = test.end(passed=passed)
        outcome = "passed" if passed and not problem else "failed"
        report = {**test.report(), "outcome": outcome, "problem": problem}
        self.ended[test.id] = report
        self.shown[test.id] = test_data(test.name, test.cassette, outcome=outcome, state=test.provider_name)
        for kept in (self.ended, self.shown):
            while len(kept) > MOST_KEPT:
                del kept[next(iter(kept))]
        return report

    def close(self) -> None:
        """The server stops: tests that are under way have failed."""
        for test in self.running:
            self.end(test, passed=False)

    def _added(self, test: ServedTest) -> ServedTest:
        self._running[test.id] = self._by_key[test.access_key_id] = test
        return test

    def _copy(self) -> Mock:
        return Mock() if self.main.tables is None else _copied(self.main.tables)

    def _path(self, name: str) -> Path:
        """The file of a cassette. Raises ``ConfigurationError`` for a name that leads out of the folder."""
        parts = name.removesuffix(SUFFIX).split("/") if name else ["none"]
        if not all(_PART.fullmatch(part) for part in parts):
            unfit = '\\ : * ? " < > |'
            raise ConfigurationError(
                f"a cassette is named like shop/adds an item, not {name!r}: no dots first, no {unfit}"
            )
        return self.folder.joinpath(*parts[:-1], parts[-1] + SUFFIX)

    def _refuse_sharing(self, test: ServedTest) -> None:
        """Two tests may replay the same cassette, but not while one records it."""
        if test.provider_name == "mock":
            return
        for other in self.running:
            shared = other.provider_name != "mock" and other.cassette.path == test.cassette.path
            if shared and (other.cassette.is_recording or test.cassette.is_recording):
                test.cassette.discard()
                raise ConfigurationError(f"the cassette {test.cassette.path} is in use by the test {other.name!r}")


def _copied(mock: Mock) -> Mock:
    """A copy with a clock that can be moved."""
    copy = mock.fork()
    copy.engine.clock = VirtualClock(copy.engine.clock.now())
    return copy
