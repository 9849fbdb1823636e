"""Which orders to try: those that differ in what can be seen of them, and none twice.

The orders of calls fall into classes whose members differ only in the order of calls that commute. ``OneOfEach`` tries
one order of each class: dynamic partial-order reduction with source sets and sleep sets (Abdulla, Aronis, Jonsson,
Sagonas: "Optimal dynamic partial order reduction", POPL 2014, algorithm 1). ``FewestSwitches`` tries all orders, those
with the fewest switches between unfinished actors first (Musuvathi, Qadeer: "Iterative context bounding for systematic
testing of multithreaded programs", PLDI 2007).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.races.footprints import Footprint, conflict
from pytest_dynamodb.races.play import Play, PlayedCall


class Strategy(ABC):
    """Says for one order after another whose call is next. Call ``begin``, then ``choose`` and ``done`` in turn."""

    @abstractmethod
    def begin(self) -> bool:
        """Begin another order; returns false where none is left."""

    @abstractmethod
    def choose(self, play: Play) -> int | None:
        """Whose call is next; ``None`` ends the order early, because it can show nothing that others have not."""

    def done(self, play: Play, step: PlayedCall) -> None:  # noqa: B027  # not all learn from it
        """Told of each call that was carried out."""


def staying(last: int | None, candidates: Sequence[int]) -> int:
    """The actor that goes on, if it can; else the first."""
    return last if last in candidates and last is not None else candidates[0]


def switches(schedule: Sequence[int], enabled: Sequence[Sequence[int]]) -> int:
    """How often an actor had to wait although it could have gone on; ``enabled`` are those who could, at each call."""
    return sum(
        chosen != before and before in able
        for before, chosen, able in zip(schedule, schedule[1:], enabled[1:], strict=False)
    )


# --- a given order ---


class AsGiven(Strategy):
    """One order as it is given, and whoever can go on after that."""

    def __init__(self, schedule: Sequence[int]) -> None:
        self._schedule, self._begun = schedule, False

    def begin(self) -> bool:
        begun, self._begun = self._begun, True
        return not begun

    def choose(self, play: Play) -> int | None:
        position = len(play.steps)
        if position >= len(self._schedule):
            return staying(play.schedule[-1] if play.schedule else None, play.patient)
        chosen = self._schedule[position]
        if chosen not in play.enabled:
            letters = " ".join(play.actors[number].letter for number in self._schedule)
            raise ConfigurationError(
                f"schedule={letters!r} cannot be followed: at call {position + 1} actor {play.actors[chosen].letter} "
                "has no call to make; has the code changed since?"
            )
        return chosen


class AtRandom(Strategy):
    """Orders drawn at random, the same ones for the same seed."""

    def __init__(self, orders: int, seed: int) -> None:
        self._left = orders
        self._random = Random(seed)  # noqa: S311 - orders of a test, no secrets

    def begin(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def choose(self, play: Play) -> int | None:
        return self._random.choice(play.patient)


# --- those with the fewest switches first ---


class FewestSwitches(Strategy):
    """All orders, or those with at most ``bound`` switches; those with fewer come first."""

    level: int

    def __init__(self, *, bound: int | None = None) -> None:
        self._bound = bound
        self._now: deque[tuple[int, ...]] = deque([()])
        self._next: deque[tuple[int, ...]] = deque()
        self.level = 0
        """How many switches the orders have that are tried now."""
        self._prefix: tuple[int, ...] = ()

    def begin(self) -> bool:
        if not self._now:
            if not self._next or self.level == self._bound:
                return False
            self._now, self._next, self.level = self._next, deque(), self.level + 1
        self._prefix = self._now.popleft()
        return True

    def choose(self, play: Play) -> int | None:
        position, last = len(play.steps), play.schedule[-1] if play.schedule else None
        if position < len(self._prefix):
            wanted = self._prefix[position]
            return wanted if wanted in play.enabled else None
        candidates = play.patient
        chosen = staying(last, candidates)
        for other in candidates:
            if other != chosen:
                free = last is None or last not in candidates
                (self._now if free else self._next).append((*play.schedule, other))
        return chosen


# --- one of each class ---


@dataclass(frozen=True)
class _Event:
    """A call that was carried out. ``clock`` counts the calls of each actor that happened before it, and itself."""

    actor: int
    touched: Footprint
    enabling: frozenset[int]
    clock: Mapping[int, int]

    @property
    def number(self) -> int:
        """Which of its actor's calls it is."""
        return self.clock[self.actor]

    def happened_before(self, clock: Mapping[int, int]) -> bool:
        """Whether what has this clock can only come after it."""
        return clock.get(self.actor, 0) >= self.number


