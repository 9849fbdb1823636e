"""What a PartiQL statement is about: its verb, its table and index, and the key that it names.

Reads no more of the language than that takes: quotes, comments and brackets are respected, everything else is skipped.
Whether a text is a valid statement is for the engine's grammar to say; it uses the tokens defined here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

MAX_CACHED: Final = 1024

TOKEN: Final = re.compile(
    r"""
      (?P<space>   \s+ | --[^\n]* | /\*.*?\*/ )
    | (?P<number>  (?: [0-9]+ (?:\.[0-9]*)? | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? )
    | (?P<word>    [A-Za-z_$][A-Za-z0-9_$]* )
    | (?P<string>  '(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" )
    | (?P<symbol>  <<|>>|<=|>=|<>|!=|\|\||[=<>+\-*/%,.:;?@()\[\]{}] )
    """,
    re.VERBOSE | re.DOTALL,
)
"""One token of PartiQL; a quote stands for itself where it is doubled."""

Verb: TypeAlias = Literal["select", "insert", "update", "delete", "exists"]

_OPENING: Final = frozenset({"(", "[", "{", "<<"})
_CLOSING: Final = frozenset({")", "]", "}", ">>"})
_AFTER_WHERE: Final = frozenset({"order", "returning", "set", "remove", "group", "having", "limit"})
"""What ends a WHERE. A statement that begins with FROM has its SET and REMOVE behind it."""


class _Token(NamedTuple):
    """``text`` is a string or a name without its quotes; of a ``?`` it is the number among all of them, from 0."""

    kind: str
    text: str

    @property
    def keyword(self) -> str:
        """The word in small letters, or the symbol; empty for anything else."""
        return self.text.lower() if self.kind in {"word", "symbol"} else ""

    @property
    def is_name(self) -> bool:
        """Whether it may be the name of something."""
        return self.kind in {"word", "quoted"}


_END: Final = _Token("end", "")


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """What a statement does, and to which table or index.

    ``equal`` maps attributes to the values that the statement inserts or compares them with by ``=``: each an attribute
    value in wire form, or the position of a parameter.
    """

    verb: Verb
    table: str
    index: str | None
    equal: Mapping[str, dict[str, Any] | int]

    def attributes(self, parameters: Any) -> dict[str, Any]:
        """The attributes in ``equal`` with their values in wire form; ``parameters`` are those of the statement, in
        wire form.
        """
        given = parameters if isinstance(parameters, list) else []
        return {
            name: given[value] if isinstance(value, int) else value
            for name, value in self.equal.items()
            if not isinstance(value, int) or value < len(given)
        }


@lru_cache(maxsize=MAX_CACHED)
def read_statement(text: str) -> StatementSummary | None:
    """The summary of a statement; ``None`` where it cannot be determined."""
    tokens = list(_tokens(text))
    if tokens[-1] is not _END:
        return None
    match [token.keyword for token in tokens[:3]]:
        case ["exists", "(", "select"]:
            return _selecting("exists", tokens, 2)
        case ["select", *_]:
            return _selecting("select", tokens, 0)
        case ["insert", "into", *_]:
            return _about("insert", tokens, 2)
        case ["delete", "from", *_]:
            return _about("delete", tokens, 2)
        case ["update" | "from", *_]:
            return _about("update", tokens, 1)
    return None


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens, followed by ``_END`` if the whole text could be read."""
    position, parameters = 0, 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or (match[0] == "/" and text.startswith("/*", position)):
            yield _Token("unreadable", "")
            return
        kind, found, position = str(match.lastgroup), match[0], match.end()
        if found == "?":
            yield _Token("parameter", str(parameters))
            parameters += 1
        elif kind in {"string", "quoted"}:
            yield _Token(kind, found[1:-1].replace(found[0] * 2, found[0]))
        elif kind != "space":
            yield _Token(kind, found)
    yield _END


def _selecting(verb: Verb, tokens: Sequence[_Token], at: int) -> StatementSummary | None:
    """SELECT columns FROM source ..."""
    source = next((place for place, token in _flat(tokens, at) if token.keyword == "from"), None)
    return None if source is None else _about(verb, tokens, source + 1)


def _flat(tokens: Sequence[_Token], at: int) -> Iterator[tuple[int, _Token]]:
    """The tokens from ``at`` on that stand outside of nested brackets, with their positions, up to the bracket that
    closes.
    """
    depth = 0
    for place in range(at, len(tokens)):
        token = tokens[place]
        symbol = token.text if token.kind == "symbol" else ""
        if symbol in _CLOSING:
            depth -= 1
            if depth < 0:
                return
        elif depth == 0:
            yield place, token
        if symbol in _OPENING:
            depth += 1


def _about(verb: Verb, tokens: Sequence[_Token], at: int) -> StatementSummary | None:
    """source : name ["." name], then what is said of attributes."""
    if not tokens[at].is_name:
        return None
    table, index, at = tokens[at].text, None, at + 1
    if tokens[at].keyword == "." and tokens[at + 1].is_name:
        index, at = tokens[at + 1].text, at + 2
    equal = _put(tokens, at) if verb == "insert" else _required(tokens, at)
    return StatementSummary(verb, table, index, dict(equal))


def _put(tokens: Sequence[_Token], at: int) -> Iterator[tuple[str, dict[str, Any] | int]]:
    """[VALUE] "{" string ":" value ("," string ":" value)* "}"; only scalar values are kept."""
    at += tokens[at].keyword == "value"
    if tokens[at].keyword != "{":
        return
    member: list[_Token] = []
    for _, token in [*_flat(tokens, at + 1), (0, _Token("symbol", ","))]:
        if token.keyword != ",":
            member.append(token)
            continue
        value = _value(member[2:])
        if value is not None and member[0].kind in {"string", "quoted"} and member[1].keyword == ":":
            yield member[0].text, value
        member = []


def _required(tokens: Sequence[_Token], at: int) -> Iterator[tuple[str, dict[str, Any] | int]]:
    """WHERE term (AND term)*; only terms of the form ``name = value`` are kept, and none where there is an OR."""
    flat = iter(_flat(tokens, at))
    if not any(token.keyword == "where" for _, token in flat):
        return
    terms: list[list[_Token]] = [[]]
    for _, token in flat:
        word = token.keyword
        if word in {"or", "not"}:
            return
        if word in _AFTER_WHERE:
            break
        if word == "and":
            terms.append([])
        elif token is not _END and word != ";":
            terms[-1].append(token)
    for term in terms:
        name, value = _equality(term)
        if value is not None:
            yield name, value


def _equality(term: Sequence[_Token]) -> tuple[str, dict[str, Any] | int | None]:
    """name "=" value, or the other way round; no value for any other term."""
    if len(term) > 2 and term[0].is_name and term[1].keyword == "=":
        return term[0].text, _value(term[2:])
    if len(term) > 2 and term[-1].is_name and term[-2].keyword == "=":
        return term[-1].text, _value(term[:-2])
    return "", None


def _value(tokens: Sequence[_Token]) -> dict[str, Any] | int | None:
    """value : string | ["-"] number | "?"; ``None`` of anything else."""
    match tokens:
        case [_Token("string", text)]:
            return {"S": text}
        case [_Token("number", text)]:
            return {"N": text}
        case [_Token("symbol", "-"), _Token("number", text)]:
            return {"N": f"-{text}"}
        case [_Token("parameter", position)]:
            return int(position)
    return None
