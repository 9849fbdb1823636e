"""What is a statement and what is not, in AWS's words (dynamodb-conformance, error-messages/partiqlGrammar)."""

from __future__ import annotations

import pytest

from engine_requests import ask, refusal, s
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.engine.partiql.parser import tokenize

NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: "
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


def message(engine: Engine, statement: str) -> str:
    """What a statement is refused with, which must be a ValidationException."""
    answer = refusal(engine, "ExecuteStatement", Statement=statement)
    assert answer["code"] == "ValidationException"
    found: str = answer["message"]
    return found


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("SELECT * FROM \"T\" WHERE pk = 'a' foo", "Unexpected token after expression"),
        ('SELECT * FROM "T" WHERE pk = 1 e5', "Unexpected token after expression"),
        ('SELECT * FROM "T" WHERE pk = 1)', "Unexpected token after expression"),
        ('SELECT * FROM "T" ORDER BY pk WHERE pk = 1', "Unexpected token after expression"),
        ('DELETE FROM "T" WHERE pk = 1 ORDER BY pk', "Unexpected token after expression"),
        ("INSERT INTO \"T\" VALUE {'pk': 'a'} foo", "Unexpected token after expression"),
        ("INSERT INTO \"T\" t VALUE {'pk': 'a'}", "Unexpected token after expression"),
        ("FROM \"T\" SET c = 1 WHERE pk = 'a'", "Unexpected token after expression"),
        ('SELECT * FROM "T"; SELECT * FROM "T"', "Unexpected token after expression"),
        ('SELECTT * FROMM "T"', "Unexpected token after expression"),
        ("SLECT * FROM \"T\" WHERE pk = 'a'", "Expected data manipulation"),
        ('UPDATE "T" WHERE pk = 1', "Expected data manipulation"),
        ('SELECT * FROM "T" WHERE', "Unexpected term"),
        ('SELECT * FROM "T" WHERE;', "Unexpected term"),
        ('SELECT * FROM "T" WHERE NOT', "Unexpected term"),
        ('SELECT * FROM "T" WHERE (', "Unexpected term"),
        ("SELECT * FROM", "Unexpected term"),
        ('UPDATE "T" SET a = 1 WHERE', "Unexpected term"),
        ("SELECT * FROM \"T\" WHERE pk = 'a' AND", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM \"T\" WHERE pk = 'a' OR;", "Missing right-hand side expression of infix operator"),
        ('SELECT * FROM "T" WHERE ORDER BY pk', "Unexpected keyword"),
        ('SELECT * FROM "T" WHERE IS NULL', "Unexpected operator"),
        ('SELECT * FROM "T" WHERE pk = LIKE', "Unexpected operator"),
        ("SELECT * FROM \"T\" WHERE pk = 'a' AND x IS FOO", "Expected type name"),
        ("DELETE FROM", "Expected identifier for simple path"),
        ("DELETE FROM WHERE pk = 'a'", "Expected identifier for simple path"),
        ("SELECT * FROM \"T\" WHERE pk = 'a' AND attribute_exists(m.inner)", "Invalid path dot component"),
        ('SELECT * FROM "T" WHERE (pk = 1', "Expected RIGHT_PAREN"),
        ('SELECT * FROM "T" WHERE pk = 1e2147483648', ""),
        ('SELECT * FROM "T" WHERE pk = 1.5e-2147483647', ""),
        ('SELECT * FROM "T" WHERE pk = 1 # note', ""),
        ('SELECT * FROM "T" WHERE pk = 1 /* note', ""),
        ('SELECT * FROM "T" WHERE pk = \'open', ""),
    ],
)
def test_what_cannot_be_read_is_told_in_the_words_of_the_parser(engine: Engine, statement: str, detail: str) -> None:
    assert message(engine, statement) == NOT_WELL_FORMED + detail


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT * FROM \"T\" t WHERE pk = 'x'", "Aliasing is not supported"),
        ("SELECT * FROM \"T\" AS t WHERE pk = 'x'", "Aliasing is not supported"),
        ("UPDATE \"T\" t SET a = 3 WHERE pk = 'x'", "Aliasing is not supported"),
        ("DELETE FROM \"T\" t WHERE pk = 'x'", "Aliasing is not supported"),
        ("x IS INT4", "Unsupported operation: IsType"),
        ("x IS DOUBLE PRECISION", "Unsupported operation: IsType"),
        ("x IS CHARACTER VARYING", "Unsupported operation: IsType"),
        ('SELECT pk FROM "T" LIMIT 5', "Unsupported clause: LIMIT at 1:26:1"),
        ('SELECT COUNT(*) FROM "T"', "Unexpected path component at 1:8:5"),
        ('SELECT\n count(pk) FROM "T"', "Unexpected path component at 2:2:5"),
        ('SELECT l[-1] FROM "T"', "List index is not within the allowable range; index: [-1] at 1:11:1"),
        (
            'SELECT l[2147483648] FROM "T"',
            "List index is not within the allowable range; index: [2147483648] at 1:10:10",
        ),
        ('SELECT a.x, b.x FROM "T"', "Duplicate identifiers in select clause: x"),
        ('SELECT a AS x FROM "T"', "Aliasing is not supported"),
        ('SELECT * FROM "T", "U"', "Only select from a single table or index is supported."),
        ("SELECT * FROM \"\" WHERE pk = 'x'", "Path component cannot be an empty string"),
        ('SELECT * FROM "T"."" WHERE pk = \'x\'', "Path component cannot be an empty string"),
        ('SELECT * FROM "T"."i"."more"', "A path may contain at most 2 components in the FROM clause"),
        ('SELECT * FROM "T"."none"', "The table does not have the specified index"),
    ],
)
def test_what_can_be_read_but_not_done_has_messages_of_its_own(engine: Engine, statement: str, expected: str) -> None:
    assert message(engine, statement) == expected


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("1e126", f"{OVERFLOW} under root"),
        ("1e-131", f"{UNDERFLOW} under root"),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number under root"),
        ("{'x': 1e126}", f"{OVERFLOW} under root.x"),
        ("[1, 1e126]", f"{OVERFLOW} under root[1]"),
        ("[?]", "Unsupported data type: Parameter under key root[0] at 1:{column}:1"),
        ("{'k': ?}", "Unsupported data type: Parameter under key root.k at 1:{column}:1"),
        ("{'k': set_add(<<1>>, <<2>>)}", "Unsupported data type: set_add under key root.k at 1:{column}:7"),
        ("<<>>", "Empty bags are not supported"),
        ("<<1, 'a'>>", "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"),
        ("<<'a', 'a'>>", "One or more parameter values were invalid: Input collection [a, a] contains duplicates."),
        (
            "<<2, 2.0>>",
            "One or more parameter values were invalid: Input collection [2, 2.0] contains duplicates! under root",
        ),
        ("{'a':" * 32 + "1" + "}" * 32, "Nesting Levels have exceeded supported limits under root" + ".a" * 32),
        ("[" * 32 + "1" + "]" * 32, "Nesting Levels have exceeded supported limits under root" + "[0]" * 32),
    ],
)
def test_literals_that_are_no_values_are_told_with_their_place(engine: Engine, literal: str, expected: str) -> None:
    statement = f"INSERT INTO \"T\" VALUE {{'pk': 'a', 'sk': '1', 'x': {literal}}}"
    column = max(statement.find("?"), statement.find("set_add")) + 1
    more = {"Parameters": [s("v")]} if "?" in literal else {}
    answer = refusal(engine, "ExecuteStatement", Statement=statement, **more)
    assert answer["message"] == expected.replace("{column}", str(column))


