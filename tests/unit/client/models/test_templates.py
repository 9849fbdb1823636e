"""Templates of keys: what they make, and that nothing is made by two of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import ConfigurationError, InvalidKey
from pytest_dynamodb.client.models.templates import Template


def parsed(text: str, delimiter: str = "#") -> Template:
    return Template.parse(text, delimiter)


class Colour(Enum):
    RED = "R"


@pytest.mark.parametrize(
    ("text", "value", "key"),
    [
        ("USER#{a}", "1", "USER#1"),
        ("USER#{a}#META", "1", "USER#1#META"),
        ("{a}#x", "1", "1#x"),
        ("N#{a:06d}", 42, "N#000042"),
        ("C#{a}", Colour.RED, "C#R"),
        ("U#{a}", UUID(int=1), "U#00000000-0000-0000-0000-000000000001"),
        ("D#{a}", date(2024, 2, 29), "D#2024-02-29"),
        ("M#{a:%Y-%m}", datetime(2024, 2, 29, tzinfo=timezone.utc), "M#2024-02"),
        ("{a}", 7, 7),
        ("{a}", Decimal("1.5"), Decimal("1.5")),
        ("{a}", b"x", b"x"),
        ("PROFILE", "", "PROFILE"),
    ],
)
def test_a_template_makes_a_key(text: str, value: object, key: object) -> None:
    assert parsed(text).made_of({"a": value}) == key


def test_moments_sort_as_text() -> None:
    eastern = timezone(timedelta(hours=-5))
    moments = [
        datetime(2024, 1, 1, 12, 0, tzinfo=timezone.utc),
        datetime(2024, 1, 1, 7, 0, 0, 1, tzinfo=eastern),  # a microsecond later
        datetime(2024, 1, 1, 12, 0, 1, tzinfo=timezone.utc),
    ]
    keys = [str(parsed("T#{a}").made_of({"a": moment})) for moment in moments]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1#META", "delimits the parts"),
        ("", "is empty"),
        (None, "needs a"),
        (1.5, "is a float"),
        (True, "is a bool"),
        ([1], "is a list"),
    ],
)
def test_a_value_that_would_make_an_ambiguous_key_is_refused(value: object, message: str) -> None:
    with pytest.raises(InvalidKey, match=message):
        parsed("USER#{a}").made_of({"a": value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not empty"),
        ("{a}{b}", "put the delimiter '#' between them"),
        ("{a}-{b}", "put the delimiter '#' between them"),
        ("{a.b}", "names fields of the model only"),
        ("{a!r}", "names fields of the model only"),
        ("{", "cannot be read"),
    ],
)
def test_a_template_that_could_be_ambiguous_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        parsed(text)


def test_another_delimiter_may_be_named() -> None:
    template = parsed("{a}|{b}", "|")
    assert template.made_of({"a": "x#y", "b": "z"}) == "x#y|z"


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("USER#{a}", "ORDER#{a}", False),
        ("USER#{a}", "USER#{a}#META", False),
        ("USER#{a}", "USER#{b}", True),
        ("USER#{a}", "USER#ROOT", True),
        ("V{a}#x", "W{a}#x", False),
        ("V{a}", "V1{b}", True),
        ("{a}", "USER#{a}", True),
        ("PROFILE", "PROFILE", True),
        ("PROFILE", "ORDER", False),
    ],
)
def test_whether_two_templates_may_make_the_same_key(one: str, other: str, may: bool) -> None:
    assert parsed(one).may_equal(parsed(other)) is may
    assert parsed(other).may_equal(parsed(one)) is may


TEMPLATES = ["USER#{a}", "USER#{a}#{b}", "USER#{a}#META", "ORDER#{b}", "U{a}#x", "U{a}", "PROFILE", "{a}#{b}"]
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="#"), min_size=1, max_size=4) | st.sampled_from(
    ["META", "x", "SER", "USER"]
)


@given(
    one=st.sampled_from(TEMPLATES), other=st.sampled_from(TEMPLATES), values=st.lists(VALUES, min_size=4, max_size=4)
)
def test_templates_that_are_kept_apart_never_meet(one: str, other: str, values: list[str]) -> None:
    first, second = parsed(one), parsed(other)
    if not first.may_equal(second):
        assert first.made_of({"a": values[0], "b": values[1]}) != second.made_of({"a": values[2], "b": values[3]})


@given(values=st.lists(VALUES, min_size=4, max_size=4))
def test_a_key_is_made_of_one_set_of_values_alone(values: list[str]) -> None:
    template = parsed("T#{a}#U#{b}")
    one, other = values[:2], values[2:]
    keys = [template.made_of({"a": pair[0], "b": pair[1]}) for pair in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
    assert all(map(template.matches, keys))
