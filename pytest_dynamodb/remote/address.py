"""What is at a server's address beside DynamoDB: the control plane, the live view, and the callers that are tests.

All of it is for this machine. A page in a browser may be made to ask a name that leads here (DNS rebinding), so what
asks for another host than this machine is not answered, nor what says that it comes from another site.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pytest_dynamodb.remote.description import PREFIX
from pytest_dynamodb.remote.live import PATH, LiveView, WatchedProvider
from pytest_dynamodb.remote.plane import ControlPlane, problem
from pytest_dynamodb.remote.tests import KEY_PREFIX, MAIN, ServedTests
from pytest_dynamodb.server import Line
from pytest_dynamodb.server.authentication import Caller
from pytest_dynamodb.server.messages import Answer, Message

TEST_HEADER: Final = b"x-dynamodb-test"
"""The header by which a call belongs to a test; the access key id does the same."""
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether a server that listens on ``host`` is reached from this machine alone."""
    return host in _HERE or host.startswith("127.")


class Address:
    """Asked first by a server's application: see ``server.Beside``.

    ``token`` opens the control plane; without one there is none. ``watched`` shows the live view; without it there is
    none. ``anywhere`` answers the control plane's callers from other machines, too.
    """

    def __init__(
        self,
        tests: ServedTests,
        *,
        token: str = "",
        watched: WatchedProvider | None = None,
        anywhere: bool = False,
    ) -> None:
        self.tests, self._anywhere = tests, anywhere
        self._plane = ControlPlane(tests, token=token) if token else None
        self._live = None if watched is None else LiveView(tests, watched)

    def page(self, message: Message) -> Answer | None:
        """The answer of the control plane or the live view, where it is theirs."""
        path = message.target.partition(b"?")[0].decode("latin-1")
        plane, live = path == PREFIX or path.startswith(f"{PREFIX}/"), path == PATH or path.startswith(f"{PATH}/")
        if not plane and not live:
            return None
        if not (_is_own(message) or (plane and self._anywhere)):
            return problem(403, "Forbidden", "this is for programs and browsers on this machine alone")
        if plane:
            return (
                problem(404, "NotFound", "there is no control plane here")
                if self._plane is None
                else self._plane.answer(message)
            )
        return None if self._live is None else self._live.answer(message)

    def line(self, message: Message, caller: Caller) -> Line | None:
        """Who answers a call that belongs to a test, by its header or else by its access key id."""
        given = message.fields.get(TEST_HEADER)
        if given is not None:
            identifier = given.decode("latin-1").strip()
            return None if identifier == MAIN else self.tests.find(identifier).line
        if caller.key.startswith(KEY_PREFIX):
            return self.tests.by_key(caller.key).line
        return None


def _is_own(message: Message) -> bool:
    """Whether a request is from this machine's programs, as far as its headers tell."""
    try:
        host = urlsplit(f"//{message.fields.get(b'host', b'').decode('latin-1')}").hostname or ""
    except ValueError:
        return False
    return host in _HERE and message.fields.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin")
