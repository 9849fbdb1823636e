"""What a case may write instead of plain JSON: variables, and values too long to be written out.

$name                              the whole value of a variable: a table's name, something an answer gave
"text ${name} text"                its text, inside a text
{$text: [a, [b, 3]]}               "abbb"
{$join: ", ", of: [a, b]}          "a, b"
{$list: 3, of: "k${i}"}            ["k0", "k1", "k2"]
{$map: 2, key: "a${i}", of: 1}     {"a0": 1, "a1": 1}
{$merge: [{a: 1}, {b: 2}]}         {"a": 1, "b": 2}
{$concat: [[1], [2, 3]]}           [1, 2, 3]
{$nest: 2, in: M, of: {S: x}}      {"M": {"n": {"M": {"n": {"S": "x"}}}}}; in L, a list of one element each
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Json = Any
Variables = Mapping[str, Json]

_WHOLE = re.compile(r"\$([A-Za-z_]\w*)")
_INSIDE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
MATCHERS = frozenset({"any", "any_order", "includes", "matches", "absent", "one_of", "in_order"})
"""Not variables but what an expectation says (`expectations`)."""


def fill(template: Json, variables: Variables) -> Json:
    """The JSON a template stands for. Raises ``KeyError`` for a variable that is not there."""
    if isinstance(template, str):
        return _text(template, variables)
    if isinstance(template, list):
        return [fill(each, variables) for each in template]
    if not isinstance(template, dict):
        return template
    for name, directive in _DIRECTIVES.items():
        if name in template:
            return directive(template, variables)
    return {_text(key, variables): fill(value, variables) for key, value in template.items()}


def _text(text: str, variables: Variables) -> Json:
    if (whole := _WHOLE.fullmatch(text)) and whole[1] not in MATCHERS:
        return variables[whole[1]]
    if text.startswith("$"):  # a matcher, or ${a}...
        head = text[1:]
        if head in MATCHERS:
            return text
    return _INSIDE.sub(lambda found: str(variables[found[1]]), text)


def _joined(template: dict[str, Json], variables: Variables) -> str:
    pieces = template["$text"]
    whole: list[str] = []
    for piece in pieces:
        if isinstance(piece, list):
            whole.append(fill(piece[0], variables) * piece[1])
        else:
            whole.append(fill(piece, variables))
    return "".join(whole)


def _join(template: dict[str, Json], variables: Variables) -> str:
    return str(template["$join"]).join(fill(template["of"], variables))


def _list(template: dict[str, Json], variables: Variables) -> list[Json]:
    return [fill(template["of"], {**variables, "i": number}) for number in range(template["$list"])]


def _map(template: dict[str, Json], variables: Variables) -> dict[str, Json]:
    each = ({**variables, "i": number} for number in range(template["$map"]))
    return {fill(template["key"], inner): fill(template["of"], inner) for inner in each}


def _merge(template: dict[str, Json], variables: Variables) -> dict[str, Json]:
    return {key: value for part in template["$merge"] for key, value in fill(part, variables).items()}


def _concat(template: dict[str, Json], variables: Variables) -> list[Json]:
    return [each for part in template["$concat"] for each in fill(part, variables)]


def _nest(template: dict[str, Json], variables: Variables) -> Json:
    value = fill(template["of"], variables)
    for _ in range(template["$nest"]):
        value = {"M": {"n": value}} if template["in"] == "M" else {"L": [value]}
    return value


_DIRECTIVES: dict[str, Callable[[dict[str, Json], Variables], Json]] = {
    "$text": _joined,
    "$join": _join,
    "$list": _list,
    "$map": _map,
    "$merge": _merge,
    "$concat": _concat,
    "$nest": _nest,
}
