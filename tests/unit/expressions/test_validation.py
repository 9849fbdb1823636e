"""What DynamoDB checks about an expression, in its words and in its order."""

from __future__ import annotations

import copy
from typing import Any, TypeAlias, cast

import pytest

from pytest_dynamodb.expressions import (
    ExpressionError,
    KeyClause,
    bind,
    canonical_clauses,
    canonical_params,
    check_keys,
    check_sizes,
    check_tree,
    check_unused,
    checked_tree,
    compile_expression,
    expression_params,
    parse,
    placeholders,
)
from pytest_dynamodb.expressions import key_clauses as clauses_of
from pytest_dynamodb.expressions.messages import MESSAGES
from pytest_dynamodb.expressions.nodes import MAX_DEPTH, And, Compare, ConditionTree, Literal, Name, Or, Path
from pytest_dynamodb.expressions.parser import ExpressionName

NAMES = {"#a": "a", "#b": "b", "#c": "c", "#d": "d"}
Value: TypeAlias = "dict[str, Any]"
S: Value = {"S": "1"}
N: Value = {"N": "1"}
B: Value = {"B": "YQ=="}
BOOL: Value = {"BOOL": True}
NULL: Value = {"NULL": True}
LIST: Value = {"L": []}
MAP: Value = {"M": {}}
SS: Value = {"SS": ["a"]}
NS: Value = {"NS": ["1"]}
BS: Value = {"BS": ["YQ=="]}


def message(
    expression: ExpressionName, text: str, names: dict[str, str] | None = None, values: dict[str, Any] | None = None
) -> str:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(expression, text, names or {}, values or {})
    problem = caught.value
    if problem.position is not None and problem.token:
        assert text[problem.position :].upper().startswith(problem.token.upper())
    return problem.message.removeprefix(f"Invalid {expression}: ")


