"""Numbers as DynamoDB writes them."""

from __future__ import annotations

import decimal
import re
from typing import Final

from pytest_dynamodb.errors import ValidationException

MAX_DIGITS = 38
"""Significant digits of a number (developer guide, "Data types": Number)."""

MAX_MAGNITUDE, MIN_MAGNITUDE = 125, -130
"""Decimal exponents of the largest and the smallest number, both signs (same page)."""

EXACT: Final = decimal.Context(
    prec=decimal.MAX_PREC,
    Emax=decimal.MAX_EMAX,
    Emin=decimal.MIN_EMIN,
    traps=[decimal.InvalidOperation, decimal.Overflow, decimal.Subnormal, decimal.Inexact],
)
"""Arithmetic that never rounds: it raises ``ArithmeticError`` instead. Whatever the thread's own context is."""

NUMBER_NOT_NUMERIC = "The parameter cannot be converted to a numeric value: {number}"
NUMBER_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
NUMBER_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NUMBER_TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
# The wording of the current value layer: dynamodb-conformance, error-messages/valueLayers (AWS, 2026-10-09).


_NUMBER = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
# What most numbers look like already, so that they need no arithmetic: digits without outer zeros, at most 38 of them.
CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,37}|-?(?:0|[1-9][0-9]{0,17})\.[0-9]{0,18}[1-9]")


def canonical_number(text: str) -> str:
    """The one spelling DynamoDB gives a number: plain decimal, no exponent, no ``+``, no outer zeros, no ``-0``.

    >>> canonical_number("1E3"), canonical_number("-00.50"), canonical_number("-0")
    ('1000', '-0.5', '0')

    Raises ``ValidationException`` with DynamoDB's own message if ``text`` is not a number, has more than 38 significant
    digits or lies outside 1E-130 ... 9.99E+125 (dynamodb-conformance, limits/numberExponent: zero too is range-checked,
    by the exponent it is written with).
    """
    if CANONICAL.fullmatch(text):
        return text
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValidationException(NUMBER_NOT_NUMERIC.format(number=text))
    sign, mantissa, exponent = match.groups()
    power = _exponent(exponent, text)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        _check_range(power)
        return "0"
    scale = power - len(fraction)
    _check_range(scale + len(digits) - 1)
    significant = digits.rstrip("0")
    if len(significant) > MAX_DIGITS:
        raise ValidationException(NUMBER_TOO_PRECISE)
    return ("-" if sign == "-" else "") + _plain(significant, scale + len(digits) - len(significant))


def exact_decimal(text: str) -> decimal.Decimal:
    """A number as it is written, however many digits it has. Raises ``ValueError`` for what is none."""
    try:
        return EXACT.create_decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text:.40} is no number, or too large for one") from None


def _exponent(text: str | None, number: str) -> int:
    """The written exponent; one past a 64-bit integer is not a number at all (limits/numberExponent)."""
    if text is None:
        return 0
    if len(text.lstrip("+-0")) > 19 or not -(2**63) <= (power := int(text)) < 2**63:
        raise ValidationException(NUMBER_NOT_NUMERIC.format(number=number))
    return power


def _check_range(magnitude: int) -> None:
    if magnitude > MAX_MAGNITUDE:
        raise ValidationException(NUMBER_OVERFLOW)
    if magnitude < MIN_MAGNITUDE:
        raise ValidationException(NUMBER_UNDERFLOW)


def _plain(digits: str, scale: int) -> str:
    """``digits`` times ten to the ``scale``, written out."""
    if scale >= 0:
        return digits + "0" * scale
    if (point := len(digits) + scale) > 0:
        return f"{digits[:point]}.{digits[point:]}"
    return f"0.{'0' * -point}{digits}"
