"""Which requests mean the same."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pytest_dynamodb.expressions import canonical_clauses, canonical_params, compile_expression

A, B, THREE = {"S": "a"}, {"S": "b"}, {"N": "3"}


def condition(text: str, values: dict[str, Any] | None = None, names: dict[str, str] | None = None) -> dict[str, Any]:
    request: dict[str, Any] = {"TableName": "t", "FilterExpression": text}
    if names is not None:
        request["ExpressionAttributeNames"] = names
    if values is not None:
        request["ExpressionAttributeValues"] = values
    return request


def same(one: dict[str, Any], two: dict[str, Any], operation: str = "Scan") -> bool:
    before = copy.deepcopy((one, two))
    first, second = canonical_params(operation, one), canonical_params(operation, two)
    assert (one, two) == before, "a request was changed"
    for form in (first, second):
        assert json.loads(json.dumps(form)) == form, "not plain JSON"
        assert canonical_params(operation, form) == form, "not idempotent"
    return first == second


class TestConditions:
    @pytest.mark.parametrize(
        ("one", "two"),
        [
            (condition("a = :a", {":a": A}), condition("#n = :v", {":v": A}, {"#n": "a"})),
            (condition("a = :a", {":a": {"N": "3.0"}}), condition("a = :a", {":a": THREE})),
            (condition("a = :a", {":a": {"SS": ["y", "x"]}}), condition("a = :a", {":a": {"SS": ["x", "y"]}})),
            (condition("a = :a AND b = :b", {":a": A, ":b": B}), condition("b = :b AND a = :a", {":a": A, ":b": B})),
            (condition("a = :a OR b = :b", {":a": A, ":b": B}), condition("b = :a OR a = :b", {":a": B, ":b": A})),
            (condition("a = :a", {":a": A}), condition(":a = a", {":a": A})),
            (condition("a > :a", {":a": A}), condition(":a < a", {":a": A})),
            (condition("a <= b"), condition("b >= a")),
            (condition("a = :a", {":a": A}), condition("(a) = (:a)", {":a": A})),
            (condition("a = :a", {":a": A}), condition("((a = :a))", {":a": A})),
            (condition("attribute_exists(a)"), condition("NOT (NOT attribute_exists(a))")),
            (condition("a = b AND (c = d AND e = f)"), condition("(e = f AND a = b) AND NOT NOT (d = c)")),
            (condition("a = b AND NOT (NOT (c = d AND e = f))"), condition("e = f AND a = b AND c = d")),
            (condition("a IN (:a, :b)", {":a": A, ":b": B}), condition("a IN (:b, :a)", {":a": A, ":b": B})),
            (condition("NOT (a = b OR c = d)"), condition("NOT (d = c OR b = a)")),
            (condition("total = :a", {":a": A}), condition("#t = :a", {":a": A}, {"#t": "total"})),
            (condition("a.#b[2].c = d", None, {"#b": "x"}), condition("#a.x[2].c = d", None, {"#a": "a"})),
            (condition("a=b", None), condition("  a\n= b", None)),
        ],
    )
    def test_these_mean_the_same(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        assert same(one, two)

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            (condition("a = :a", {":a": A}), condition("a = :a", {":a": B})),
            (condition("a = :a", {":a": {"S": "3"}}), condition("a = :a", {":a": THREE})),
            (condition("a = :a", {":a": A}), condition("a <> :a", {":a": A})),
            (condition("a > :a", {":a": A}), condition("a < :a", {":a": A})),
            (condition("a > :a", {":a": A}), condition("a >= :a", {":a": A})),
            (condition("a = b AND c = d OR e = f"), condition("a = b AND (c = d OR e = f)")),
            (condition("NOT a = b"), condition("a <> b")),
            (condition("a BETWEEN b AND c"), condition("a BETWEEN c AND b")),
            (condition("a IN (:a)", {":a": A}), condition("a = :a", {":a": A})),
            (condition("a IN (:a, :a)", {":a": A}), condition("a IN (:a)", {":a": A})),
            (condition("contains(a, b)"), condition("contains(b, a)")),
            (condition("a.b = c"), condition("#n = c", None, {"#n": "a.b"})),
            (condition("a[0] = c"), condition("#n = c", None, {"#n": "a[0]"})),
            (condition("a = b AND a = b"), condition("a = b")),
            (condition("a = :a", {":a": {"L": [A, B]}}), condition("a = :a", {":a": {"L": [B, A]}})),
            (condition("a = :a", {":a": A}), condition("a = :a", {":a": A, ":unused": B})),
            (condition("a = :a", {":a": A}), condition("a = :a", {":a": A}, {"#unused": "b"})),
            (condition("a = :a", {":a": {"N": "x"}}), condition("a = :a", {":a": {"N": "y"}})),
            (condition("a = :a"), condition("a = :a", {":a": {"S": '"} AND b = {"S":"'}})),
        ],
    )
    def test_these_do_not(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        assert not same(one, two)

    def test_names_and_values_are_gone_once_they_are_put_in_place(self) -> None:
        request = condition("begins_with(#s, :p) AND pk = :k", {":k": A, ":p": {"S": "O#"}}, {"#s": "sk"})
        assert canonical_params("Scan", request) == {
            "TableName": "t",
            "FilterExpression": ['begins_with(sk, {"S":"O#"})', 'pk = {"S":"a"}'],
        }

    @pytest.mark.parametrize(
        ("text", "names", "values"),
        [
            ("a = = :a", None, {":a": {"N": "1.0"}}),
            ("a = :missing", None, {":a": {"N": "1.0"}}),
            ("#missing = :a", None, {":a": {"N": "1.0"}}),
            ("", None, {":a": {"N": "1.0"}}),
            ("a" * 5000, None, {":a": {"N": "1.0"}}),
        ],
    )
    def test_what_has_no_meaning_stays_as_it_is_written(self, text: str, names: Any, values: Any) -> None:
        form = canonical_params("Scan", condition(text, values, names))
        assert form == condition(text, {":a": {"N": "1"}}, names)

    def test_a_text_is_never_taken_for_clauses(self) -> None:
        assert not same(condition("a = = b"), {"TableName": "t", "FilterExpression": ["a = = b"]})

    def test_unused_placeholders_are_kept(self) -> None:
        form = canonical_params("Scan", condition("a = :a", {":a": A, ":b": {"N": "1.0"}}, {"#b": "b"}))
        assert form["ExpressionAttributeValues"] == {":b": {"N": "1"}}
        assert form["ExpressionAttributeNames"] == {"#b": "b"}

    def test_a_resolved_tree_has_the_clauses_of_its_text(self) -> None:
        tree = compile_expression("FilterExpression", "b = :b AND #a > :a", {"#a": "a"}, {":a": THREE, ":b": B})
        assert canonical_clauses(tree) == ['a > {"N":"3"}', 'b = {"S":"b"}']


class TestUpdatesAndProjections:
    values = {":a": A, ":n": THREE}

    def update(self, text: str) -> dict[str, Any]:
        return {"TableName": "t", "Key": {"pk": A}, "UpdateExpression": text, "ExpressionAttributeValues": self.values}

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ("SET a = :a, b = :n", "SET b = :n, a = :a"),
            ("SET a = :a REMOVE b ADD c :n", "ADD c :n REMOVE b SET a = :a"),
            ("SET a = b + :n, c = :a", "SET c = :a, a = (:n + b)"),
        ],
    )
    def test_the_order_of_actions_sections_and_addends_means_nothing(self, one: str, two: str) -> None:
        assert same(self.update(one), self.update(two), "UpdateItem")

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ("SET a = b - :n, c = :a", "SET a = :n - b, c = :a"),
            ("SET a = :a, b = :n", "SET a = :n, b = :a"),
            ("ADD a :n SET b = :a", "DELETE a :n SET b = :a"),
            ("SET a = :a, a = :n", "SET a = :n"),
            ("SET a = list_append(b, :a), c = :n", "SET a = list_append(:a, b), c = :n"),
            ("SET a = :a SET b = :n", "SET a = :a, b = :n"),
        ],
    )
    def test_everything_else_does(self, one: str, two: str) -> None:
        assert not same(self.update(one), self.update(two), "UpdateItem")

    def test_the_order_of_projected_paths_means_nothing_but_doubles_do(self) -> None:
        def get(text: str, **names: str) -> dict[str, Any]:
            aliases = {f"#{alias}": name for alias, name in names.items()}
            return {"Key": {"pk": A}, "ProjectionExpression": text, "ExpressionAttributeNames": aliases}

        assert same(get("#a, b.c", a="x"), get("b.#d, x", d="c"), "GetItem")
        assert not same(get("#a, b", a="x"), get("#a, b, b", a="x"), "GetItem")


class TestRequests:
    def test_transactions_are_canonical_part_by_part_and_in_order(self) -> None:
        def write(number: str, text: str, alias: str) -> dict[str, Any]:
            put = {
                "Put": {
                    "TableName": "t",
                    "Item": {"pk": A, "n": {"N": number}},
                    "ConditionExpression": text,
                    "ExpressionAttributeNames": {alias: "pk"},
                }
            }
            return {"TransactItems": [put, {"Delete": {"TableName": "t", "Key": {"pk": A}}}]}

        one = write("1.0", "attribute_not_exists(#p)", "#p")
        two = write("1", "(attribute_not_exists(#k))", "#k")
        assert same(one, two, "TransactWriteItems")
        assert not same(one, {"TransactItems": two["TransactItems"][::-1]}, "TransactWriteItems")

    def test_batches_are_canonical_table_by_table(self) -> None:
        def reads(number: str, projection: str) -> dict[str, Any]:
            return {"RequestItems": {"t": {"Keys": [{"n": {"N": number}}], "ProjectionExpression": projection}}}

        def writes(number: str) -> dict[str, Any]:
            put, delete = {"PutRequest": {"Item": {"n": {"N": number}}}}, {"DeleteRequest": {"Key": {"n": THREE}}}
            return {"RequestItems": {"t": [put, delete]}}

        assert same(reads("1.0", "a, b"), reads("1", "b, a"), "BatchGetItem")
        assert same(writes("1.0"), writes("1"), "BatchWriteItem")

    def test_statements_have_canonical_parameters(self) -> None:
        one = {"Statements": [{"Statement": "s", "Parameters": [{"N": "1.0"}]}]}
        two = {"Statements": [{"Statement": "s", "Parameters": [{"N": "1"}]}]}
        assert same(one, two, "BatchExecuteStatement")
        assert same(one["Statements"][0], two["Statements"][0], "ExecuteStatement")

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ({"AttributesToGet": ["a", "b"]}, {"AttributesToGet": ["b", "a"]}),
            ({"Expected": {"a": {"Value": A, "Exists": True}}}, {"Expected": {"a": {"Value": A}}}),
            (
                {"ScanFilter": {"a": {"ComparisonOperator": "IN", "AttributeValueList": [A, B]}}},
                {"ScanFilter": {"a": {"AttributeValueList": [B, A], "ComparisonOperator": "IN"}}},
            ),
            (
                {"KeyConditions": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1.0"}]}}},
                {"KeyConditions": {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}},
            ),
            (
                {"AttributeUpdates": {"a": {"Value": {"N": "1.0"}, "Action": "PUT"}}},
                {"AttributeUpdates": {"a": {"Value": {"N": "1"}}}},
            ),
            (
                {"ConditionalOperator": "AND", "QueryFilter": {"a": {}, "b": {}}},
                {"QueryFilter": {"b": {}, "a": {}}},
            ),
        ],
    )
    def test_legacy_parameters_that_mean_the_same(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        assert same(one, two, "Query")

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ({"Expected": {"a": {"Value": A}}}, {"Expected": {"a": {"Value": B}}}),
            ({"Expected": {"a": {"Exists": True}}}, {"Expected": {"a": {}}}),
            ({"ConditionalOperator": "OR", "Expected": {"a": {}, "b": {}}}, {"Expected": {"a": {}, "b": {}}}),
            ({"ConditionalOperator": "AND", "Expected": {"a": {}}}, {"Expected": {"a": {}}}),
            (
                {"QueryFilter": {"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [A, B]}}},
                {"QueryFilter": {"a": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [B, A]}}},
            ),
            ({"AttributeUpdates": {"a": {"Action": "DELETE"}}}, {"AttributeUpdates": {"a": {}}}),
        ],
    )
    def test_legacy_parameters_that_do_not(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        assert not same(one, two, "Query")

    def test_operations_without_attribute_values_are_left_alone(self) -> None:
        params = {"TableName": "t", "Key": {"a": {"N": "1.0"}}}
        assert canonical_params("DescribeTable", params) == params

    @pytest.mark.parametrize("hostile", [None, 1, "a", [], {}, [None], {"a": None}, {"N": 1}, {"S": []}, float("nan")])
    def test_wrong_types_anywhere_are_kept(self, hostile: Any) -> None:
        members = (
            *("Item", "Key", "Keys", "ExclusiveStartKey", "Parameters", "AttributesToGet", "Expected", "QueryFilter"),
            *("KeyConditions", "AttributeUpdates", "TransactItems", "RequestItems", "Statements", "TransactStatements"),
            *("ConditionExpression", "UpdateExpression", "ProjectionExpression", "ExpressionAttributeNames"),
            *("ExpressionAttributeValues", "ConditionalOperator", "ScanFilter"),
        )
        for member in members:
            for value in (hostile, {"t": hostile}, [hostile], [{"Put": hostile}], {"t": [{"PutRequest": hostile}]}):
                request = {member: value, "FilterExpression": "a = :a"}
                assert member in canonical_params("Query", request)
        assert repr(canonical_params("Query", hostile)) == repr(hostile)

    def test_a_value_nested_without_end_leaves_the_text_as_it_is(self) -> None:
        value: dict[str, Any] = {"L": []}
        value["L"].append(value)
        form = canonical_params("Scan", condition("a = :a", {":a": value}))
        assert form["FilterExpression"] == "a = :a"


class TestDefinitions:
    """Requests about tables."""

    FIRST: dict[str, Any] = {"AttributeName": "a", "AttributeType": "S"}
    SECOND: dict[str, Any] = {"AttributeName": "b", "AttributeType": "N"}

    @staticmethod
    def index(name: str, *projected: str) -> dict[str, Any]:
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": [*projected]}
        return {"IndexName": name, "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}], "Projection": projection}

    @pytest.mark.parametrize(
        ("operation", "name", "members"),
        [
            ("CreateTable", "AttributeDefinitions", [FIRST, SECOND]),
            ("UpdateTable", "AttributeDefinitions", [SECOND, FIRST]),
            ("CreateTable", "GlobalSecondaryIndexes", [{"IndexName": "x"}, {"IndexName": "y"}]),
            ("CreateTable", "LocalSecondaryIndexes", [{"IndexName": "x"}, {"IndexName": "y"}]),
            ("CreateTable", "Tags", [{"Key": "k", "Value": "1"}, {"Key": "j", "Value": "2"}]),
            ("TagResource", "Tags", [{"Key": "k", "Value": "1"}, {"Key": "j", "Value": "2"}]),
            ("UntagResource", "TagKeys", ["k", "j"]),
            ("RestoreTableFromBackup", "GlobalSecondaryIndexOverride", [{"IndexName": "x"}, {"IndexName": "y"}]),
            ("UpdateTable", "GlobalSecondaryIndexUpdates", [{"Delete": {"IndexName": "x"}}, {"Create": {}}]),
            ("UpdateTable", "ReplicaUpdates", [{"Create": {"RegionName": "a"}}, {"Create": {"RegionName": "b"}}]),
            ("CreateGlobalTable", "ReplicationGroup", [{"RegionName": "a"}, {"RegionName": "b"}]),
        ],
    )
    def test_what_is_a_set_has_no_order(self, operation: str, name: str, members: list[Any]) -> None:
        one, two = {"TableName": "t", name: members}, {"TableName": "t", name: members[::-1]}
        assert same(one, two, operation)
        assert not same(one, {"TableName": "t", name: members[:1]}, operation)
        assert not same(one, {"TableName": "t", name: [*members, members[0]]}, operation)

    def test_it_holds_at_any_depth(self) -> None:
        one, two = self.index("x", "p", "q"), self.index("x", "q", "p")
        other = self.index("y")
        assert same({"GlobalSecondaryIndexes": [one, other]}, {"GlobalSecondaryIndexes": [other, two]}, "CreateTable")
        first, second = ({"TableCreationParameters": {"GlobalSecondaryIndexes": [index]}} for index in (one, two))
        assert same(first, second, "ImportTable")

    @pytest.mark.parametrize(
        ("operation", "name", "members"),
        [
            ("CreateTable", "KeySchema", [FIRST, SECOND]),
            ("CreateTable", "SearchSchema", [FIRST, SECOND]),
            ("ImportTable", "HeaderList", ["a", "b"]),
            ("PutItem", "Tags", ["a", "b"]),
        ],
    )
    def test_elsewhere_order_means_something(self, operation: str, name: str, members: list[Any]) -> None:
        assert not same({name: members}, {name: members[::-1]}, operation)

    def test_what_is_too_deep_for_text_stays_as_it_is(self) -> None:
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        request = {"Tags": [{"Key": deep}, {"Key": "k"}], "TagKeys": "k"}
        assert canonical_params("TagResource", request)["TagKeys"] == "k"
