"""Key values as the bytes that AWS hashes: text as UTF-8, bytes as they are, numbers in a form that sorts as bytes do.

Numbers: a byte for the power of a hundred, then a byte for every two digits, plus one; of a negative number the
complements, and a closing byte after fewer than twenty. It is the form that Oracle publishes for its NUMBER. That AWS
hashes it shows in the order in which it scans tables with numeric keys (dynalite's suite, test/scan).
"""

from __future__ import annotations

from base64 import b64decode

_ZERO = b"\x80"
_MOST_PAIRS = 20


def key_bytes(tag: str, content: str) -> bytes:
    """The bytes of a key attribute's canonical content."""
    if tag == "S":
        return content.encode("utf-8", "surrogatepass")
    return _number_bytes(content) if tag == "N" else b64decode(content)


def _number_bytes(number: str) -> bytes:
    if number == "0":
        return _ZERO
    negative = number.startswith("-")
    whole, _, fraction = number.lstrip("-").partition(".")
    whole = whole.lstrip("0")
    power, pairs = _pairs(whole, fraction)
    if not negative:
        return bytes([193 + power, *(pair + 1 for pair in pairs)])
    closing = [102] if len(pairs) < _MOST_PAIRS else []
    return bytes([62 - power, *(101 - pair for pair in pairs), *closing])


def _pairs(whole: str, fraction: str) -> tuple[int, list[int]]:
    """The power of a hundred of the first pair of digits that is not zero, and the pairs from there on."""
    whole = "0" * (len(whole) % 2) + whole
    fraction += "0" * (len(fraction) % 2)
    digits = whole + fraction
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    power = len(whole) // 2 - 1
    while pairs[0] == 0:
        del pairs[0]
        power -= 1
    while pairs[-1] == 0:
        pairs.pop()
    return power, pairs
