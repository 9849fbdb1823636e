"""``explore``: tries the orders of several actors' calls, and reports the simplest that goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final, Literal, TypeAlias

from pytest_dynamodb.errors import ConfigurationError, DynamoDbError, PytestDynamoDbError
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.races.actors import LETTERS, Actor, ActorFunction, acting_now
from pytest_dynamodb.races.gate import Gate
from pytest_dynamodb.races.play import Play, PlayedCall, playing
from pytest_dynamodb.races.search import AsGiven, AtRandom, FewestSwitches, OneOfEach, Strategy, staying, switches
from pytest_dynamodb.races.stage import Setup, Stage, mock_in_charge, outside_of_loops
from pytest_dynamodb.races.story import LONGEST, call_of, effect_of, table

Check: TypeAlias = Callable[..., Any]
"""What is asked after each order: a function or a coroutine function of nothing, of the mock, or of the mock and the
actors' results. It raises ``AssertionError`` for what must not be."""

ENOUGH: Final = 1_000
"""How many orders are tried unless ``max_schedules`` says otherwise."""


class RaceFound(PytestDynamoDbError, AssertionError):
    """An order of the actors' calls goes wrong. The message has it call by call; ``schedule`` repeats it."""

    def __init__(self, message: str, *, schedule: str = "") -> None:
        super().__init__(message)
        self.schedule = schedule


@dataclass(frozen=True)
class Exploration:
    """What was tried, where nothing went wrong.

    ``orders`` is how many orders were carried out to their end. ``complete`` says that every other order would have
    shown the same as one of them; ``sampled`` is how many of them were drawn at random because there are too many.
    """

    orders: int
    complete: bool
    sampled: int = 0
    seed: int = 0

    def __str__(self) -> str:
        if self.complete:
            return f"{self.orders} orders tried, which stand for all"
        return f"{self.orders} orders tried, {self.sampled} of them drawn at random (seed {self.seed}), of more"


def explore(
    *actors: ActorFunction,
    setup: Setup | None = None,
    check: Check | None = None,
    schedule: str | None = None,
    max_schedules: int = ENOUGH,
    preemptions: int | None = None,
    samples: int = 200,
    seed: int = 0,
    max_calls: int = 100,
    prune: bool = True,
    mock: Mock | None = None,
) -> Exploration:
    """Try the orders in which two to four actors may make their DynamoDB calls.

    An actor is a function or a coroutine function without arguments. Functions run in threads, coroutines as tasks of
    one event loop; one of them runs at a time, and each call is a step. Before each order the mock is put back to what
    it held when ``explore`` was called, and ``setup`` runs; after it ``check`` does. Both take nothing, or the mock;
    ``check`` may also take the actors' results, in their order: what each returned, or the exception that ended it.

    ``schedule``       the one order to try, as a report gives it: ``"a b b a"``
    ``max_schedules``  how many orders are tried at most one after the other
    ``preemptions``    try only orders in which an actor that could go on has to wait at most so often
    ``samples``        how many orders are drawn at random where ``max_schedules`` were not all; ``seed`` decides which
    ``max_calls``      with so many calls an actor has got into an endless loop
    ``prune``          whether orders are left out that differ only in the order of calls that commute in DynamoDB
    ``mock``           the mock to play on; unless given, the one that answers now, or else a new one

    Returns what was tried. Raises ``RaceFound`` for an order after which ``check`` raises, in which an actor fails
    although it does not when they run one after the other, in which actors wait for each other for ever, or which does
    not end. An actor's DynamoDB errors are results like others, for ``check`` to judge. Raises ``ConfigurationError``
    where something else than a mock answers.
    """
    if not 2 <= len(actors) <= len(LETTERS):
        raise ConfigurationError(f"explore takes two to {len(LETTERS)} actors, not {len(actors)}")
    given = None if schedule is None else _read_schedule(schedule, len(actors))

    def work() -> Exploration:
        with mock_in_charge(mock) as found:
            stage = Stage(found, setup)
            with stage.open(Gate(stage.provider), hurries=lambda: acting_now() is not None):
                search = _Search(stage, actors, check, max_calls)
                if given is not None:
                    return search.through(AsGiven(given), 1, tell=False)
                if preemptions is not None or not prune:
                    strategy: Strategy = FewestSwitches(bound=preemptions)
                else:
                    strategy = OneOfEach()
                return search.all(strategy, max_schedules, samples, seed)

    return outside_of_loops(work)


