"""``explore_faults``: lets each call of an action fail in each way, and tells which calls are not safe to repeat."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from pytest_dynamodb.engine import Snapshot
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError, UnexpectedRequest
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.offline import ReplayProvider
from pytest_dynamodb.races.actors import ActorFunction, ProcessGone
from pytest_dynamodb.races.exploration import Check, described, name_of
from pytest_dynamodb.races.play import PlayedCall
from pytest_dynamodb.races.stage import Setup, Stage, mock_in_charge, outside_of_loops
from pytest_dynamodb.races.story import call_of, effect_of, table
from pytest_dynamodb.races.strikes import (
    FAILURE_NAMES,
    FAILURES,
    Failure,
    FailureName,
    Sending,
    StrikingProvider,
    StruckCall,
)
from pytest_dynamodb.requests import changes_nothing

Verdict: TypeAlias = Literal["repeated", "failed"]
"""What goes wrong with a call: that it is made once more although it was carried out, or that it fails."""


@dataclass(frozen=True)
class UnsafeCall:
    """A call after whose failure something is wrong. ``number`` counts the action's calls from 1.

    ``call`` is the call as text, ``failures`` are those that show it, ``what`` says what is wrong then. ``verdict`` is
    ``"repeated"`` where it was carried out and is made again, and ``"failed"`` where it was not carried out and the
    action does not cope with that.
    """

    number: int
    call: str
    verdict: Verdict
    failures: tuple[FailureName, ...]
    what: str


class UnsafeToRepeat(PytestDynamoDbError, AssertionError):
    """Some calls of an action are not safe to repeat, or to fail. ``calls`` are these, each an ``UnsafeCall``."""

    def __init__(self, message: str, *, calls: Sequence[UnsafeCall] = ()) -> None:
        super().__init__(message)
        self.calls: tuple[UnsafeCall, ...] = tuple(calls)


@dataclass(frozen=True)
class FaultExploration:
    """What was tried, where nothing went wrong.

    ``calls`` is how many calls the action makes, ``trials`` how many failures were tried. ``unjudged`` counts those of
    which a recording cannot tell what would have come after.
    """

    calls: int
    trials: int
    unjudged: int = 0

    def __str__(self) -> str:
        left = f", {self.unjudged} of them beyond what the recording holds" if self.unjudged else ""
        return f"{self.calls} calls, {self.trials} failures tried{left}"


def explore_faults(
    action: ActorFunction,
    *,
    setup: Setup | None = None,
    check: Check | None = None,
    invariant: Check | None = None,
    failures: Collection[FailureName] = FAILURE_NAMES,
    recording: str | os.PathLike[str] | None = None,
    mock: Mock | None = None,
) -> FaultExploration:
    """Let each DynamoDB call of an action fail in each way, one at a time, and run the action again.

    The action, a function or a coroutine function without arguments, runs once to count its calls, and must succeed.
    Then it runs once for each call and each failure, each time on what the mock held when ``explore_faults`` was
    called and ``setup`` has made of it. Where the action ends with an exception, or its process with it, it runs again
    on what is there then, and must succeed. ``check`` is asked whenever it has succeeded, ``invariant`` whenever it has
    ended: both take nothing, or the mock, or the mock and the result, and raise ``AssertionError`` for what must not
    be. An ``AssertionError`` of the action's counts as one of ``check``.

    ``failures``   those to try: see ``FAILURE_NAMES``
    ``recording``  the path of a cassette: its recordings answer in the place of the mock. They hold no state, so that
                   only what the action does about failures can be told, and only as far as it was recorded; ``check``
                   and ``invariant`` may take the result
    ``mock``       the mock to play on; unless given, the one that answers now, or else a new one

    Returns what was tried. Raises ``UnsafeToRepeat``, which names each call that is not safe to repeat, with the
    shortest story that shows it; what the action or ``check`` raises where nothing fails, as it is; and
    ``ConfigurationError`` for an action without calls, or where something else than a mock answers.
    """
    unknown = set(failures) - FAILURES.keys()
    if unknown:
        raise ConfigurationError(f"failures are among {', '.join(FAILURE_NAMES)}, not {', '.join(sorted(unknown))}")

    def work() -> FaultExploration:
        if recording is not None:
            path = os.fspath(recording)
            return _explored(Stage(Mock(), None), lambda: ReplayProvider(path))
        with mock_in_charge(mock) as found:
            stage = Stage(found, setup)
            return _explored(stage, None)

    def _explored(stage: Stage, replay: Callable[[], ReplayProvider] | None) -> FaultExploration:
        chosen = [one for one in FAILURES.values() if one.name in failures]
        provider = StrikingProvider(stage, stage.provider)
        own = threading.get_ident()
        with stage.open(provider, hurries=lambda: threading.get_ident() == own):
            return _Repetition(stage, provider, action, check, invariant, replay).of(chosen)

    return outside_of_loops(work)


# --- runs ---

_BEYOND: Final = object()
"""Stands for a run that went beyond what was recorded."""


@dataclass(frozen=True)
class _Run:
    """A run of the action: what it sent, what the mock held at its end, and how it ended."""

    sent: Sequence[Sending]
    after: Snapshot
    has_struck: bool
    result: Any
    problem: BaseException | None

    @property
    def beyond_recording(self) -> bool:
        return self.result is _BEYOND


@dataclass(frozen=True)
class _Trouble:
    """Something that is wrong after a failure, and the runs that led to it."""

    verdict: Verdict
    strike: StruckCall
    what: str
    problem: BaseException
    runs: Sequence[_Run]

    @property
    def length(self) -> int:
        return sum(len(run.sent) for run in self.runs)


class _Repetition:
    """An action, run over and over."""

    def __init__(
        self,
        stage: Stage,
        provider: StrikingProvider,
        action: ActorFunction,
        check: Check | None,
        invariant: Check | None,
        replay: Callable[[], ReplayProvider] | None,
    ) -> None:
        self._stage, self._provider, self._action = stage, provider, action
        self._check, self._invariant, self._replay = check, invariant, replay
        self._trials = self._unjudged = 0

    def of(self, failures: Sequence[Failure]) -> FaultExploration:
        """Try all of these failures. Raises ``UnsafeToRepeat``."""
        whole = self._whole()
        troubles: list[_Trouble] = []
        repeated: set[int] = set()
        for number, sending in enumerate(whole.sent):
            request = sending.call.request
            reads = changes_nothing(request.operation, request.params)
            for failure in failures:
                if failure.committed and reads:
                    continue  # there is nothing to commit, and what is left is what was left after the call before
                self._trials += 1
                trouble = self._tried(StruckCall(number, failure), frozenset(repeated))
                if trouble is not None:
                    troubles.append(trouble)
            if any(one.strike.call == number and one.verdict == "repeated" and len(one.runs) > 1 for one in troubles):
                repeated.add(number)
        if troubles:
            raise self._report(whole, troubles)
        return FaultExploration(len(whole.sent), self._trials, self._unjudged)

    def _whole(self) -> _Run:
        """The run in which nothing fails."""
        self._reset()
        whole = self._run()
        if whole.problem is not None:
            raise whole.problem
        problem = self._asked(self._check, whole) or self._asked(self._invariant, whole)
        if problem is not None:
            raise problem
        if not whole.sent:
            raise ConfigurationError(f"{name_of(self._action)} makes no DynamoDB call that could fail")
        return whole

    def _tried(self, strike: StruckCall, repeated: frozenset[int]) -> _Trouble | None:
        """What is wrong once a call has failed; nothing where that is the doing of an earlier call.

        A run after a failure makes all calls up to it again. Whether the call at fault is the one that failed is told
        by a second try, in which nothing comes of those earlier calls that are not safe to repeat: if all is well
        then, it was they.
        """
        trouble = self._trouble(strike, frozenset())
        if trouble is None or len(trouble.runs) == 1 or not repeated:
            return trouble
        return trouble if self._trouble(strike, repeated) is not None else None

    def _trouble(self, strike: StruckCall, undone: frozenset[int]) -> _Trouble | None:
        verdict: Verdict = "repeated" if strike.failure.committed else "failed"
        self._reset()
        first = self._run(strike, undone)
        if not first.has_struck:
            return None  # the action took another way
        if first.beyond_recording:
            self._unjudged += 1
            return None
        problem = self._asked(self._invariant, first)
        if problem is not None:
            return _Trouble(verdict, strike, f"invariant raises {described(problem)}", problem, [first])
        if first.problem is None or isinstance(first.problem, AssertionError):
            return self._wrong(verdict, strike, [first])
        second = self._run()
        if second.beyond_recording:
            self._unjudged += 1
            return None
        problem = self._asked(self._invariant, second)
        if problem is not None:
            what = f"run again, invariant raises {described(problem)}"
            return _Trouble(verdict, strike, what, problem, [first, second])
        return self._wrong(verdict, strike, [first, second])

    def _wrong(self, verdict: Verdict, strike: StruckCall, runs: Sequence[_Run]) -> _Trouble | None:
        """What is wrong after the last of these runs."""
        last = runs[-1]
        again = "run again, " if len(runs) > 1 else ""
        if last.problem is not None:
            return _Trouble(verdict, strike, f"{again}it raises {described(last.problem)}", last.problem, runs)
        problem = self._asked(self._check, last)
        if problem is None:
            return None
        return _Trouble(verdict, strike, f"{again}check raises {described(problem)}", problem, runs)

    # -- one run -----------------------------------------------------------------------------------------------------

    def _reset(self) -> None:
        self._provider.begin_run()
        self._stage.reset()

    def _run(self, strike: StruckCall | None = None, undone: frozenset[int] = frozenset()) -> _Run:
        if self._replay is not None:
            self._provider.answer_from(self._replay())
        self._provider.begin_run(strike, undone)
        result: Any = None
        problem: BaseException | None = None
        try:
            result = self._stage.call(self._action)
        except UnexpectedRequest as missed:
            if self._replay is None or strike is None:
                raise
            result, problem = _BEYOND, missed
        except PytestDynamoDbError as raised:
            if not isinstance(raised, AssertionError):
                raise
            problem = raised
        except (Exception, ProcessGone) as raised:  # noqa: BLE001 - how the action ends
            problem = raised
        self._stage.loop.end_tasks()
        return _Run(self._provider.sent, self._stage.mock.snapshot(), self._provider.has_struck, result, problem)

    def _asked(self, check: Check | None, run: _Run) -> Exception | None:
        """What a check raises."""
        if check is None:
            return None
        offered = (run.result,) if self._replay is not None else (self._stage.mock, run.result)
        try:
            self._stage.call(check, *offered)
        except PytestDynamoDbError:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever a check raises says that something is wrong
            return problem
        return None

    # -- reports -----------------------------------------------------------------------------------------------------

    def _report(self, whole: _Run, troubles: Sequence[_Trouble]) -> UnsafeToRepeat:
        unsafe = [
            found
            for number in range(len(whole.sent))
            for verdict in ("repeated", "failed")
            if (found := self._unsafe(number, whole, [one for one in troubles if one.verdict == verdict]))
        ]
        name, count = name_of(self._action), len(whole.sent)
        lines = [f"{name} makes {count} DynamoDB calls, and not all of them can fail:"]
        for verdict, heading in (
            ("repeated", "not safe to repeat, once carried out"),
            ("failed", "not carried out, and that is not coped with"),
        ):
            some = [one for one in unsafe if one.verdict == verdict]
            if some:
                lines += ["", f"call  {heading}"]
            for one in some:
                lines += [f"{one.number:<4}  {one.call}", f"      after: {', '.join(one.failures)}"]
                lines += [f"      then: {one.what}".replace("\n", "\n      ")]
        shortest = min(troubles, key=lambda one: one.length)
        lines += ["", f"The shortest story, of call {shortest.strike.call + 1}, {shortest.strike.failure.name}:", ""]
        lines += [self._story(shortest), "", shortest.what]
        problem = UnsafeToRepeat("\n".join(lines), calls=unsafe)
        problem.__cause__ = shortest.problem
        return problem

    def _unsafe(self, number: int, whole: _Run, troubles: Sequence[_Trouble]) -> UnsafeCall | None:
        mine = [one for one in troubles if one.strike.call == number]
        if not mine:
            return None
        failures = tuple(one.strike.failure.name for one in mine)
        call = call_of(self._explained(whole, number))
        return UnsafeCall(number + 1, call, mine[0].verdict, failures, mine[0].what)

    def _story(self, trouble: _Trouble) -> str:
        rows = []
        for number, run in enumerate(trouble.runs, start=1):
            for position, sending in enumerate(run.sent):
                call = self._explained(run, position)
                struck = run.has_struck and sending.number == trouble.strike.call
                mark = f" ← {trouble.strike.failure.name}" if struck else ""
                rows.append((f"run {number}", str(sending.number + 1), call_of(call), effect_of(call) + mark))
        return table(rows, heading=("", "call", "", "read or written"))

    def _explained(self, run: _Run, position: int) -> PlayedCall:
        """A call with the items that it wrote."""
        sending = run.sent[position]
        after = run.sent[position + 1].before if position + 1 < len(run.sent) else run.after
        written = self._stage.written(sending.call.request, sending.before, after)
        return replace(sending.call, written=tuple(written))
