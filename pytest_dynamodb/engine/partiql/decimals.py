"""Numbers as Java's BigDecimal reads them, which is how AWS reads literals and parameters of statements.

Exponent and scale are 32-bit integers there, and what the magnitude is compared with wraps
(dynamodb-conformance, error-messages/partiqlParameterNumbers and partiqlGrammar).
"""

from __future__ import annotations

import re
from typing import Final

from pytest_dynamodb.values.numbers import NUMBER_UNDERFLOW

_DECIMAL: Final = re.compile(r"[+-]?(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_LARGEST: Final = 2**31 - 1
_MAX_DIGITS: Final = 10  # of a 32-bit integer


def is_decimal(text: str) -> bool:
    """Whether a text can be converted at all."""
    parts = _parts(text)
    return parts is not None and -_LARGEST - 1 <= parts[1] - parts[2] <= _LARGEST


def wrapped_problem(text: str) -> str | None:
    """What is said of a number so large that its magnitude wraps; ``None`` where it does not."""
    parts = _parts(text)
    if parts is None:
        return None
    digits, fraction, exponent = parts
    return NUMBER_UNDERFLOW if digits - (fraction - exponent) > _LARGEST else None


def _parts(text: str) -> tuple[int, int, int] | None:
    """How many digits, how many of them behind the point, and the exponent."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    whole, fraction, bare, exponent = match.groups()
    power = exponent or "0"
    if len(power.lstrip("+-0")) > _MAX_DIGITS or abs(int(power)) > _LARGEST:
        return None
    behind = fraction or bare or ""
    return len(((whole or "") + behind).lstrip("0")) or 1, len(behind), int(power)
