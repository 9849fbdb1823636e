"""The parent's side: one thread that lets children in, and one for each child, which asks this process's providers."""

from __future__ import annotations

import os
import threading
from multiprocessing.connection import Connection, Listener
from typing import Any

from pytest_dynamodb import forks
from pytest_dynamodb.exchange import Provider, Request
from pytest_dynamodb.hooks.active import Activation
from pytest_dynamodb.processes import messages

_opening = forks.lock()
_receptions: dict[int, Reception] = {}


def reception() -> Reception:
    """This process's, opened for its first child and open until the process ends."""
    with _opening:
        process = os.getpid()
        if process not in _receptions:
            _receptions.clear()  # a parent's, whose threads are not here
            _receptions[process] = Reception()
        return _receptions[process]


class Reception:
    """Where children of this process ask. ``address`` and ``key`` are what they need.

    ``known`` are the activations that children were told of, by number: they may ask when one has long ended.
    """

    def __init__(self) -> None:
        self.key, self.known = os.urandom(32), dict[int, Activation]()
        self._listener = Listener(authkey=self.key)
        self.address: Any = self._listener.address
        threading.Thread(target=self._receive, name="dynamodb-cassette-children", daemon=True).start()

    def _receive(self) -> None:
        while True:
            try:
                child = self._listener.accept()
            except Exception:  # noqa: BLE001, S112 - a stranger without the key, or a child that died at the door
                continue
            threading.Thread(target=self._attend, args=(child,), name="a child process", daemon=True).start()

    def _attend(self, child: Connection[Any, Any]) -> None:
        """Answer one child until it hangs up."""
        under_way: dict[int, tuple[Provider, Request]] = {}
        with child:
            while True:
                try:
                    said = messages.unpacked(child.recv_bytes())
                    child.send_bytes(messages.packed(self._answer(said, under_way)))
                except (EOFError, OSError):
                    return

    def _answer(
        self, said: messages.ProcessMessage, under_way: dict[int, tuple[Provider, Request]]
    ) -> messages.ProcessMessage:
        number = said["number"]
        try:
            if "outcome" in said:  # what the network said to a request that was let go
                provider, request = under_way.pop(number)
                outcome = messages.outcome_of(said["outcome"])
                assert outcome is not None
                provider.after(request, outcome)
                return {}
            threading.current_thread().name = f"child process {said['process']}"
            provider, request = self.known[said["activation"]].present, messages.request_of(said["request"])
            answer = provider.before(request)
            if answer is None:
                under_way[number] = provider, request
            return messages.outcome_message(answer)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the child raises it
            return messages.error_message(problem)
