"""Document paths in a statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pytest_dynamodb.engine.partiql.cursor import Cursor
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.syntax import Name, PathTerm

MAX_INDEX: Final = 2**31 - 1
_WHOLE: Final = re.compile(r"[0-9]+\Z")


def simple_path(cursor: Cursor) -> PathTerm:
    """name path_steps: what may stand after UPDATE, DELETE FROM, INSERT INTO, SET and REMOVE"""
    token = cursor.token
    if token.kind not in {"name", "quoted"}:
        reject("simple-path")
    cursor.take()
    return PathTerm((token.text, *path_steps(cursor)), token.at)


def path_steps(cursor: Cursor) -> Name:
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
