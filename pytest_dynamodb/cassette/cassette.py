"""An open cassette: what it holds, what of it has been played, what was missing, and what is being recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pytest_dynamodb import forks
from pytest_dynamodb.cassette import codec
from pytest_dynamodb.cassette.assertions import TrafficAssertions
from pytest_dynamodb.cassette.items import key_names
from pytest_dynamodb.cassette.matching import Matcher, place_of, renamed
from pytest_dynamodb.cassette.options import CassetteOptions, returned
from pytest_dynamodb.cassette.playback import Playback
from pytest_dynamodb.cassette.recording import Recording
from pytest_dynamodb.cassette.redaction import Sanitizer
from pytest_dynamodb.cassette.store import Contents, read, write
from pytest_dynamodb.errors import CassetteError, DriftError, RecordingRefused, UnexpectedRequest
from pytest_dynamodb.exchange import Exchange, Outcome, Request, Response
from pytest_dynamodb.requests import UNKNOWN_TABLE, is_write, tables_of

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.leaks.scan import Leak
    from pytest_dynamodb.cassette.report.misses import Inventory
    from pytest_dynamodb.cassette.volatile.passes import Differing
    from pytest_dynamodb.cassette.volatile.replay import BindingPlayback

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Miss:
    """A request that no recording answered, why, and the report that was raised."""

    operation: str
    params: dict[str, Any]
    reason: str
    report: str


class Cassette(TrafficAssertions):
    """A cassette in use. Its methods may be called from any thread.

    ``path`` is its file, ``exchanges`` what it holds (in record modes: what was recorded so far), ``played`` and
    ``unplayed`` what of that has answered a request, ``misses`` the requests that nothing answered, and ``traffic``
    every exchange of this run in the order of the calls, played or recorded.
    """

    matcher: Matcher

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        contents: Contents | None = None,
        options: CassetteOptions | None = None,
    ) -> None:
        self.path: Path = Path(path).absolute()  # code under test may go elsewhere
        self.options: CassetteOptions = options or CassetteOptions()
        self.exists: bool = contents is not None
        self.header: codec.Header = contents.header if contents else codec.Header()
        self.misses: list[Miss] = []
        self.drift: list[str] = []
        self.leaks: list[Leak] = []
        self._refused: list[str] = []
        self.traffic: list[Exchange] = []
        self._loaded = _own(contents.exchanges, self.options.owner) if contents else []
        self._lock = forks.reentrant_lock()
        self._recording: Recording | None = None
        self._memos = codec.Memos(self.header.memos)
        hooks = self.options.hooks
        self.matcher = Matcher(self.options.ignore, normalize=hooks.normalize)
        self.sanitizer: Sanitizer = Sanitizer(self.options.redact, hook=hooks.redact, known=self.header.pseudonyms)
        self._playback: Playback | None = None
        self._binding: BindingPlayback | None = None

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """What the cassette holds, in recorded order."""
        return (*self._loaded, *self._recording.exchanges) if self._recording else tuple(self._loaded)

    @property
    def played(self) -> Sequence[Exchange]:
        """The recordings that have answered a request."""
        return tuple(e for e, played in zip(self._loaded, self._plays, strict=True) if played)

    @property
    def unplayed(self) -> Sequence[Exchange]:
        """The recordings that have not answered any request."""
        return tuple(e for e, played in zip(self._loaded, self._plays, strict=True) if not played)

    @property
    def is_recording(self) -> bool:
        """Whether this run records."""
        return self._recording is not None

    @property
    def became(self) -> Literal["", "written", "set aside"]:
        """What has become of the recording, once it is settled: "" if it was dropped, or if there was none."""
        return "" if self._recording is None else self._recording.became

    @property
    def recorded(self) -> Sequence[Exchange]:
        """What has been recorded since the cassette was opened."""
        return tuple(self._recording.exchanges) if self._recording else ()

    @property
    def inventory(self) -> Inventory:
        """The cassette as it is now, for reports."""
        from pytest_dynamodb.cassette.report.misses import Inventory

        return Inventory(self.path, self.exists, self.header, self.options, self.matcher, self.exchanges, self.played)

    @property
    def _plays(self) -> bytes:
        return self._playback.played if self._playback else bytes(len(self._loaded))

    # --- replay ---

    def open_for_verification(self) -> None:
        """Index the recordings, for requests of another run against another server."""
        self.matcher = Matcher(self.options.ignore, normalize=self.options.hooks.normalize, across_runs=True)
        self.open_for_replay()

    def open_for_replay(self) -> None:
        """Index the recordings, so that requests find them."""
        options, tables = self.options, dict[str, tuple[str, ...]]()
        with codec.collector_paused(many=len(self._loaded) > codec.MANY_EXCHANGES):
            if options.order == "causal" and any(is_write(one.operation, one.params) for one in self._loaded):
                tables = {**self.header.tables, **key_names(self._loaded)}
            playback = self._playback = Playback(
                self._loaded, self.matcher, order=options.order, repeats=options.repeats, tables=tables
            )
        if options.volatile or self.header.volatile:
            self._binding = _binding(playback, self.matcher, self._loaded, self.header.volatile, options.volatile)

    def answer(self, request: Request) -> tuple[Outcome | None, str]:
        """The recorded outcome for ``request``, or ``None`` and the reason."""
        exchange, reason = self._find(request)
        if exchange is None:
            return None, reason
        hook = self.options.hooks.before_replay
        if hook is not None:
            changed = returned("before_replay", hook(exchange), Exchange)
            if changed is False:
                return None, "pytest_dynamodb_before_replay dropped its recording"
            exchange = changed or exchange
        with self._lock:
            self.traffic.append(exchange)
        outcome = self._as_asked(exchange, request) if self.matcher.ignores_tables else exchange.outcome
        if self._binding is not None:
            outcome = self._binding.as_live(outcome)
        return self.sanitizer.restore(outcome), ""

    def _as_asked(self, exchange: Exchange, request: Request) -> Outcome:
        """The recorded outcome, with the tables' names that were asked for where names do not matter."""
        outcome = exchange.outcome
        if not isinstance(outcome, Response) or isinstance(outcome.body, bytes):
            return outcome
        return replace(outcome, body=renamed(outcome.body, exchange.params, request.params))

    def _find(self, request: Request) -> tuple[Exchange | None, str]:
        playback = self._playback
        if playback is None or not self._loaded:
            return None, "nothing is recorded yet" if not self.exists else "no recording matches"
        operation, params, tokens = request.operation, request.params, request.tokens
        if self._binding is not None:
            params = self.sanitizer.params(params)
            found = self._binding.find(operation, params, tokens, place_of(request) if playback.is_apart else None)
            return (None, found.reason) if found.number is None else (self._loaded[found.number], "")
        key = self.matcher.key(operation, params, tokens)
        if self.sanitizer.suspects(key):
            params = self.sanitizer.params(params)
            key = self.matcher.key(operation, params, tokens)
        found = playback.find(
            key, playback.touches(operation, params), place_of(request) if playback.is_apart else None
        )
        return (None, found.reason) if found.number is None else (self._loaded[found.number], "")

    def miss(self, request: Request, reason: str) -> UnexpectedRequest:
        """Note a miss for good; returns the error to raise. Later errors or ``except`` clauses do not undo it."""
        from pytest_dynamodb.cassette.report.misses import describe_miss, nearest

        params = self.sanitizer.params(request.params)
        if self._binding is not None:
            params = self._binding.as_recorded(params)
        near = nearest(request.operation, params, self._loaded, self._plays)
        report = describe_miss(
            self.inventory, request.operation, params, reason, near, tokens=request.tokens, colour=self.options.colour
        )
        with self._lock:
            self.misses.append(Miss(request.operation, params, reason, report))
        if self.options.hooks.miss is not None:
            self.options.hooks.miss(request, [self._loaded[index] for index in near])
        return UnexpectedRequest(report)

    def missed(self) -> UnexpectedRequest:
        """One error that shows what has been missed so far, equal requests only once."""
        from pytest_dynamodb.cassette.report.misses import list_misses

        return UnexpectedRequest(list_misses([miss.report for miss in self.misses]))

    def refuse(self, request: Request, source: str) -> RecordingRefused:
        """Note for good that an answer came from another tool's recording; returns the error to raise."""
        problem = (
            f"{request.operation}: vcrpy answered from {source}, and not the network: that is neither recorded nor "
            "compared. Have vcrpy leave DynamoDB alone, with\n"
            "    vcr.VCR(before_record_request=lambda request: None if 'X-Amz-Target' in request.headers else "
            "request)\n"
            "  or, with pytest-recording, the same function in the fixture vcr_config:\n"
            '    return {"before_record_request": …}'
        )
        with self._lock:
            self._refused.append(problem)
        return RecordingRefused(problem)

    @property
    def refusal(self) -> RecordingRefused | None:
        """The error to raise if something was not recorded: another tool's answer, or a secret; else ``None``."""
        return RecordingRefused(self._refused[0]) if self._refused else None

    def check_age(self) -> None:
        """Raise ``CassetteError`` if the recordings are older than ``max_age``."""
        greatest = self.options.max_age
        if self.exists and self.header.is_older_than(greatest):
            problem = f"it was recorded on {self.header.recorded[:10] or 'an unknown date'}, max_age is {greatest}"
            raise CassetteError(str(self.path), problem, remedy=self.options.remedy)

    @property
    def age(self) -> timedelta | None:
        """How long ago it was recorded; ``None`` if its header does not say."""
        return self.header.age

    # --- recording ---

    def open_for_recording(self, *, keep: bool) -> None:
        """Begin to record; ``keep`` adds to what the cassette holds, otherwise it is replaced once that has passed."""
        if self.sanitizer.holds_secret([self.path.name, self.options.owner]):
            raise RecordingRefused(
                "the name of a cassette, or of the test that it is of, holds a secret of the environment: "
                "give the test's parameters other ids, or the cassette another name"
            )
        previous = list(self._loaded)
        if not keep:
            self._loaded = []
            self._memos = codec.Memos({})
        self._recording = Recording(
            self.path,
            self.options,
            previous=Contents(self.header, previous) if self.exists else None,
            sanitizer=self.sanitizer,
            keep=keep,
        )

    def may_record(self, request: Request) -> None:
        """Raise ``RecordingRefused`` if the request is for a table outside the allowed ones. Sends nothing."""
        allowed = self.options.allow
        if not allowed:
            return
        for table in tables_of(request.operation, request.params):
            if table == UNKNOWN_TABLE or not any(fnmatchcase(table, pattern) for pattern in allowed):
                about = "a table that cannot be told" if table == UNKNOWN_TABLE else f"the table {table!r}"
                raise RecordingRefused(
                    f"{request.operation} on {about} may not be recorded: only these are allowed: {', '.join(allowed)}"
                )

    def record(self, request: Request, outcome: Outcome) -> None:
        """Keep an exchange, redacted. The journal has it when this returns.

        Raises ``CassetteError`` for one that no cassette can hold, and if the journal cannot be written. The recording
        is not written then, even if the error is caught: a replay would lack the exchange.
        """
        assert self._recording is not None
        try:
            self._record(self._recording, request, outcome)
        except RecursionError as problem:
            self._recording.lacks(problem)
            raise CassetteError(str(self.path), f"{request.operation} is nested too deeply to be recorded") from None
        except BaseException as problem:
            self._recording.lacks(problem)
            raise

    def _record(self, recording: Recording, request: Request, outcome: Outcome) -> None:
        exchange: Exchange | None = self.redacted(request, outcome)
        hook = self.options.hooks.before_record
        if hook is not None and exchange is not None:
            changed = returned("before_record", hook(exchange), Exchange)
            exchange = None if changed is False else changed or exchange
        if exchange is None:
            return
        if self._binding is not None:  # what is added speaks of the values that are there
            exchange = self._binding.as_added(exchange)
        if self.options.secrets != "ignore":
            self._look_for_secrets(exchange)
        with self._lock:
            recording.add(request.number, exchange)
            self.traffic.append(exchange)

    def _look_for_secrets(self, exchange: Exchange) -> None:
        """Note what looks like a secret, or raise ``RecordingRefused`` for it; see the option ``secrets``."""
        from pytest_dynamodb.cassette.leaks.scan import describe, leaks_of  # for recordings

        found = list(leaks_of(exchange))
        if not found:
            return
        if self.options.secrets == "warn":
            with self._lock:
                self.leaks += found
            return
        about = f"{exchange.operation} is not recorded, as it holds what looks like a secret:\n"
        problem = about + describe(found, self.options.redact)
        with self._lock:
            self._refused.append(problem)
        raise RecordingRefused(problem)

    def see(self, request: Request, outcome: Outcome) -> None:
        """Note an exchange that is neither recorded nor replayed."""
        exchange = self.redacted(request, outcome)
        with self._lock:
            self.traffic.append(exchange)

    def redacted(self, request: Request, outcome: Outcome) -> Exchange:
        """The exchange of a request and its outcome, without anything sensitive."""
        self.sanitizer.look_around()
        params = self.sanitizer.params(request.params)
        owner = self.options.owner if self.options.shared else ""
        region, account = place_of(request)
        outcome = self.sanitizer.outcome(outcome)
        return Exchange(request.operation, params, outcome, request.tokens, owner, region, account)

    def compare_passes(self, former: Sequence[Exchange]) -> Differing:
        """What differs by itself between an earlier recording of the same test and this one.

        The values that can be carried from requests into answers are noted, for the cassette's header.
        """
        from pytest_dynamodb.cassette.volatile.passes import compare  # for those who record twice

        assert self._recording is not None
        found = compare(former, self.recorded, self.matcher)
        self._recording.volatile = found.values
        return found

    def commit(self) -> None:
        """The recording passed: replace the file, unless it would say the same. Raises ``CassetteError``."""
        with self._lock:  # an answer that comes later is not recorded
            if self._recording is not None:
                self._recording.commit(self._memos.recorded, played=self.played)

    def abandon(self) -> None:
        """The recording failed: leave the file as it was, and the attempt beside it as ``*.failed``."""
        with self._lock:
            if self._recording is not None:
                self._recording.abandon(self._memos.recorded)

    def discard(self) -> None:
        """Forget the recording, as if none had been made."""
        if self._recording is not None:
            self._recording.discard()

    # --- verification ---

    def compare(self, request: Request, outcome: Outcome) -> None:
        """Note where an upstream's outcome is not the recorded one."""
        from pytest_dynamodb.cassette.report.misses import describe_drift

        actual = self.redacted(request, outcome)
        recorded, reason = self._find(request)
        with self._lock:
            self.traffic.append(actual)
            if recorded is None:
                self.drift.append(f"{request.operation}: {reason}")
            else:
                if self._binding is not None:
                    recorded = replace(recorded, outcome=self._binding.as_live(recorded.outcome))
                self.drift.extend(describe_drift(recorded, actual, self.matcher))

    def drift_error(self) -> DriftError | None:
        """The error that lists every difference, or ``None`` if the upstream still answers as recorded."""
        if not self.drift:
            return None
        listed = "\n".join(f"  {line}" for text in self.drift for line in text.splitlines())
        return DriftError(f"{self.path}: the upstream no longer answers as recorded\n{listed}\n  {self.options.remedy}")

    # --- for tests ---

    def memo(self, name: str, factory: Callable[[], Value]) -> Value:
        """A value that ``factory`` makes when recording, and the very same when replaying.

        For what a test makes up anew each time: ids, tokens, times. Values are None, bool, int, float, str, bytes,
        list, tuple, dict with text keys, ``Decimal``, ``UUID``, ``datetime`` and ``date``. A name may be used again;
        its values come back in order. Raises ``UnexpectedRequest`` if none was recorded.
        """
        own = f"{self.options.owner}\n{name}" if self.options.shared else name
        if self._recording is not None:
            factory = self._harmless(name, factory)
        if self._recording is not None or (not self.exists and not self._playback):
            return self._memos.record(own, self._common(own, factory))
        known = own if own in self.header.memos else name
        value: Value = self._memos.replay(known, self.options.remedy, str(self.path))
        return value

    def _harmless(self, name: str, factory: Callable[[], Value]) -> Callable[[], Value]:
        """A factory of values for a file; raises ``RecordingRefused`` for one that holds a secret."""

        def made() -> Value:
            value = factory()
            self.sanitizer.look_around()
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            if self.sanitizer.holds_secret([name, text]):
                problem = f"memo {name!r} holds a secret, which a cassette may not: let it make up another value"
                with self._lock:
                    self._refused.append(problem)
                raise RecordingRefused(problem)
            return value

        return made

    def _common(self, name: str, factory: Callable[[], Value]) -> Callable[[], Value]:
        """A factory whose values all workers of the session share; ``factory`` itself where there are none."""
        worker = self.options.worker
        if worker is None or self._recording is None:
            return factory
        from pytest_dynamodb.cassette.contributions import Contributions  # for recordings with workers

        contributions, number = Contributions(self.path, worker), len(self._memos.recorded.get(name, ()))
        return lambda: contributions.remember(name, number, factory)


