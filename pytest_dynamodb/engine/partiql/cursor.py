"""A place among a statement's tokens, and what both parsers do there."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.tokens import Token, tokenize

MAX_DEPTH: Final = 100
"""Levels of parentheses, collections and prefixes. AWS publishes none; this keeps the parser off Python's own limit."""


class Cursor:
    """The token that comes next, and the way on."""

    def __init__(self, statement: str) -> None:
        self._tokens = tokenize(statement)
        self._position = 0
        self._depth = 0
        self.parameters = 0

    @property
    def token(self) -> Token:
        """The token that comes next; at the end, the end again and again."""
        return self._tokens[self._position]

    @property
    def following(self) -> Token:
        """The one after it."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)]

    @property
    def at_end(self) -> bool:
        """Whether there is nothing left but what ends a statement."""
        return self.token.kind == "end" or self.token.is_(";")

    def take(self) -> Token:
        """The token that comes next, and step over it."""
        token = self.token
        if token.kind != "end":
            self._position += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """Step over a token if it is one of these keywords or symbols."""
        return self.take() if self.token.is_(*texts) else None

    def expect(self, text: str, what: str) -> Token:
        """Step over a token that must be there."""
        if not self.token.is_(text):
            reject("expected", what=what)
        return self.take()

    def says(self, *words: str) -> str | None:
        """The one of these words that comes next, and step over it; words that are no keywords count, too."""
        token = self.token
        if token.kind in {"name", "keyword"} and token.text.lower() in words:
            return self.take().text.lower()
        return None

    def deeper(self) -> None:
        """Go down a level. Raises ValidationException where it is too deep."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            reject("deep")

    def higher(self) -> None:
        """Come back up."""
        self._depth -= 1
