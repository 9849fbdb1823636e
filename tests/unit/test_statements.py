"""What a PartiQL statement is about, without its grammar."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.statements import read_statement

PARAMETERS = [{"S": "first"}, {"N": "2"}]


@pytest.mark.parametrize(
    ("text", "verb", "table", "index"),
    [
        ("SELECT * FROM t", "select", "t", None),
        ('select "from", \'FROM u\' from "t-1"."i.1" where a = 1', "select", "t-1", "i.1"),
        ("-- INSERT INTO u\nSELECT size(a) /* FROM u */ FROM t", "select", "t", None),
        ("INSERT INTO \"t\" VALUE {'id': 'selected'}", "insert", "t", None),
        ("INSERT INTO selection VALUE {'from': 'select'}", "insert", "selection", None),
        ("UPDATE \"a\"\"b\" SET x = 'it''s FROM u' WHERE id = 1", "update", 'a"b', None),
        ("FROM t WHERE id = 1 SET x = 2", "update", "t", None),
        ("DELETE FROM t WHERE id = 'select'", "delete", "t", None),
        ("EXISTS(SELECT * FROM t WHERE id = 1)", "exists", "t", None),
        (
            'SELECT * FROM "arn:aws:dynamodb:us-east-1:1:table/t"',
            "select",
            "arn:aws:dynamodb:us-east-1:1:table/t",
            None,
        ),
    ],
)
def test_verb_table_and_index(text: str, verb: str, table: str, index: str | None) -> None:
    statement = read_statement(text)
    assert statement is not None
    assert (statement.verb, statement.table, statement.index) == (verb, table, index)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT *",
        "SELECT (a FROM t)",
        "FROM",
        "INSERT t",
        "DELETE t",
        "EXISTS(t)",
        "DROP TABLE t",
        "UPDATE 't' SET a = 1",
        "SELECT * FROM #",
        "SELECT 'a FROM t",
        "/* SELECT * FROM t",
    ],
)
def test_what_cannot_be_told_is_none(text: str) -> None:
    assert read_statement(text) is None


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("SELECT * FROM t", {}),
        ("SELECT * FROM t WHERE pk = 'a' AND 1.5 = sk", {"pk": {"S": "a"}, "sk": {"N": "1.5"}}),
        ('SELECT * FROM t WHERE "pk" = ? AND sk = -3;', {"pk": {"S": "first"}, "sk": {"N": "-3"}}),
        ("SELECT * FROM t WHERE pk = 'a' AND sk BETWEEN 1 AND 2 AND x > 3", {"pk": {"S": "a"}}),
        ("SELECT * FROM t WHERE pk = 'a' OR pk = 'b'", {}),
        ("SELECT * FROM t WHERE pk = 'a' AND NOT sk = 1", {}),
        ("SELECT * FROM t WHERE pk IN ['a'] AND (sk = 1)", {}),
        ("SELECT * FROM t WHERE m.pk = 'a' AND b = true", {}),
        ("SELECT * FROM t WHERE pk = 'a' ORDER BY sk", {"pk": {"S": "a"}}),
        ("UPDATE t SET x = ?, y = 'z' WHERE pk = ? RETURNING ALL OLD *", {"pk": {"N": "2"}}),
        ("FROM t WHERE pk = ? SET x = ?", {"pk": {"S": "first"}}),
        ("DELETE FROM t WHERE pk = ? AND a = ? AND b = ?", {"pk": {"S": "first"}, "a": {"N": "2"}}),
        ("EXISTS(SELECT * FROM t WHERE pk = 'a' AND n = 1)", {"pk": {"S": "a"}, "n": {"N": "1"}}),
        (
            "INSERT INTO t VALUE {'pk': ?, 'm': {'x': 1, 'y': ?}, 's': <<1>>, 'n': 4}",
            {"pk": PARAMETERS[0], "n": {"N": "4"}},
        ),
        ("INSERT INTO t {'pk': 'it''s'}", {"pk": {"S": "it's"}}),
        ("INSERT INTO t VALUE ?", {}),
    ],
)
def test_the_attributes_that_are_named_outright(text: str, attributes: dict[str, Any]) -> None:
    statement = read_statement(text)
    assert statement is not None
    assert statement.attributes(PARAMETERS) == attributes


def test_parameters_that_are_none_are_left_out() -> None:
    statement = read_statement("DELETE FROM t WHERE pk = ?")
    assert statement is not None
    assert statement.attributes(None) == statement.attributes([]) == {}


TOKENS = [
    "SELECT",
    "*",
    "FROM",
    "t",
    '"u"',
    ".",
    "WHERE",
    "AND",
    "=",
    "?",
    "'s'",
    "1",
    "-",
    "(",
    ")",
    "{",
    "}",
    ":",
    ",",
    "EXISTS",
    "INSERT",
    "INTO",
    "VALUE",
    "#",
    "<<",
    ">>",
]


@given(st.lists(st.sampled_from(TOKENS), max_size=12).map(" ".join) | st.text(max_size=20))
def test_no_text_is_wrong_enough_to_raise(text: str) -> None:
    statement = read_statement(text)
    assert statement is None or statement.table or '""' in text
