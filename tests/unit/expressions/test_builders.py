"""Building conditions, updates and projections, and rendering them into a request."""

from __future__ import annotations

import enum
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

import pytest
from boto3.dynamodb import conditions as boto3_conditions
from boto3.dynamodb.conditions import Attr as Boto3Attr
from boto3.dynamodb.conditions import ConditionExpressionBuilder
from boto3.dynamodb.conditions import Key as Boto3Key

from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.expressions import (
    Attr,
    Condition,
    ExpressionError,
    ExpressionMisuse,
    Key,
    Placeholders,
    Update,
    as_condition,
    as_projection,
    as_update,
    condition,
    expression_params,
    if_not_exists,
    list_append,
    parse_condition,
    parse_update,
    render,
    resolve,
    to_path,
)
from pytest_dynamodb.expressions.nodes import ListIndex, Name, Path
from pytest_dynamodb.values import UnsupportedValue, to_wire


def text_of(condition: Condition) -> str:
    """The text, with values in place of placeholders."""
    into = Placeholders()
    text = render(condition.node, into)
    for placeholder, wire in into.values.items():
        text = text.replace(placeholder, repr(next(iter(wire.values()))))
    return text


class State(enum.Enum):
    NEW = "new"


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "text"),
        [
            (Attr("a") == 1, "a = '1'"),
            (Attr("a") != 1, "a <> '1'"),
            (Attr("a") < 1, "a < '1'"),
            (Attr("a") <= 1, "a <= '1'"),
            (Attr("a") > 1, "a > '1'"),
            (Attr("a") >= 1, "a >= '1'"),
            (Attr("a").eq(1), "a = '1'"),
            (Attr("a").ne(1), "a <> '1'"),
            (Attr("a").lt(1), "a < '1'"),
            (Attr("a").lte(1), "a <= '1'"),
            (Attr("a").gt(1), "a > '1'"),
            (Attr("a").gte(1), "a >= '1'"),
            (Attr("a").between(1, 2), "a BETWEEN '1' AND '2'"),
            (Attr("a").is_in([1, "b"]), "a IN ('1', 'b')"),
            (Attr("a").exists(), "attribute_exists(a)"),
            (Attr("a").not_exists(), "attribute_not_exists(a)"),
            (Attr("a").begins_with("b"), "begins_with(a, 'b')"),
            (Attr("a").contains("b"), "contains(a, 'b')"),
            (Attr("a").attribute_type("SS"), "attribute_type(a, 'SS')"),
            (Attr("a").size() > 1, "size(a) > '1'"),
            (Attr("a.b[2].c") == Attr("d"), "a.b[2].c = d"),
            (Attr("a").size() == Attr("b").size(), "size(a) = size(b)"),
            (Attr("a") == State.NEW, "a = 'new'"),
            (Attr("a").eq(None), "a = True"),
            (Key("pk") == "a", "pk = 'a'"),
            (Key("sk").between("a", "b"), "sk BETWEEN 'a' AND 'b'"),
        ],
    )
    def test_every_comparison_can_be_built(self, condition: Condition, text: str) -> None:
        assert text_of(condition) == text

    def test_conditions_are_joined_by_operators(self) -> None:
        a, b, c = (Attr(name).exists() for name in "abc")
        assert text_of((a & b) | ~c) == "(attribute_exists(a) AND attribute_exists(b)) OR NOT attribute_exists(c)"
        assert text_of(a & (b | c)) == "attribute_exists(a) AND (attribute_exists(b) OR attribute_exists(c))"
        assert text_of(~(a & ~(Attr("d") == 1))) == "NOT (attribute_exists(a) AND NOT (d = '1'))"
        assert text_of(a & b & c) == text_of(a & (b & c))

    def test_a_condition_cannot_pass_for_a_truth_value(self) -> None:
        with pytest.raises(ExpressionMisuse, match="join conditions with &"):
            bool(Attr("a") == 1)
        with pytest.raises(ExpressionMisuse, match=r"write a.between\(x, y\) instead"):
            assert 1 < Attr("a") < 3
        with pytest.raises(ExpressionMisuse, match="has no truth value"):
            bool(Attr("a"))

    def test_what_compares_by_building_cannot_be_hashed(self) -> None:
        for operand in (Attr("a"), Key("a"), Attr("a").size()):
            with pytest.raises(TypeError, match="unhashable"):
                hash(operand)

    def test_conditions_are_equal_when_their_trees_are(self) -> None:
        assert (Attr("a") == 1) == (Attr("a") == Decimal("1.0"))
        assert len({Attr("a") == 1, Attr("a") == 1, Attr("a") == 2}) == 2

    def test_equality_with_none_is_refused_with_the_remedy(self) -> None:
        with pytest.raises(ExpressionMisuse, match=r"use not_exists\(\), or eq\(None\)"):
            Attr("a") == None  # noqa: B015, E711  # the mistake in question
        with pytest.raises(ExpressionMisuse, match=r"use exists\(\)"):
            Attr("a") != None  # noqa: B015, E711  # the mistake in question

    def test_a_key_condition_knows_no_inequality(self) -> None:
        with pytest.raises(ExpressionMisuse, match="key conditions know no <>"):
            Key("a") != 1  # noqa: B015  # the mistake in question

    def test_floats_are_refused_until_opted_in(self) -> None:
        with pytest.raises(UnsupportedValue, match="opt in with floats=True"):
            Attr("a").gt(1.5)
        assert text_of(Attr("a", floats=True) > 1.5) == "a > '1.5'"

    @pytest.mark.parametrize("values", ["ab", b"ab"])
    def test_is_in_does_not_take_text_apart(self, values: Any) -> None:
        with pytest.raises(ExpressionMisuse, match="takes a collection of values"):
            Attr("a").is_in(values)

    def test_is_in_of_nothing_is_refused(self) -> None:
        with pytest.raises(ExpressionMisuse, match="needs one value or more"):
            Attr("a").is_in([])

    def test_what_is_no_condition_is_refused(self) -> None:
        with pytest.raises(ExpressionMisuse, match="is no condition"):
            as_condition(1)  # type: ignore[arg-type]  # the mistake in question
        with pytest.raises(ExpressionMisuse, match="can only be a value of a SET action"):
            Attr("a").eq(Attr("b") + 1)

    def test_a_text_is_a_condition_too(self) -> None:
        assert ((Attr("a").exists()) & "b = :b").node == parse_condition("attribute_exists(a) AND b = :b")

    def test_misuse_is_an_error_of_this_package_and_a_type_error(self) -> None:
        assert issubclass(ExpressionMisuse, (PytestDynamoDbError, TypeError))


