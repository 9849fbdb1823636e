"""Laws of attribute values and numbers."""

from __future__ import annotations

import base64
from decimal import Context, Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values import canonical_number, canonical_value, from_wire, order_key, to_wire, value_size

DIGITS = st.integers(-(10**38) + 1, 10**38 - 1)


@st.composite
def numbers(draw: st.DrawFn) -> Decimal:
    """Numbers that DynamoDB stores."""
    digits, exponent = draw(DIGITS), draw(st.integers(-130, 88))
    return Decimal(digits).scaleb(exponent, context=Context(prec=60)) if digits else Decimal(0)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        DIGITS,
        numbers(),
        TEXTS,
        st.binary(max_size=8),
        st.sets(TEXTS, min_size=1, max_size=4),
        st.sets(numbers(), min_size=1, max_size=4),
        st.sets(st.binary(max_size=4), min_size=1, max_size=4),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_survives_the_way_to_the_wire_and_back(value: Any) -> None:
    assert from_wire(to_wire(value)) == value


@given(VALUES)
def test_what_to_wire_writes_is_canonical(value: Any) -> None:
    wire = to_wire(value)
    canonical = canonical_value(wire)
    assert from_wire(canonical) == from_wire(wire)
    assert canonical_value(canonical) == canonical
    assert value_size(canonical) == value_size(wire) > -1


@given(numbers(), st.sampled_from(["{:E}", "{:f}", "{}", "{:+f}", "00{:f}"]))
def test_a_number_has_one_spelling_and_keeps_its_value(number: Decimal, spelling: str) -> None:
    assume(number >= 0 or not spelling.startswith("00"))
    canonical = canonical_number(spelling.format(number))
    assert Decimal(canonical) == number
    assert canonical == canonical_number(canonical) == canonical_number(str(number))
    assert "E" not in canonical.upper()
    assert canonical.lstrip("-")[:1] != "+"
    if "." in canonical:
        assert not canonical.endswith(("0", "."))


@given(st.text(alphabet="0123456789+-.eE _x", max_size=50))
def test_any_text_is_a_number_or_is_refused_in_dynamodbs_words(text: str) -> None:
    try:
        canonical = canonical_number(text)
    except ValidationException:
        assert canonical_value({"N": text}) == {"N": text}
    else:
        assert Decimal(canonical) == Decimal(text)
        assert canonical_value({"N": text}) == {"N": canonical}


@given(numbers(), numbers())
def test_numbers_are_ordered_by_value(one: Decimal, two: Decimal) -> None:
    left, right = order_key(to_wire(one)), order_key(to_wire(two))
    assert (left < right) == (one < two)  # type: ignore[operator]  # both are numbers


@given(TEXTS, TEXTS)
def test_text_is_ordered_by_code_points(one: str, two: str) -> None:
    left, right = order_key({"S": one}), order_key({"S": two})
    assert (left < right) == (one < two)  # type: ignore[operator]  # both are bytes


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_members_of_a_set_means_nothing(members: list[bytes], random: Any) -> None:
    texts = [base64.b64encode(member).decode() for member in members]
    assert canonical_value({"BS": random.sample(texts, len(texts))}) == canonical_value({"BS": texts})
