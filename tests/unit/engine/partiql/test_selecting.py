"""SELECT: which items, in which order, and page by page (hectorvent/floci's captures, where nothing else is said)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.engine import Engine

OVERLAP = "Overlapping conditions with range keys are not supported in where clause"
KEY_TYPE = "Key attribute's data type should match its data type in table's schema: Key "
EMPTY = (
    "One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
)
REFUSED = (
    "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
)
TOO_MANY = "Too many decomposed read operations for a given query."


@pytest.fixture
def engine(engine: Engine) -> Engine:
    for pk in "op":
        for sk in "123":
            ask(engine, "PutItem", TableName="T", Item={"pk": s(pk), "sk": s(sk), "n": n(sk), "flag": s("f" + sk)})
    return engine


def found(engine: Engine, rest: str, **more: Any) -> list[str]:
    answer = ask(engine, "ExecuteStatement", Statement=f'SELECT pk, sk FROM "T" {rest}', **more)
    return [item["pk"]["S"] + item["sk"]["S"] for item in answer["Items"]]


def values(count: int) -> str:
    return ", ".join(f"'v{at}'" for at in range(count))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("pk = 'o'", "o1 o2 o3"),
        ("'o' = pk AND sk >= '2'", "o2 o3"),
        ("pk = 'o' AND '2' < sk", "o3"),
        ("pk = 'o' AND sk BETWEEN '1' AND '2'", "o1 o2"),
        ("pk = 'o' AND begins_with(sk, '3')", "o3"),
        ("pk = 'o' AND sk > '1' AND sk < '3'", "o2"),
        ("pk = 'o' AND sk = '1' AND sk > '0'", "o1"),
        ("pk = 'o' AND sk = '1' AND sk = '2'", ""),
        ("pk = 'o' AND flag = 'f2'", "o2"),
        ("pk = 'o' AND (sk = '1' OR sk = '3')", "o1 o3"),
        ("pk = 'o' AND sk IN ['3', '1']", "o1 o3"),
        ("pk = 'o' AND (sk < '2' OR sk > '2' OR sk = '2')", "o1 o2 o3"),
        ("pk = 'o' AND NOT sk = '1'", "o2 o3"),
        ("pk = 'o' AND sk > '0' AND sk <> '1'", "o2 o3"),
        ("pk = 'o' AND attribute_exists(pk)", "o1 o2 o3"),
        ("pk IN ['p', 'o'] AND sk = '2'", "o2 p2"),
        ("(pk = 'o' OR pk = 'p') AND n > 2", "o3 p3"),
        ("(pk = 'o' AND sk = '1') OR (pk = 'p' AND sk = '2')", "o1 p2"),
        ("pk = 'nobody'", ""),
        # dynamodb-conformance, partiql/whereOverlap
        ("pk = 'o' AND NOT sk = '1' OR pk = 'o' AND sk = '2'", "o2 o3"),
        ("pk = 'o' AND sk <> '1' OR pk = 'o' AND sk = '2'", "o2 o3"),
        ("pk = 'o' AND NOT sk IN ['1', '3'] OR pk = 'o' AND sk = '2'", "o2"),
        ("pk = 'o' OR pk = 'o' AND NOT sk = '1'", "o1 o2 o3"),
    ],
)
def test_a_where_that_fixes_partitions_reads_these(engine: Engine, where: str, expected: str) -> None:
    assert found(engine, f"WHERE {where}") == expected.split()
    capacity = ask(
        engine, "ExecuteStatement", Statement=f'SELECT * FROM "T" WHERE {where}', ReturnConsumedCapacity="TOTAL"
    )
    assert capacity["ConsumedCapacity"]["TableName"] == "T"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("", "o1 o2 o3 p1 p2 p3"),
        ("WHERE n = 2", "o2 p2"),
        ("WHERE pk = 'o' OR sk = '1'", "o1 o2 o3 p1"),
        ("WHERE pk > 'o'", "p1 p2 p3"),
        ("WHERE pk > 1", ""),
        ("WHERE pk = 'o' AND pk = 'p'", ""),
        (f"WHERE pk IN [{values(51)}] OR flag = 'f1'", "o1 p1"),
    ],
)
def test_any_other_where_reads_everything(engine: Engine, where: str, expected: str) -> None:
    assert sorted(found(engine, where)) == expected.split()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("pk IN ['o', 'o']", OVERLAP),
        ("pk = 'o' OR pk = 'o'", OVERLAP),
        ("pk = 'o' AND (sk > '0' OR sk < '5')", OVERLAP),
        ("pk = 'o' AND (sk = '1' OR flag = 'f2')", OVERLAP),
        ("(pk = 'o' AND flag = 'f1') OR (pk = 'o' AND flag = 'f2')", OVERLAP),
        ("pk = 'o' AND n <> 1 OR pk = 'o' AND sk = '2'", OVERLAP),
        (f"pk IN [{values(51)}]", TOO_MANY),
        (f"pk = 'o' AND sk IN [{values(51)}]", TOO_MANY),
        (f"pk IN [{values(26)}] AND sk IN ['1', '2']", TOO_MANY),
        ("pk = 'o'" + " AND (sk = '1' OR sk = '2')" * 200, TOO_MANY),
        ("pk = 1 OR pk = 'o'", KEY_TYPE + "pk"),
        ("pk = 'o' AND sk IN ['1', 2]", KEY_TYPE + "sk"),
        ("pk = ''", EMPTY),
    ],
)
def test_conditions_on_keys_that_are_refused(engine: Engine, where: str, expected: str) -> None:
    answer = refusal(engine, "ExecuteStatement", Statement=f'SELECT * FROM "T" WHERE {where}')
    assert (answer["code"], answer["message"]) == ("ValidationException", expected)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("pk = 'o' ORDER BY sk DESC", "o3 o2 o1"),
        ("pk = 'o' ORDER BY sk", "o1 o2 o3"),
        ("pk = 'o' ORDER BY pk ASC", "o3 o2 o1"),
        ("pk IN ['o', 'p'] ORDER BY pk DESC, sk ASC", "p1 p2 p3 o1 o2 o3"),
        ("pk IN ['o', 'p'] ORDER BY pk, sk DESC", "o3 o2 o1 p3 p2 p1"),
        ("pk = 'o' AND sk IN ['1', '3'] ORDER BY sk DESC", "o3 o1"),
        ("pk = 'o' AND sk = '1' AND sk = '2' ORDER BY sk", ""),
    ],
)
def test_order_by_keys(engine: Engine, rest: str, expected: str) -> None:
    assert found(engine, f"WHERE {rest}") == expected.split()


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("ORDER BY sk", "Must have WHERE clause in the statement when using ORDER BY clause."),
        ("WHERE pk = 'o' ORDER BY n DESC", "Attribute n in ORDER BY clause must be part of the primary key"),
        (
            "WHERE pk > 'a' ORDER BY sk",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        (
            "WHERE pk IN ['o', 'p'] ORDER BY sk DESC",
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        ),
    ],
)
def test_orders_that_cannot_be(engine: Engine, rest: str, expected: str) -> None:
    answer = refusal(engine, "ExecuteStatement", Statement=f'SELECT * FROM "T" {rest}')
    assert answer["message"] == expected


def test_columns_are_named_by_the_end_of_their_path(engine: Engine) -> None:
    item = {"pk": s("q"), "sk": s("1"), "m": {"M": {"k": {"L": [s("c")]}, "sub": s("deep")}}, "l": {"L": [s("a")]}}
    ask(engine, "PutItem", TableName="T", Item=item)
    statement = "SELECT m.k[0], m.sub, l[-0], nope FROM \"T\" WHERE pk = 'q'"
    assert ask(engine, "ExecuteStatement", Statement=statement)["Items"] == [
        {"k[0]": s("c"), "sub": s("deep"), "l[0]": s("a")}
    ]
    assert ask(engine, "ExecuteStatement", Statement="SELECT nope FROM \"T\" WHERE pk = 'q'")["Items"] == [{}]


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "WHERE n > 1",
        "WHERE pk = 'o'",
        "WHERE pk IN ['o', 'p'] ORDER BY pk DESC",
        "WHERE pk IN ['o', 'p'] AND sk IN ['1', '3']",
        "WHERE pk = 'o' AND NOT sk = '1' OR pk = 'o' AND sk = '2'",
    ],
)
def test_pages_of_any_size_are_the_whole(engine: Engine, rest: str) -> None:
    whole = found(engine, rest)
    for limit in (1, 2, 4):
        request: Json = {"Statement": f'SELECT pk, sk FROM "T" {rest}', "Limit": limit}
        pages: list[str] = []
        token = None
        while True:
            answer = ask(engine, "ExecuteStatement", **request, **({} if token is None else {"NextToken": token}))
            pages += [item["pk"]["S"] + item["sk"]["S"] for item in answer["Items"]]
            token = answer.get("NextToken")
            if token is None:
                assert "LastEvaluatedKey" not in answer
                break
        assert pages == whole


def test_a_token_belongs_to_its_statement_and_parameters(engine: Engine) -> None:
    request: Json = {"Statement": 'SELECT * FROM "T" WHERE pk = ?', "Parameters": [s("o")], "Limit": 1}
    token = ask(engine, "ExecuteStatement", **request)["NextToken"]
    # A changed Limit or ConsistentRead is no other request.
    ask(engine, "ExecuteStatement", **{**request, "Limit": 2, "ConsistentRead": True}, NextToken=token)
    for other in ({"Parameters": [s("p")]}, {"Statement": 'SELECT sk FROM "T" WHERE pk = ?'}):
        answer = refusal(engine, "ExecuteStatement", **{**request, **other}, NextToken=token)
        assert answer["message"] == "NextToken does not match request"


@pytest.mark.parametrize("garbage", ["garbage", "g", "ü", "AAAA" * 20, "=", "e30="])
def test_a_token_that_was_never_given_is_invalid(engine: Engine, garbage: str) -> None:
    answer = refusal(engine, "ExecuteStatement", Statement='SELECT * FROM "T"', NextToken=garbage)
    assert (answer["code"], answer["message"]) == ("ValidationException", "Invalid NextToken")


def test_a_token_that_was_tampered_with_is_invalid(engine: Engine) -> None:
    request: Json = {"Statement": 'SELECT * FROM "T"', "Limit": 1}
    token = ask(engine, "ExecuteStatement", **request)["NextToken"]
    for at in range(0, len(token), 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert refusal(engine, "ExecuteStatement", **request, NextToken=changed)["code"] == "ValidationException"


def test_a_token_does_not_fit_another_table_of_the_same_name(engine: Engine) -> None:
    request: Json = {"Statement": 'SELECT * FROM "T"', "Limit": 1}
    token = ask(engine, "ExecuteStatement", **request)["NextToken"]
    ask(engine, "DeleteTable", TableName="T")
    table(engine, "T", keys="other")
    assert refusal(engine, "ExecuteStatement", **request, NextToken=token)["message"] == "Invalid NextToken"


def test_a_page_ends_at_a_megabyte(engine: Engine) -> None:
    for sk in "456":
        ask(engine, "PutItem", TableName="T", Item={"pk": s("big"), "sk": s(sk), "x": s("x" * 400_000)})
    request = {"Statement": "SELECT sk FROM \"T\" WHERE pk = 'big'"}
    first = ask(engine, "ExecuteStatement", **request, ReturnConsumedCapacity="TOTAL")
    assert "NextToken" in first
    rest = ask(engine, "ExecuteStatement", **request, NextToken=first["NextToken"])
    assert [item["sk"]["S"] for item in first["Items"] + rest["Items"]] == ["4", "5", "6"]


def test_a_page_ends_between_partitions_too(engine: Engine) -> None:
    for pk in "xyz":
        for sk in "12":
            ask(engine, "PutItem", TableName="T", Item={"pk": s(pk), "sk": s(sk), "x": s("x" * 300_000)})
    request: Json = {"Statement": "SELECT pk, sk FROM \"T\" WHERE pk IN ['x', 'y', 'z']"}
    first = ask(engine, "ExecuteStatement", **request)
    assert [item["pk"]["S"] for item in first["Items"]] == ["x", "x", "y", "y"]
    rest = ask(engine, "ExecuteStatement", **request, NextToken=first["NextToken"])
    assert [item["pk"]["S"] for item in rest["Items"]] == ["z", "z"]
    assert "NextToken" not in rest


# --- capacity --------------------------------------------------------------------------------------------------------


def test_reads_are_charged_by_what_they_pass_over(engine: Engine) -> None:
    ask(engine, "PutItem", TableName="T", Item={"pk": s("big"), "sk": s("1"), "x": s("x" * 9000)})

    def units(statement: str, **more: Any) -> float:
        answer = ask(engine, "ExecuteStatement", Statement=statement, ReturnConsumedCapacity="TOTAL", **more)
        found: float = answer["ConsumedCapacity"]["CapacityUnits"]
        return found

    assert units("SELECT * FROM \"T\" WHERE pk = 'big'") == 1.5
    assert units("SELECT sk FROM \"T\" WHERE pk = 'big' AND n = 7") == 1.5
    assert units("SELECT * FROM \"T\" WHERE pk = 'big'", ConsistentRead=True) == 3.0
    assert units("SELECT * FROM \"T\" WHERE pk IN ['big', 'o']") == 2.0


# --- indexes (dynamodb-conformance, partiql/indexQualifier and multiAttributeIndex) ----------------------------------


@pytest.fixture
def indexed() -> Engine:
    engine = Engine()
    table(
        engine,
        "T",
        AttributeDefinitions=definitions("pk sk g l h1 h2"),
        GlobalSecondaryIndexes=[
            index("g-all", "g sk"),
            index("g-inc", "g", "INCLUDE", included=("proj",)),
            {
                **index("g-multi", "h1"),
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"} for name in ("h1", "h2")],
            },
        ],
        LocalSecondaryIndexes=[index("l-keys", "pk l", "KEYS_ONLY")],
    )
    for sk, g in (("s1", "y"), ("s2", "y2"), ("s4", "y")):
        item = {"pk": s("p"), "sk": s(sk), "g": s(g), "l": s("k" + sk), "proj": s("p" + sk), "non": s("n" + sk)}
        ask(engine, "PutItem", TableName="T", Item=item)
    ask(engine, "PutItem", TableName="T", Item={"pk": s("p"), "sk": s("s3"), "non": s("ns3")})
    return engine


def through(engine: Engine, name: str, rest: str = "", columns: str = "sk", **more: Any) -> list[Json]:
    statement = f'SELECT {columns} FROM "T"."{name}" {rest}'
    items: list[Json] = ask(engine, "ExecuteStatement", Statement=statement, **more)["Items"]
    return items


def test_an_index_gives_what_it_holds(indexed: Engine) -> None:
    assert [item["sk"]["S"] for item in through(indexed, "g-all", "WHERE g = 'y' ORDER BY sk DESC")] == ["s4", "s1"]
    assert {tuple(item) for item in through(indexed, "g-inc", "WHERE g = 'y'", "*")} == {("pk", "sk", "g", "proj")}
    assert len(through(indexed, "g-inc")) == 3
    assert len(through(indexed, "l-keys", "WHERE pk = 'p'", ConsistentRead=True)) == 3


def test_a_local_index_fetches_what_it_lacks_and_charges_for_it(indexed: Engine) -> None:
    statement = 'SELECT non FROM "T"."l-keys" WHERE pk = \'p\''
    answer = ask(indexed, "ExecuteStatement", Statement=statement, ReturnConsumedCapacity="INDEXES")
    assert [item["non"]["S"] for item in answer["Items"]] == ["ns1", "ns2", "ns4"]
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 1.5}
    assert answer["ConsumedCapacity"]["LocalSecondaryIndexes"] == {"l-keys": {"CapacityUnits": 0.5}}


@pytest.mark.parametrize(
    ("name", "where", "names"),
    [
        ("g-inc", "g = 'y' AND non = 'x'", "non"),
        ("l-keys", "pk = 'p' AND non = 'x'", "non"),
        ("g-inc", "g = 'y' AND non IS MISSING", "non"),
        ("g-inc", "g = 'y' AND NOT (non = 'x' OR proj = 'y')", "non"),
        ("g-inc", "g IN ['y', 'z'] AND begins_with(non, 'x')", "non"),
        ("g-inc", "g = 'y' AND b = '1' AND (a = '2' OR proj = '3')", "a, b"),
        ("g-inc", "g = 'y' AND (zz = '1' OR aa = '2' OR mm = '3')", "zz, aa, mm"),
        ("g-inc", "(g = 'b' AND u1 = '1') OR (g = 'q' AND u2 = '1')", "u2"),
        ("g-inc", "(g = 'q' AND u1 = '1') OR (g = 'b' AND u2 = '1')", "u1"),
    ],
)
def test_what_is_read_by_key_is_not_filtered_by_what_is_not_there(
    indexed: Engine, name: str, where: str, names: str
) -> None:
    answer = refusal(indexed, "ExecuteStatement", Statement=f'SELECT pk FROM "T"."{name}" WHERE {where}')
    assert answer["message"] == (
        "One or more parameter values were invalid: "
        f"Secondary index {name} does not project one or more filter attributes: [{names}]"
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("non = 'ns1'", ""),
        ("NOT non = 'ns1'", "s1 s2 s4"),
        ("(g = 'y' AND non = 'ns1') OR g = 'y2'", "s2"),
        ("(g = 'y' AND proj = 'ps1') OR (g = 'y2' AND aa = '1')", "s1"),
        ("g = 'y' AND (g = 'z' OR zz = '1')", ""),
        ("g > 'a' AND zz = '1'", ""),
    ],
)
def test_what_else_is_read_of_an_index_finds_nothing_there(indexed: Engine, where: str, expected: str) -> None:
    assert sorted(item["sk"]["S"] for item in through(indexed, "g-inc", f"WHERE {where}")) == expected.split()


@pytest.mark.parametrize(
    ("statement", "consistent", "expected"),
    [
        ('SELECT * FROM "T"."T"', True, "The table does not have the specified index"),
        ('SELECT * FROM "T"."g-all"', True, "Strongly consistent read is not supported on Global Secondary Indexes"),
        (
            'SELECT zz, proj, aa FROM "T"."g-inc"',
            False,
            "One or more parameter values were invalid: Global secondary index g-inc does not project [zz, aa]",
        ),
        ('SELECT COUNT(*) FROM "T"."g-multi"', False, REFUSED),
    ],
)
def test_indexes_that_cannot_be_read_so(indexed: Engine, statement: str, consistent: bool, expected: str) -> None:
    answer = refusal(indexed, "ExecuteStatement", Statement=statement, ConsistentRead=consistent)
    assert answer["message"] == expected


def test_a_table_that_is_not_there_is_missed_before_its_index(indexed: Engine) -> None:
    answer = refusal(indexed, "ExecuteStatement", Statement="select * from whatnow.idx")
    assert (answer["code"], answer["message"]) == ("ResourceNotFoundException", "Requested resource not found")