class TestPaths:
    def test_dots_and_brackets_separate(self) -> None:
        assert to_path("a-1.b c[2][3].d") == Path((Name("a-1"), Name("b c"), ListIndex(2), ListIndex(3), Name("d")))

    def test_parts_can_be_given_literally(self) -> None:
        assert Attr.of("a.b", 1, "c[0]").path == Path((Name("a.b"), ListIndex(1), Name("c[0]")))

    @pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "[1]", "a[b]", "a[1", "a]", "a[1]b", "a[-1]"])
    def test_text_that_is_no_path_is_refused(self, text: str) -> None:
        with pytest.raises(ExpressionMisuse, match="is no document path"):
            to_path(text)

    def test_a_path_begins_with_a_name(self) -> None:
        with pytest.raises(ExpressionMisuse, match="begins with an attribute name"):
            Attr.of(1, "a")


BOTO3_CONDITIONS: list[Any] = [
    Boto3Attr("a").eq(1),
    Boto3Attr("a").ne("x"),
    Boto3Attr("a").lt(1),
    Boto3Attr("a").lte(1),
    Boto3Attr("a").gt(1),
    Boto3Attr("a").gte(1),
    Boto3Attr("a").begins_with("x"),
    Boto3Attr("a.b[0]").between(1, 2),
    Boto3Attr("a").is_in([1, 2]),
    Boto3Attr("name").exists(),
    Boto3Attr("a").not_exists(),
    Boto3Attr("a").contains("x"),
    Boto3Attr("a").size().gt(3),
    Boto3Attr("a").attribute_type("S"),
    Boto3Attr("a").eq(Boto3Attr("b")),
    Boto3Key("pk").eq("a") & Boto3Key("sk").begins_with("b"),
    Boto3Attr("a").eq(1) & Boto3Attr("b").eq(2) & ~Boto3Attr("c").exists(),
    (Boto3Attr("a").eq(1) | Boto3Attr("b").eq(2)) & ~(Boto3Attr("c").eq(3) | ~Boto3Attr("d").exists()),
    reduce(and_, [Boto3Attr(f"a{number}").eq(number) for number in range(150)]),
]


