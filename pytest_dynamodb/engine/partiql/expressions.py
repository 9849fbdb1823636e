"""The productions of expressions. Each function's docstring is its production.

Operators bind, loosest first: OR; AND; NOT; comparisons, IN, IS, BETWEEN and LIKE; ``||``; ``+ -``; ``* / %``; signs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from pytest_dynamodb.engine.partiql.cursor import MAX_DEPTH, Cursor
from pytest_dynamodb.engine.partiql.keywords import CALLABLE, TWO_WORDS, TYPES
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.paths import path_steps
from pytest_dynamodb.engine.partiql.syntax import (
    Bag,
    Call,
    Expression,
    IsType,
    Number,
    Operation,
    Parameter,
    PathTerm,
    Scalar,
    Sequence,
    Star,
    Struct,
)
from pytest_dynamodb.engine.partiql.tokens import Token

Production: TypeAlias = "Callable[[Cursor], Expression]"

_NOT: Final = 3
_COMPARISON: Final = 4
_BINDING: Final[dict[str, int]] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">=", "in", "is", "between", "like", "not"), _COMPARISON),
    "||": 5,
    **dict.fromkeys("+-", 6),
    **dict.fromkeys("*/%", 7),
}
_OPERATORS: Final = frozenset(_BINDING) - {"not"}
_JOINING: Final = frozenset({"and", "or"})  # one operation of many operands, however long the chain
_CONSTANTS: Final = {
    "true": ("BOOL", True),
    "false": ("BOOL", False),
    "null": ("NULL", True),
    "missing": ("MISSING", None),
}
STATEMENTS: Final[dict[str, Production]] = {}
"""Keywords that begin a statement where a term may stand; ``statements`` puts its productions here."""


def expression(cursor: Cursor, binding: int = 0) -> Expression:
    """expression : prefix (infix expression)*"""
    cursor.deeper()
    left, chained = _prefix(cursor), 0
    while (operator := _infix(cursor.token)) is not None and _BINDING[operator] > binding:
        left = _operation(cursor, left, operator)
        chained += operator not in _JOINING
        if chained > MAX_DEPTH:
            reject("deep")
    cursor.higher()
    return left


def _infix(token: Token) -> str | None:
    return token.text if token.kind in {"keyword", "symbol"} and token.text in _BINDING else None


def _prefix(cursor: Cursor) -> Expression:
    """prefix : NOT expression | ("+" | "-") prefix | term"""
    token = cursor.token
    if token.is_("not"):
        cursor.take()
        return Operation("not", (expression(cursor, _NOT),), token.at)
    if token.is_("+", "-"):
        cursor.take()
        return _signed(token, expression(cursor, _BINDING["*"]))
    return _term(cursor)


def _signed(sign: Token, operand: Expression) -> Expression:
    """A sign belongs to a number; before anything else it is an operation."""
    if not isinstance(operand, Number):
        return Operation(sign.text, (operand,), sign.at)
    if sign.text == "+":
        return operand
    negated = operand.text[1:] if operand.text.startswith("-") else f"-{operand.text}"
    return Number(negated, operand.at)


def _operation(cursor: Cursor, left: Expression, operator: str) -> Expression:
    """infix : OR | AND | comparator | [NOT] (IN | BETWEEN | LIKE) | IS [NOT] type | "||" | "+" | ..."""
    token = cursor.take()
    if operator == "not":
        following = _infix(cursor.token)
        if following not in {"in", "between", "like"}:
            reject("leftover")
        return Operation("not", (_operation(cursor, left, following),), token.at)
    if operator == "is":
        return _is(cursor, left, token)
    if cursor.at_end:
        reject("right-hand")
    if operator == "between":
        return _between(cursor, left, token)
    if operator == "in" and cursor.token.is_("("):
        return Operation("in", (left, _parenthesized_list(cursor)), token.at)
    right = expression(cursor, _BINDING[operator])
    if operator in _JOINING and isinstance(left, Operation) and left.operator == operator:
        return Operation(operator, (*left.operands, right), left.at)
    return Operation(operator, (left, right), token.at)


def _between(cursor: Cursor, operand: Expression, token: Token) -> Expression:
    """operand BETWEEN expression AND expression"""
    low = expression(cursor, _COMPARISON)
    cursor.expect("and", "AND")
    if cursor.at_end:
        reject("right-hand")
    return Operation("between", (operand, low, expression(cursor, _COMPARISON)), token.at)


def _parenthesized_list(cursor: Cursor) -> Expression:
    """LEFT_PAREN expression ("," expression)* RIGHT_PAREN"""
    opening = cursor.take()
    return Sequence(_listed(cursor, ")", "RIGHT_PAREN", expression), opening.at)


def _is(cursor: Cursor, operand: Expression, token: Token) -> Expression:
    """operand IS [NOT] type"""
    negated = cursor.accept("not")
    name = cursor.token
    word = name.text.lower()
    if name.kind not in {"name", "keyword"} or word not in TYPES:
        reject("type-name")
    cursor.take()
    if word in TWO_WORDS and cursor.says(TWO_WORDS[word]):
        word = f"{word} {TWO_WORDS[word]}"
    test = IsType(operand, word, TYPES.get(word), token.at)
    return Operation("not", (test,), token.at) if negated else test


# --- terms -----------------------------------------------------------------------------------------------------------


def _term(cursor: Cursor) -> Expression:
    """term : literal | "?" | path | call | "(" expression ")" | list | bag | struct | statement"""
    token = cursor.token
    if token.kind == "keyword":
        return _keyword_term(cursor)
    if token.kind in {"name", "quoted"}:
        return _named(cursor)
    if token.kind == "number":
        return Number(cursor.take().text, token.at)
    if token.kind == "string":
        return Scalar("S", cursor.take().text, token.at)
    opened = _OPENED.get(token.text) if token.kind == "symbol" else None
    if opened is None:
        reject("operator" if _infix(token) else "term")
    return opened(cursor)


def _keyword_term(cursor: Cursor) -> Expression:
    """TRUE | FALSE | NULL | MISSING | statement | a function that is a keyword"""
    token = cursor.token
    if token.text in _CONSTANTS:
        cursor.take()
        return Scalar(*_CONSTANTS[token.text], token.at)
    if token.text in CALLABLE and cursor.following.is_("("):
        return _named(cursor)
    production = STATEMENTS.get(token.text)
    if production is None:
        reject("operator" if token.text in _OPERATORS else "keyword")
    return production(cursor)


def _named(cursor: Cursor) -> Expression:
    """name "(" [argument ("," argument)*] ")" | name path_steps"""
    token = cursor.take()
    if token.kind != "quoted" and cursor.token.is_("("):
        cursor.take()
        return Call(token.text.lower(), _listed(cursor, ")", "RIGHT_PAREN", _argument), token.at)
    return PathTerm((token.text, *path_steps(cursor)), token.at)


def _argument(cursor: Cursor) -> Expression:
    """argument : "*" | expression"""
    star = cursor.accept("*")
    return expression(cursor) if star is None else Star(star.at)


def _listed(cursor: Cursor, closing: str, what: str, production: Production) -> tuple[Expression, ...]:
    """[production ("," production)*] closing"""
    found: list[Expression] = []
    if not cursor.token.is_(closing):
        found.append(production(cursor))
        while cursor.accept(","):
            found.append(production(cursor))
    cursor.expect(closing, what)
    return tuple(found)


def _parenthesized(cursor: Cursor) -> Expression:
    """LEFT_PAREN expression RIGHT_PAREN"""
    cursor.take()
    inner = expression(cursor)
    cursor.expect(")", "RIGHT_PAREN")
    return inner


def _parameter(cursor: Cursor) -> Expression:
    """QUESTION_MARK"""
    token = cursor.take()
    cursor.parameters += 1
    return Parameter(cursor.parameters - 1, token.at)


def _list(cursor: Cursor) -> Expression:
    """LEFT_BRACKET [expression ("," expression)*] RIGHT_BRACKET"""
    opening = cursor.take()
    return Sequence(_listed(cursor, "]", "RIGHT_BRACKET", expression), opening.at)


def _bag(cursor: Cursor) -> Expression:
    """LEFT_DOUBLE_ANGLE [expression ("," expression)*] RIGHT_DOUBLE_ANGLE"""
    opening = cursor.take()
    return Bag(_listed(cursor, ">>", "RIGHT_DOUBLE_ANGLE_BRACKET", expression), opening.at)


def _struct(cursor: Cursor) -> Expression:
    """LEFT_CURLY [member ("," member)*] RIGHT_CURLY"""
    opening = cursor.take()
    members: list[tuple[str, Expression]] = []
    if not cursor.token.is_("}"):
        members.append(_member(cursor))
        while cursor.accept(","):
            members.append(_member(cursor))
    cursor.expect("}", "RIGHT_CURLY")
    return Struct(tuple(members), opening.at)


def _member(cursor: Cursor) -> tuple[str, Expression]:
    """member : string ":" expression"""
    if cursor.token.kind != "string":
        reject("expected", what="a string as the name of an attribute")
    name = cursor.take().text
    cursor.expect(":", "COLON")
    return name, expression(cursor)


_OPENED: Final[dict[str, Production]] = {
    "(": _parenthesized,
    "?": _parameter,
    "[": _list,
    "<<": _bag,
    "{": _struct,
}
