"""Failures that strike one call of a run, and the provider that lets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from pytest_dynamodb import forks
from pytest_dynamodb.engine import Snapshot
from pytest_dynamodb.exchange import Attempts, Outcome, Provider, Request
from pytest_dynamodb.faults import ConnectionLost, Failed, Fault, Faults, Throttled, TimedOut
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.races.actors import ProcessGone
from pytest_dynamodb.races.play import PlayedCall
from pytest_dynamodb.races.stage import Stage

# --- kinds of failures ---

FailureName: TypeAlias = Literal[
    "throttled",
    "refused",
    "timed out before the commit",
    "timed out after the commit",
    "answer lost, sent again",
    "connection reset",
    "process gone",
]
"""What may become of a call."""

FAILURE_NAMES: Final[tuple[FailureName, ...]] = get_args(FailureName)


@dataclass(frozen=True)
class Failure:
    """What becomes of a call, attempt by attempt: ``first`` strikes its first attempt, ``later`` those after it.

    Where ``first`` is ``None`` there is no process any more. Where ``later`` is ``None`` the call is sent a second time
    and answered: by us, because how often an SDK does so depends on its settings and on how many retries it has made.
    ``committed`` says that the call has been carried out all the same.
    """

    name: FailureName
    first: Fault | None
    later: Fault | None
    committed: bool = False


def _lasting(name: FailureName, fault: Fault) -> Failure:
    return Failure(name, fault, fault)


_DENIED: Final = "User is not authorized to perform this operation"

FAILURES: Final[Mapping[FailureName, Failure]] = {
    one.name: one
    for one in (
        _lasting("throttled", Throttled()),
        _lasting("refused", Failed(code="AccessDeniedException", message=_DENIED)),
        _lasting("timed out before the commit", TimedOut()),
        _lasting("connection reset", ConnectionLost()),
        Failure("answer lost, sent again", TimedOut(committed=True), None, committed=True),
        Failure("timed out after the commit", TimedOut(committed=True), TimedOut(), committed=True),
        Failure("process gone", None, None, committed=True),
    )
}
"""All of them, those first that leave nothing behind."""


# --- runs ---


@dataclass(frozen=True)
class StruckCall:
    """A failure of one call of a run: ``call`` counts from 0."""

    call: int
    failure: Failure


@dataclass(frozen=True)
class Sending:
    """A call as it was sent, perhaps once more. ``number`` counts calls from 0; ``before`` is what the mock held."""

    number: int
    before: Snapshot
    call: PlayedCall


class StrikingProvider(Provider):
    """Answers the calls of one run, one of which may be struck, and keeps in ``sent`` what was sent, in order.

    Calls whose numbers are ``undone`` are answered, but nothing comes of them.
    """

    has_struck: bool

    offline = True

    def __init__(self, stage: Stage, provider: Provider) -> None:
        self._stage = stage
        self._faulty = FaultyProvider(provider, Faults())
        self._lock = forks.reentrant_lock()
        self.begin_run()

    def answer_from(self, provider: Provider) -> None:
        """Have another provider answer from now on."""
        self._faulty = FaultyProvider(provider, Faults())

    def begin_run(self, strike: StruckCall | None = None, undone: frozenset[int] = frozenset()) -> None:
        """Forget the calls so far, and let ``strike`` happen to those that come."""
        self._strike, self._undone = strike, undone
        self.sent: list[Sending] = []
        self._calls = 0
        self.has_struck, self._is_over = False, False

    def before(self, request: Request) -> Outcome | None:
        """The answer, or the failure."""
        begun = self.begin(request)
        return begun.attempt(None) if isinstance(begun, Attempts) else begun

    def begin(self, request: Request) -> Outcome | Attempts | None:
        """The answer, or the attempts that fail. Raises ``ProcessGone`` once the process is."""
        with self._lock:
            if self._is_over:
                raise ProcessGone(f"{request.operation}: this process has come to its end")
            number, self._calls = self._calls, self._calls + 1
            if self._strike is None or number != self._strike.call:
                return self._answered(number, request)
            self.has_struck = True
            if self._strike.failure.first is None:
                before = self._stage.mock.snapshot()
                self._faulty.before(request)
                self._is_over = True
                gone = ProcessGone(f"{request.operation}: the process ended right after this call")
                self._note(number, before, request, gone)
                raise gone
            if self._strike.failure.later is None:
                self.attempted(number, request, self._strike.failure.first, None)
                return self._answered(number, request)
            return StruckAttempts(self, number, request, self._strike.failure.first, self._strike.failure.later)

    def _answered(self, number: int, request: Request) -> Outcome | None:
        before = self._stage.mock.snapshot()
        outcome = self._faulty.before(request)
        if number in self._undone:
            self._stage.mock.restore(before)
        self._note(number, before, request, outcome)
        return outcome

    def _note(self, number: int, before: Snapshot, request: Request, outcome: Outcome | BaseException | None) -> None:
        self.sent.append(Sending(number, before, PlayedCall(0, request, outcome, ())))

    def attempted(self, number: int, request: Request, fault: Fault, timeout: float | None) -> Outcome | None:
        """What comes of an attempt that is struck. Of all attempts of a call the first is kept."""
        before = self._stage.mock.snapshot()
        outcome = self._faulty.strike(fault, request, timeout=timeout)
        if not self.sent or self.sent[-1].number != number:
            self._note(number, before, request, outcome)
        return outcome

    def wait(self, seconds: float) -> None:
        """Let time pass on the mock's clock."""
        self._stage.provider.wait(seconds)


class StruckAttempts(Attempts):
    """The attempts of a call that is struck: ``first`` strikes one, ``later`` those after it."""

    offline = True

    def __init__(self, over: StrikingProvider, number: int, request: Request, first: Fault, later: Fault) -> None:
        self._over, self._number, self._request = over, number, request
        self._next, self._later = first, later

    def attempt(self, timeout: float | None) -> Outcome | None:
        fault, self._next = self._next, self._later
        return self._over.attempted(self._number, self._request, fault, timeout)

    def wait(self, seconds: float) -> None:
        self._over.wait(seconds)

    def after(self, outcome: Outcome) -> None:
        """Nothing: no attempt goes to the network."""