class TestBoto3:
    @pytest.mark.parametrize("condition", BOTO3_CONDITIONS, ids=lambda condition: type(condition).__name__)
    def test_a_boto3_condition_is_the_tree_of_the_text_that_boto3_sends(self, condition: Any) -> None:
        built = ConditionExpressionBuilder().build_expression(condition)
        values = {key: to_wire(value) for key, value in built.attribute_value_placeholders.items()}
        sent = resolve(parse_condition(built.condition_expression), built.attribute_name_placeholders, values)
        assert as_condition(condition) == sent

    def test_every_operator_of_boto3_is_covered(self) -> None:
        known = {kind.__name__ for kind in boto3_conditions.ConditionBase.__subclasses__()}
        known |= {kind.__name__ for kind in boto3_conditions.ComparisonCondition.__subclasses__()}
        seen: set[str] = set()
        waiting = list(BOTO3_CONDITIONS)
        while waiting:
            condition = waiting.pop()
            seen.add(type(condition).__name__)
            if hasattr(condition, "get_expression"):
                waiting.extend(condition.get_expression()["values"])
        assert known - seen == {"ComparisonCondition", "ConditionAttributeBase"}  # bases of others

    def test_ours_and_boto3s_can_be_joined(self) -> None:
        joined: Any = Boto3Attr("b").eq(Decimal(2))
        assert (Attr("a") == 1) & joined == (Attr("a") == 1) & (Attr("b") == 2)

    def test_a_boto3_attribute_is_an_operand(self) -> None:
        assert (Attr("a") == Boto3Attr("b.c")) == (Attr("a") == Attr("b.c"))


class TestUpdates:
    def test_actions_are_sent_section_by_section(self) -> None:
        update = (
            Update()
            .set("status", "PAID")
            .add("n", 1)
            .remove("x", "y[0]")
            .set_if_absent("t", "now")
            .append("log", ["e"])
            .prepend("log2", ["e"])
            .set("m", Attr("m") - 1)
            .set("k", if_not_exists("k", 0) + Attr("d"))
            .set("l", list_append(Attr("l"), Attr("m")))
            .delete("tags", {"a"})
        )
        params = expression_params(update=update)
        assert params["UpdateExpression"] == (
            "SET #n0 = :v0, t = if_not_exists(t, :v1), #n1 = list_append(if_not_exists(#n1, :v2), :v3), "
            "log2 = list_append(:v4, if_not_exists(log2, :v5)), m = m - :v6, k = if_not_exists(k, :v7) + d, "
            "l = list_append(l, m) REMOVE x, y[0] ADD n :v8 DELETE tags :v9"
        )
        assert params["ExpressionAttributeNames"] == {"#n0": "status", "#n1": "log"}
        assert params["ExpressionAttributeValues"][":v9"] == {"SS": ["a"]}

    def test_each_step_returns_a_new_update(self) -> None:
        first = Update().set("a", 1)
        second = first.remove("b")
        assert first != second
        assert first == Update().set("a", 1)
        assert len({first, second, Update().set("a", 1)}) == 2
        assert not Update()

    def test_an_update_that_does_nothing_is_refused(self) -> None:
        with pytest.raises(ExpressionMisuse, match="this update does nothing"):
            as_update(Update())

    def test_floats_are_refused_until_opted_in(self) -> None:
        with pytest.raises(UnsupportedValue):
            Update().set("a", 0.5)
        assert as_update(Update(floats=True).set("a", 0.5).add("b", 0.5))

    def test_a_trees_sum_is_a_value_too(self) -> None:
        assert Update().set("a", (Attr("b") + 1).node) == Update().set("a", Attr("b") + 1)

    def test_builders_say_what_they_hold(self) -> None:
        assert repr(Attr("a.b[2]")) == "Attr([a, b, [2]])"
        assert repr(Update().remove("a")).startswith("Update(REMOVE RemoveAction(")
        assert repr(Attr("a").exists()).startswith("Condition(Function(")

    def test_texts_and_trees_are_updates_too(self) -> None:
        tree = parse_update("SET a = :a")
        assert as_update("SET a = :a") == as_update(tree) == tree
        with pytest.raises(ExpressionMisuse, match="is no update"):
            as_update(1)  # type: ignore[arg-type]  # the mistake in question


