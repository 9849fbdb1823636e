"""What the contents of values are ordered by, in comparisons and in sets."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final


def _bytes(content: str) -> bytes:
    """What base64 text stands for; what is no base64 is refused where a request's types are checked."""
    try:
        return b64decode(content)
    except ValueError:
        return content.encode("utf-8", "surrogatepass")


ORDER: Final[dict[str, Callable[[str], Any]]] = {
    # Text is ordered by UTF-8 bytes, which is the order of code points, which is Python's.
    "S": str,
    "N": Decimal,
    "B": _bytes,
}
"""By type."""


def members_in_order(tag: str, members: list[str]) -> list[str]:
    """The members of a set of this type in the order in which DynamoDB returns them, however they were written.

    Text and binary go bytewise, numbers by value (dynamodb-conformance, updateItem/basic, captured 2026-10-09; once it
    was otherwise: dynalite's cases, test/scan).
    """
    return sorted(members, key=ORDER[tag[0]])
