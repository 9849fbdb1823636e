"""The productions of statements. Each function's docstring is its production."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast
from typing import Literal as Choice

from pytest_dynamodb.engine.partiql.cursor import Cursor
from pytest_dynamodb.engine.partiql.expressions import STATEMENTS, expression
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.paths import simple_path
from pytest_dynamodb.engine.partiql.syntax import (
    Assignment,
    Delete,
    Expression,
    Insert,
    OrderTerm,
    Parsed,
    PathTerm,
    Returning,
    Select,
    Source,
    Update,
)

MAX_CACHED: Final = 1024
_REFUSED_CLAUSES: Final = ("group", "having", "limit")


@lru_cache(maxsize=MAX_CACHED)
def parse(statement: str) -> Parsed:
    """statement : expression [";"]

    Raises ValidationException for what is no PartiQL, and for what AWS's parser refuses.
    """
    cursor = Cursor(statement)
    found = expression(cursor)
    cursor.accept(";")
    if cursor.token.kind != "end":
        reject("leftover")
    return Parsed(found, cursor.parameters)


def _select(cursor: Cursor) -> Select:
    """SELECT ("*" | column ("," column)*) FROM source [WHERE expression] [ORDER BY order ("," order)*]"""
    start = cursor.take()
    columns = () if cursor.accept("*") else _columns(cursor)
    cursor.expect("from", "FROM")
    source = _read_source(cursor)
    where = _where(cursor)
    _refuse_clauses(cursor)
    order = _order(cursor)
    _refuse_clauses(cursor)
    return Select(columns, source, where, order, start.at)


def _columns(cursor: Cursor) -> tuple[Expression, ...]:
    """column ("," column)*"""
    columns = [_column(cursor)]
    while cursor.accept(","):
        columns.append(_column(cursor))
    return tuple(columns)


def _column(cursor: Cursor) -> Expression:
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


def _read_source(cursor: Cursor) -> Source:
    """source : path [[AS] alias]"""
    term = expression(cursor)
    if not isinstance(term, PathTerm) or cursor.token.is_(","):
        reject("source")
    return Source(term.parts, _alias(cursor), term.at)


def _written_source(cursor: Cursor) -> Source:
    """source : simple_path [[AS] alias]"""
    path = simple_path(cursor)
    return Source(path.parts, _alias(cursor), path.at)


def _alias(cursor: Cursor) -> bool:
    if cursor.accept("as"):
        if cursor.token.kind not in {"name", "quoted"}:
            reject("expected", what="identifier for alias")
    elif cursor.token.kind not in {"name", "quoted"}:
        return False
    cursor.take()
    return True


def _where(cursor: Cursor) -> Expression | None:
    """[WHERE expression]"""
    return expression(cursor) if cursor.accept("where") else None


def _order(cursor: Cursor) -> tuple[OrderTerm, ...]:
    """[ORDER BY order ("," order)*]"""
    if not cursor.accept("order"):
        return ()
    cursor.expect("by", "BY")
    terms = [_order_term(cursor)]
    while cursor.accept(","):
        terms.append(_order_term(cursor))
    return tuple(terms)


def _order_term(cursor: Cursor) -> OrderTerm:
    """order : expression [ASC | DESC]"""
    path = expression(cursor)
    direction = cursor.accept("asc", "desc")
    return OrderTerm(path, direction is not None and direction.text == "desc")


def _insert(cursor: Cursor) -> Insert:
    """INSERT INTO simple_path [VALUE] expression [RETURNING returning]"""
    start = cursor.take()
    cursor.expect("into", "INTO")
    path = simple_path(cursor)
    cursor.accept("value")
    value = expression(cursor)
    return Insert(Source(path.parts, False, path.at), value, _returning(cursor), start.at)


def _update(cursor: Cursor) -> Update:
    """UPDATE source change+ [WHERE expression] [RETURNING returning]"""
    start = cursor.take()
    source = _written_source(cursor)
    changes = _changes(cursor)
    where = _where(cursor)
    return Update(source, changes, where, _returning(cursor), start.at)


def _from_first(cursor: Cursor) -> Update:
    """FROM source [WHERE expression] change+ [RETURNING returning]

    (dynamodb-conformance, partiql/fromFirstUpdate.)
    """
    start = cursor.take()
    source = _written_source(cursor)
    where = _where(cursor)
    changes = _changes(cursor)
    return Update(source, changes, where, _returning(cursor), start.at)


def _changes(cursor: Cursor) -> tuple[Assignment, ...]:
    """change : SET assignment ("," assignment)* | REMOVE simple_path"""
    changes: list[Assignment] = []
    while True:
        if cursor.accept("set"):
            changes.append(_assignment(cursor))
            while cursor.accept(","):
                changes.append(_assignment(cursor))
        elif cursor.accept("remove"):
            changes.append(Assignment(simple_path(cursor), None))
        else:
            break
    if not changes:
        reject("manipulation")
    return tuple(changes)


def _assignment(cursor: Cursor) -> Assignment:
    """assignment : simple_path "=" expression"""
    path = simple_path(cursor)
    cursor.expect("=", "EQ")
    return Assignment(path, expression(cursor))


def _delete(cursor: Cursor) -> Delete:
    """DELETE FROM source [WHERE expression] [RETURNING returning]"""
    start = cursor.take()
    cursor.expect("from", "FROM")
    source = _written_source(cursor)
    where = _where(cursor)
    return Delete(source, where, _returning(cursor), start.at)


def _returning(cursor: Cursor) -> Returning | None:
    """[RETURNING (ALL | MODIFIED) (OLD | NEW) "*"]"""
    if not cursor.accept("returning"):
        return None
    which = cursor.says("all", "modified")
    when = cursor.says("old", "new")
    if which is None or when is None:
        reject("expected", what="ALL or MODIFIED, and OLD or NEW")
    cursor.expect("*", "STAR")
    return Returning(cast("Choice['ALL', 'MODIFIED']", which.upper()), cast("Choice['OLD', 'NEW']", when.upper()))


STATEMENTS.update({"select": _select, "insert": _insert, "update": _update, "from": _from_first, "delete": _delete})