class TestProjections:
    def test_paths_texts_and_trees_are_projections(self) -> None:
        tree = as_projection(["a", "b.c[0]"])
        assert as_projection("a, b.c[0]") == tree == as_projection(tree)

    def test_a_projection_of_nothing_is_refused(self) -> None:
        with pytest.raises(ExpressionMisuse, match="needs one path or more"):
            as_projection([])


class TestRequests:
    def test_one_allocator_serves_all_expressions_of_a_request(self) -> None:
        params = expression_params(
            key_condition=Key("pk") == "a",
            filtered_by=(Attr("status") == "b") & Attr("total").gt(3),
            projection=["status", "name"],
        )
        assert params == {
            "KeyConditionExpression": "pk = :v0",
            "FilterExpression": "#n0 = :v1 AND #n1 > :v2",
            "ProjectionExpression": "#n0, #n2",
            "ExpressionAttributeNames": {"#n0": "status", "#n1": "total", "#n2": "name"},
            "ExpressionAttributeValues": {":v0": {"S": "a"}, ":v1": {"S": "b"}, ":v2": {"N": "3"}},
        }

    def test_what_the_caller_brings_is_never_overwritten(self) -> None:
        # boto3#4032: is_in() placeholders replaced the caller's :v1, and the wrong value was written.
        params = expression_params(
            update="SET #n0 = :v1",
            condition=Attr("status").is_in(["x", "y", "z"]),
            names={"#n0": "name"},
            values={":v1": {"S": "mine"}},
        )
        assert params == {
            "UpdateExpression": "SET #n0 = :v1",
            "ConditionExpression": "#n1 IN (:v0, :v2, :v3)",
            "ExpressionAttributeNames": {"#n0": "name", "#n1": "status"},
            "ExpressionAttributeValues": {
                ":v1": {"S": "mine"},
                ":v0": {"S": "x"},
                ":v2": {"S": "y"},
                ":v3": {"S": "z"},
            },
        }

    def test_a_placeholder_in_a_text_is_taken_even_before_its_value_is_known(self) -> None:
        params = expression_params(condition=(Attr("a") == 1) & "b = :v0 AND #n0 = :v1")
        assert params["ConditionExpression"] == "a = :v2 AND b = :v0 AND #n0 = :v1"
        assert params["ExpressionAttributeValues"] == {":v2": {"N": "1"}}

    def test_the_callers_alias_is_used_for_its_name(self) -> None:
        params = expression_params(condition=Attr("status").exists(), names={"#s": "status"})
        assert params["ConditionExpression"] == "attribute_exists(#s)"
        assert params["ExpressionAttributeNames"] == {"#s": "status"}

    @pytest.mark.parametrize("name", ["status", "a-b", "a b", "1a", "_a", "ü", "a.b", "remove", "and", ""])
    def test_names_that_dynamodb_does_not_take_bare_get_an_alias(self, name: str) -> None:
        params = expression_params(condition=Attr(Path((Name(name),))).exists())
        assert params["ConditionExpression"] == "attribute_exists(#n0)"
        assert params["ExpressionAttributeNames"] == {"#n0": name}

    def test_texts_are_passed_on_as_they_are(self) -> None:
        params = expression_params(update="SET a=:a", projection="a ,b", filtered_by="a=:a", values={":a": {"S": "x"}})
        texts = (params["UpdateExpression"], params["ProjectionExpression"], params["FilterExpression"])
        assert texts == ("SET a=:a", "a ,b", "a=:a")

    def test_nothing_given_is_nothing_sent(self) -> None:
        assert expression_params() == {}


# --- conditions as text, with values ---


def test_a_text_takes_values_and_names() -> None:
    built = condition("total > :least AND #s = :s", {":least": 5, "s": "NEW"}, names={"s": "status"})
    assert built == (Attr("total") > 5) & (Attr("status") == "NEW")
    assert condition("attribute_exists(a)") == Attr("a").exists()
    assert condition("price < :most", {":most": 0.5}, floats=True) == (Attr("price", floats=True) < 0.5)
    assert isinstance(built & (Attr("x") == 1), Condition)


def test_a_text_says_what_it_lacks_and_what_is_given_in_vain() -> None:
    with pytest.raises(ExpressionError, match=":least"):
        condition("total > :least")
    with pytest.raises(ExpressionMisuse, match=":other is not in the condition"):
        condition("total > :least", {":least": 1, ":other": 2})
    with pytest.raises(ExpressionError):
        condition("total >")
