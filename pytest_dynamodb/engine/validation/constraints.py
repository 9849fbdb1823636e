"""Required members and limits of a request, and the message that lists what breaks them.

The older validator lists every member at fault, ten at most: "2 validation errors detected: Value '' at 'tableName'
failed to satisfy constraint: ...; ...". The newer one comes first, where it has taken an operation over
(``Surface.limits``) and for a few members of the others: it knows lengths and ranges only, stops at the first and words
it without the value and with AWS's public names, "Value at 'TableName' failed to satisfy ...".

Sources: dynalite's cases run against AWS; dynamodb-conformance, error-messages, validation-ordering and captures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeAlias

from pytest_dynamodb.engine.arns import broken_table_arn
from pytest_dynamodb.engine.validation.overlay import NEWER_CHOICES
from pytest_dynamodb.engine.validation.payload import java_text, json_text, lower_first
from pytest_dynamodb.engine.validation.shapes import Member, Shape
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.errors import ValidationException

MAX_REPORTED = 10
"""How many members at fault AWS lists (dynalite, test/{query,scan})."""

MAX_JSON_DEPTH = 127
"""Levels of a request that the newer validator reads: some value has more than 62 levels, of two each (deepRequests,
"about 62"; 40 levels are read, 63 are not)."""

Problem: TypeAlias = Literal["absent", "length", "name length", "range", "pattern", "choice", "keys", "values"]
Broken: TypeAlias = Iterator[tuple[Problem, str]]

_NOT_NULL = "Member must not be null"
_AT_LEAST = "Member must have {what} greater than or equal to {limit}"
_AT_MOST = "Member must have {what} less than or equal to {limit}"
_ONE_OF = "Member must satisfy enum value set: [{choices}]"
_PATTERN = "Member must satisfy regular expression pattern: {pattern}"
_KEYS = "Map keys must satisfy constraint: [{constraints}]"
_VALUES = "Map value must satisfy constraint: [{constraints}]"
_FAILED = " failed to satisfy constraint: "

_TABLE_NAME, _TABLE_NAME_MAX, _TABLE_ARN_MAX = re.compile(r"[a-zA-Z0-9_.-]+"), 255, 1024


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way to a member: a member's name, or a key or an index, which AWS prints as they are."""

    text: str
    named: bool = True


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit that a member breaks."""

    path: tuple[Step, ...]
    shape: Shape
    content: Any
    problem: Problem
    constraint: str
    newer: bool = False
    words: Mapping[str, str] | None = None

    def own_words(self) -> str | None:
        """The sentence that AWS has for just this problem with just this member."""
        words = self.words or {}
        if self.problem == "length" and not self.content and "empty" in words:
            return words["empty"]
        return words.get(self.problem)

    @property
    def is_newer_choice(self) -> bool:
        """Whether the newer validator words it without the member's name."""
        return self.problem == "choice" and self.shape.name in NEWER_CHOICES

    def listed(self, *, newer: bool = False) -> str:
        """Its sentence in a list of several. ``newer`` says that the newer validator has taken the operation over."""
        if newer and self.is_newer_choice:
            choices = ", ".join(NEWER_CHOICES[self.shape.name])
            return f"Failed to satisfy constraint: {_ONE_OF.format(choices=choices)}"
        print_content = json_text if newer else java_text
        value = "null" if self.content is None else f"'{print_content(self.shape, self.content)}'"
        place = ".".join(lower_first(step.text) if step.named else step.text for step in self.path)
        return f"Value {value} at '{place}'{_FAILED}{self.constraint}"

    def alone(self) -> str:
        """The newer validator's sentence, which stands alone."""
        return f"Value at '{'.'.join(step.text for step in self.path)}'{_FAILED}{self.constraint}"


def check_constraints(surface: Surface, shape: Shape, params: Any) -> None:
    """Raise a ValidationException if ``params`` lack a required member or break a limit. Their types were checked."""
    found = list(islice(violations(shape, params), 10 * MAX_REPORTED))
    if not found:
        return
    taken_over = surface.limits == "newer" and not _is_left_to_older(found, params)
    for violation in found:
        newer = violation.newer or taken_over or violation.path[-1].text in surface.unechoed
        if newer and violation.problem in {"length", "range"}:
            raise ValidationException(_listed([violation.alone()]))
    for violation in found:
        if (words := violation.own_words()) is not None:
            raise ValidationException(words)
    found = [v for v in found if v.problem not in surface.yielding] or found
    if taken_over:
        found = [v for v in found if v.path[-1].text in surface.alone] or found
        if not surface.enveloped and found[0].is_newer_choice:
            raise ValidationException(found[0].listed(newer=True))
    raise ValidationException(_listed([v.listed(newer=taken_over) for v in found[:MAX_REPORTED]]))


def _is_left_to_older(found: list[Violation], params: Any) -> bool:
    """Whether the newer validator has nothing to say: something required is absent (validation-ordering/updateItem,
    2026-10-09), or a value is nested so deep that AWS reads the request otherwise (deepRequests).
    """
    return any(violation.problem == "absent" for violation in found) or is_deep(params)


def is_deep(content: Any, levels: int = MAX_JSON_DEPTH) -> bool:
    """Whether JSON has more levels than these."""
    if not isinstance(content, (dict, list)):
        return False
    if levels == 0:
        return True
    return any(is_deep(member, levels - 1) for member in (content.values() if isinstance(content, dict) else content))


def _listed(sentences: list[str]) -> str:
    return f"{len(sentences)} validation error{'s' if len(sentences) > 1 else ''} detected: {'; '.join(sentences)}"