def test_literals_are_the_values_that_they_denote(engine: Engine) -> None:
    ask(
        engine,
        "ExecuteStatement",
        Statement="INSERT INTO T value {'pk': 'it''s', 'sk': '1', 'a': 1E3, 'b': -1.5e-3, 'c': .50, 'd': - -0, "
        "'e': TRUE, 'f': null, 'g': [1, 'x', {'y': <<1, 34, 4.5>>}], 'h': <<'p', 'q'>>, 'i': {}, 'j': []}",
    )
    (item,) = ask(engine, "Scan", TableName="T")["Items"]
    assert item == {
        "pk": s("it's"),
        "sk": s("1"),
        "a": {"N": "1000"},
        "b": {"N": "-0.0015"},
        "c": {"N": "0.5"},
        "d": {"N": "0"},
        "e": {"BOOL": True},
        "f": {"NULL": True},
        "g": {"L": [{"N": "1"}, s("x"), {"M": {"y": {"NS": ["1", "34", "4.5"]}}}]},
        "h": {"SS": ["p", "q"]},
        "i": {"M": {}},
        "j": {"L": []},
    }


def test_comments_are_white_space_but_not_within_strings(engine: Engine) -> None:
    ask(engine, "PutItem", TableName="T", Item={"pk": s("a"), "sk": s("1"), "note": s("a--b /*c*/")})
    statement = "-- first\nSELECT/**/* FROM \"T\" -- the table\nWHERE pk/* key */='a' AND note = 'a--b /*c*/'; -- done"
    assert len(ask(engine, "ExecuteStatement", Statement=statement)["Items"]) == 1


