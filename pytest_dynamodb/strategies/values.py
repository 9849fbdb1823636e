"""Strategies of attribute values, as Python values: what DynamoDB stores, and in particular where it is special."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any, Final

from hypothesis import strategies as st

from pytest_dynamodb.values import MAX_DIGITS, canonical_number

_LARGEST: Final = Decimal("9.9999999999999999999999999999999999999E+125")
_SMALLEST: Final = Decimal("1E-130")
_EXACT: Final = Context(prec=MAX_DIGITS)

SPECIAL_NUMBERS: Final = (
    *(Decimal(text) for text in ("0", "1", "1.0", "-1", "10", "1E+1", "0.1", "1E-10", "1E+37")),
    *(
        number
        for limit in (_LARGEST, _SMALLEST, Decimal(10**MAX_DIGITS - 1))
        for number in (limit, limit.copy_negate())
    ),
)
"""Equal numbers in several spellings, and the limits. (Developer guide, "Supported data types": Number.)"""

SPECIAL_TEXTS: Final = (
    *("", " ", "a", "A", "a ", "0", "00", "1", "null", "true", "#", ":v", "a.b", "[0]"),
    *("\x00", "\u00e4", "a\u0308", "\u212b", "\u0130", "\ufb00", "\u200d", "\ufeff", "\U0001f600", "\U0010ffff"),
)
"""What is easily taken for something else: equal but for case, spaces or Unicode's normal forms, for one."""


def numbers() -> st.SearchStrategy[Decimal]:
    """Numbers that DynamoDB stores: up to 38 digits, from 1E-130 to 9.99...E+125, and the limits themselves.

    DynamoDB answers with all digits written out, and boto3's resources cannot read a number that has more than 38 of
    them then; its clients can.
    """
    return st.one_of(
        st.integers(-100, 100).map(Decimal),
        st.sampled_from(SPECIAL_NUMBERS),
        st.builds(_scaled, st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1), st.integers(-130, 88)),
    )


def _scaled(digits: int, exponent: int) -> Decimal:
    return Decimal(digits).scaleb(exponent, context=_EXACT) if digits else Decimal(0)


def texts(*, min_size: int = 0, max_size: int = 20) -> st.SearchStrategy[str]:
    """Texts of any characters that can be sent, lone surrogates are not among them; ``min_size`` and ``max_size`` count
    characters.
    """
    special = [text for text in SPECIAL_TEXTS if min_size <= len(text) <= max_size]
    plain = st.text(st.characters(exclude_categories=["Cs"]), min_size=min_size, max_size=max_size)
    return st.one_of(st.sampled_from(special), plain) if special else plain


def attribute_values(*, max_leaves: int = 10) -> st.SearchStrategy[Any]:
    """Values of every type that an attribute may have: also sets, lists and maps, which hold about ``max_leaves``
    values in all.
    """
    return st.recursive(
        st.one_of(
            texts(),
            numbers(),
            st.binary(max_size=20),
            st.booleans(),
            st.none(),
            st.sets(texts(min_size=1), min_size=1, max_size=4),
            _number_sets(),
            st.sets(st.binary(min_size=1, max_size=8), min_size=1, max_size=4),
        ),
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts(min_size=1), inner, max_size=4)),
        max_leaves=max_leaves,
    )


def _number_sets() -> st.SearchStrategy[set[Decimal]]:
    """Sets without two spellings of a number."""
    unique = st.lists(numbers(), min_size=1, max_size=4, unique_by=lambda number: canonical_number(str(number)))
    return unique.map(set)
