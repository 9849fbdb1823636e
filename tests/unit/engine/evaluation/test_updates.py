"""What updates make of items (dynamodb-conformance, tier1/updateItem; dynalite's suite, test/updateItem)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.updates import LEGACY_MISMATCH, Updated, check_keys_kept, compile_update
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import parse_update, resolve

KEY: dict[str, Any] = {"pk": {"S": "p"}}
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "10"},
    "t": {"S": "text"},
    "m": {"M": {"a": {"S": "x"}, "n": {"N": "1"}, "deep": {"M": {"s": {"SS": ["a", "b"]}}}}},
    "l": {"L": [{"S": "0"}, {"S": "1"}, {"M": {"x": {"N": "2"}}}, {"S": "3"}]},
    "s": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
}
INVALID_PATH = "The document path provided in the update expression is invalid for update"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"


def updated(text: str, item: dict[str, Any] | None = ITEM, **values: dict[str, Any]) -> Updated:
    """What an update expression, which may name reserved words, makes of an item."""
    tree = resolve(parse_update(text), {}, {f":{name}": value for name, value in values.items()})
    before = copy.deepcopy(item)
    result = compile_update(tree).apply(item, KEY)
    assert item == before
    return result


def after(text: str, item: dict[str, Any] | None = ITEM, **values: dict[str, Any]) -> dict[str, Any]:
    return dict(updated(text, item, **values).attributes)


def refusal(text: str, item: dict[str, Any] | None = ITEM, **values: dict[str, Any]) -> str:
    with pytest.raises(ValidationException) as caught:
        updated(text, item, **values)
    return caught.value.message


class TestSet:
    def test_gives_new_and_old_attributes_values(self) -> None:
        assert after("SET t = :v, u = :v", v={"S": "new"}) == {**ITEM, "t": {"S": "new"}, "u": {"S": "new"}}

    def test_makes_an_item_of_the_key_where_there_is_none(self) -> None:
        assert after("SET t = :v, u = pk", None, v={"S": "new"}) == {**KEY, "t": {"S": "new"}, "u": {"S": "p"}}

    def test_reads_the_item_as_it_was(self) -> None:
        result = after("SET t = n, n = t, m.a = l[0], l[0] = m.a REMOVE s")
        assert (result["t"], result["n"]) == (ITEM["n"], ITEM["t"])
        assert (result["m"]["M"]["a"], result["l"]["L"][0]) == ({"S": "0"}, {"S": "x"})

    def test_changes_members_and_elements(self) -> None:
        result = after("SET m.deep.new = :v, l[1] = :v, l[2].x = :v", v={"N": "5"})
        assert result["m"]["M"]["deep"] == {"M": {"s": {"SS": ["a", "b"]}, "new": {"N": "5"}}}
        assert result["l"]["L"] == [{"S": "0"}, {"N": "5"}, {"M": {"x": {"N": "5"}}}, {"S": "3"}]

    def test_appends_past_the_end_in_the_order_of_positions(self) -> None:
        result = after("SET l[9] = :c, l[4] = :a, l[5] = :b", a={"S": "a"}, b={"S": "b"}, c={"S": "c"})
        assert result["l"]["L"][4:] == [{"S": "a"}, {"S": "b"}, {"S": "c"}]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("SET n = n + :v", "13"),
            ("SET n = :v - n", "-7"),
            ("SET n = (n - :v)", "7"),
            ("SET n = if_not_exists(gone, :v) + n", "13"),
            ("SET n = if_not_exists(n, :v) - :v", "7"),
        ],
    )
    def test_adds_and_subtracts(self, text: str, expected: str) -> None:
        assert after(text, v={"N": "3"})["n"] == {"N": expected}

    def test_sums_are_exact_decimals(self) -> None:
        assert after("SET n = :a + :b", a={"N": "0.1"}, b={"N": "0.2"})["n"] == {"N": "0.3"}
        assert after("SET n = :a - :b", a={"N": "1" + "0" * 30}, b={"N": "0.5"})["n"] == {"N": "9" * 30 + ".5"}
        assert after("SET n = :a - :a", a={"N": "-0.5"})["n"] == {"N": "0"}

    def test_a_sum_past_the_range_is_refused(self) -> None:
        assert refusal("SET n = :a + :a", a={"N": "9" + "0" * 125}) == OVERFLOW

    def test_a_sum_of_too_many_digits_is_refused(self) -> None:
        """DynamoDB neither rounds nor stores it."""
        assert refusal("SET n = :a + :b", a={"N": "1" + "0" * 50}, b={"N": "1"}) == OVERFLOW
        assert refusal("SET n = :a - :b", a={"N": "1" + "0" * 21}, b={"N": "0." + "0" * 17 + "1"}) == OVERFLOW
        assert after("SET n = :a - :b", a={"N": "9" * 38}, b={"N": "9"})["n"] == {"N": "9" * 37 + "0"}

    def test_list_append_joins_lists_in_the_order_given(self) -> None:
        assert after("SET l = list_append(:v, l)", v={"L": [{"S": "v"}]})["l"]["L"][:2] == [{"S": "v"}, {"S": "0"}]
        assert after("SET l = list_append(l, :v)", v={"L": [{"S": "v"}]})["l"]["L"][-1] == {"S": "v"}
        made = after("SET q = list_append(if_not_exists(q, :e), :v)", e={"L": []}, v={"L": [{"S": "v"}]})
        assert made["q"] == {"L": [{"S": "v"}]}

    def test_if_not_exists_keeps_what_is_there(self) -> None:
        result = after("SET t = if_not_exists(t, :v), u = if_not_exists(m.gone, :v)", v={"S": "v"})
        assert (result["t"], result["u"]) == (ITEM["t"], {"S": "v"})

    @pytest.mark.parametrize(
        "text",
        ["SET c = gone", "SET c = list_append(gone, l)", "SET c = gone + n", "SET c = if_not_exists(gone, gone)"],
    )
    def test_a_missing_operand_is_refused(self, text: str) -> None:
        assert refusal(text) == NO_ATTRIBUTE

    @pytest.mark.parametrize("text", ["SET c = t + :v", "SET c = :v - m", "SET c = list_append(s, l)"])
    def test_an_operand_of_the_wrong_type_is_refused(self, text: str) -> None:
        assert refusal(text, v={"N": "1"}) == WRONG_TYPE


class TestRemove:
    def test_removes_attributes_members_and_elements(self) -> None:
        result = after("REMOVE t, m.a, l[1], l[3]")
        assert "t" not in result
        assert "a" not in result["m"]["M"]
        assert result["l"]["L"] == [{"S": "0"}, {"M": {"x": {"N": "2"}}}]

    def test_positions_are_those_before_the_update(self) -> None:
        result = after("SET l[3] = :v, l[7] = :v REMOVE l[0], l[2]", v={"S": "new"})
        assert result["l"]["L"] == [{"S": "1"}, {"S": "new"}, {"S": "new"}]

    @pytest.mark.parametrize("text", ["REMOVE gone", "REMOVE m.gone", "REMOVE l[9]", "REMOVE l[2].gone"])
    def test_of_nothing_does_nothing(self, text: str) -> None:
        assert after(text) == ITEM


class TestPaths:
    @pytest.mark.parametrize("action", ["SET {} = :v", "REMOVE {}", "ADD {} :v", "DELETE {} :v"])
    @pytest.mark.parametrize(
        "path", ["gone.a", "gone[0]", "t.a", "t[0]", "m[0]", "l.a", "m.gone.a", "l[9].a", "l[0].a"]
    )
    def test_without_a_parent_are_invalid(self, action: str, path: str) -> None:
        assert refusal(action.format(path), v={"SS": ["a"]}) == INVALID_PATH
        assert refusal(action.format(path), None, v={"SS": ["a"]}) == INVALID_PATH

    def test_into_keys_are_refused_by_the_key_names(self) -> None:
        tree = resolve(parse_update("SET t = :v, pk = :v"), {}, {":v": {"S": "v"}})
        with pytest.raises(ValidationException) as caught:
            check_keys_kept(compile_update(tree).paths, ("pk", "sk"))
        assert caught.value.message == (
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"
        )


class TestAddAndDelete:
    def test_add_sums_numbers_and_begins_at_nothing(self) -> None:
        result = after("ADD n :v, fresh :v, m.n :v, m.fresh :v, l[2].x :v", v={"N": "-3"})
        assert (result["n"], result["fresh"]) == ({"N": "7"}, {"N": "-3"})
        assert (result["m"]["M"]["n"], result["m"]["M"]["fresh"]) == ({"N": "-2"}, {"N": "-3"})
        assert result["l"]["L"][2] == {"M": {"x": {"N": "-1"}}}

    def test_add_unites_sets_in_dynamodbs_order(self) -> None:
        assert after("ADD s :v", v={"SS": ["", "b", "aa"]})["s"] == {"SS": ["", "a", "aa", "b"]}
        assert after("ADD ns :v", v={"NS": ["10", "-1", "2"]})["ns"] == {"NS": ["-1", "1", "2", "10"]}
        assert after("ADD b :v", {"b": {"BS": ["/w=="]}}, v={"BS": ["AQ==", ""]})["b"] == {"BS": ["", "AQ==", "/w=="]}
        assert after("ADD fresh :v", v={"SS": ["x"]})["fresh"] == {"SS": ["x"]}

    def test_delete_takes_members_away_and_an_empty_set_with_them(self) -> None:
        assert after("DELETE s :v", v={"SS": ["b", "zz"]})["s"] == {"SS": ["a"]}
        assert "s" not in after("DELETE s :v", v={"SS": ["a", "b"]})
        assert after("DELETE m.deep.s :v", v={"SS": ["a", "b"]})["m"]["M"]["deep"] == {"M": {}}
        assert after("DELETE fresh :v", v={"SS": ["x"]}) == ITEM

    @pytest.mark.parametrize("action", ["ADD s :v", "ADD n :v", "DELETE s :v", "DELETE n :v", "DELETE m.a :v"])
    def test_another_type_is_refused(self, action: str) -> None:
        assert refusal(action, v={"BS": ["AQ=="]}) == WRONG_TYPE

    def test_the_legacy_parameter_words_that_otherwise(self) -> None:
        tree = resolve(parse_update("ADD s :v"), {}, {":v": {"N": "1"}})
        with pytest.raises(ValidationException, match=r"^Type mismatch for attribute to update$"):
            compile_update(tree, mismatch=LEGACY_MISMATCH).apply(ITEM, KEY)


class TestReturnedParts:
    def test_are_the_whole_attributes_that_are_named(self) -> None:
        result = updated("SET t = :v, fresh = :v REMOVE n", v={"S": "v"})
        assert result.updated_old() == {"t": {"S": "text"}, "n": {"N": "10"}}
        assert result.updated_new() == {"t": {"S": "v"}, "fresh": {"S": "v"}}

    def test_are_only_the_members_and_elements_that_are_named(self) -> None:
        result = updated("SET m.a = :v, l[3] = :v, l[1] = :v, l[2].x = :v REMOVE m.n", v={"S": "v"})
        assert result.updated_old() == {
            "m": {"M": {"a": {"S": "x"}, "n": {"N": "1"}}},
            "l": {"L": [{"S": "1"}, {"M": {"x": {"N": "2"}}}, {"S": "3"}]},
        }
        assert result.updated_new() == {
            "m": {"M": {"a": {"S": "v"}}},
            "l": {"L": [{"S": "v"}, {"M": {"x": {"S": "v"}}}, {"S": "v"}]},
        }

    def test_of_lists_are_what_is_at_the_same_positions(self) -> None:
        """extenddb#98: an element that moved into the place of a removed one is returned, one appended is not."""
        removed = updated("REMOVE l[0]")
        assert removed.updated_old() == {"l": {"L": [{"S": "0"}]}}
        assert removed.updated_new() == {"l": {"L": [{"S": "1"}]}}
        assert updated("SET l[99] = :v", v={"S": "v"}).updated_new() == {}

    def test_include_what_was_set_to_the_same_value(self) -> None:
        assert updated("SET t = t").updated_new() == {"t": {"S": "text"}}

    def test_are_empty_of_what_was_or_is_not_there(self) -> None:
        assert updated("SET m.gone = :v", v={"S": "v"}).updated_old() == {}
        assert updated("REMOVE t, m.a, l[3]").updated_new() == {}
        assert updated("SET t = :v", None, v={"S": "v"}).updated_old() == {}


class TestSharing:
    def test_what_is_not_on_a_path_is_shared(self) -> None:
        result = after("SET m.a = :v, l[1] = :v", v={"S": "v"})
        assert result["s"] is ITEM["s"]
        assert result["m"]["M"]["deep"] is ITEM["m"]["M"]["deep"]
        assert result["l"]["L"][2] is ITEM["l"]["L"][2]
