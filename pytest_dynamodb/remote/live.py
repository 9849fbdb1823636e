"""A live look at a server in a browser: its tables as they are, and what was asked of it lately."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote

from pytest_dynamodb.cassette.contracts import schema_of
from pytest_dynamodb.cassette.matching import place_of
from pytest_dynamodb.exchange import Exchange, Outcome, Provider, Request
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.remote.plane import GUARDED
from pytest_dynamodb.remote.tests import ServedTest, ServedTests
from pytest_dynamodb.server.messages import Answer, Message
from pytest_dynamodb.view import exchange_data, page
from pytest_dynamodb.view.effects import schema_shown, schemas
from pytest_dynamodb.view.page import embedded

PATH: Final = "/_view"
MOST_EXCHANGES, MOST_ITEMS = 500, 1_000
"""How many exchanges are kept, and how many items of a table are shown."""


class WatchedProvider(Provider):
    """Keeps the last exchanges of ``provider``, which answers them."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._seen: deque[tuple[Request, Outcome]] = deque(maxlen=MOST_EXCHANGES)

    @property
    def exchanges(self) -> list[tuple[int, Exchange]]:
        """The last exchanges, each with its request's number."""
        return [
            (
                request.number,
                Exchange(request.operation, request.params, outcome, request.tokens, "", *place_of(request)),
            )
            for request, outcome in list(self._seen)
        ]

    def before(self, request: Request) -> Outcome | None:
        """The provider's outcome."""
        outcome = self._provider.before(request)
        if outcome is not None:
            self._seen.append((request, outcome))
        return outcome

    def after(self, request: Request, outcome: Outcome) -> None:
        """Pass on to the provider, which let the request go."""
        self._seen.append((request, outcome))
        self._provider.after(request, outcome)


class LiveView:
    """Answers what a browser asks below ``/_view``; ``?test=ID`` looks at a test under way."""

    def __init__(self, tests: ServedTests, watched: WatchedProvider) -> None:
        self._tests, self._watched = tests, watched

    def answer(self, message: Message) -> Answer | None:
        """The page, or its data; ``None`` for another path."""
        path, _, query = message.target.decode("latin-1").partition("?")
        wanted = parse_qs(query).get("test", [""])[0]
        if message.method != "GET" or path not in (PATH, f"{PATH}/", f"{PATH}/data"):
            return None
        data = self._data(wanted)
        if path != f"{PATH}/data":
            html = page(data, connects=True).encode("utf-8", "replace")
            return Answer(200, html, b"text/html; charset=utf-8", list(GUARDED))
        body = embedded(data).encode()
        tag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        unchanged = message.fields.get(b"if-none-match") == tag
        headers = [*GUARDED, (b"etag", tag)]
        return Answer(304, b"", b"", headers) if unchanged else Answer(200, body, b"application/json", headers)

    def _data(self, identifier: str) -> dict[str, Any]:
        test = next((one for one in self._tests.running if one.id == identifier), self._tests.main)
        is_main = test is self._tests.main
        traffic = self._watched.exchanges if is_main else list(enumerate(test.cassette.traffic))[-MOST_EXCHANGES:]
        exchanges = [exchange for _, exchange in traffic]
        return {
            "title": f"{test.name}, live",
            "live": f"{PATH}/data" if is_main else f"{PATH}/data?test={quote(identifier)}",
            "sources": [{"name": test.name, "test": "", "state": test.provider_name}],
            "exchanges": [{**exchange_data(exchange), "id": number} for number, exchange in traffic],
            "tables": schemas({}, exchanges) if test.tables is None else _tables(test, test.tables),
        }


def _tables(test: ServedTest, mock: Mock) -> Mapping[str, Any]:
    """The tables of a mock with their items; those of a test that is replayed are not its own."""
    if test.provider_name == "replay":
        return schemas({}, test.cassette.traffic)
    return {name: _table(mock, name) for name in mock.tables}


def _table(mock: Mock, name: str) -> dict[str, Any]:
    view = mock.tables[name]
    contract = schema_of(view.describe())
    shown = {"keys": [], "indexes": {}} if contract is None else schema_shown(contract)
    shown["items"] = view.first(MOST_ITEMS)
    return {**shown, "more": view.count} if view.count > MOST_ITEMS else shown
