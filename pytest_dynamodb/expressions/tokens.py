"""Expression text cut into tokens.

A token is a name, an alias (``#a``), a value placeholder (``:a``), a number, a keyword of the language, or one of the
signs; any other character is a token of its own, which no production takes. Source: developer guide, "Expression
attribute names", "Update expressions", "Comparison operator and function reference".
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from pytest_dynamodb.expressions.messages import ExpressionError

NAME: Final = "name"
ALIAS: Final = "alias"
VALUE: Final = "value"
NUMBER: Final = "number"
END: Final = "<EOF>"

CONDITION_WORDS: Final = {word: word for word in ("AND", "OR", "NOT", "BETWEEN", "IN")}
UPDATE_WORDS: Final = {word: word for word in ("SET", "REMOVE", "ADD", "DELETE")}
PROJECTION_WORDS: Final[dict[str, str]] = {}

# A bare name begins with a letter (developer guide, "Document paths"): a leading underscore is a token of its own.
# White space is what no token begins with; naming it would make the search quadratic in a long run of it.
_TOKEN = re.compile(r"([A-Za-z][A-Za-z0-9_]*)|(\#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([0-9]+)|(<=|>=|<>|[^ \t\r\n])")
_KINDS = {2: ALIAS, 3: VALUE, 4: NUMBER}


class Tokens:
    """The tokens of one text, and how far parsing has come.

    ``kind`` is what the current token is: one of the constants above, a keyword in capitals, or the sign itself.
    """

    expression: str
    kind: str
    text: str

    __slots__ = ("_index", "_kinds", "_matches", "expression", "kind", "text")

    def __init__(self, text: str, words: dict[str, str], expression: str) -> None:
        self.text, self.expression = text, expression
        self._matches = list(_TOKEN.finditer(text))
        kinds: list[str] = []
        for match in self._matches:
            group = match.lastindex or 0
            if group == 1:
                kinds.append(words.get(match[1].upper(), NAME))
            else:
                kinds.append(_KINDS.get(group) or match[5])
        kinds.append(END)
        self._kinds = kinds
        self._index = 0
        self.kind = kinds[0]

    @property
    def position(self) -> int:
        """Where the current token begins, in characters."""
        return self._start(self._index)

    @property
    def next_kind(self) -> str:
        """What follows the current token."""
        return self._kinds[min(self._index + 1, len(self._kinds) - 1)]

    def take(self) -> str:
        """The current token's text; the next one becomes current."""
        match = self._matches[self._index]
        self._index += 1
        self.kind = self._kinds[self._index]
        return match[match.lastindex or 0]

    def expect(self, kind: str) -> str:
        """``take`` a token of a kind; raises a syntax error at any other."""
        if self.kind != kind:
            self.fail()
        return self.take()

    def fail(self) -> NoReturn:
        """Raise DynamoDB's syntax error at the current token.

        ``near`` is the text from the token before it to the token after it (dynamodb-conformance,
        error-messages/updateItem: ``token: "INVALID", near: "INVALID SYNTAX"``; captured elsewhere:
        ``token: "<EOF>", near: ":theme"`` and ``token: "SET", near: "ADD  SET #createdAt"``, spaces as written).
        """
        last = len(self._matches) - 1
        first, after = max(self._index - 1, 0), min(self._index + 1, last)
        near = self.text[self._start(first) : self._matches[after].end()] if self._matches else END
        token = self._matches[self._index] if self._index <= last else None
        raise ExpressionError(
            "syntax",
            expression=self.expression,
            token=token[token.lastindex or 0] if token else END,
            position=self.position,
            near=near,
        )

    def _start(self, index: int) -> int:
        if index >= len(self._matches):
            return len(self.text)
        match = self._matches[index]
        return match.start(match.lastindex or 0)


def locate(text: str, token: str) -> int | None:
    """Where a token first stands in a text, in characters, or None. A tree keeps no positions: equal ones are equal."""
    for match in _TOKEN.finditer(text):
        group = match.lastindex or 0
        if match[group].upper() == token.upper():
            return match.start(group)
    return None
