"""The cases are well formed, and between them they cover the checklist."""

from __future__ import annotations

import pytest

from cases import Case, all_cases, checklist, known_differences, table_definitions
from expectations import differences
from tables import create_table_params
from templates import fill
from wire_cases import WireCase, wire_cases

EVERY: list[Case | WireCase] = [*all_cases(), *wire_cases()]
TARGETS = ("moto", "dynamodb-local", "aws")


def test_every_line_of_the_checklist_has_a_case() -> None:
    covered = {slug for case in EVERY for slug in case.covers}
    assert checklist().keys() - covered == set()


def test_every_slug_of_a_case_is_in_the_checklist() -> None:
    assert {slug for case in EVERY for slug in case.covers} - checklist().keys() == set()


def test_every_case_says_what_it_covers_and_where_it_is_known_from() -> None:
    assert [case.name for case in EVERY if not case.covers or not case.source] == []


def test_every_table_of_a_case_is_defined() -> None:
    named = {alias for case in all_cases() for alias in case.tables}
    assert named == table_definitions().keys()
    for alias in named:
        create_table_params(table_definitions()[alias], alias)


@pytest.mark.parametrize("target", TARGETS)
def test_known_differences_are_about_cases_that_exist(target: str) -> None:
    assert known_differences(target).keys() - {case.name for case in all_cases()} == set()


def test_templates_stand_for_json() -> None:
    template = {
        "whole": "$table",
        "inside": "table/${table}!",
        "text": {"$text": ["a", ["b", 3], "${table}"]},
        "list": {"$list": 2, "of": {"n": "${i}"}},
        "joined": {"$join": " OR ", "of": {"$list": 2, "of": "a${i}"}},
        "merged": {"$merge": [{"a": 1}, {"$map": 2, "key": "k${i}", "of": "$i"}]},
        "concat": {"$concat": [[1], {"$list": 1, "of": 2}]},
        "nested": {"$nest": 2, "in": "L", "of": {"S": "x"}},
        "any": "$any",
    }
    assert fill(template, {"table": "t"}) == {
        "whole": "t",
        "inside": "table/t!",
        "text": "abbbt",
        "list": [{"n": "0"}, {"n": "1"}],
        "joined": "a0 OR a1",
        "merged": {"a": 1, "k0": 0, "k1": 1},
        "concat": [1, 2],
        "nested": {"L": [{"L": [{"S": "x"}]}]},
        "any": "$any",
    }
    with pytest.raises(KeyError):
        fill("$unknown", {})


@pytest.mark.parametrize(
    ("expected", "actual", "wrong"),
    [
        ({"a": 1}, {"a": 1}, 0),
        ({"a": 1}, {"a": 1, "b": 2}, 1),
        ({"a": "$any"}, {"a": None}, 0),
        ({"a": "$any"}, {}, 1),
        ({"$includes": {"a": 1}}, {"a": 1, "b": 2}, 0),
        ({"$includes": {"a": 1}, "$absent": ["b"]}, {"a": 1, "b": 2}, 1),
        ({"$any_order": [1, 2]}, [2, 1], 0),
        ({"$any_order": [1, 1]}, [2, 1], 1),
        ([1, 2], [2, 1], 2),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}, 0),
        ({"$matches": "a+"}, "aa", 0),
        ({"$matches": "a+"}, "ab", 1),
        ({"$one_of": [1, 2]}, 2, 0),
        ({"$one_of": [1, 2]}, 3, 1),
        (True, 1, 1),
        (1, 1.0, 0),
    ],
)
def test_expectations_agree_with_what_they_mean(expected: object, actual: object, wrong: int) -> None:
    assert len(list(differences(expected, actual))) == wrong
