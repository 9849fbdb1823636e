"""What is at a server's address beside DynamoDB: the control plane, the live view, and the callers that are tests.

The server has looked at who asks before (``server.visitors``): no web page of another site gets as far as here, nor one
that has its own name lead to this machine.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from pytest_dynamodb.remote.description import PREFIX
from pytest_dynamodb.remote.live import PATH, LiveView, WatchedProvider
from pytest_dynamodb.remote.plane import ControlPlane, problem
from pytest_dynamodb.remote.tests import KEY_PREFIX, MAIN, ServedTests
from pytest_dynamodb.server import Line
from pytest_dynamodb.server.authentication import Caller
from pytest_dynamodb.server.messages import Answer, Message

TEST_HEADER: Final = b"x-dynamodb-test"
"""The header by which a call belongs to a test; the access key id does the same."""


def is_loopback(host: str) -> bool:
    """Whether a server that listens on ``host`` is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Address:
    """Asked first by a server's application: see ``server.Beside``.

    ``token`` opens the control plane; without one there is none. ``watched`` shows the live view; without it there is
    none.
    """

    def __init__(self, tests: ServedTests, *, token: str = "", watched: WatchedProvider | None = None) -> None:
        self.tests = tests
        self._plane = ControlPlane(tests, token=token) if token else None
        self._live = None if watched is None else LiveView(tests, watched)

    def page(self, message: Message) -> Answer | None:
        """The answer of the control plane or the live view, where it is theirs."""
        path = message.target.partition(b"?")[0].decode("latin-1")
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            if self._plane is None:
                return problem(404, "NotFound", "there is no control plane here: start serve with --token")
            return self._plane.answer(message)
        if path == PATH or path.startswith(f"{PATH}/"):
            return None if self._live is None else self._live.answer(message)
        return None

    def line(self, message: Message, caller: Caller) -> Line | None:
        """Who answers a call that belongs to a test, by its header or else by its access key id."""
        given = message.fields.get(TEST_HEADER)
        if given is not None:
            identifier = given.decode("latin-1").strip()
            return None if identifier == MAIN else self.tests.find(identifier).line
        if caller.key.startswith(KEY_PREFIX):
            return self.tests.by_key(caller.key).line
        return None