def violations(shape: Shape, params: Any) -> Iterator[Violation]:
    """The members that are missing or break a limit, in the order in which AWS reports them."""
    return _in_structure(shape, params, ())


def _in_structure(shape: Shape, content: Any, path: tuple[Step, ...]) -> Iterator[Violation]:
    if shape.attribute:
        return
    for name, member in shape.members.items():
        if not (member.unless and content.get(member.unless) is not None):
            yield from _in_member(member, content.get(name), (*path, Step(name)))


def _in_member(member: Member, content: Any, path: tuple[Step, ...]) -> Iterator[Violation]:
    if content is None:
        if member.required:
            yield Violation(path, member.shape, None, "absent", _NOT_NULL, words=member.words)
        return
    for problem, constraint in _broken(member.shape, content):
        yield Violation(path, member.shape, content, problem, constraint, member.newer, member.words)
    yield from _inside(member.shape, content, path)


def _inside(shape: Shape, content: Any, path: tuple[Step, ...]) -> Iterator[Violation]:
    if shape.kind == "structure":
        yield from _in_structure(shape, content, path)
    element = shape.element
    if element is None or element.attribute:
        return
    for key, value in content.items() if isinstance(content, dict) else enumerate(content, 1):
        where = (*path, Step(str(key), named=False), Step("member", named=False))
        if value is None:
            yield Violation(where, element, None, "absent", _NOT_NULL)  # inferred
            continue
        # The limits of lists in a map are reported with the map, all in one sentence.
        if shape.kind == "list" or element.kind != "list":
            for problem, constraint in _broken(element, value):
                yield Violation(where, element, value, problem, constraint)
        yield from _inside(element, value, where)


def _broken(shape: Shape, content: Any) -> Broken:
    """The limits that this value itself breaks."""
    if shape.kind == "string":
        yield from _broken_by_table(shape, content) if shape.table else _broken_by_text(shape, content)
    elif shape.kind in {"integer", "long", "double"}:
        yield from _outside(shape, math.floor(content), "range")
    elif shape.kind in {"list", "map"}:
        yield from _outside(shape, len(content), "length")
        if shape.kind == "map":
            yield from _broken_by_entries(shape, content)


def _broken_by_text(shape: Shape, text: str) -> Broken:
    if shape.name == "TableName" and len(text) == 1 and _TABLE_NAME.fullmatch(text):
        return  # on purpose: see _broken_by_table
    if shape.pattern is not None and shape.pattern.fullmatch(text) is None:
        yield "pattern", _PATTERN.format(pattern=shape.pattern.pattern)
    yield from _outside(shape, len(text), "length")
    if shape.choices and text not in shape.choices:
        yield "choice", _ONE_OF.format(choices=", ".join(shape.choices))


def _broken_by_table(shape: Shape, text: str) -> Broken:
    """A table's name or ARN. An empty name is only too short (suite, error-messages/putItem).

    How long a name may be is not for the newer validator, which allows for an ARN (captures/cross-region-latest.json).
    A name of one letter, which AWS refuses, is let through: tests call their only table ``t``, and it hides no other
    mistake (docs/explanation/conformance.md, "Where we differ on purpose").
    """
    if text.startswith("arn:"):
        if len(text) > _TABLE_ARN_MAX:
            yield "length", _AT_MOST.format(what="length", limit=_TABLE_ARN_MAX)
        broken = broken_table_arn(text)
        if broken is not None:
            yield "pattern", broken
        return
    if len(text) < (shape.minimum or 0) and len(text) != 1:
        yield "length", _AT_LEAST.format(what="length", limit=shape.minimum)
    if text and _TABLE_NAME.fullmatch(text) is None:
        yield "pattern", _PATTERN.format(pattern=_TABLE_NAME.pattern)
    if len(text) > _TABLE_NAME_MAX:
        yield "name length", _AT_MOST.format(what="length", limit=_TABLE_NAME_MAX)


def _outside(shape: Shape, measure: int, problem: Literal["length", "range"]) -> Broken:
    what = "length" if problem == "length" else "value"
    if shape.minimum is not None and measure < shape.minimum:
        yield problem, _AT_LEAST.format(what=what, limit=shape.minimum)
    if shape.maximum is not None and measure > shape.maximum:
        yield problem, _AT_MOST.format(what=what, limit=shape.maximum)


def _broken_by_entries(shape: Shape, content: dict[str, Any]) -> Broken:
    """Keys of a map, and values that are lists: one sentence for all of a kind, however many break it."""
    if shape.key is not None and any(True for key in content for _ in _broken(shape.key, key)):
        yield "keys", _KEYS.format(constraints=", ".join(_limits_of(shape.key)))
    element = shape.element
    if element is None or element.kind != "list":
        return
    if any(True for value in content.values() if value is not None for _ in _broken(element, value)):
        yield "values", _VALUES.format(constraints=", ".join(_limits_of(element)))


def _limits_of(shape: Shape) -> Iterator[str]:
    """All limits of the keys or values of a map, as their sentence lists them."""
    if shape.maximum is not None:
        yield _AT_MOST.format(what="length", limit=_TABLE_NAME_MAX if shape.table else shape.maximum)
    if shape.minimum is not None:
        yield _AT_LEAST.format(what="length", limit=shape.minimum)
    if shape.table:
        yield _PATTERN.format(pattern=_TABLE_NAME.pattern)
    elif shape.pattern is not None:
        yield _PATTERN.format(pattern=shape.pattern.pattern)
