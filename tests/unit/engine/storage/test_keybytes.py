"""Numbers as bytes: examples from Oracle's description of its NUMBER; bytes sort as their numbers do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.engine.storage.hashorder import key_bytes
from pytest_dynamodb.values import canonical_number

NUMBERS = st.decimals(-(10**30), 10**30, allow_nan=False, places=7).map(lambda number: f"{number:f}")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0", [128]),
        ("1", [193, 2]),
        ("10", [193, 11]),
        ("100", [194, 2]),
        ("123", [194, 2, 24]),
        ("-123", [61, 100, 78, 102]),
        ("0.01", [192, 2]),
        ("0.5", [192, 51]),
        ("12345.67", [195, 2, 24, 46, 68]),
        ("-1" + "0" * 34 + "23", [44, 100, *[101] * 17, 78, 102]),
        ("-1" + "0" * 36 + ".2", [44, 100, *[101] * 18, 81]),
    ],
)
def test_numbers_are_written_in_pairs_of_digits(number: str, expected: list[int]) -> None:
    assert list(key_bytes("N", number)) == expected


@given(NUMBERS, NUMBERS)
def test_bytes_sort_as_their_numbers_do(one: str, other: str) -> None:
    left, right = key_bytes("N", canonical_number(one)), key_bytes("N", canonical_number(other))
    assert (left < right) == (Decimal(one) < Decimal(other))


@given(st.text("0123456789", min_size=38, max_size=38), st.integers(0, 38), st.integers(1, 38), st.sampled_from("19"))
def test_a_longer_negative_number_sorts_before_the_one_it_begins_with(
    digits: str, whole: int, kept: int, last: str
) -> None:
    """Of numbers that share all pairs of the shorter one, the closing byte decides; at twenty pairs there is none."""
    full = digits[:-1] + last
    longer, shorter = (f"-0{text[:whole]}.{text[whole:]}0" for text in (full, full[:kept].ljust(38, "0")))
    left, right = key_bytes("N", canonical_number(longer)), key_bytes("N", canonical_number(shorter))
    assert (left < right) == (Decimal(longer) < Decimal(shorter))


def test_texts_and_bytes_are_themselves() -> None:
    assert key_bytes("S", "é") == b"\xc3\xa9"
    assert key_bytes("B", "AP8=") == b"\x00\xff"