def _read_schedule(text: str, actors: int) -> list[int]:
    letters = text.split()
    if any(letter not in LETTERS[:actors] or len(letter) != 1 for letter in letters):
        raise ConfigurationError(f"schedule is letters of actors such as 'a b b a', of {LETTERS[:actors]!r}: {text!r}")
    return [LETTERS.index(letter) for letter in letters]


# --- findings ---

Trouble: TypeAlias = Literal["check", "actor", "deadlock", "endless"]
"""What goes wrong: ``check`` raises, an actor does, all wait for each other, or an actor makes no end."""


@dataclass(frozen=True)
class WrongOrder:
    """An order that goes wrong, and how."""

    trouble: Trouble
    what: str
    problem: BaseException | None
    steps: Sequence[PlayedCall]
    endings: Sequence[str]
    switches: int
    leaks: bool = False

    @property
    def schedule(self) -> tuple[int, ...]:
        """Whose calls they are, in order."""
        return tuple(step.actor for step in self.steps)


class _InTurn(Strategy):
    """One order: the actors one after the other."""

    def __init__(self, order: Sequence[int]) -> None:
        self._order, self._begun = order, False

    def begin(self) -> bool:
        begun, self._begun = self._begun, True
        return not begun

    def choose(self, play: Play) -> int | None:
        able = play.patient
        last = play.schedule[-1] if play.schedule else None
        return staying(last, [number for number in self._order if number in able])