class TestConditions:
    # dynalite's suite, test/scan: FilterExpression at AWS
    @pytest.mark.parametrize(
        ("text", "function"),
        [
            ("a=a and whatever((:things)) > a", "whatever"),
            ("attRIbute_exIsts((views), #a)", "attRIbute_exIsts"),
            ("if_not_exists(a, b) = c", "if_not_exists"),
        ],
    )
    def test_function_names_are_known_and_case_sensitive(self, text: str, function: str) -> None:
        assert message("FilterExpression", text) == f"Invalid function name; function: {function}"

    @pytest.mark.parametrize(
        ("text", "function"),
        [
            ("a=a and attribute_exists((views), (#a)) > b", "attribute_exists"),
            ("attribute_not_exists(things) > b", "attribute_not_exists"),
            ("attribute_type(things, :a) > b", "attribute_type"),
            ("begins_with(things, a) > b", "begins_with"),
            ("contains(:things, c) > b", "contains"),
            ("size(contains(a, b)) > a", "contains"),
            ("size(things)", "size"),
            ("a between b and attribute_exists(things)", "attribute_exists"),
            ("a in (b, attribute_exists(things))", "attribute_exists"),
        ],
    )
    def test_size_is_no_condition_and_other_functions_are_no_operands(self, text: str, function: str) -> None:
        expected = f"The function is not allowed to be used this way in an expression; function: {function}"
        assert message("FilterExpression", text) == expected

    @pytest.mark.parametrize(
        ("text", "word"), [("attribute_exists(views, #a)", "views"), (":a < abOrT", "abOrT"), ("a.b.Size = c", "Size")]
    )
    def test_reserved_words_are_reported_as_written(self, text: str, word: str) -> None:
        expected = f"Attribute name is a reserved keyword; reserved keyword: {word}"
        assert message("FilterExpression", text) == expected

    @pytest.mark.parametrize(
        ("text", "alias"),
        [
            ("attribute_exists(#Pictures.RearView, :a) and a=a", "#Pictures"),
            ("begins_with(Pictures.#RearView)", "#RearView"),
            ("(#P between :lo and :hi) and (#PC in (:cat1, :cat2))", "#P"),
            ("#4g > a", "#4g"),
            ("#_ > a", "#_"),
            ("(a)between(b.c[45].#d)and(:a)", "#d"),
        ],
    )
    def test_a_name_that_is_not_there(self, text: str, alias: str) -> None:
        expected = f"An expression attribute name used in the document path is not defined; attribute name: {alias}"
        assert message("FilterExpression", text) == expected

    @pytest.mark.parametrize(
        ("text", "value"), [("begins_with(:hello, #a, #b)", ":hello"), (":a < :b", ":a"), (":_ > a", ":_")]
    )
    def test_a_value_that_is_not_there(self, text: str, value: str) -> None:
        expected = f"An expression attribute value used in expression is not defined; attribute value: {value}"
        assert message("FilterExpression", text) == expected

    @pytest.mark.parametrize(
        ("text", "function", "count"),
        [
            ("attribute_exists(things, a) and a=a", "attribute_exists", 2),
            ("attribute_not_exists(things, b)", "attribute_not_exists", 2),
            ("attribute_type(things)", "attribute_type", 1),
            ("begins_with(things)", "begins_with", 1),
            ("begins_with(things, size(a), b)", "begins_with", 3),
            ("contains(things)", "contains", 1),
            ("size(things, a) > b", "size", 2),
        ],
    )
    def test_functions_take_a_fixed_number_of_operands(self, text: str, function: str, count: int) -> None:
        assert message("FilterExpression", text) == (
            "Incorrect number of operands for operator or function; "
            f"operator or function: {function}, number of operands: {count}"
        )

    @pytest.mark.parametrize(
        ("text", "operator", "value"),
        [
            ("attribute_type(a, size(a)) and a=a and a=:a", "attribute_type", N),
            *(
                ("attribute_type(a, :a)", "attribute_type", value)
                for value in (N, B, BOOL, NULL, LIST, MAP, SS, NS, BS)
            ),
            ("begins_with(a, size(a)) and a=:a", "begins_with", N),
            *(("begins_with(a, :a)", "begins_with", value) for value in (N, BOOL, NULL, LIST, MAP, SS, NS, BS)),
            *(("begins_with(:a, a)", "begins_with", value) for value in (N, BOOL, NULL, LIST, MAP, SS, NS, BS)),
            ("size(size(a)) > :a", "size", N),
            ("attribute_not_exists(size(:a))", "size", N),
            *(("size(:a) > a", "size", value) for value in (BOOL, NULL)),
            # dynamodb-conformance, error-messages/queryKeyConditionOperands
            *(("a < :a", "<", value) for value in (BOOL, NULL, LIST, MAP, SS)),
            (":a >= a", ">=", BOOL),
            ("a BETWEEN :a AND :a", "BETWEEN", BOOL),
        ],
    )
    def test_operands_of_a_wrong_type(self, text: str, operator: str, value: dict[str, Any]) -> None:
        (tag,) = value
        assert message("FilterExpression", text, values={":a": value}) == (
            f"Incorrect operand type for operator or function; operator or function: {operator}, operand type: {tag}"
        )

    def test_a_type_name_that_is_none(self) -> None:
        got = message("FilterExpression", "attribute_type(a, :a)", values={":a": S})
        assert got == "Invalid attribute type name found; type: 1, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"

    @pytest.mark.parametrize(
        ("text", "function"),
        [
            ("attribute_exists(:a) and a=a", "attribute_exists"),
            ("attribute_not_exists(size(:a))", "attribute_not_exists"),
        ],
    )
    def test_existence_is_asked_of_a_path(self, text: str, function: str) -> None:
        got = message("FilterExpression", text, values={":a": S})
        assert got == f"Operator or function requires a document path; operator or function: {function}"

    @pytest.mark.parametrize(
        ("text", "operator", "path"),
        [
            ("a = a AND #a = b AND :views > a", "=", "[a]"),
            ("#a <> a", "<>", "[a]"),
            ("a > #a", ">", "[a]"),
            ("((a=a) OR (a=a))", "=", "[a]"),
            ("contains(ab.bc[1].a, ab.bc[1].#a)", "contains", "[ab, bc, [1], a]"),
            ("begins_with(ab.bc[1].a, ab.bc[1].#a)", "begins_with", "[ab, bc, [1], a]"),
        ],
    )
    def test_an_attribute_is_not_compared_with_itself(self, text: str, operator: str, path: str) -> None:
        assert message("FilterExpression", text, NAMES) == (
            "The first operand must be distinct from the remaining operands for this operator or function; "
            f"operator: {operator}, first operand: {path}"
        )

    def test_a_value_may_be_compared_with_itself(self) -> None:
        assert compile_expression("FilterExpression", ":a >= :a", {}, {":a": N})

    def test_bounds_of_between(self) -> None:
        values: dict[str, Any] = {":s": {"S": "a"}, ":t": {"S": "b"}, ":n": N}
        assert message("KeyConditionExpression", "a between :n and :s", values=values) == (
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}"
        )
        assert message("KeyConditionExpression", "a between :t and :s", values=values) == (
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
        )

    def test_bounds_that_are_no_values_are_left_to_the_check_of_values(self) -> None:
        values: dict[str, Any] = {":a": {"N": "x"}, ":b": {"N": "1"}}
        assert compile_expression("KeyConditionExpression", "a between :a and :b", {}, values)

    def test_in_takes_100_operands(self) -> None:
        taken, refused = (f"a IN ({', '.join([':a'] * count)})" for count in (100, 101))
        assert compile_expression("FilterExpression", taken, {}, {":a": N})
        assert message("FilterExpression", refused, values={":a": N}) == (
            "The IN operator is provided with too many operands; number of operands: 101"
        )

    def test_paths_have_at_most_32_parts(self) -> None:
        assert compile_expression("FilterExpression", f"attribute_exists({'.'.join(['x'] * 32)})", {}, {})
        assert "33" in message("FilterExpression", f"attribute_exists({'.'.join(['x'] * 33)})")

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("((nope(a) > #x)) AND", "syntax"),
            ("((nope(a) > #x))", "redundant-parentheses"),
            ("size(a) AND nope(b)", "unknown-function"),
            ("total = :x AND size(a)", "misused-function"),
            ("#x = a AND total = b", "reserved-word"),
            ("a = :x AND contains(a)", "undefined-value"),
            ("contains(a) AND a = :x", "operand-count"),  # condition by condition, as written
            ("contains(b) AND a = a", "operand-count"),
            ("a = a AND contains(b)", "same-operands"),
        ],
    )
    def test_the_first_rule_that_is_broken_is_reported(self, text: str, kind: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            compile_expression("FilterExpression", text, {}, {})
        assert caught.value.kind == kind

    # dynamodb-conformance, validation-ordering/queryKeyCondition
    def test_key_conditions_are_checked_clause_by_clause_as_written(self) -> None:
        undefined = "An expression attribute value used in expression is not defined; attribute value: :missing"
        operand = "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
        first = message("KeyConditionExpression", "pk = :missing AND begins_with(sk, :n)", values={":n": N})
        second = message("KeyConditionExpression", "begins_with(sk, :n) AND pk = :missing", values={":n": N})
        assert (first, second) == (undefined, operand)


class TestUpdates:
    @pytest.mark.parametrize(
        ("text", "word"), [(" set #c = :c set abOrt = true ", "abOrt"), (" remove Absolute ", "Absolute")]
    )
    def test_reserved_words_come_first(self, text: str, word: str) -> None:
        expected = f"Attribute name is a reserved keyword; reserved keyword: {word}"
        assert message("UpdateExpression", text) == expected

    def test_then_unknown_functions(self) -> None:
        got = message("UpdateExpression", "set #c = if_not_exist(:c) set c = d")
        assert got == "Invalid function name; function: if_not_exist"

    @pytest.mark.parametrize(
        ("text", "section"),
        [
            ("set a = #c set c = :d", "SET"),
            ("remove #d set a = b remove e", "REMOVE"),
            ("add #d :e set a = b add e :f", "ADD"),
            ("delete #d :e set a = b delete #e :f", "DELETE"),
        ],
    )
    def test_then_sections_written_twice(self, text: str, section: str) -> None:
        expected = f'The "{section}" section can only be used once in an update expression;'
        assert message("UpdateExpression", text) == expected

    def test_then_all_names_and_then_all_values(self) -> None:
        assert message("UpdateExpression", "SET b = :c, #c = d").endswith("attribute name: #c")
        assert message("UpdateExpression", "SET #c = if_not_exists(:c)", NAMES).endswith("attribute value: :c")

    @pytest.mark.parametrize(
        ("text", "one", "two"),
        [
            ("set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)", "[c, [1], a]", "[c]"),
            ("set #c[3].#d = a, #c[3] = a", "[c, [3], d]", "[c, [3]]"),
            ("set a = b remove a", "[a]", "[a]"),
        ],
    )
    def test_then_overlapping_paths(self, text: str, one: str, two: str) -> None:
        assert message("UpdateExpression", text, NAMES) == (
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            f"path one: {one}, path two: {two}"
        )

    @pytest.mark.parametrize(
        ("text", "one", "two"),
        [
            ("set #c[3].#d = a, #c.#d[3] = if_not_exists(a)", "[c, [3], d]", "[c, d, [3]]"),
            ("remove a.#c set a[1] = #d", "[a, c]", "[a, [1]]"),
        ],
    )
    def test_then_conflicting_paths(self, text: str, one: str, two: str) -> None:
        assert message("UpdateExpression", text, NAMES) == (
            "Two document paths conflict with each other; must remove or rewrite one of these paths; "
            f"path one: {one}, path two: {two}"
        )

    @pytest.mark.parametrize(
        "text", ["set a = list_append(list_append(b, :a), c)", "set a = list_append(b, list_append(b, :u))"]
    )
    def test_a_list_append_is_no_operand_of_another(self, text: str) -> None:
        expected = "The function is not allowed to be used this way in an expression; function: list_append"
        assert message("UpdateExpression", text, values={":a": LIST}).endswith(expected)

    @pytest.mark.parametrize(
        ("text", "section", "value", "name"),
        [
            ("set b = list_append(:a, a), c = if_not_exists(a) add a.b :a", "ADD", S, "STRING"),
            *(("add a.b :a", "ADD", value, name) for value, name in ((NULL, "NULL"), (BOOL, "BOOLEAN"), (B, "BINARY"))),
            *(("add a.b :a", "ADD", value, name) for value, name in ((MAP, "MAP"), (LIST, "LIST"))),
            *(("delete a.b :a", "DELETE", value, name) for value, name in ((S, "STRING"), (N, "NUMBER"), (MAP, "MAP"))),
        ],
    )
    def test_then_what_is_added_or_deleted(self, text: str, section: str, value: dict[str, Any], name: str) -> None:
        assert message("UpdateExpression", text, values={":a": value}) == (
            f"Incorrect operand type for operator or function; operator: {section}, operand type: {name}, "
            f"typeSet: ALLOWED_FOR_{section}_OPERAND"
        )

    @pytest.mark.parametrize("value", [N, SS, NS, BS])
    def test_numbers_and_sets_can_be_added(self, value: dict[str, Any]) -> None:
        assert compile_expression("UpdateExpression", "ADD a :a", {}, {":a": value})

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("set a = if_not_exists(c)", "operator or function: if_not_exists, number of operands: 1"),
            ("set a = list_append(c)", "operator or function: list_append, number of operands: 1"),
            ("set a = if_not_exists(:a, c)", "requires a document path; operator or function: if_not_exists"),
            ("set a = if_not_exists(if_not_exists(a, b), c)", "document path; operator or function: if_not_exists"),
            ("set a = list_append(:a, a)", "operator or function: list_append, operand type: S"),
            ("set a = list_append(a, :a)", "operator or function: list_append, operand type: S"),
            ("set a = a + :a", "operator or function: +, operand type: S"),
            ("set a = :a - a", "operator or function: -, operand type: S"),
        ],
    )
    def test_last_come_operands_of_functions_and_sums(self, text: str, expected: str) -> None:
        assert message("UpdateExpression", text, values={":a": S}).endswith(expected)


