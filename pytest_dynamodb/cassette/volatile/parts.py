"""Texts taken apart: the ids, times and words in them, which may be new in each run, and what stands between these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Final, NamedTuple


class TextPart(NamedTuple):
    """A piece of a text. ``kind`` is empty for what stands between the others."""

    text: str
    kind: str


_ID = r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])"
"""A UUID as text (RFC 9562, 4)."""
_TIME = r"(?<!\d)\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|z|[+-]\d\d:?\d\d)?)?(?![\dA-Za-z])"
"""A date, or a date and a time of day (RFC 3339, 5.6; ISO 8601 and Python's ``isoformat``)."""
_NUMBER = r"(?<![\w.-])\d{9,}(?:\.\d+)?(?![\w-])"
_WORD = r"[\w-]+"
"""Letters, digits, ``_`` and ``-``: ULIDs, nanoids, hex digests, names."""

_MADE: Final = re.compile(rf"(?P<id>{_ID})|(?P<time>{_TIME})|(?P<number>{_NUMBER})")
_WORDS: Final = re.compile(_WORD)
_EPOCH: Final = re.compile(r"[1-9]\d{9}(?:\d{3}){0,3}(?:\.\d+)?")
"""Seconds since 1970 (from 2001 to 2286), or their thousandths, millionths or billionths."""

_FRACTION: Final = re.compile(r"[.,]\d")
_DIGITS_OF_SECONDS = 10
_UNMISTAKABLE_MIX, _UNMISTAKABLE = 6, 20


def split(text: str) -> list[TextPart]:
    """The parts of a text, in order; joined they are the text."""
    parts: list[TextPart] = []
    done = 0
    for found in _MADE.finditer(text):
        _split_words(text[done : found.start()], parts)
        parts.append(TextPart(found.group(), str(found.lastgroup)))
        done = found.end()
    _split_words(text[done:], parts)
    return parts


def _split_words(text: str, parts: list[TextPart]) -> None:
    done = 0
    for found in _WORDS.finditer(text):
        if done < found.start():
            parts.append(TextPart(text[done : found.start()], ""))
        parts.append(TextPart(found.group(), "word"))
        done = found.end()
    if done < len(text):
        parts.append(TextPart(text[done:], ""))


def alike(one: Sequence[TextPart], other: Sequence[TextPart]) -> bool:
    """Whether two texts have parts of the same kinds, and the same between them."""
    return len(one) == len(other) and all(
        a.kind == b.kind and (a.kind or a.text == b.text) for a, b in zip(one, other, strict=True)
    )


def with_parts(text: str, instead: Callable[[str], str | None]) -> str:
    """The text with another in place of each part for which ``instead`` returns one."""
    return "".join(
        [part.text if (other := part.kind and instead(part.text)) in ("", None) else other for part in split(text)]
    )


def is_time(text: str) -> bool:
    """Whether a text is a time, as text or as seconds since 1970: two of them may be the same by chance."""
    return bool(_EPOCH.fullmatch(text) or re.fullmatch(_TIME, text))


def whole_seconds(text: str) -> Iterator[float]:
    """The times in a text that say no fractions of a second, in seconds since 1970. One without a zone is UTC."""
    for part in split(text):
        if part.kind == "number" and len(part.text) == _DIGITS_OF_SECONDS:
            yield float(part.text)
        elif part.kind == "time" and len(part.text) > len("2026-01-01") and not _FRACTION.search(part.text):
            try:
                found = datetime.fromisoformat(part.text.replace("Z", "+00:00").replace("z", "+00:00"))
            except ValueError:
                continue
            yield (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def is_unmistakable(text: str) -> bool:
    """Whether a text is unlikely to stand for anything else where it stands again: it looks made, or is long."""
    if len(text) >= _UNMISTAKABLE or _MADE.fullmatch(text):
        return True
    return len(text) >= _UNMISTAKABLE_MIX and any(letter.isdigit() for letter in text) and not text.isdigit()
