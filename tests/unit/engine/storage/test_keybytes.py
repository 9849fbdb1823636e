"""Numbers as bytes: examples from Oracle's description of its NUMBER; bytes sort as their numbers do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.engine.storage.keybytes import key_bytes
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
    ],
)
def test_numbers_are_written_in_pairs_of_digits(number: str, expected: list[int]) -> None:
    assert list(key_bytes("N", number)) == expected


@given(NUMBERS, NUMBERS)
def test_bytes_sort_as_their_numbers_do(one: str, other: str) -> None:
    left, right = key_bytes("N", canonical_number(one)), key_bytes("N", canonical_number(other))
    assert (left < right) == (Decimal(one) < Decimal(other))


def test_texts_and_bytes_are_themselves() -> None:
    assert key_bytes("S", "é") == b"\xc3\xa9"
    assert key_bytes("B", "AP8=") == b"\x00\xff"
