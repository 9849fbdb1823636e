"""The control plane over HTTP: a token, a route, JSON both ways."""

from __future__ import annotations

import hmac
import json
import logging
import re
from typing import Any, Final

from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.remote.description import PREFIX, Route
from pytest_dynamodb.remote.routes import ROUTES, checked
from pytest_dynamodb.remote.tests import ServedTests
from pytest_dynamodb.server.messages import Answer, Message
from pytest_dynamodb.values.numbers import exact_decimal

_ROUTES: Final = [
    (route, re.compile(re.escape(PREFIX + route.path).replace(re.escape("{test}"), "(?P<test>[^/]+)")))
    for route in ROUTES
]


log: logging.Logger = logging.getLogger("pytest_dynamodb.remote")


class ControlPlane:
    """Answers what is asked below ``/_dynamodb`` by whoever knows ``token``."""

    def __init__(self, tests: ServedTests, *, token: str) -> None:
        self._tests, self._token = tests, token.encode()

    def answer(self, message: Message) -> Answer:
        """The answer to a request. What goes wrong is part of it."""
        path = message.target.partition(b"?")[0].decode("latin-1")
        found = [(route, match) for route, pattern in _ROUTES if (match := pattern.fullmatch(path)) is not None]
        chosen = next(((route, match) for route, match in found if route.method == message.method), None)
        if chosen is None:
            if found:
                return problem(405, "MethodNotAllowed", f"{path} takes {', '.join(route.method for route, _ in found)}")
            return problem(404, "NotFound", f"there is no {path}: GET {PREFIX}/openapi.json says what there is")
        route, match = chosen
        if route.name != "describe" and not self._knows_token(message):
            return problem(401, "Unauthorized", "send the token that serve printed: Authorization: Bearer TOKEN")
        return self._answered(route, match.groupdict().get("test", ""), message.body)

    def _knows_token(self, message: Message) -> bool:
        scheme, _, given = message.fields.get(b"authorization", b"").partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._token)

    def _answered(self, route: Route, identifier: str, body: bytes) -> Answer:
        try:
            test = self._tests.find(identifier) if identifier else self._tests.main
            given = json.loads(body or b"{}", parse_float=exact_decimal if route.exact else None)
            return _written(route, route.answer(self._tests, test, checked(route, given)))
        except PytestDynamoDbError as refusal:
            return problem(400, type(refusal).__name__, str(refusal))
        except (ValueError, RecursionError) as refusal:
            return problem(400, "ConfigurationError", f"the body is no JSON that can be used: {refusal}")
        except Exception:  # whatever it is, the caller is answered and the log has it
            log.exception("%s failed", route.name)
            return problem(500, "InternalError", f"{route.name} failed: the server's log says why")


def _written(route: Route, answer: Any) -> Answer:
    text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
    return Answer(200, text.encode("utf-8", "replace"), route.content_type.encode(), list(GUARDED))


GUARDED: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Headers of every page and answer here: nobody keeps them, guesses their type, frames or embeds them."""


def problem(status: int, kind: str, text: str) -> Answer:
    """An answer that says what is wrong."""
    body = json.dumps({"error": kind, "message": text}).encode()
    return Answer(status, body, b"application/json", list(GUARDED))
