"""The grammar of statements: document paths, expressions, and the statements themselves.

Each function's docstring is its production.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias, cast
from typing import Literal as Choice

from pytest_dynamodb.engine.partiql import syntax
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.parser import CALLABLE, MAX_DEPTH, TWO_WORDS, TYPES, Cursor, Token

MAX_INDEX: Final = 2**31 - 1
_WHOLE: Final = re.compile(r"[0-9]+\Z")


def simple_path(cursor: Cursor) -> syntax.PathTerm:
    """name path_steps: what may stand after UPDATE, DELETE FROM, INSERT INTO, SET and REMOVE"""
    token = cursor.token
    if token.kind not in {"name", "quoted"}:
        reject("simple-path")
    cursor.take()
    return syntax.PathTerm((token.text, *path_steps(cursor)), token.at)


def path_steps(cursor: Cursor) -> syntax.PathParts:
    """path_steps : ("." name | "[" position "]" | "[" string "]")*"""
    return tuple(_steps(cursor))


def _steps(cursor: Cursor) -> Iterator[str | int]:
    while True:
        if cursor.accept("."):
            if cursor.token.kind not in {"name", "quoted"}:
                reject("dot")
            yield cursor.take().text
        elif cursor.accept("["):
            yield _bracketed(cursor)
            cursor.expect("]", "RIGHT_BRACKET")
        else:
            return


def _bracketed(cursor: Cursor) -> str | int:
    """position : ["+" | "-"] digits"""
    if cursor.token.kind == "string":
        return cursor.take().text
    sign = ""
    while (token := cursor.accept("+", "-")) is not None:
        sign = "" if token.text == "+" or sign else "-"
    number = cursor.token
    if number.kind != "number":
        reject("term")
    cursor.take()
    if not _WHOLE.match(number.text):
        reject("list-index", at=number.at, index=sign + number.text)
    # The digits are looked at before they become a number: a statement may hold thousands of them.
    digits = number.text.lstrip("0") or "0"
    if len(digits) > len(str(MAX_INDEX)) or int(digits) > MAX_INDEX or (sign and digits != "0"):
        reject("list-index", at=number.at, index=sign + number.text)
    return int(digits)


# --- expressions ---
# Operators bind, loosest first: OR; AND; NOT; comparisons, IN, IS, BETWEEN and LIKE; ``||``; ``+ -``; ``* / %``; signs.

Production: TypeAlias = "Callable[[Cursor], syntax.Expression]"

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
"""The statements that may stand in place of a term, by their first keyword; filled in below, where they are defined."""


def expression(cursor: Cursor, binding: int = 0) -> syntax.Expression:
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


def _prefix(cursor: Cursor) -> syntax.Expression:
    """prefix : NOT expression | ("+" | "-") prefix | term"""
    token = cursor.token
    if token.is_("not"):
        cursor.take()
        return syntax.OperatorCall("not", (expression(cursor, _NOT),), token.at)
    if token.is_("+", "-"):
        cursor.take()
        return _signed(token, expression(cursor, _BINDING["*"]))
    return _term(cursor)


def _signed(sign: Token, operand: syntax.Expression) -> syntax.Expression:
    """A sign belongs to a number; before anything else it is an operation."""
    if not isinstance(operand, syntax.Number):
        return syntax.OperatorCall(sign.text, (operand,), sign.at)
    if sign.text == "+":
        return operand
    negated = operand.text[1:] if operand.text.startswith("-") else f"-{operand.text}"
    return syntax.Number(negated, operand.at)


def _operation(cursor: Cursor, left: syntax.Expression, operator: str) -> syntax.Expression:
    """infix : OR | AND | comparator | [NOT] (IN | BETWEEN | LIKE) | IS [NOT] type | "||" | "+" | ..."""
    token = cursor.take()
    if operator == "not":
        following = _infix(cursor.token)
        if following not in {"in", "between", "like"}:
            reject("leftover")
        return syntax.OperatorCall("not", (_operation(cursor, left, following),), token.at)
    if operator == "is":
        return _is(cursor, left, token)
    if cursor.at_end:
        reject("right-hand")
    if operator == "between":
        return _between(cursor, left, token)
    if operator == "in" and cursor.token.is_("("):
        return syntax.OperatorCall("in", (left, _parenthesized_list(cursor)), token.at)
    right = expression(cursor, _BINDING[operator])
    if operator in _JOINING and isinstance(left, syntax.OperatorCall) and left.operator == operator:
        return syntax.OperatorCall(operator, (*left.operands, right), left.at)
    return syntax.OperatorCall(operator, (left, right), token.at)


def _between(cursor: Cursor, operand: syntax.Expression, token: Token) -> syntax.Expression:
    """operand BETWEEN expression AND expression"""
    low = expression(cursor, _COMPARISON)
    cursor.expect("and", "AND")
    if cursor.at_end:
        reject("right-hand")
    return syntax.OperatorCall("between", (operand, low, expression(cursor, _COMPARISON)), token.at)


def _parenthesized_list(cursor: Cursor) -> syntax.Expression:
    """LEFT_PAREN expression ("," expression)* RIGHT_PAREN"""
    opening = cursor.take()
    return syntax.Sequence(_listed(cursor, ")", "RIGHT_PAREN", expression), opening.at)


def _is(cursor: Cursor, operand: syntax.Expression, token: Token) -> syntax.Expression:
    """operand IS [NOT] type"""
    negated = cursor.accept("not")
    name = cursor.token
    word = name.text.lower()
    if name.kind not in {"name", "keyword"} or word not in TYPES:
        reject("type-name")
    cursor.take()
    if word in TWO_WORDS and cursor.says(TWO_WORDS[word]):
        word = f"{word} {TWO_WORDS[word]}"
    test = syntax.IsType(operand, word, TYPES.get(word), token.at)
    return syntax.OperatorCall("not", (test,), token.at) if negated else test


# --- terms ---


def _term(cursor: Cursor) -> syntax.Expression:
    """term : literal | "?" | path | call | "(" expression ")" | list | bag | struct | statement"""
    token = cursor.token
    if token.kind == "keyword":
        return _keyword_term(cursor)
    if token.kind in {"name", "quoted"}:
        return _named(cursor)
    if token.kind == "number":
        return syntax.Number(cursor.take().text, token.at)
    if token.kind == "string":
        return syntax.Scalar("S", cursor.take().text, token.at)
    opened = _OPENED.get(token.text) if token.kind == "symbol" else None
    if opened is None:
        reject("operator" if _infix(token) else "term")
    return opened(cursor)


def _keyword_term(cursor: Cursor) -> syntax.Expression:
    """TRUE | FALSE | NULL | MISSING | statement | a function that is a keyword"""
    token = cursor.token
    if token.text in _CONSTANTS:
        cursor.take()
        return syntax.Scalar(*_CONSTANTS[token.text], token.at)
    if token.text in CALLABLE and cursor.following.is_("("):
        return _named(cursor)
    production = STATEMENTS.get(token.text)
    if production is None:
        reject("operator" if token.text in _OPERATORS else "keyword")
    return production(cursor)


def _named(cursor: Cursor) -> syntax.Expression:
    """name "(" [argument ("," argument)*] ")" | name path_steps"""
    token = cursor.take()
    if token.kind != "quoted" and cursor.token.is_("("):
        cursor.take()
        return syntax.FunctionCall(token.text.lower(), _listed(cursor, ")", "RIGHT_PAREN", _argument), token.at)
    return syntax.PathTerm((token.text, *path_steps(cursor)), token.at)


def _argument(cursor: Cursor) -> syntax.Expression:
    """argument : "*" | expression"""
    star = cursor.accept("*")
    return expression(cursor) if star is None else syntax.Star(star.at)


def _listed(cursor: Cursor, closing: str, what: str, production: Production) -> tuple[syntax.Expression, ...]:
    """[production ("," production)*] closing"""
    found: list[syntax.Expression] = []
    if not cursor.token.is_(closing):
        found.append(production(cursor))
        while cursor.accept(","):
            found.append(production(cursor))
    cursor.expect(closing, what)
    return tuple(found)


def _parenthesized(cursor: Cursor) -> syntax.Expression:
    """LEFT_PAREN expression RIGHT_PAREN"""
    cursor.take()
    inner = expression(cursor)
    cursor.expect(")", "RIGHT_PAREN")
    return inner


def _parameter(cursor: Cursor) -> syntax.Expression:
    """QUESTION_MARK"""
    token = cursor.take()
    cursor.parameters += 1
    return syntax.Parameter(cursor.parameters - 1, token.at)


def _list(cursor: Cursor) -> syntax.Expression:
    """LEFT_BRACKET [expression ("," expression)*] RIGHT_BRACKET"""
    opening = cursor.take()
    return syntax.Sequence(_listed(cursor, "]", "RIGHT_BRACKET", expression), opening.at)


def _bag(cursor: Cursor) -> syntax.Expression:
    """LEFT_DOUBLE_ANGLE [expression ("," expression)*] RIGHT_DOUBLE_ANGLE"""
    opening = cursor.take()
    return syntax.Bag(_listed(cursor, ">>", "RIGHT_DOUBLE_ANGLE_BRACKET", expression), opening.at)


def _struct(cursor: Cursor) -> syntax.Expression:
    """LEFT_CURLY [member ("," member)*] RIGHT_CURLY"""
    opening = cursor.take()
    members: list[tuple[str, syntax.Expression]] = []
    if not cursor.token.is_("}"):
        members.append(_member(cursor))
        while cursor.accept(","):
            members.append(_member(cursor))
    cursor.expect("}", "RIGHT_CURLY")
    return syntax.Struct(tuple(members), opening.at)


def _member(cursor: Cursor) -> tuple[str, syntax.Expression]:
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


# --- statements ---

MAX_CACHED: Final = 1024
_REFUSED_CLAUSES: Final = ("group", "having", "limit")


@lru_cache(maxsize=MAX_CACHED)
def parse(statement: str) -> syntax.ParsedStatement:
    """statement : expression [";"]

    Raises ValidationException for what is no PartiQL, and for what AWS's parser refuses.
    """
    cursor = Cursor(statement)
    found = expression(cursor)
    cursor.accept(";")
    if cursor.token.kind != "end":
        reject("leftover")
    return syntax.ParsedStatement(found, cursor.parameters)


def _select(cursor: Cursor) -> syntax.Select:
    """SELECT ("*" | column ("," column)*) FROM source [WHERE expression] [ORDER BY order ("," order)*]"""
    start = cursor.take()
    columns = () if cursor.accept("*") else _columns(cursor)
    cursor.expect("from", "FROM")
    source = _read_source(cursor)
    where = _where(cursor)
    _refuse_clauses(cursor)
    order = _order(cursor)
    _refuse_clauses(cursor)
    return syntax.Select(columns, source, where, order, start.at)


def _columns(cursor: Cursor) -> tuple[syntax.Expression, ...]:
    """column ("," column)*"""
    columns = [_column(cursor)]
    while cursor.accept(","):
        columns.append(_column(cursor))
    return tuple(columns)


def _column(cursor: Cursor) -> syntax.Expression:
    """column : expression"""
    column = expression(cursor)
    if cursor.token.is_("as") or cursor.token.kind in {"name", "quoted"}:
        reject("alias")
    return column


def _refuse_clauses(cursor: Cursor) -> None:
    """GROUP BY, HAVING and LIMIT are PartiQL's, but not DynamoDB's."""
    clause = cursor.accept(*_REFUSED_CLAUSES)
    if clause is not None:
        cursor.says("by")
        reject("clause", clause=clause.text.upper(), at=expression(cursor).at)


def _read_source(cursor: Cursor) -> syntax.FromSource:
    """source : path [[AS] alias]"""
    term = expression(cursor)
    if not isinstance(term, syntax.PathTerm) or cursor.token.is_(","):
        reject("source")
    return syntax.FromSource(term.parts, _alias(cursor), term.at)


def _written_source(cursor: Cursor) -> syntax.FromSource:
    """source : simple_path [[AS] alias]"""
    path = simple_path(cursor)
    return syntax.FromSource(path.parts, _alias(cursor), path.at)


def _alias(cursor: Cursor) -> bool:
    if cursor.accept("as"):
        if cursor.token.kind not in {"name", "quoted"}:
            reject("expected", what="identifier for alias")
    elif cursor.token.kind not in {"name", "quoted"}:
        return False
    cursor.take()
    return True


def _where(cursor: Cursor) -> syntax.Expression | None:
    """[WHERE expression]"""
    return expression(cursor) if cursor.accept("where") else None


def _order(cursor: Cursor) -> tuple[syntax.OrderTerm, ...]:
    """[ORDER BY order ("," order)*]"""
    if not cursor.accept("order"):
        return ()
    cursor.expect("by", "BY")
    terms = [_order_term(cursor)]
    while cursor.accept(","):
        terms.append(_order_term(cursor))
    return tuple(terms)


def _order_term(cursor: Cursor) -> syntax.OrderTerm:
    """order : expression [ASC | DESC]"""
    path = expression(cursor)
    direction = cursor.accept("asc", "desc")
    return syntax.OrderTerm(path, direction is not None and direction.text == "desc")


def _insert(cursor: Cursor) -> syntax.InsertStatement:
    """INSERT INTO simple_path [VALUE] expression [RETURNING returning]"""
    start = cursor.take()
    cursor.expect("into", "INTO")
    path = simple_path(cursor)
    cursor.accept("value")
    value = expression(cursor)
    return syntax.InsertStatement(syntax.FromSource(path.parts, False, path.at), value, _returning(cursor), start.at)


def _update(cursor: Cursor) -> syntax.UpdateStatement:
    """UPDATE source change+ [WHERE expression] [RETURNING returning]"""
    start = cursor.take()
    source = _written_source(cursor)
    changes = _changes(cursor)
    where = _where(cursor)
    return syntax.UpdateStatement(source, changes, where, _returning(cursor), start.at)


def _from_first(cursor: Cursor) -> syntax.UpdateStatement:
    """FROM source [WHERE expression] change+ [RETURNING returning]

    (dynamodb-conformance, partiql/fromFirstUpdate.)
    """
    start = cursor.take()
    source = _written_source(cursor)
    where = _where(cursor)
    changes = _changes(cursor)
    return syntax.UpdateStatement(source, changes, where, _returning(cursor), start.at)


def _changes(cursor: Cursor) -> tuple[syntax.Assignment, ...]:
    """change : SET assignment ("," assignment)* | REMOVE simple_path"""
    changes: list[syntax.Assignment] = []
    while True:
        if cursor.accept("set"):
            changes.append(_assignment(cursor))
            while cursor.accept(","):
                changes.append(_assignment(cursor))
        elif cursor.accept("remove"):
            changes.append(syntax.Assignment(simple_path(cursor), None))
        else:
            break
    if not changes:
        reject("manipulation")
    return tuple(changes)


def _assignment(cursor: Cursor) -> syntax.Assignment:
    """assignment : simple_path "=" expression"""
    path = simple_path(cursor)
    cursor.expect("=", "EQ")
    return syntax.Assignment(path, expression(cursor))


def _delete(cursor: Cursor) -> syntax.DeleteStatement:
    """DELETE FROM source [WHERE expression] [RETURNING returning]"""
    start = cursor.take()
    cursor.expect("from", "FROM")
    source = _written_source(cursor)
    where = _where(cursor)
    return syntax.DeleteStatement(source, where, _returning(cursor), start.at)


def _returning(cursor: Cursor) -> syntax.ReturningClause | None:
    """[RETURNING (ALL | MODIFIED) (OLD | NEW) "*"]"""
    if not cursor.accept("returning"):
        return None
    which = cursor.says("all", "modified")
    when = cursor.says("old", "new")
    if which is None or when is None:
        reject("expected", what="ALL or MODIFIED, and OLD or NEW")
    cursor.expect("*", "STAR")
    return syntax.ReturningClause(
        cast("Choice['ALL', 'MODIFIED']", which.upper()), cast("Choice['OLD', 'NEW']", when.upper())
    )


STATEMENTS.update({"select": _select, "insert": _insert, "update": _update, "from": _from_first, "delete": _delete})
