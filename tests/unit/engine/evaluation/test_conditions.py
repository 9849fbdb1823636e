"""Which items meet a condition (developer guide, "Comparison operator and function reference")."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.expressions import parse_condition, resolve

ITEM: dict[str, Any] = {
    "pk": {"S": "p"},
    "text": {"S": "banana"},
    "astral": {"S": "\U0001f600"},
    "private": {"S": "\uffee"},
    "number": {"N": "10"},
    "nine": {"N": "9"},
    "small": {"N": "-0.5"},
    "blob": {"B": "/w=="},  # ff
    "low": {"B": "AQI="},  # 01 02
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "words": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "blobs": {"BS": ["AQI=", "/w=="]},
    "list": {"L": [{"S": "x"}, {"M": {"deep": {"L": [{"N": "7"}]}}}, {"SS": ["q", "r"]}]},
    "map": {"M": {"a": {"S": "x"}, "s": {"SS": ["q", "r"]}}},
    "empty": {"S": ""},
}


def meets(text: str, item: dict[str, Any] | None = None, **values: dict[str, Any]) -> bool:
    """Whether ITEM meets a condition, which may name reserved words."""
    tree = resolve(parse_condition(text), {}, {f":{name}": value for name, value in values.items()})
    return compile_condition(tree)(ITEM if item is None else item)


class TestComparisons:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("text = :v", {"S": "banana"}),
            (":v = text", {"S": "banana"}),
            ("text <> :v", {"S": "apple"}),
            ("text < :v", {"S": "c"}),
            (":v > text", {"S": "c"}),
            ("text <= :v", {"S": "banana"}),
            ("number > :v", {"N": "9"}),
            ("number >= :v", {"N": "10"}),
            (":v <= number", {"N": "-3.5"}),
            ("small < :v", {"N": "0"}),
            ("blob > :v", {"B": "AQI="}),
            ("yes = :v", {"BOOL": True}),
            ("nothing = :v", {"NULL": True}),
        ],
    )
    def test_compare_values_of_one_type(self, text: str, value: dict[str, Any]) -> None:
        assert meets(text, v=value)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("text = :v", {"N": "1"}),
            ("number < :v", {"S": "99"}),
            ("number = :v", {"S": "10"}),
            ("blob > :v", {"S": "A"}),
            ("words = :v", {"S": "a"}),
        ],
    )
    def test_are_false_of_another_type(self, text: str, value: dict[str, Any]) -> None:
        assert not meets(text, v=value)

    def test_another_type_is_unequal(self) -> None:
        assert meets("number <> :v", v={"S": "10"})

    @pytest.mark.parametrize("operator", ["=", "<", "<=", ">", ">="])
    @pytest.mark.parametrize("other", [":v", "number"])
    def test_are_false_of_a_missing_attribute(self, operator: str, other: str) -> None:
        values = {"v": {"N": "1"}} if other == ":v" else {}
        assert not meets(f"missing {operator} {other}", **values)
        assert not meets(f"{other} {operator} missing", **values)

    def test_a_missing_attribute_is_unequal_to_anything(self) -> None:
        assert meets("missing <> :v", v={"N": "1"})
        assert meets("missing <> number")

    def test_text_is_ordered_by_code_points_and_not_by_utf_16(self) -> None:
        assert meets("private < astral")

    def test_numbers_are_ordered_by_value_and_not_as_text(self) -> None:
        assert meets("nine < number")

    def test_bytes_are_ordered_unsigned(self) -> None:
        assert meets("low < blob")

    def test_two_paths_of_different_types_do_not_compare(self) -> None:
        assert not meets("text < number")
        assert not meets("yes < nothing")

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("words", {"SS": ["b", "a"]}),
            ("numbers", {"NS": ["2", "1"]}),
            ("blobs", {"BS": ["/w==", "AQI="]}),
            ("map", {"M": {"s": {"SS": ["r", "q"]}, "a": {"S": "x"}}}),
            ("list", {"L": [{"S": "x"}, {"M": {"deep": {"L": [{"N": "7"}]}}}, {"SS": ["r", "q"]}]}),
        ],
    )
    def test_sets_are_equal_in_any_order_however_deep(self, path: str, value: dict[str, Any]) -> None:
        assert meets(f"{path} = :v", v=value)
        assert not meets(f"{path} <> :v", v=value)
        assert meets(f"{path} = other", {**ITEM, "other": value})

    def test_lists_are_equal_in_their_order_only(self) -> None:
        assert not meets("l = :v", {"l": {"L": [{"S": "a"}, {"S": "b"}]}}, v={"L": [{"S": "b"}, {"S": "a"}]})

    def test_sets_of_different_types_are_unequal(self) -> None:
        assert not meets("words = :v", v={"BS": ["AQ=="]})


class TestBetweenAndIn:
    @pytest.mark.parametrize(("low", "high", "expected"), [("1", "10", True), ("10", "11", True), ("11", "12", False)])
    def test_between_includes_both_bounds(self, low: str, high: str, expected: bool) -> None:
        assert meets("number BETWEEN :l AND :h", l={"N": low}, h={"N": high}) is expected

    def test_between_takes_paths_as_operand_and_bounds(self) -> None:
        assert meets(":v BETWEEN nine AND number", v={"N": "9.5"})
        assert meets("number BETWEEN nine AND :h", h={"N": "11"})
        assert not meets("number BETWEEN missing AND :h", h={"N": "11"})

    def test_between_is_false_of_another_type(self) -> None:
        assert not meets("text BETWEEN :l AND :h", l={"N": "1"}, h={"N": "2"})

    def test_in_finds_an_equal_value(self) -> None:
        assert meets("text IN (:a, :b)", a={"S": "apple"}, b={"S": "banana"})
        assert not meets("number IN (:a, :b)", a={"S": "10"}, b={"N": "11"})
        assert meets("words IN (:a, text)", a={"SS": ["b", "a"]})
        assert not meets("missing IN (:a, text)", a={"S": "a"})
        assert not meets("map IN (:a)", a={"S": "a"})


class TestFunctions:
    @pytest.mark.parametrize("path", ["text", "list[0]", "list[1].deep[0]", "map.a", "nothing", "empty"])
    def test_attribute_exists_follows_paths(self, path: str) -> None:
        assert meets(f"attribute_exists({path})")
        assert not meets(f"attribute_not_exists({path})")

    @pytest.mark.parametrize("path", ["missing", "list[3]", "list[0].a", "map[0]", "map.b", "text.a", "missing.a.b"])
    def test_attribute_not_exists_where_a_path_leads_nowhere(self, path: str) -> None:
        assert meets(f"attribute_not_exists({path})")
        assert not meets(f"attribute_exists({path})")

    def test_nothing_exists_of_an_item_that_is_not_there(self) -> None:
        assert meets("attribute_not_exists(pk)", {})

    def test_attribute_type_names_the_type(self) -> None:
        assert meets("attribute_type(list, :v)", v={"S": "L"})
        assert not meets("attribute_type(list, :v)", v={"S": "M"})
        assert not meets("attribute_type(missing, :v)", v={"S": "M"})

    def test_begins_with_takes_text_and_bytes(self) -> None:
        assert meets("begins_with(text, :v)", v={"S": "ban"})
        assert meets("begins_with(text, :v)", v={"S": ""})
        assert meets("begins_with(low, :v)", v={"B": "AQ=="})
        assert not meets("begins_with(text, :v)", v={"B": "YmFu"})
        assert not meets("begins_with(number, :v)", v={"S": "1"})
        assert not meets("begins_with(missing, :v)", v={"S": "1"})

    @pytest.mark.parametrize(
        ("path", "value", "expected"),
        [
            ("text", {"S": "nan"}, True),
            ("text", {"S": "nab"}, False),
            ("text", {"N": "1"}, False),
            ("low", {"B": "Ag=="}, True),
            ("words", {"S": "a"}, True),
            ("words", {"S": "ab"}, False),
            ("numbers", {"N": "2"}, True),
            ("blobs", {"B": "/w=="}, True),
            ("list", {"S": "x"}, True),
            ("list", {"SS": ["r", "q"]}, True),
            ("list", {"S": "y"}, False),
            ("map", {"S": "a"}, False),
            ("number", {"N": "1"}, False),
            ("missing", {"S": "a"}, False),
        ],
    )
    def test_contains_looks_for_parts_members_and_elements(
        self, path: str, value: dict[str, Any], expected: bool
    ) -> None:
        assert meets(f"contains({path}, :v)", v=value) is expected

    def test_contains_takes_a_path_as_what_is_looked_for(self) -> None:
        assert meets("contains(:v, text)", v={"S": "a banana a day"})

    @pytest.mark.parametrize(
        ("path", "size"),
        [("text", 6), ("empty", 0), ("low", 2), ("words", 2), ("numbers", 2), ("blobs", 2), ("list", 3), ("map", 2)],
    )
    def test_size_counts_characters_bytes_or_members(self, path: str, size: int) -> None:
        assert meets(f"size({path}) = :n", n={"N": str(size)})

    def test_size_of_text_is_counted_in_utf_16(self) -> None:
        """extenddb#60: a text of e-acute and a G clef has size 3 on AWS."""
        assert meets("size(t) = :n", {"t": {"S": "é𝄞"}}, n={"N": "3"})

    @pytest.mark.parametrize("path", ["missing", "number", "yes", "nothing"])
    def test_what_has_no_size_compares_to_nothing(self, path: str) -> None:
        assert not meets(f"size({path}) >= :n", n={"N": "0"})

    def test_sizes_compare_with_attributes(self) -> None:
        assert meets("size(text) < number")


class TestLogic:
    def test_and_or_not(self) -> None:
        assert meets("attribute_exists(pk) AND NOT attribute_exists(missing)")
        assert meets("attribute_exists(missing) OR attribute_exists(pk)")
        assert not meets("NOT (attribute_exists(missing) OR attribute_exists(pk) OR attribute_exists(text))")
        assert meets("attribute_exists(pk) AND attribute_exists(text) AND attribute_exists(number)")
