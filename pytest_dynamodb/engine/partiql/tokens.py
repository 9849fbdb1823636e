"""A statement's tokens. Positions are kept: messages tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_dynamodb.engine.partiql.keywords import KEYWORDS
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.position import At
from pytest_dynamodb.statements import TOKEN

Kind: TypeAlias = Literal["name", "quoted", "keyword", "string", "number", "symbol", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is what it means: a keyword in small letters, a string without its quotes; ``at`` where it stands."""

    kind: Kind
    text: str
    at: At

    def is_(self, *texts: str) -> bool:
        """Whether this is one of these keywords or symbols."""
        return self.kind in {"keyword", "symbol"} and self.text in texts


def tokenize(statement: str) -> tuple[Token, ...]:
    """The tokens of a statement, with an ``end`` behind them.

    Raises ValidationException where there is none, as for ``#`` or a comment that does not end.
    """
    tokens: list[Token] = []
    position, line, line_start = 0, 1, 0
    while position < len(statement):
        match = TOKEN.match(statement, position)
        if match is None or (match[0] == "/" and statement.startswith("/*", position)):
            reject("unreadable")
        if match.lastgroup != "space":
            tokens.append(_token(match, At(line, position - line_start + 1, len(match[0]))))
        newlines = match[0].count("\n")
        if newlines:
            line += newlines
            line_start = position + match[0].rindex("\n") + 1
        position = match.end()
    tokens.append(Token("end", "", At(line, position - line_start + 1, 0)))
    return tuple(tokens)


def _token(match: re.Match[str], at: At) -> Token:
    found = match[0]
    match match.lastgroup:
        case "word":
            lower = found.lower()
            return Token("keyword", lower, at) if lower in KEYWORDS else Token("name", found, at)
        case "string":
            return Token("string", found[1:-1].replace("''", "'"), at)
        case "quoted":
            return Token("quoted", found[1:-1].replace('""', '"'), at)
        case "number":
            return Token("number", found, at)
        case _:
            return Token("symbol", "<>" if found == "!=" else found, at)
