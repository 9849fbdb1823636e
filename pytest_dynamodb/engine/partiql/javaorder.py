"""The order in which a Java set of texts comes out, which is the order of some of AWS's lists of names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SMALLEST: Final = 16
_LOAD: Final = 0.75


def java_set_order(names: Iterable[str]) -> list[str]:
    """The names, each once, in the order of a HashSet to which they were added one by one."""
    distinct = list(dict.fromkeys(names))
    size = _SMALLEST
    while len(distinct) > size * _LOAD:
        size *= 2
    return sorted(distinct, key=lambda name: _spread(name) & (size - 1))


def _spread(name: str) -> int:
    """String.hashCode, its upper half folded into the lower, as HashMap does."""
    units = name.encode("utf-16-be", "surrogatepass")
    code = 0
    for at in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[at : at + 2], "big")) & 0xFFFFFFFF
    return code ^ (code >> 16)