class TestProjections:
    @pytest.mark.parametrize("text", ["a.abORt", "#a,ABSoLUTE"])
    def test_reserved_words_come_first(self, text: str) -> None:
        assert "Attribute name is a reserved keyword" in message("ProjectionExpression", text)

    def test_then_names(self) -> None:
        assert message("ProjectionExpression", "a,b,a,#a").endswith("attribute name: #a")

    @pytest.mark.parametrize(
        ("text", "relation", "one", "two"),
        [
            ("b[1], b.a, #a.b, a", "overlap", "[a, b]", "[a]"),
            ("a, #a[1]", "overlap", "[a]", "[a, [1]]"),
            ("a.b, #a[1], #b", "conflict", "[a, b]", "[a, [1]]"),
            ("a.b[1], #a[1], #b", "conflict", "[a, b, [1]]", "[a, [1]]"),
            ("a[3].b, #a.#b.b", "conflict", "[a, [3], b]", "[a, b, b]"),
        ],
    )
    def test_then_paths_that_overlap_and_then_paths_that_conflict(
        self, text: str, relation: str, one: str, two: str
    ) -> None:
        assert message("ProjectionExpression", text, NAMES) == (
            f"Two document paths {relation} with each other; must remove or rewrite one of these paths; "
            f"path one: {one}, path two: {two}"
        )


