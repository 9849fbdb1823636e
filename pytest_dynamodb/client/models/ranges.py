"""Bounds of a field within a key's text: from where to where to read, and what is to be left out of that.

The texts of a field's values are followed by a delimiter, or by nothing. Where they are all of one length, the keys
sort as the values do. Text is not: with the delimiter ``#``, the key of ``"a b"`` comes before that of ``"a"``, as a
space does before ``#``. So the stretch that is read is as wide as such values may lie, and each key in it is looked at.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models.templates import Segment, Template
from pytest_dynamodb.client.operations.plan import ItemTest, KeyChoice

Bound = Literal["between", "begins_with", "less_than", "at_most", "greater_than", "at_least"]

COMPARISONS: Mapping[Bound, Callable[[str, str], bool]] = {
    "less_than": operator.lt,
    "at_most": operator.le,
    "greater_than": operator.gt,
    "at_least": operator.ge,
    "begins_with": str.startswith,
}


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """A field in a key: the attribute, its template, the segment, and the text before the field."""

    attribute: str
    template: Template
    segment: Segment
    beginning: str

    @property
    def field(self) -> str:
        return self.segment.field or ""

    def text(self, value: object) -> str:
        return self.template.text_of(self.segment, value)


@dataclass(frozen=True, slots=True)
class KeyStretch:
    """A field's bound. ``steady``: all texts of the field are of one length."""

    place: KeyPlace
    bound: Bound
    texts: tuple[str, ...]
    steady: bool = False

    def key(self, choice: KeyChoice) -> KeyChoice:
        """The key condition: as narrow as it can be."""
        beginning, end = self.place.beginning, self.place.template.end_of(self.place.segment)
        first, last = self.texts[0], self.texts[-1]
        if self.bound == "begins_with":
            prefix = beginning + first
            return choice.with_range("begins_with", prefix) if prefix else choice
        low = high = ""
        if self.bound in ("at_least", "between"):
            low = beginning + first
        elif self.bound == "greater_than":
            low = self._above(beginning + first, end)
        else:
            low = beginning
        if self.bound in ("at_most", "between"):
            high = max(self._ends(beginning, last, end))
        elif self.bound == "less_than":
            high = self._below(beginning, last, end)
        else:
            high = after_all(beginning)
        if not high:
            return choice.with_range(">=", low)
        if not low:
            return choice.with_range("<=", high)
        # No key is between bounds that are the wrong way round, and DynamoDB refuses these.
        return choice.with_range("between", low, high) if low <= high else choice.with_range("between", low, low)

    def test(self) -> ItemTest | None:
        """What the keys in the stretch have to pass; ``None`` where all that are in it are meant."""
        end = self.place.template.end_of(self.place.segment)
        exact = self.steady or (not end and self.bound != "less_than")
        if self.bound == "begins_with":
            exact = not self.place.segment.after
        if exact and not self._is_reversed():
            return None
        says = f"{self.bound} {self.place.attribute}/{self.place.field} {self.texts!r}"
        return ItemTest(says, (self.place.attribute,), self._passes)

    def _passes(self, item: Item) -> bool:
        text = self.place.template.found_in(item.get(self.place.attribute), self.place.segment)
        if text is None:
            return False
        if self.bound == "between":
            return self.texts[0] <= text <= self.texts[1]
        return COMPARISONS[self.bound](text, self.texts[0])

    def _is_reversed(self) -> bool:
        return self.bound == "between" and self.texts[0] > self.texts[1]

    def _above(self, text: str, end: str) -> str:
        """Where greater values begin."""
        if not end:
            return text + "\x00"
        return after_all(text + end) if self.steady else text

    def _below(self, beginning: str, text: str, end: str) -> str:
        """Where less values end."""
        if self.steady:
            return beginning + (text if end else text[:-1] + chr(ord(text[-1]) - 1))
        return max(beginning + text, *self._ends(beginning, text[:-1], end))

    def _ends(self, beginning: str, text: str, end: str) -> list[str]:
        """Where the keys of this value end, and those of values that are its beginning: these may come after it."""
        if self.steady:
            texts = [text]
        else:
            texts = [text[:length] for length in range(1, len(text) + 1)] or [""]
        whole = [beginning + one + end for one in texts]
        more = end.endswith(self.place.template.delimiter)
        return [after_all(one) for one in whole] if more else whole


def after_all(prefix: str) -> str:
    """The first text after all that begin with ``prefix``; empty where there is none.

    DynamoDB compares text by its UTF-8 bytes, which is by code points.
    """
    for place in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[place]) + 1
        if following == 0xD800:  # surrogates, which are no characters
            following = 0xE000
        if following <= 0x10FFFF:
            return prefix[:place] + chr(following)
    return ""