@dataclass
class _Node:
    """A state on the way: what everybody would do next, who is to be tried, and who need not be (``asleep``).

    ``patient`` are those who do not just try again and again.
    """

    footprints: dict[int, Footprint]
    patient: list[int]
    asleep: dict[int, Footprint]
    chosen: int
    to_try: set[int] = field(default_factory=set)


class OneOfEach(Strategy):
    """One order of each class of orders that differ only in the order of calls that commute."""

    def __init__(self) -> None:
        self._path: list[_Node] = []
        self._events: list[_Event] = []
        self._begun = False

    def begin(self) -> bool:
        self._events = []
        if not self._begun:
            self._begun = True
            return True
        while self._path:
            node = self._path[-1]
            node.asleep[node.chosen] = node.footprints[node.chosen]
            left = sorted(node.to_try - node.asleep.keys())
            if left:
                node.chosen = left[0]
                return True
            self._path.pop()
        return False

    def choose(self, play: Play) -> int | None:
        position = len(play.steps)
        if position < len(self._path):
            return self._again(self._path[position], play)
        asleep = self._asleep_after(position)
        patient = play.patient
        candidates = [number for number in patient if number not in asleep]
        if not candidates:
            return None
        chosen = staying(play.schedule[-1] if play.schedule else None, candidates)
        self._path.append(_Node(dict(play.footprints), patient, asleep, chosen, {chosen}))
        return chosen

    @staticmethod
    def _again(node: _Node, play: Play) -> int:
        """The choice at a node that was there before. What keys are drawn by chance may differ."""
        if node.chosen not in play.footprints:
            raise ConfigurationError(
                f"the actors do not do the same twice: after the calls {play.letters or 'of none'} actor "
                f"{play.actors[node.chosen].letter} had another call to make before, and the tables held the same. "
                "What they share outside of DynamoDB is for setup to make anew, and no actor may depend on chance"
            )
        node.footprints.update(play.footprints)
        return node.chosen

    def _asleep_after(self, position: int) -> dict[int, Footprint]:
        """Those whose next call was tried before and commutes with all since."""
        if not position:
            return {}
        before, touched = self._path[position - 1], self._events[position - 1].touched
        return {number: own for number, own in before.asleep.items() if not conflict(own, touched)}

    def done(self, play: Play, step: PlayedCall) -> None:
        """Find out which earlier calls this one races with, and have it tried before each of them."""
        clock: dict[int, int] = {}
        for index in range(len(self._events) - 1, -1, -1):
            earlier = self._events[index]
            if earlier.happened_before(clock):
                continue
            if earlier.actor != step.actor and step.actor not in earlier.enabling:
                if not conflict(earlier.touched, step.footprint):
                    continue
                self._try_before(index, step.actor, clock)
            for actor, count in earlier.clock.items():
                clock[actor] = max(clock.get(actor, 0), count)
        clock[step.actor] = play.calls_of(step.actor)
        self._events.append(_Event(step.actor, step.footprint, step.enabling, clock))

    def _try_before(self, index: int, actor: int, clock: Mapping[int, int]) -> None:
        """Have the next call of ``actor``, which has this clock, tried before the call at ``index``."""
        earlier, node = self._events[index], self._path[index]
        # What must come first for that: calls in between that do not depend on the earlier one. Whoever can begin
        # with one of them is a way to get there.
        between = [event for event in self._events[index + 1 :] if not earlier.happened_before(event.clock)]
        beginning: list[int] = []
        for position, (who, own) in enumerate([*((event.actor, event.clock) for event in between), (actor, clock)]):
            if not any(other.actor == who or other.happened_before(own) for other in between[:position]):
                beginning.append(who)
        if not node.to_try.isdisjoint(beginning):
            return
        able = [who for who in beginning if who in node.patient]
        if able:
            node.to_try.add(able[0])
        elif node.footprints.keys().isdisjoint(beginning):
            node.to_try.update(node.patient)
