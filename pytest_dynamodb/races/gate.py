"""The gate that every call of an actor's comes through: it waits there for its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Attempts, Outcome, Provider, Request
from pytest_dynamodb.races.actors import Actor, AsyncTurn, CoroutineActor, ProcessGone, Turn, acting_now
from pytest_dynamodb.races.virtualloop import VirtualLoop


class Gate(Provider):
    """Lets one call of the actors through at a time, to ``provider``, which answers it.

    Calls of nobody, such as those of ``setup`` and ``check``, go through at once.
    """

    offline = True

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def before(self, request: Request) -> Outcome | None:
        """The answer, when it is the caller's turn."""
        outcome: Outcome | None = self._pass(request, self._provider.before)
        return outcome

    def begin(self, request: Request) -> Outcome | Attempts | None:
        """As ``before``; each attempt of a call that is struck by a fault is a step of its own."""
        begun: Outcome | Attempts | None = self._pass(request, self._begun)
        return begun

    def turn(self, request: Request) -> Awaitable[None] | None:
        """What a coroutine of the actors' loop awaits before its call."""
        actor = acting_now()
        loop = asyncio.get_running_loop()
        if not isinstance(actor, CoroutineActor) or not isinstance(loop, VirtualLoop):
            return None
        return _await_turn(actor, AsyncTurn(request, loop))

    def wait(self, seconds: float) -> None:
        """Let time pass on the mock's clock."""
        self._provider.wait(seconds)

    def _begun(self, request: Request) -> Outcome | Attempts | None:
        begun = self._provider.begin(request)
        return GatedAttempts(begun, self._again(request)) if isinstance(begun, Attempts) else begun

    def _again(self, request: Request) -> Callable[[Callable[[], Any]], Any]:
        return lambda ask: self._pass(request, lambda _: ask())

    def _pass(self, request: Request, ask: Callable[[Request], Any]) -> Any:
        actor = acting_now()
        if actor is None:
            return ask(request)
        turn, actor.granted = actor.granted, None
        if turn is None:
            turn = Turn(request)
            if isinstance(actor, CoroutineActor) and _in_actors_loop():
                raise ConfigurationError(
                    f"{request.operation}: the coroutine of actor {actor.letter} makes a synchronous call, which stops "
                    "the event loop for all; give its actor as a function that runs the coroutine, such as "
                    "lambda: asyncio.run(book())"
                )
            actor.arrive(turn)
            turn.wait()
        try:
            outcome = ask(request)
        except BaseException as problem:
            turn.outcome = problem
            raise
        if not isinstance(outcome, Attempts):
            turn.outcome = outcome
        elif isinstance(outcome, GatedAttempts):
            outcome.first = turn
        return outcome


async def _await_turn(actor: Actor, turn: AsyncTurn) -> None:
    actor.arrive(turn)
    try:
        await turn.future
    except asyncio.CancelledError:
        if turn in actor.calls:
            actor.calls.remove(turn)
        raise
    turn.check()
    actor.granted = turn


def _in_actors_loop() -> bool:
    try:
        return isinstance(asyncio.get_running_loop(), VirtualLoop)
    except RuntimeError:
        return False


class GatedAttempts(Attempts):
    """The attempts of one call, each of which waits for its turn. ``first`` is the turn that the call has already.

    A coroutine's attempts are one step: there is nothing to await between them.
    """

    offline = True

    def __init__(self, attempts: Attempts, again: Callable[[Callable[[], Any]], Any]) -> None:
        self._attempts, self._again = attempts, again
        self.first: Turn | None = None

    def attempt(self, timeout: float | None) -> Outcome | None:
        """The outcome of the next attempt, when it is its turn."""
        turn, self.first = self.first, None
        if turn is None and not isinstance(acting_now(), CoroutineActor):
            outcome: Outcome | None = self._again(lambda: self._attempts.attempt(timeout))
            return outcome
        outcome = self._attempts.attempt(timeout)
        if turn is not None:
            turn.outcome = outcome
        return outcome

    def wait(self, seconds: float) -> None:
        """Let time pass on the mock's clock."""
        self._attempts.wait(seconds)

    def after(self, outcome: Outcome) -> None:
        """Nothing: no attempt goes to the network."""


class OrderOver(Provider):
    """Answers actors that go on although their order is over."""

    offline = True

    def before(self, request: Request) -> Outcome | None:
        """Raise ``ProcessGone``."""
        raise ProcessGone(f"{request.operation}: the order that this actor is part of is over")
