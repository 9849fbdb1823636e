"""Templates of keys, such as ``"USER#{user_id}"``: the keys that they make, and whether two can make the same one.

A template is cut into segments at the delimiter; a segment has at most one field, and no value may hold the delimiter.
So each key can be made of one set of values alone, and two templates that differ in a literal segment, or in how many
segments they have, never make the same key. A template that is nothing but a field, ``"{user_id}"``, takes any value of
it, in its own type.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pytest_dynamodb.client.models import spellings
from pytest_dynamodb.client.models.declaration import InvalidKey
from pytest_dynamodb.client.sharding import Sharded
from pytest_dynamodb.errors import ConfigurationError

_SHARDS = re.compile(r"shard([1-9]\d{0,4})")


@dataclass(frozen=True)
class Segment:
    """What stands between two delimiters: literal text, with a field in it or not."""

    before: str
    field: str | None = None
    spec: str = ""
    after: str = ""

    @cached_property
    def shards(self) -> int | None:
        """Over how many keys the field's values are spread, by ``{field:shard16}``; ``None`` where they are written."""
        found = _SHARDS.fullmatch(self.spec)
        return None if found is None else int(found[1])

    def may_equal(self, other: Segment) -> bool:
        """Whether this segment and another could make the same text."""
        if self.field is None and other.field is None:
            return self.before == other.before
        if self.field is None:
            return other.matches(self.before)
        if other.field is None:
            return self.matches(other.before)
        return _may_begin_alike(self.before, other.before) and _may_begin_alike(self.after[::-1], other.after[::-1])

    def matches(self, text: str) -> bool:
        """Whether this segment could have made this text."""
        if self.field is None:
            return text == self.before
        least = len(self.before) + len(self.after)
        if self.shards is not None and not text[len(self.before) :].isdecimal():
            return False
        return len(text) > least and text.startswith(self.before) and text.endswith(self.after)


def _may_begin_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