class _Search:
    """Carries orders out and judges them."""

    def __init__(self, stage: Stage, actors: Sequence[ActorFunction], check: Check | None, max_calls: int) -> None:
        self._stage, self._actors, self._check, self._max_calls = stage, actors, check, max_calls
        self._names = [f"{letter} {name_of(actor)}" for letter, actor in zip(LETTERS, actors, strict=False)]
        self._in_turn: list[set[type[BaseException]]] | None = None
        self._orders = 0

    # -- going through orders ----------------------------------------------------------------------------------------

    def all(self, strategy: Strategy, most: int, samples: int, seed: int) -> Exploration:
        """Go through the strategy's orders, and draw others where there are too many."""
        done = self.through(strategy, most)
        if done.complete:
            return done
        before = self._orders
        self.through(AtRandom(samples, seed), samples)
        return Exploration(self._orders, complete=False, sampled=self._orders - before, seed=seed)

    def through(self, strategy: Strategy, most: int, *, tell: bool = True) -> Exploration:
        """Go through at most so many orders. Raises ``RaceFound`` for the simplest that is found to go wrong."""
        for finding in self._findings(strategy, most):
            if isinstance(finding, WrongOrder):
                simplest = self._simplified(finding, most) if tell else finding
                raise self._report(simplest) from simplest.problem
            if finding == "more":
                return Exploration(self._orders, complete=False)
        return Exploration(self._orders, complete=not isinstance(strategy, AtRandom))

    def _findings(self, strategy: Strategy, most: int) -> Iterator[WrongOrder | Literal["more"] | None]:
        """What comes of each order: a finding, or nothing; at last ``"more"``, if orders are left."""
        begun = 0
        while strategy.begin():
            begun += 1
            if begun > most:
                yield "more"
                return
            yield self._carried_out(strategy)

    def _simplified(self, finding: WrongOrder, most: int) -> WrongOrder:
        """An order with as few switches as possible, and as few calls, that goes wrong in the same way."""
        if finding.leaks:
            return finding  # each try would leave threads behind that never end
        for other in self._findings(FewestSwitches(bound=finding.switches), most):
            if isinstance(other, WrongOrder) and other.trouble == finding.trouble:
                return other
        return finding

    # -- one order ---------------------------------------------------------------------------------------------------

    def _carried_out(self, strategy: Strategy) -> WrongOrder | None:
        with playing(self._stage, self._actors) as play:
            able: list[list[int]] = []
            while True:
                while play.footprints:
                    chosen = strategy.choose(play)
                    if chosen is None:
                        return None
                    if play.calls_of(chosen) >= self._max_calls:
                        return self._endless(play, chosen, able)
                    able.append(play.enabled)
                    strategy.done(play, play.step(chosen))
                stuck = play.deadlocked()
                if not play.footprints:
                    break
            self._orders += 1
            if stuck:
                waiting = " and ".join(self._names[actor.number] for actor in stuck)
                what = f"{waiting} wait for each other, or for something else that does not happen, outside of DynamoDB"
                return self._found("deadlock", what, None, play, able)
            return self._judged(play, able)

    def _endless(self, play: Play, number: int, able: Sequence[Sequence[int]]) -> WrongOrder:
        what = f"{self._names[number]} has made {self._max_calls} calls and is at no end (max_calls={self._max_calls})"
        return self._found("endless", what, None, play, able)

    def _judged(self, play: Play, able: Sequence[Sequence[int]]) -> WrongOrder | None:
        for actor in play.actors:
            if actor.problem is not None and not self._is_a_result(actor, actor.problem):
                what = f"{self._names[actor.number]} raises {described(actor.problem)}"
                return self._found("actor", what, actor.problem, play, able)
        if self._check is None:
            return None
        results = [actor.result if actor.problem is None else actor.problem for actor in play.actors]
        try:
            self._stage.call(self._check, self._stage.mock, results)
        except PytestDynamoDbError:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever a check raises says that something is wrong
            return self._found("check", f"check raises {described(problem)}", problem, play, able)
        return None

    def _is_a_result(self, actor: Actor, problem: BaseException) -> bool:
        """Whether an exception is one of the ways in which an actor may end."""
        if is_answer(problem):
            return True
        if isinstance(problem, AssertionError) and not isinstance(problem, PytestDynamoDbError):
            return False
        if isinstance(problem, PytestDynamoDbError) or not isinstance(problem, Exception):
            raise problem
        return type(problem) in self._raised_in_turn()[actor.number]

    def _raised_in_turn(self) -> list[set[type[BaseException]]]:
        """For each actor, the exceptions that it raises where the actors run one after the other.

        Raises what an actor raises that is the first to run: it fails without any other.
        """
        if self._in_turn is None:
            now = self._stage.mock.snapshot()
            raised: list[set[type[BaseException]]] = [set() for _ in self._actors]
            for order in permutations(range(len(self._actors))):
                self._run_in_turn(order, raised)
            self._in_turn = raised
            self._stage.mock.restore(now)
        return self._in_turn

    def _run_in_turn(self, order: Sequence[int], raised: Sequence[set[type[BaseException]]]) -> None:
        strategy = _InTurn(order)
        with playing(self._stage, self._actors) as play:
            while play.footprints and len(play.steps) < self._max_calls * len(self._actors):
                chosen = strategy.choose(play)
                assert chosen is not None
                play.step(chosen)
            for actor in play.actors:
                if actor.done and actor.problem is not None:
                    raised[actor.number].add(type(actor.problem))
            first = play.actors[order[0]]
            if first.done and isinstance(first.problem, Exception) and not is_answer(first.problem):
                raise first.problem

    # -- reports -----------------------------------------------------------------------------------------------------

    def _found(
        self, trouble: Trouble, what: str, problem: BaseException | None, play: Play, able: Sequence[Sequence[int]]
    ) -> WrongOrder:
        leaks = any(not actor.done for actor in play.actors) and trouble == "deadlock"
        endings = [f"{self._names[actor.number]} {_ending(actor)}" for actor in play.actors]
        steps = [play.explained(index) for index in range(len(play.steps))]
        return WrongOrder(trouble, what, problem, steps, endings, switches(play.schedule, able), leaks)

    def _report(self, finding: WrongOrder) -> RaceFound:
        schedule = " ".join(LETTERS[number] for number in finding.schedule)
        rows = [
            (str(number), self._names[step.actor], call_of(step), effect_of(step))
            for number, step in enumerate(finding.steps, start=1)
        ]
        calls = table(rows, heading=("", "actor", "call", "read or written"))
        in_turn = finding.trouble in {"check", "actor"} and not finding.switches
        one_by_one = "\nEven one after the other: this is no matter of their order alone." if in_turn else ""
        message = (
            f"{finding.what}\nafter these calls:\n\n{calls}\n\n{'; '.join(finding.endings)}{one_by_one}\n"
            f'To see it again: explore(..., schedule="{schedule}")'
        )
        return RaceFound(message, schedule=schedule)


def is_answer(problem: BaseException) -> bool:
    """Whether an exception is DynamoDB's, or botocore's in place of an answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    return isinstance(problem, DynamoDbError | ClientError | BotoCoreError)


def name_of(function: Any) -> str:
    """What a function is called."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def described(problem: BaseException) -> str:
    """An exception's class and text."""
    text = str(problem)
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _ending(actor: Actor) -> str:
    if not actor.done:
        return "does not end"
    if actor.problem is not None:
        return f"raised {type(actor.problem).__name__}"
    text = repr(actor.result)
    return f"returned {text if len(text) <= LONGEST else text[:LONGEST] + '…'}"
