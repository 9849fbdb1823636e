"""INSERT, UPDATE and DELETE (dynamodb-conformance, partiql/executeStatement, setFunctions and fromFirstUpdate)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine

NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
BAD_PATH = "The document path provided in the update expression is invalid for update"
KEPT = "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"
OPERAND = "Incorrect operand type for operator or function; operator or function: {}, operand type: {}"
OVERLAP = (
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
    "path one: [a], path two: [a]"
)
EMPTY = (
    "One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
)
BEFORE: Json = {"a": n(1), "m": {"M": {"x": n(1), "y": n(2)}}, "l": {"L": [n(0), n(1), n(2)]}}
WRONG_TYPE = "An operand in the update expression has an incorrect data type"


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    engine = Engine(clock=clock)
    table(engine, "T", keys="pk")
    return engine


def put(engine: Engine, pk: str = "a", **attributes: Json) -> None:
    ask(engine, "PutItem", TableName="T", Item={"pk": s(pk), **attributes})


def get(engine: Engine, pk: str = "a") -> Json | None:
    item: Json | None = ask(engine, "GetItem", TableName="T", Key={"pk": s(pk)}).get("Item")
    return None if item is None else {name: value for name, value in item.items() if name != "pk"}


def run(engine: Engine, statement: str, *parameters: Json, **more: Any) -> list[Json]:
    given: Any = {"Parameters": list(parameters)} if parameters else {}
    items: list[Json] = ask(engine, "ExecuteStatement", Statement=statement, **given, **more)["Items"]
    return items


def message(engine: Engine, statement: str, *parameters: Json) -> str:
    given: Any = {"Parameters": list(parameters)} if parameters else {}
    answer = refusal(engine, "ExecuteStatement", Statement=statement, **given)
    assert answer["code"] == "ValidationException"
    found: str = answer["message"]
    return found


# --- INSERT ----------------------------------------------------------------------------------------------------------


def test_an_insert_stores_an_item_once(engine: Engine) -> None:
    statement = "INSERT INTO \"T\" VALUE {'pk': 'a', 'data': 'first'}"
    assert run(engine, statement) == []
    answer = refusal(engine, "ExecuteStatement", Statement=statement.replace("first", "second"))
    assert (answer["code"], answer["message"]) == ("DuplicateItemException", "Duplicate primary key exists in table")
    assert get(engine) == {"data": s("first")}
    run(engine, "DELETE FROM \"T\" WHERE pk = 'a'")
    run(engine, statement)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{'data': 1}", "One or more parameter values were invalid: Missing the key pk in the item"),
        ("{'pk': 1}", "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"),
        ("{'pk': ''}", EMPTY),
        ("{'pk': 'a', '': 1}", "Empty attribute name"),
        ("?", "Only a tuple of attributes can be inserted"),
        ("{'pk': 'a'} RETURNING ALL OLD *", "An INSERT statement cannot have a RETURNING clause"),
    ],
)
def test_what_cannot_be_inserted(engine: Engine, value: str, expected: str) -> None:
    parameters = [{"M": {"pk": s("a")}}] if value == "?" else []
    assert message(engine, f'INSERT INTO "T" VALUE {value}', *parameters) == expected


def test_items_of_400_kb_are_inserted_and_no_larger_ones(engine: Engine) -> None:
    room = 409_600 - len("pk" + "a" + "p")
    statement = "INSERT INTO \"T\" VALUE {'pk': 'a', 'p': ?}"
    assert message(engine, statement, s("x" * (room + 1))) == "Item size has exceeded the maximum allowed size"
    run(engine, statement, s("x" * room))
    update = "UPDATE \"T\" SET p = ? WHERE pk = 'a'"
    run(engine, update, s("y" * room))
    assert message(engine, update, s("y" * (room + 1))) == "Item size to update has exceeded the maximum allowed size"


# --- UPDATE ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ("SET c = 1", {"c": n(1)}),
        ("SET c = a", {"c": n(1)}),
        ("SET a = a + 1", {"a": n(2)}),
        ("SET a = a-1", {"a": n(0)}),
        ("SET a = a - - 2, c = [- 1]", {"a": n(3), "c": {"L": [n(-1)]}}),
        ("SET a = a + 1 + 1", {"a": n(3)}),
        ("SET a = (a + 5) - 2 + a", {"a": n(5)}),
        ("SET a = 1 + 2", {"a": n(3)}),
        ("SET a = 10 - a", {"a": n(9)}),
        ("REMOVE a", {"a": None}),
        ("SET c = 2 REMOVE a SET d = ?", {"a": None, "c": n(2), "d": s("given")}),
        ("SET m.x = 'new', m.y = {'z': 1}", {"m": {"M": {"x": s("new"), "y": {"M": {"z": n(1)}}}}}),
        ("SET l[0] = 'x', l[5] = 'y'", {"l": {"L": [s("x"), s("q"), s("y")]}}),
        ("REMOVE l[0]", {"l": {"L": [s("q")]}}),
        ("SET l = list_append(l, ['z'])", {"l": {"L": [s("p"), s("q"), s("z")]}}),
        ("SET l = LIST_APPEND(['z'], l)", {"l": {"L": [s("z"), s("p"), s("q")]}}),
        ("SET ss = set_add(ss, <<'0', 'a'>>)", {"ss": {"SS": ["0", "a", "b"]}}),
        ("SET ns = SET_ADD(ns, <<4, 1.0>>)", {"ns": {"NS": ["1", "2", "4"]}}),
        ("SET fresh = set_add(fresh, <<'x'>>)", {"fresh": {"SS": ["x"]}}),
        ("SET ss = set_delete(ss, <<'a', 'zz'>>)", {"ss": {"SS": ["b"]}}),
        ("SET ss = set_delete(ss, <<'a', 'b'>>)", {"ss": None}),
        ("SET nope = set_delete(nope, <<'a'>>)", {}),
        (
            "SET ss = set_add(ss, <<'x'>>) SET ns = set_delete(ns, <<1>>)",
            {"ss": {"SS": ["a", "b", "x"]}, "ns": {"NS": ["2"]}},
        ),
    ],
)
@pytest.mark.parametrize("form", ["UPDATE \"T\" {changes} WHERE pk = 'a'", "from \"T\" where pk = 'a' {changes}"])
def test_an_update_changes(engine: Engine, form: str, changes: str, expected: dict[str, Json | None]) -> None:
    before: Json = {
        "a": n(1),
        "m": {"M": {"x": s("old")}},
        "l": {"L": [s("p"), s("q")]},
        "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2"]},
    }
    put(engine, "a", **before)
    parameters = [s("given")] if "?" in changes else []
    assert run(engine, form.format(changes=changes), *parameters) == []
    after = {**before, **expected}
    assert get(engine) == {name: value for name, value in after.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ("a.b = 1", BAD_PATH),
        ("newlist[0] = 'x'", BAD_PATH),
        ("a = nope", NO_ATTRIBUTE),
        ("l = list_append(nope, [1])", NO_ATTRIBUTE),
        ("pk = 'b'", KEPT),
        ("ss = set_add(ss, <<1>>)", WRONG_TYPE),
        ("a = set_add(a, <<'x'>>)", WRONG_TYPE),
        ("a = a + ss", WRONG_TYPE),
        ("a = 'a' + 1", OPERAND.format("+", "S")),
        ("a = a - null", OPERAND.format("-", "NULL")),
        ("t = set_add(ss, <<'x'>>)", "The first argument to SET_ADD must equal the assignment value at 1:20:7"),
        ("ss = set_add(<<'a'>>, <<'b'>>)", "The first argument to SET_ADD must equal the assignment value at 1:21:7"),
        ("ss = set_add(ss, 'x')", "The second argument to SET_ADD must be a value with type SET at 1:29:2"),
        ("ss = set_delete(\"ss\", ['x'])", "The second argument to SET_DELETE must be a value with type SET at 1:32:4"),
        ("ss = set_add(ss)", "SET_ADD must have exactly two arguments at 1:21:7"),
        ("ss = set_add(ss, <<'x'>>, <<'y'>>)", "SET_ADD must have exactly two arguments at 1:21:7"),
        ("ss = set_add(ss, <<>>)", "Empty bags are not supported"),
        ("a = if_not_exists(a, 1)", "Unrecognized function: if_not_exists at 1:20:13"),
        ("a = 1, a = 2", OVERLAP),
    ],
)
def test_updates_that_are_refused_change_nothing(engine: Engine, changes: str, expected: str) -> None:
    put(engine, a=n(1), ss={"SS": ["a"]})
    statement = f"UPDATE \"T\" SET {changes} WHERE pk = 'a'"
    assert message(engine, statement) == expected
    assert get(engine) == {"a": n(1), "ss": {"SS": ["a"]}}


def test_an_operand_that_cannot_be_is_found_before_the_condition_is_asked(engine: Engine) -> None:
    assert "operand type: S" in message(engine, "UPDATE \"T\" SET a = 'a' + 1 WHERE pk = 'nobody' AND nope = 'x'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE \"T\" SET a = 1 WHERE pk = 'nobody'",
        "UPDATE \"T\" SET a = 1 WHERE pk = 'nobody' AND attribute_not_exists(pk)",
        "FROM \"T\" WHERE pk = 'nobody' SET a = 1",
        "UPDATE \"T\" SET s = set_add(s, <<'x'>>) WHERE pk = 'nobody'",
        "UPDATE \"T\" SET a = 9 WHERE pk = 'a' AND \"name\" = 'beta'",
        "UPDATE \"T\" SET a = 9 WHERE (pk = 'a' AND attribute_exists(nope))",
        "DELETE FROM \"T\" WHERE pk = 'a' AND \"name\" = 'beta'",
        "DELETE FROM \"T\" WHERE pk = 'a' AND NOT begins_with(\"name\", 'al')",
    ],
)
def test_a_condition_that_does_not_hold_stops_a_write(engine: Engine, statement: str) -> None:
    put(engine, a=n(1), name=s("alpha"))
    answer = refusal(engine, "ExecuteStatement", Statement=statement)
    assert answer["code"] == "ConditionalCheckFailedException"
    assert answer["message"] == "The conditional request failed"
    assert get(engine) == {"a": n(1), "name": s("alpha")}
    assert get(engine, "nobody") is None


def test_the_item_that_failed_a_condition_is_told_where_that_is_wanted(engine: Engine) -> None:
    put(engine, a=n(1))
    answer = refusal(
        engine,
        "ExecuteStatement",
        Statement="UPDATE \"T\" SET a = 2 WHERE pk = 'a' AND a = 5",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert answer["Item"] == {"pk": s("a"), "a": n(1)}


def test_a_delete_of_nothing_succeeds_whatever_its_condition(engine: Engine) -> None:
    assert run(engine, "DELETE FROM \"T\" WHERE pk = 'nobody' AND a = 5") == []
    put(engine, a=n(5))
    run(engine, "DELETE FROM \"T\" WHERE pk = 'a' AND a = 5")
    assert get(engine) is None


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("", NO_KEY),
        ("WHERE a = 1", NO_KEY),
        ("WHERE pk = 'a' OR pk = 'b'", NO_KEY),
        ("WHERE pk IN ['a']", NO_KEY),
        ("WHERE pk > 'a'", NO_KEY),
        (
            "WHERE pk = 'a' AND pk = 'b'",
            "Multiple conditions on same key pk. Only single item Update/Insert/Delete are supported",
        ),
        ("WHERE pk = 1", "The provided key element does not match the schema"),
    ],
)
def test_a_write_must_name_one_item(engine: Engine, where: str, expected: str) -> None:
    assert message(engine, f'DELETE FROM "T" {where}') == expected
    assert message(engine, f'UPDATE "T" SET c = 1 {where}') == expected
    put(engine)
    run(engine, "UPDATE \"T\" SET c = 1 WHERE (pk = 'a') AND pk = 'a'")
    assert get(engine) == {"c": n(1)}


def test_what_is_written_may_not_be_too_deep(engine: Engine) -> None:
    value = s("leaf")
    for _ in range(31):
        value = {"M": {"a": value}}
    put(engine, m={"M": {}})
    run(engine, "UPDATE \"T\" SET d = ? WHERE pk = 'a'", value)
    statement = "UPDATE \"T\" SET m.deep = ? WHERE pk = 'a'"
    assert message(engine, statement, value) == "Nesting Levels have exceeded supported limits"


def test_index_keys_are_checked() -> None:
    engine = Engine()
    more: Any = {
        "AttributeDefinitions": definitions("pk g"),
        "GlobalSecondaryIndexes": [index("by-g", "g")],
    }
    table(engine, "T", keys="pk", **more)
    mismatch = (
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"
    )
    assert message(engine, "INSERT INTO \"T\" VALUE {'pk': 'a', 'g': 1}") == mismatch
    run(engine, "INSERT INTO \"T\" VALUE {'pk': 'a', 'g': 'x'}")
    assert message(engine, "UPDATE \"T\" SET g = 1 WHERE pk = 'a'") == mismatch
    assert run(engine, 'SELECT pk FROM "T"."by-g" WHERE g = \'x\'') == [{"pk": s("a")}]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO \"T\".\"i\" VALUE {'pk': 'a'}", "FROM clause may only contain a single table name"),
        ('UPDATE "T"."i" SET a = 1 WHERE pk = \'a\'', "This operation is not supported on an index"),
        ('DELETE FROM "T"."i" WHERE pk = \'a\'', "This operation is not supported on an index"),
    ],
)
def test_an_index_cannot_be_written(engine: Engine, statement: str, expected: str) -> None:
    assert message(engine, statement).startswith(expected)


def test_a_table_must_be_there(engine: Engine) -> None:
    for statement in ("UPDATE \"N\" SET a = 1 WHERE pk = 'a'", "INSERT INTO \"N\" VALUE {'pk': 'a'}"):
        answer = refusal(engine, "ExecuteStatement", Statement=statement)
        assert (answer["code"], answer["message"]) == ("ResourceNotFoundException", "Requested resource not found")


# --- RETURNING -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "returning", "expected"),
    [
        ("SET a = 2", "ALL OLD", {"pk": s("a"), **BEFORE}),
        ("SET a = 2 REMOVE m REMOVE l", "ALL NEW", {"pk": s("a"), "a": n(2)}),
        ("SET a = 2", "MODIFIED OLD", {"a": n(1)}),
        ("SET a = 2", "modified new", {"a": n(2)}),
        ("SET m.x = 5", "MODIFIED NEW", {"m": {"M": {"x": n(5)}}}),
        ("SET m.x = 5", "MODIFIED OLD", {"m": {"M": {"x": n(1)}}}),
        ("REMOVE a", "MODIFIED OLD", {"a": n(1)}),
        ("REMOVE a", "MODIFIED NEW", None),
        ("SET fresh = 1", "MODIFIED OLD", None),
        ("SET l[2] = 9, l[0] = 8", "MODIFIED NEW", {"l": {"L": [n(8), n(9)]}}),
        ("SET l[2] = 9, l[0] = 8", "MODIFIED OLD", {"l": {"L": [n(0), n(2)]}}),
        ("SET l[7] = 9", "MODIFIED NEW", None),
        ("SET l[3] = 9", "MODIFIED NEW", {"l": {"L": [n(9)]}}),
        ("SET l[3] = 9", "MODIFIED OLD", None),
        ("REMOVE l[1]", "MODIFIED NEW", {"l": {"L": [n(2)]}}),
        ("REMOVE l[1]", "MODIFIED OLD", {"l": {"L": [n(1)]}}),
        ("REMOVE l[2]", "MODIFIED NEW", None),
    ],
)
def test_an_update_returns(engine: Engine, changes: str, returning: str, expected: Json | None) -> None:
    put(engine, "a", **BEFORE)
    found = run(engine, f"UPDATE \"T\" {changes} WHERE pk = 'a' RETURNING {returning} *")
    assert found == ([] if expected is None else [expected])


def test_sets_may_be_added_from_parameters(engine: Engine) -> None:
    put(engine, bs={"BS": ["AQ=="]})
    run(engine, 'UPDATE "T" SET bs = set_add(bs, ?) WHERE pk = ?', {"BS": ["Ag=="]}, s("a"))
    assert get(engine) == {"bs": {"BS": ["AQ==", "Ag=="]}}


def test_a_delete_returns_what_was_there(engine: Engine) -> None:
    put(engine, a=n(1))
    statement = "DELETE FROM \"T\" WHERE pk = 'a' RETURNING ALL OLD *"
    assert run(engine, statement) == [{"pk": s("a"), "a": n(1)}]
    assert run(engine, statement) == []


@pytest.mark.parametrize("clause", ["MODIFIED OLD *", "ALL NEW *", "MODIFIED NEW *"])
def test_a_delete_returns_nothing_else(engine: Engine, clause: str) -> None:
    put(engine)
    assert message(engine, f"DELETE FROM \"T\" WHERE pk = 'a' RETURNING {clause}") == (
        f"Invalid returning clause: RETURNING {clause}. Only RETURNING ALL OLD * is allowed in DELETE statements."
    )
    assert get(engine) == {}


def test_writes_are_charged_as_those_of_the_other_operations(engine: Engine) -> None:
    request: Json = {"Statement": "INSERT INTO \"T\" VALUE {'pk': 'a', 'x': ?}", "Parameters": [s("x" * 1500)]}
    answer = ask(engine, "ExecuteStatement", **request, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == {"TableName": "T", "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}}


def test_what_is_written_reaches_the_tables_stream_and_no_snapshot(engine: Engine) -> None:
    stream: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    described = ask(engine, "UpdateTable", TableName="T", StreamSpecification=stream)["TableDescription"]
    arn = described["LatestStreamArn"]
    before = engine.snapshot()
    run(engine, "INSERT INTO \"T\" VALUE {'pk': 'a', 'n': 1}")
    run(engine, "UPDATE \"T\" SET n = 2 WHERE pk = 'a'")
    run(engine, "DELETE FROM \"T\" WHERE pk = 'a'")
    (shard,) = ask(engine, "DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    position: Any = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = ask(engine, "GetShardIterator", **position)["ShardIterator"]
    records = ask(engine, "GetRecords", ShardIterator=iterator)["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert records[1]["dynamodb"]["NewImage"] == {"pk": s("a"), "n": n(2)}
    engine.restore(before)
    assert get(engine) is None