@dataclass(frozen=True)
class Template:
    """A template. Raises ``ConfigurationError``, when it is made with ``parse``, for one that could be ambiguous."""

    text: str
    delimiter: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str, delimiter: str) -> Template:
        """The template of this text."""
        if not delimiter or not isinstance(delimiter, str):
            raise ConfigurationError(f"a delimiter is text of a character or more, not {delimiter!r}")
        try:
            parts = list(string.Formatter().parse(text))
        except (ValueError, TypeError) as problem:
            raise ConfigurationError(f"the key template {text!r} cannot be read: {problem}") from problem
        segments: list[Segment] = [Segment("")]
        for literal, field, spec, conversion in parts:
            segments += _continued(segments.pop(), literal, delimiter)
            if field is None:
                continue
            if not field.isidentifier() or conversion:
                raise ConfigurationError(f"the key template {text!r} names fields of the model only, not {{{field}}}")
            last = segments.pop()
            if last.field is not None:
                raise ConfigurationError(
                    f"in the key template {text!r} nothing but {last.after!r} is between {last.field} and {field}: put "
                    f"the delimiter {delimiter!r} between them, or name another one with delimiter="
                )
            segments.append(Segment(last.before, field, spec or ""))
        if segments == [Segment("")]:
            raise ConfigurationError("a key template is not empty")
        return cls(text, delimiter, tuple(segments))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that it is made of, in their order."""
        return tuple(segment.field for segment in self.segments if segment.field is not None)

    @cached_property
    def bare(self) -> bool:
        """Whether it is a field and nothing else."""
        (first, *others) = self.segments
        return not others and not first.before and not first.after and first.field is not None and not first.spec

    def made_of(self, values: Mapping[str, object]) -> object:
        """The key. Raises ``InvalidKey``; also for a field that is missing or ``None``."""
        missing = [field for field in self.fields if values.get(field) is None]
        if missing:
            raise InvalidKey(f"the key {self.text!r} needs {', '.join(missing)}")
        if self.bare:
            return spellings.native(values[self.fields[0]], f"the key {self.text!r}")
        texts = [self._segment(segment, values) for segment in self.segments]
        made = self.delimiter.join(texts)
        if len(self.delimiter) > 1 and made.split(self.delimiter) != texts:
            raise InvalidKey(
                f"the key {self.text!r} would be {made!r:.80}, which could be another one's: its values and the "
                f"delimiter {self.delimiter!r} run into each other"
            )
        return made

    def check_width(self, values: Mapping[str, object]) -> None:
        """Raise ``InvalidKey`` for a number that is too long for its format: the key would sort where it is not."""
        for segment in self.segments:
            if segment.field is not None and segment.spec:
                what = f"{segment.field} in the key {self.text!r}"
                spellings.check_width(values.get(segment.field), segment.spec, what)

    def beginning(self, values: Mapping[str, object]) -> tuple[str, Segment | None]:
        """The text up to the first field that is not given, and the segment of that; ``None`` for a whole key."""
        done: list[str] = []
        for segment in self.segments:
            if segment.field is not None and segment.field not in values:
                return self.delimiter.join([*done, segment.before]), segment
            done.append(self._segment(segment, values))
        return self.delimiter.join(done), None

    def sharded(self, values: Mapping[str, object]) -> Sharded | None:
        """All keys of these values, where they are spread by a field that is not given; else ``None``."""
        last = self.segments[-1]
        if last.shards is None or last.field in values:
            return None
        beginning, segment = self.beginning(values)
        return Sharded(beginning, last.shards, "") if segment is last else None

    def end_of(self, segment: Segment) -> str:
        """The literal text that follows this segment's field, up to the next segment; empty at the end of the key."""
        return segment.after if segment is self.segments[-1] else segment.after + self.delimiter

    def found_in(self, key: object, segment: Segment) -> str | None:
        """The text of a segment's field in a key; ``None`` if this template has not made that."""
        if not isinstance(key, str) or not self.matches(key):
            return None
        text = key.split(self.delimiter)[self.segments.index(segment)]
        return text[len(segment.before) : len(text) - len(segment.after)]

    def may_equal(self, other: Template) -> bool:
        """Whether this template and another could make the same key."""
        if self.bare or other.bare or self.delimiter != other.delimiter:
            return True
        if len(self.segments) != len(other.segments):
            return False
        return all(one.may_equal(another) for one, another in zip(self.segments, other.segments, strict=True))

    def matches(self, key: object) -> bool:
        """Whether this template could have made this key."""
        if self.bare:
            return True
        if not isinstance(key, str):
            return False
        texts = key.split(self.delimiter)
        if len(texts) != len(self.segments):
            return False
        return all(segment.matches(text) for segment, text in zip(self.segments, texts, strict=True))

    def text_of(self, segment: Segment, value: object) -> str:
        """A value as text of the key. Raises ``InvalidKey``."""
        what = f"{segment.field} of the key {self.text!r}"
        if segment.shards is not None:
            return Sharded("", segment.shards, "").key(spellings.text(value, "", what))
        text = spellings.text(value, segment.spec, what)
        if not text:
            raise InvalidKey(f"{segment.field} is empty, and the key {self.text!r} would say nothing")
        if self.delimiter in text:
            raise InvalidKey(
                f"{segment.field} is {text!r:.80}: {self.delimiter!r} delimits the parts of the key {self.text!r}, so "
                "that it could be another one's"
            )
        return text

    def _segment(self, segment: Segment, values: Mapping[str, object]) -> str:
        if segment.field is None:
            return segment.before
        return segment.before + self.text_of(segment, values[segment.field]) + segment.after


def _continued(last: Segment, literal: str, delimiter: str) -> Iterator[Segment]:
    first, *others = literal.split(delimiter)
    if last.field is None:
        yield Segment(last.before + first)
    else:
        yield Segment(last.before, last.field, last.spec, last.after + first)
    for text in others:
        yield Segment(text)