class TestListPositions:
    """floci#3073: measured on AWS."""

    @pytest.mark.parametrize("index", ["4294967295", "99999999999999"])
    def test_one_that_is_too_high_is_refused(self, index: str) -> None:
        expected = f"List index is not within the allowable range; index: [{index}]"
        assert message("ProjectionExpression", f"a.l[{index}].b") == expected

    def test_the_highest_is_taken(self) -> None:
        assert checked_tree("UpdateExpression", "SET l[4294967294] = :v")


class TestNamesAndValues:
    @pytest.mark.parametrize(
        ("names", "values", "expected"),
        [
            ({}, None, "ExpressionAttributeNames must not be empty"),
            (None, {}, "ExpressionAttributeValues must not be empty"),
            ({"a": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
            ({":a": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: ":a"'),
            (None, {"b": S}, 'ExpressionAttributeValues contains invalid key: Syntax error; key: "b"'),
            (None, {":a-b": S}, 'ExpressionAttributeValues contains invalid key: Syntax error; key: ":a-b"'),
        ],
    )
    def test_the_maps_are_checked_before_any_expression(self, names: Any, values: Any, expected: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            check_keys(names, values)
        assert caught.value.message == expected

    def test_a_placeholder_has_at_most_255_bytes(self) -> None:
        check_keys({"#" + "a" * 254: "a"}, {":" + "a" * 254: S})
        with pytest.raises(ExpressionError, match="size of key: 256"):
            check_keys({"#" + "a" * 255: "a"}, None)
        with pytest.raises(ExpressionError, match="size of key: 258"):
            check_keys({"#" + "a" * 255 + "-x": "a"}, None)
        with pytest.raises(ExpressionError, match=r"contains a key that is too long;$"):
            check_keys(None, {":" + "a" * 255: S})

    def test_a_name_is_not_empty(self) -> None:
        """extenddb, test_expression_attribute_map_validation: seen on AWS."""
        with pytest.raises(ExpressionError) as caught:
            check_keys({"#a": ""}, None)
        expected = "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"
        assert caught.value.message == expected

    def test_names_and_values_take_at_most_2_mb_each(self) -> None:
        fits, exceeds = "x" * (2 * 1024 * 1024 - 2), "x" * (2 * 1024 * 1024 - 1)
        check_sizes({"#a": fits}, {":a": {"S": fits}})
        with pytest.raises(ExpressionError, match="ExpressionAttributeNames exceeds max size"):
            check_sizes({"#a": exceeds}, None)
        with pytest.raises(ExpressionError, match="ExpressionAttributeValues exceeds max size"):
            check_sizes(None, {":a": {"S": exceeds}})

    # dynamodb-conformance, error-messages/updateItem
    def test_what_no_expression_uses_is_reported_names_first(self) -> None:
        trees = [parse("UpdateExpression", "SET #a = :a"), parse("ConditionExpression", "#b = :b")]
        check_unused(trees, {"#a": "a", "#b": "b"}, {":a": S, ":b": S})
        with pytest.raises(ExpressionError) as caught:
            check_unused(trees, {"#a": "a", "#unused": "b", "#more": "c"}, {":unused": S})
        assert caught.value.message == (
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused, #more}"
        )
        with pytest.raises(ExpressionError) as caught:
            check_unused(trees, None, {":a": S, ":unused": S})
        assert caught.value.message == (
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}"
        )


class TestKeyConditions:
    values = {":a": S, ":b": {"S": "2"}}

    def clauses(self, text: str) -> tuple[KeyClause, ...]:
        tree = compile_expression("KeyConditionExpression", text, NAMES, self.values)
        return clauses_of(cast("ConditionTree", tree))

    @pytest.mark.parametrize(
        ("text", "clause"),
        [
            ("a = :a", KeyClause("a", "=", (Literal(S),))),
            (":a >= #a", KeyClause("a", "<=", (Literal(S),))),
            ("a BETWEEN :a AND :b", KeyClause("a", "BETWEEN", (Literal(S), Literal({"S": "2"})))),
            ("begins_with(a, :a)", KeyClause("a", "begins_with", (Literal(S),))),
        ],
    )
    def test_a_clause_names_its_attribute_however_it_is_written(self, text: str, clause: KeyClause) -> None:
        assert self.clauses(text) == (clause,)

    def test_clauses_are_joined_by_and_in_any_grouping(self) -> None:
        assert [clause.attribute for clause in self.clauses("(b < :a) AND (a = :a AND c = :b)")] == ["b", "a", "c"]

    # dynalite's suite, test/query
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a > b and size(b) > c or a > c", "Invalid operator used in KeyConditionExpression: OR"),
            ("a in (b, size(c), d)", "Invalid operator used in KeyConditionExpression: IN"),
            ("attribute_exists(a)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
            ("contains(a.d, b)", "Invalid operator used in KeyConditionExpression: contains"),
            ("not a > b", "Invalid operator used in KeyConditionExpression: NOT"),
            ("a <> b", "Invalid operator used in KeyConditionExpression: <>"),
            (
                ":a between size(b) and size(a) and b > :b",
                (
                    "Invalid condition in KeyConditionExpression: "
                    "BETWEEN operator must have the key attribute as its first operand"
                ),
            ),
            (
                "begins_with(:a, b) and a > :b",
                (
                    "Invalid condition in KeyConditionExpression: "
                    "begins_with operator must have the key attribute as its first operand"
                ),
            ),
            ("size(b) > a AND a.b > b AND b > c", "KeyConditionExpressions cannot contain nested operations"),
            ("a > size(b.d)", "KeyConditionExpressions cannot contain nested operations"),
            ("a between size(b) and size(a)", "KeyConditionExpressions cannot contain nested operations"),
            ("b > a.b", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
            (
                "a between b and size(a)",
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
            ),
            ("b.d > a AND c.d > e.f", "KeyConditionExpressions cannot have conditions on nested attributes"),
            ("b[0] > a", "KeyConditionExpressions cannot have conditions on nested attributes"),
            (":b > :a AND a < :b", "Invalid condition in KeyConditionExpression: No key attribute specified"),
            ("b > :a AND b < :a and c = :a", "KeyConditionExpressions must only contain one condition per key"),
            (
                "(a > :a and b > :a) and (b > :a and c > :a)",
                "KeyConditionExpressions must only contain one condition per key",
            ),
        ],
    )
    def test_what_a_key_condition_may_not_hold(self, text: str, expected: str) -> None:
        with pytest.raises(ExpressionError) as caught:
            self.clauses(text)
        assert caught.value.message == expected


class TestEditions:
    def test_both_editions_have_every_message(self) -> None:
        assert set(MESSAGES["newer"]) == set(MESSAGES["older"])

    def test_the_newer_edition_says_some_things_otherwise(self) -> None:
        problem = ExpressionError("key-repeated", expression="KeyConditionExpression")
        assert problem.render("newer") == (
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
        )
        assert problem.message == "KeyConditionExpressions must only contain one condition per key"


class TestPhases:
    def test_texts_are_checked_before_names_and_values_are_looked_at(self) -> None:
        tree = checked_tree("FilterExpression", "#missing = :missing")
        with pytest.raises(ExpressionError, match="attribute name: #missing"):
            bind("FilterExpression", tree, {}, {})
        with pytest.raises(ExpressionError, match="reserved keyword: total"):
            checked_tree("FilterExpression", "#missing = total")

    def test_a_tree_that_is_no_texts_is_checked_alike(self) -> None:
        with pytest.raises(ExpressionError, match="Invalid function name; function: nope"):
            check_tree("FilterExpression", parse("FilterExpression", "nope(a)"))


class TestTrees:
    def test_a_resolved_tree_holds_names_and_literals(self) -> None:
        tree = compile_expression("ConditionExpression", "#a = :a", NAMES, {":a": S})
        assert tree == Compare("=", Path((Name("a"),)), Literal(S))

    def test_trees_are_hashable_with_their_values(self) -> None:
        trees = {compile_expression("ConditionExpression", "#a = :a", NAMES, {":a": MAP}) for _ in range(2)}
        assert len(trees) == 1

    def test_and_and_or_need_two_conditions(self) -> None:
        leaf = Compare("=", Path((Name("a"),)), Literal(S))
        for kind in (And, Or):
            with pytest.raises(ValueError, match="two conditions"):
                kind((leaf,))

    def test_no_tree_can_be_built_deeper_than_can_be_walked(self) -> None:
        tree: Any = Compare("=", Path((Name("a"),)), Literal(S))
        with pytest.raises(ExpressionError, match="too many nesting levels"):
            for _ in range(200):
                tree = And((Or((tree, tree)), tree))

    def test_the_deepest_tree_can_be_walked_in_every_way(self) -> None:
        leaf = Compare("=", Path((Name("a"),)), Literal(S))
        tree: Any = leaf
        for _ in range(MAX_DEPTH // 2):
            tree = And((Or((tree, leaf)), leaf))
        other: Any = copy.deepcopy(tree)
        assert (tree == other, hash(tree) == hash(other), repr(tree) == repr(other)) == (True, True, True)
        params = expression_params(filtered_by=tree)
        names, values = params.get("ExpressionAttributeNames", {}), params["ExpressionAttributeValues"]
        parsed = parse("FilterExpression", params["FilterExpression"])
        assert compile_expression("FilterExpression", params["FilterExpression"], names, values) == tree
        assert placeholders([parsed]).values == tuple(values)
        assert canonical_clauses(tree) == canonical_params("Scan", params)["FilterExpression"]
        with pytest.raises(ExpressionError, match="too many nesting levels; maximum: 100"):
            parse("FilterExpression", "NOT " + "NOT (" * MAX_DEPTH + "a = :a" + ")" * MAX_DEPTH)
