"""How children get providers that ask the parent: by fork handlers, or with a spawned one's process object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.hooks import active, internals

if TYPE_CHECKING:
    from pytest_dynamodb.processes.conversation import Bequest


def _stand_in(bequest: Bequest) -> Any:
    from pytest_dynamodb.processes.conversation import ParentsProvider

    return ParentsProvider(bequest)


def bequests() -> dict[int, Bequest]:
    """What a child that is started now is told, by the numbers that activations have in this process."""
    activations = active.in_charge()
    if not activations:
        return {}
    from pytest_dynamodb.processes.conversation import Bequest, ParentsProvider, reception

    told = {}
    for activation in activations:
        provider = activation.provider
        if isinstance(provider, ParentsProvider):  # a child's child asks the same parent
            told[activation.number] = provider.bequest
        else:
            desk = reception()
            desk.known[activation.number] = activation
            told[activation.number] = Bequest(
                desk.address, desk.key, activation.number, provider.offline, provider.endpoint
            )
    return told


class _Forking:
    """Fork handlers, and what is handed down from the one before the fork to the one in the child."""

    def __init__(self) -> None:
        self.is_attended = False
        self._told: dict[int, Bequest] = {}

    def before(self) -> None:
        self._told = bequests()

    def in_child(self) -> None:
        for activation in active.in_charge():
            if activation.number in self._told:
                activation.provider = _stand_in(self._told[activation.number])


_forking = _Forking()


def attend() -> None:
    """Have children that are started from now on ask this process."""
    if _forking.is_attended:
        return
    _forking.is_attended = True
    internals.before_start.append(hand_down)
    internals.environments.append(_environment)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_forking.before, after_in_child=_forking.in_child)


def _environment(given: Mapping[str, str] | None) -> Mapping[str, str] | None:
    if not active.in_charge():
        return given
    from pytest_dynamodb.processes.programs import environment  # a server, which few tests need

    return environment(given)


class _Heir:
    """An attribute of a spawned process's object: pickled with it, it calls ``inherit`` when it is unpickled there."""

    def __init__(self, told: tuple[Bequest, ...]) -> None:
        self._told = told

    def __reduce__(self) -> tuple[Any, ...]:
        return inherit, self._told


def hand_down(process: Any) -> None:
    """Give a process of ``multiprocessing`` that is about to start what it needs to ask this one."""
    told = bequests()
    if told:
        process._pytest_dynamodb = _Heir(tuple(told.values()))  # noqa: SLF001 - an attribute of ours, pickled with it


def inherit(*told: Bequest) -> None:
    """In a spawned child: put stand-ins in charge, for as long as it lives."""
    from pytest_dynamodb.hooks.install import install

    install(cover_imports=True)
    attend()
    for bequest in told:
        active.activate(_stand_in(bequest))
