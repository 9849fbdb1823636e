"""Threads that outlive their test: their calls are refused, noted on that test, and reported when the session ends."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable

from pytest_dynamodb.errors import UnexpectedRequest
from pytest_dynamodb.exchange import Outcome, Provider, Request

_REMEDY = "join it before the test ends, or start it in a wider fixture"


class Refusing(Provider):
    """Answers the threads of a test that has ended: refuses their calls, and lets ``note`` know."""

    offline = True

    def __init__(self, node_id: str, note: Callable[[str], object]) -> None:
        self._node_id, self._note = node_id, note

    def before(self, request: Request) -> Outcome | None:
        """Never returns."""
        asked = f"{request.operation} on {request.params.get('TableName', '(no table)')}"
        text = f"{self._node_id}: its thread {threading.current_thread().name!r} outlives it and calls {asked}"
        self._note(text)
        raise UnexpectedRequest(f"{text}: refused; {_REMEDY}")


def late_lines(notes: Iterable[str]) -> list[str]:
    """The lines for the end of a session, each different note once."""
    counted = Counter(notes)
    times = {note: "" if number == 1 else f" ({number} times)" for note, number in counted.items()}
    return [f"{note}{times[note]}: refused; {_REMEDY}" for note in counted]