def load_cassette(path: str | os.PathLike[str]) -> Cassette:
    """The cassette in the file at ``path``, for reading.

    Raises ``CassetteError`` naming the file, the byte offset and a remedy if it is missing, damaged, foreign or newer
    than this release.
    """
    return Cassette(path, contents=read(path))


def save_cassette(cassette: Cassette, path: str | os.PathLike[str]) -> None:
    """Write ``cassette`` to the file at ``path`` in one atomic step. Raises ``CassetteError`` if that fails."""
    write(path, cassette.header, cassette.exchanges)


def _binding(
    playback: Playback,
    matcher: Matcher,
    exchanges: Sequence[Exchange],
    volatile: Mapping[str, Sequence[str]],
    expressions: Sequence[str],
) -> BindingPlayback | None:
    """What carries values of this run; ``None`` where no recording holds any that are new in every run."""
    from pytest_dynamodb.cassette.volatile.recordings import VolatileRecordings
    from pytest_dynamodb.cassette.volatile.replay import BindingPlayback  # for cassettes that have such values

    recordings = VolatileRecordings(exchanges, matcher, volatile, expressions)
    return BindingPlayback(playback, recordings, matcher) if recordings.opened else None


def _own(exchanges: list[Exchange], owner: str) -> list[Exchange]:
    """In a shared cassette, what the test itself recorded; everything if it recorded nothing."""
    if not owner or not any(exchange.owner for exchange in exchanges):
        return exchanges
    return [exchange for exchange in exchanges if exchange.owner == owner] or exchanges
