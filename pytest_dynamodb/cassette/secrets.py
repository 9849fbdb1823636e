"""Secrets that are known by their text, and the forms in which such a text is written down."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_PARTS: Final = re.compile(r"\\+|[^\\]", re.DOTALL)
_ALWAYS_ALIKE: Final = re.compile(r"[A-Za-z0-9]+")
"""What is written in the same way in JSON, in URLs and in Python's literals."""

_URL_SAFE: Final = {"+": r"\-", "/": "_"}
"""What URL-safe base64 has instead (RFC 4648, 5)."""


class Secret:
    """A text that is not to be kept, and how to find it: as it is, escaped as JSON, URL-encoded or in base64.

    Escaping may have been done more than once, and to any of the characters that are not letters or digits. Base64 is
    found within that of a longer text, too.
    """

    __slots__ = ("_forms", "text", "traces")

    def __init__(self, text: str) -> None:
        self.text: str = text
        encoded = dict.fromkeys(_base64(text))
        self._forms = [(_trace(text), text, False), *((_trace(form), form, True) for form in encoded)]
        self.traces: tuple[str, ...] = tuple(dict.fromkeys(trace for trace, _, _ in self._forms))
        """Of each form a part that stands in every text which holds it, however that is written down."""

    def may_be_in(self, text: str) -> bool:
        """Whether a text could hold it, in any form; where this is false, it surely does not."""
        return any(trace in text for trace in self.traces)

    def replaced(self, text: str, by: str) -> str:
        """The text with ``by`` in place of the secret in all of its forms."""
        for trace, form, is_base64 in self._forms:
            if trace in text:
                text = _pattern(form, is_base64).sub(by, text)
        return text


def _trace(text: str) -> str:
    return max(_ALWAYS_ALIKE.findall(text), key=len, default="")


def _base64(text: str) -> Iterator[str]:
    """The text in base64: by itself, and in the midst of others, without the letters that hold bits of these."""
    raw = text.encode("utf-8", "surrogateescape")
    yield base64.b64encode(raw).decode("ascii").rstrip("=")
    for before in range(3):
        bits = 8 * (before + len(raw))
        yield base64.b64encode(bytes(before) + raw).decode("ascii")[-(-8 * before // 6) : bits // 6]


@lru_cache(maxsize=32)
def _pattern(text: str, is_base64: bool) -> re.Pattern[str]:
    return re.compile("".join(_written(part, is_base64) for part in _PARTS.findall(text)))


def _written(part: str, is_base64: bool) -> str:
    """One character, or backslashes in a row, in all the ways that it is written."""
    if _ALWAYS_ALIKE.fullmatch(part):
        return part
    ways = [rf"\\{{{len(part)},}}" if part[0] == "\\" else rf"\\*{re.escape(part)}"]
    if (escaped := json.dumps(part)[1:-1])[0] == "\\" and len(escaped) == 2:  # \n, \" and so on
        ways.append(rf"\\+{re.escape(escaped[1:])}")
    units = part.encode("utf-16-be", "surrogatepass").hex()
    ways.append("".join(rf"\\+u(?i:{units[i : i + 4]})" for i in range(0, len(units), 4)))
    ways.append("".join(f"%(?:25)*(?i:{byte:02x})" for byte in part.encode("utf-8", "surrogateescape")))
    if is_base64 and part in _URL_SAFE:
        ways.append(_URL_SAFE[part])
    if part == " ":
        ways.append(r"\+")  # of a form (application/x-www-form-urlencoded)
    return f"(?:{'|'.join(ways)})"
