"""One order of the actors' calls, carried out call by call."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pytest_dynamodb.engine import Snapshot
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure
from pytest_dynamodb.races.actors import (
    Actor,
    ActorFunction,
    CoroutineActor,
    ThreadActor,
    is_coroutine_function,
)
from pytest_dynamodb.races.footprints import Footprint
from pytest_dynamodb.races.gate import OrderOver
from pytest_dynamodb.races.stage import PATIENCE, Stage, WrittenItem
from pytest_dynamodb.requests import parts

SPINS: Final = 5
"""So many equal calls with equal answers, while nothing changes, are waiting: somebody else goes first."""

SECOND_LOOKS: Final = 3
"""How often all actors that stand still are looked at again before that is called a deadlock."""


@dataclass(frozen=True)
class PlayedCall:
    """A call that was carried out: by which actor, and what came of it.

    ``enabling`` are the actors that waited for something else before it, and for DynamoDB after it. ``written`` is
    found out only for calls that are looked at closely: see ``Play.explained``.
    """

    actor: int
    request: Request
    outcome: Outcome | BaseException | None
    footprint: Footprint
    enabling: frozenset[int] = frozenset()
    written: tuple[WrittenItem, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it changed an item, or something that is no item."""
        if not any(touch.writes for touch in self.footprint):
            return False
        return not self.written or any(one.before != one.after for one in self.written)

    @property
    def likeness(self) -> object:
        """Equal for calls that look like the same attempt again: on the same items, with the same answer."""
        outcome, asked = self.outcome, parts(self.request.operation, self.request.params)
        items = repr([(part.action, part.table, part.exact_key) for part in asked])
        if isinstance(outcome, Response):
            body = outcome.body if isinstance(outcome.body, Mapping) else {}
            return self.request.operation, items, outcome.status, repr(body.get("Item", body.get("Items")))
        return self.request.operation, items, outcome.kind if isinstance(outcome, TransportFailure) else repr(outcome)


class Play:
    """Actors on a stage that has been reset. Each waits for its turn before each of its calls."""

    def __init__(self, stage: Stage, functions: Sequence[ActorFunction]) -> None:
        self._stage = stage
        arrival, refusing = threading.Condition(), OrderOver()
        self.actors: list[Actor] = [
            CoroutineActor(number, function, arrival, refusing, loop=stage.loop)
            if is_coroutine_function(function)
            else ThreadActor(number, function, arrival, refusing, patience=PATIENCE)
            for number, function in enumerate(functions)
        ]
        self.steps: list[PlayedCall] = []
        self._before: list[Snapshot] = []
        self.footprints: dict[int, Footprint] = {}
        """What the next call of each actor that waits for its turn touches."""
        self.schedule: tuple[int, ...] = ()
        """Whose calls were carried out, in order."""
        self._waiting: frozenset[int] = frozenset()
        known = stage.waits.get(())
        for actor in self.actors:
            actor.start()
            self._settle([actor.number], known)
        stage.waits[()] = self._waiting

    @property
    def letters(self) -> str:
        """The same as users write it."""
        return " ".join(self.actors[number].letter for number in self.schedule)

    @property
    def enabled(self) -> list[int]:
        """The actors that can make a call now."""
        return sorted(self.footprints)

    @property
    def patient(self) -> list[int]:
        """Those of them that do not just try again and again what only others can change; all, if all do."""
        enabled = self.enabled
        return [number for number in enabled if not self._spins(number)] or enabled

    def deadlocked(self) -> list[Actor]:
        """The actors that are left where none can go on, even when they are given more time."""
        for _ in range(SECOND_LOOKS):
            left = [actor for actor in self.actors if not actor.done]
            if self.footprints or not left:
                return []
            self._settle([actor.number for actor in left], None)
        return left

    def calls_of(self, number: int) -> int:
        """How many calls an actor has made."""
        return sum(step.actor == number for step in self.steps)

    def step(self, number: int) -> PlayedCall:
        """Carry out the next call of an actor, and let it run to the one after that."""
        actor, touched = self.actors[number], self.footprints.pop(number)
        turn = actor.take()
        self._before.append(self._stage.mock.snapshot())
        turn.grant()
        waited = self._waiting
        self.schedule = (*self.schedule, number)
        self._settle([number, *sorted(waited)], self._stage.waits.get(self.schedule))
        self._stage.waits[self.schedule] = self._waiting
        step = PlayedCall(number, turn.request, turn.outcome, touched, waited - self._waiting)
        self.steps.append(step)
        return step

    def explained(self, index: int) -> PlayedCall:
        """A call with the items that it wrote, as they were before and after it."""
        step, after = self.steps[index], [*self._before[index + 1 : index + 2], self._stage.mock.snapshot()][0]
        if not step.written:
            written = tuple(self._stage.written(step.request, self._before[index], after))
            step = self.steps[index] = replace(step, written=written)
        return step

    def _settle(self, numbers: Sequence[int], known: frozenset[int] | None) -> None:
        """Let actors run to their next calls, but for those of which it is ``known`` that they will not get there."""
        waiting = set(self._waiting)
        for number in numbers:
            actor = self.actors[number]
            will_not = known is not None and number in known and not actor.has_arrived
            if will_not or not actor.settle():
                waiting.add(number)
                continue
            waiting.discard(number)
            if actor.calls:
                self.footprints[number] = self._stage.footprint(actor.calls[0].request)
        self._waiting = frozenset(waiting)

    def _spins(self, number: int) -> bool:
        if self.calls_of(number) < SPINS:
            return False
        seen: Counter[object] = Counter()
        for index in range(len(self.steps) - 1, -1, -1):
            step = self.explained(index)
            if step.changed:
                break
            if step.actor == number:
                seen[step.likeness] += 1
                if seen[step.likeness] >= SPINS:
                    return True
        return False

    def close(self) -> None:
        """Carry out nothing any more, and let the actors end."""
        for actor in self.actors:
            if not actor.done:
                actor.abandon()
        for actor in self.actors:
            actor.join()


@contextmanager
def playing(stage: Stage, functions: Sequence[ActorFunction]) -> Iterator[Play]:
    """A play on the stage, which is reset for it, and cleared at its end."""
    stage.reset()
    play = Play(stage, functions)
    try:
        yield play
    finally:
        play.close()