def test_nesting_without_end_is_refused_and_no_crash(engine: Engine) -> None:
    for opening in ("(", "[", "NOT ", "- ", "<<", "{'a':"):
        statement = 'SELECT * FROM "T" WHERE pk = ' + opening * (7000 // len(opening))
        assert message(engine, statement).startswith(NOT_WELL_FORMED)
    for chain in (" + 1", " = 1", " || 'a'"):
        statement = 'SELECT * FROM "T" WHERE pk = 1' + chain * (7000 // len(chain))
        assert message(engine, statement).startswith(NOT_WELL_FORMED)


def test_a_long_chain_of_conditions_is_no_deep_one(engine: Engine) -> None:
    statement = "SELECT * FROM \"T\" WHERE pk = 'a'" + " AND a = 1" * 700
    assert ask(engine, "ExecuteStatement", Statement=statement)["Items"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "foo(1)",
        "1 + 1",
        "'text'",
        "SELECT version()",
        'SELECT * FROM "T"[0]',
        'SELECT * FROM "T" AS',
        "SELECT * FROM (SELECT * FROM T)",
        "SELECT * FROM \"T\" WHERE pk NOT = 'a'",
        "SELECT * FROM \"T\" WHERE pk = 'a' AND n BETWEEN 1 AND",
        "SELECT * FROM \"T\" WHERE pk = 'a' ORDER BY 1",
        'SELECT l[x] FROM "T"',
        'SELECT l[1.5] FROM "T"',
        'SELECT * FROM "T" GROUP BY pk',
        "SELECT DATE '2026-10-01' FROM \"T\"",
        "INSERT INTO \"T\" VALUE {pk: 'a'}",
        "INSERT INTO \"\" VALUE {'pk': 'a'}",
        "UPDATE \"T\" SET a = -b WHERE pk = 'a' AND sk = '1'",
        "UPDATE \"T\" SET a = b || c WHERE pk = 'a' AND sk = '1'",
        "UPDATE \"T\" SET a = (b = 1) WHERE pk = 'a' AND sk = '1'",
        "UPDATE \"T\" SET a = MISSING WHERE pk = 'a' AND sk = '1'",
        "UPDATE \"T\" SET a = list_append(b) WHERE pk = 'a' AND sk = '1'",
        "UPDATE \"T\" SET a = 1 WHERE pk = 'a' AND sk = '1' RETURNING ALL *",
        "UPDATE \"T\" SET a = 1 WHERE pk = 'a' AND sk = '1' RETURNING ALL OLD",
        "UPSERT INTO \"T\" VALUE {'pk': 'a'}",
    ],
)
def test_whatever_else_is_refused_too(engine: Engine, statement: str) -> None:
    assert message(engine, statement)


def test_keywords_are_names_only_in_quotes(engine: Engine) -> None:
    ask(
        engine,
        "ExecuteStatement",
        Statement="INSERT INTO T VALUE {'pk': 'a', 'sk': '1', 'user': 1, 'year': 2, '\"': 3}",
    )
    statement = 'SELECT {} FROM "T" WHERE year = 2'
    assert ask(engine, "ExecuteStatement", Statement=statement.format('"user", """"'))["Items"] == [
        {"user": {"N": "1"}, '"': {"N": "3"}}
    ]
    assert message(engine, statement.format("user")) == NOT_WELL_FORMED + "Unexpected keyword"


def test_tokens_know_where_they_stand() -> None:
    tokens = tokenize("SELECT a\n  FROM \"T\" -- x\n WHERE 'it''s' <> 1.5")
    assert [(token.text, str(token.at)) for token in tokens] == [
        ("select", "1:1:6"),
        ("a", "1:8:1"),
        ("from", "2:3:4"),
        ("T", "2:8:3"),
        ("where", "3:2:5"),
        ("it's", "3:8:7"),
        ("<>", "3:16:2"),
        ("1.5", "3:19:3"),
        ("", "3:22:0"),
    ]


def test_a_statement_ends_at_8192_characters(engine: Engine) -> None:
    answer = refusal(engine, "ExecuteStatement", Statement="SELECT * FROM T" + " " * 8192)
    assert "Member must have length less than or equal to 8192" in answer["message"]
