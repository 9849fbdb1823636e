"""The keys of a model: of its table and of each index, as templates by their attributes' names."""

from __future__ import annotations

import datetime
import decimal
import enum
import string
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pytest_dynamodb.client.models.declaration import Declaration, InvalidKey
from pytest_dynamodb.errors import ConfigurationError

# --- templates ---
# Such as ``"USER#{user_id}"``: the keys that they make, and whether two can make the same one. A template is cut into
# segments at the delimiter; a segment has at most one field, and no value may hold the delimiter. So each key can be
# made of one set of values alone, and two templates that differ in a literal segment, or in how many segments they
# have, never make the same key. A template that is nothing but a field, ``"{user_id}"``, takes any value of it, in its
# own type.

LAST = "\U0010ffff"
"""Sorts after every other character, as DynamoDB compares text: by its UTF-8 bytes."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two delimiters: literal text, with a field in it or not."""

    before: str
    field: str | None = None
    spec: str = ""
    after: str = ""

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
        return len(text) > least and text.startswith(self.before) and text.endswith(self.after)


def _may_begin_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


@dataclass(frozen=True, slots=True)
class Template:
    """A template. Raises ``ConfigurationError``, when it is made with ``parse``, for one that could be ambiguous."""

    text: str
    delimiter: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str, delimiter: str) -> Template:
        """The template of this text."""
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as problem:
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

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it is made of, in their order."""
        return tuple(segment.field for segment in self.segments if segment.field is not None)

    @property
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
            return _bare(values[self.fields[0]], self.text)
        return self.delimiter.join(self._segment(segment, values) for segment in self.segments)

    def beginning(self, values: Mapping[str, object]) -> tuple[str, Segment | None]:
        """The text up to the first field that is not given, and the segment of that; ``None`` for a whole key."""
        done: list[str] = []
        for segment in self.segments:
            if segment.field is not None and segment.field not in values:
                return self.delimiter.join([*done, segment.before]), segment
            done.append(self._segment(segment, values))
        return self.delimiter.join(done), None

    def is_last(self, segment: Segment) -> bool:
        """Whether nothing follows this segment's field."""
        return segment == self.segments[-1] and not segment.after

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
        text = _text(value, segment.spec, f"{segment.field} of the key {self.text!r}")
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


def _bare(value: object, template: str) -> object:
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bool) or not isinstance(value, (int, decimal.Decimal, bytes)):
        value = _text(value, "", f"the key {template!r}")
    if value in ("", b""):
        raise InvalidKey(f"the key {template!r} may not be empty")
    return value


def _text(value: object, spec: str, what: str) -> str:
    """A value as text. Moments are written so that they sort: in UTC, to the microsecond."""
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, datetime.datetime):
        utc = value if value.tzinfo is None else value.astimezone(datetime.timezone.utc)
        return format(utc, spec) if spec else utc.isoformat(timespec="microseconds")
    if isinstance(value, bool) or not isinstance(value, (str, int, decimal.Decimal, datetime.date, uuid.UUID)):
        if isinstance(value, (bool, float)) and spec:
            return format(value, spec)
        raise InvalidKey(f"{what} is a {type(value).__name__}: give text, a whole number, a date or a UUID")
    try:
        return format(value, spec)
    except ValueError as problem:
        raise InvalidKey(f"{what} is {value!r:.80}, which has no format {spec!r}: {problem}") from problem


NamedTemplates = tuple[tuple[str, Template], ...]


@dataclass(frozen=True, slots=True)
class KeyTemplates:
    """The attributes of one key with their templates. ``index`` is ``None`` for the table's own."""

    index: str | None
    partition: NamedTemplates
    sort: NamedTemplates

    @property
    def all(self) -> NamedTemplates:
        return self.partition + self.sort

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(field for _, template in self.all for field in template.fields))

    @property
    def whose(self) -> str:
        """What messages call this key."""
        return "the key of the table" if self.index is None else f"the key of {self.index}"

    def made_of(self, values: Mapping[str, object]) -> dict[str, object]:
        """The attributes. Raises ``InvalidKey``."""
        return {name: template.made_of(values) for name, template in self.all}

    def made_of_what_there_is(self, values: Mapping[str, object]) -> dict[str, object]:
        """The attributes, or none at all if a field has no value: an item may be left out of an index."""
        if any(values.get(field) is None for field in self.fields):
            return {}
        return self.made_of(values)

    def matches(self, item: Mapping[str, object]) -> bool:
        """Whether these templates could have made the key of this item."""
        return all(template.matches(item.get(name)) for name, template in self.all)

    def may_equal(self, other: KeyTemplates) -> bool:
        """Whether this key and another could be equal for some values."""
        theirs = dict(other.all)
        return all(name not in theirs or template.may_equal(theirs[name]) for name, template in self.all)


def keys_of(declared: Declaration, fields: Iterable[str]) -> dict[str | None, KeyTemplates]:
    """The keys of a model that has these fields, by index. Raises ``ConfigurationError``."""
    names = tuple(declared.key_names)
    texts = [declared.pk] if declared.sk is None else [declared.pk, declared.sk]
    if len(names) < len(texts):
        raise ConfigurationError(f"key_names are {', '.join(names)}: name an attribute for pk and one for sk")
    own = [(name, Template.parse(text, declared.delimiter)) for name, text in zip(names, texts, strict=False)]
    found: dict[str | None, KeyTemplates] = {None: KeyTemplates(None, tuple(own[:1]), tuple(own[1:]))}
    for index in declared.indexes:
        found[index.name] = KeyTemplates(
            index.name, _parsed(index.partition, declared.delimiter), _parsed(index.sort, declared.delimiter)
        )
    known = set(fields)
    for keys in found.values():
        unknown = [field for field in keys.fields if field not in known]
        if unknown:
            raise ConfigurationError(f"{keys.whose} names {', '.join(unknown)}, of which the model has no field")
        if not 1 <= len(keys.partition) <= 4 or len(keys.sort) > 4:
            raise ConfigurationError(
                f"{keys.whose} has one to four partition attributes, and up to four sort attributes"
            )
    return found


def _parsed(templates: Mapping[str, str], delimiter: str) -> NamedTemplates:
    return tuple((name, Template.parse(text, delimiter)) for name, text in templates.items())


def complete(keys: KeyTemplates, given: Iterable[str]) -> None:
    """Raise ``InvalidKey`` unless exactly the fields of the key are given."""
    given = set(given)
    missing = [field for field in keys.fields if field not in given]
    if missing:
        raise InvalidKey(f"{keys.whose} is made of {', '.join(keys.fields)}: {', '.join(missing)} is missing")
    others = sorted(given - set(keys.fields))
    if others:
        raise InvalidKey(f"{keys.whose} is made of {', '.join(keys.fields)}, and not of {', '.join(others)}")
