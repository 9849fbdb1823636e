"""What the parser works on: reserved words, a statement's tokens, and a cursor over them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pytest_dynamodb.engine.partiql.messages import At, reject
from pytest_dynamodb.statements import TOKEN

_SQL: Final = """
absolute action add all allocate alter and any are as asc assertion at authorization avg begin between bit bit_length
by cascade cascaded case cast catalog char character character_length char_length check close coalesce collate
collation column commit connect connection constraint constraints continue convert corresponding count create cross
current current_date current_time current_timestamp current_user cursor date deallocate dec decimal declare default
deferrable deferred delete desc describe descriptor diagnostics disconnect distinct domain double drop else end escape
except exception exec execute exists external extract false fetch first float for foreign found from full get global
go goto grant group having identity immediate in indicator initially inner input insensitive insert int integer
intersect interval into is isolation join key language last left level like local lower match max min module names
national natural nchar next no not null nullif numeric octet_length of on only open option or order outer output
overlaps pad partial position precision prepare preserve primary prior privileges procedure public read real
references relative restrict revoke right rollback rows schema scroll section select session session_user set size
smallint some space sql sqlcode sqlerror sqlstate substring sum system_user table temporary then time timestamp to
transaction translate translation trim true union unique unknown update upper usage user using value values varchar
varying view when whenever where with work write
"""
_PARTIQL: Final = """
bag blob bool boolean clob index let limit list missing pivot remove returning sexp string struct symbol tuple unpivot
"""

KEYWORDS: Final = frozenset((_SQL + _PARTIQL).split())

CALLABLE: Final = frozenset(
    """
    avg bit_length cast char_length character_length coalesce count exists extract lower max min nullif octet_length
    position size substring sum trim upper
    """.split()  # noqa: SIM905  # a list of words reads better as words
)
"""Keywords that are functions when a parenthesis follows."""

TYPES: Final[dict[str, str | None]] = {
    "missing": "MISSING",
    "null": "NULL",
    "bool": "BOOL",
    "boolean": "BOOL",
    "string": "S",
    "numeric": "N",
    "blob": "B",
    "struct": "M",
    "tuple": "M",
    "list": "L",
    **dict.fromkeys(
        """
        any bag bigint char character clob date dec decimal float int int2 int4 int8 integer integer2 integer4 integer8
        real sexp smallint symbol time timestamp varchar double
        """.split()  # noqa: SIM905  # as above
    ),
}
"""Names of types after IS, with their type tag; ``None`` if DynamoDB has no such type."""

TWO_WORDS: Final = {"double": "precision", "character": "varying"}
"""Types of two words: DOUBLE PRECISION and CHARACTER VARYING (the second word of the latter may be left out)."""


# --- tokens ---
# Positions are kept: messages tell them.

TokenKind: TypeAlias = Literal["name", "quoted", "keyword", "string", "number", "symbol", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is the meaning: a keyword in small letters, or a string without its quotes. ``at`` is where it
    stands.
    """

    kind: TokenKind
    text: str
    at: At

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these keywords or symbols."""
        return self.kind in {"keyword", "symbol"} and self.text in texts


def tokenize(statement: str) -> tuple[Token, ...]:
    """The tokens of a statement, followed by an ``end``.

    Raises ValidationException at what is not a token, such as ``#`` or a comment that does not end.
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


# --- cursor ---

MAX_DEPTH: Final = 100
"""Levels of parentheses, collections and prefixes. AWS publishes no limit; this one keeps the parser clear of
Python's.
"""


class Cursor:
    """A position among a statement's tokens."""

    def __init__(self, statement: str) -> None:
        self._tokens = tokenize(statement)
        self._position = 0
        self._depth = 0
        self.parameters = 0

    @property
    def token(self) -> Token:
        """The next token; at the end, the end token again and again."""
        return self._tokens[self._position]

    @property
    def following(self) -> Token:
        """The token after the next one."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)]

    @property
    def at_end(self) -> bool:
        """Whether nothing is left but the end of the statement."""
        return self.token.kind == "end" or self.token.is_(";")

    def take(self) -> Token:
        """Return the next token and step over it."""
        token = self.token
        if token.kind != "end":
            self._position += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """Step over the next token if it is one of these keywords or symbols."""
        return self.take() if self.token.is_(*texts) else None

    def expect(self, text: str, what: str) -> Token:
        """Step over the next token, which must be this one."""
        if not self.token.is_(text):
            reject("expected", what=what)
        return self.take()

    def says(self, *words: str) -> str | None:
        """Step over the next token if it is one of these words, even one that is not a keyword; returns the word."""
        token = self.token
        if token.kind in {"name", "keyword"} and token.text.lower() in words:
            return self.take().text.lower()
        return None

    def deeper(self) -> None:
        """Enter a level. Raises ValidationException if there are too many."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            reject("deep")

    def higher(self) -> None:
        """Leave a level."""
        self._depth -= 1
