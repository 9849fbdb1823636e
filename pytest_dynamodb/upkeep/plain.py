"""JSON as people read it: attribute values without their type tags, nothing in it that a terminal would obey.

``{"S": "a"}`` is ``"a"``, ``{"N": "1"}`` is ``1``, ``{"B": "AA=="}`` is ``b"AA=="``, ``{"SS": ["b", "a"]}`` is
``{"a", "b"}``, ``{"L": [{"N": "1"}]}`` is ``[1]``, ``{"M": {"n": {"NULL": true}}}`` is ``{n: null}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from pytest_dynamodb.terminal import printable

WIDEST: Final = 100
"""Columns of a line, before what stands on it is spread over several."""

_BARE: Final = re.compile(r"[A-Za-z_][\w.#-]*\Z", re.ASCII)
"""Names that need no quotes."""
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\Z", re.ASCII)
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')

_decode = json.JSONDecoder().raw_decode


# --- text ---


def quoted(text: str) -> str:
    """Text in double quotes, everything in it printable, on one line."""
    return printable(json.dumps(text, ensure_ascii=False))


def name_text(name: str) -> str:
    """A name of an attribute or a member, in quotes where it might be taken for something else."""
    return name if _BARE.match(name) else quoted(name)


# --- values ---


def is_value(node: Any) -> bool:
    """Whether a JSON tree is an attribute value through and through.

    A map of attributes never is: were it one, its innermost level would have to be a tag and a name at once.
    """
    if type(node) is not dict or len(node) != 1:
        return False
    ((tag, content),) = node.items()
    check = _CHECKS.get(tag)
    return check is not None and check(content)


def _texts(content: Any) -> bool:
    return type(content) is list and bool(content) and all(type(member) is str for member in content)


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda content: type(content) is kind


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "S": _is(str),
    "N": _is(str),
    "B": _is(str),
    "BOOL": _is(bool),
    "NULL": _is(bool),
    "SS": _texts,
    "NS": _texts,
    "BS": _texts,
    "L": lambda content: type(content) is list and all(map(is_value, content)),
    "M": lambda content: type(content) is dict and all(map(is_value, content.values())),
}


def plain(node: Any) -> Any:
    """A tree in which attribute values are what they hold: ``dict``, ``list``, and ``PlainText`` for all else."""
    if is_value(node):
        return _VALUES[next(iter(node))](next(iter(node.values())))
    if isinstance(node, dict):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, str):
        return node if type(node) is PlainText else PlainText(quoted(node))
    return PlainText(json.dumps(node))


class PlainText(str):
    """Text that stands in the plain form as it is."""

    __slots__ = ()


def _number(content: str) -> PlainText:
    return PlainText(content if _NUMBER.match(content) else f"N{quoted(content)}")


def _binary(content: str) -> PlainText:
    return PlainText(f"b{quoted(content)}")


def _text(content: str) -> PlainText:
    return PlainText(quoted(content))


def _set_of(member: Callable[[str], PlainText]) -> Callable[[list[str]], PlainText]:
    return lambda content: PlainText(f"{{{', '.join(map(member, sorted(content)))}}}")


def _null(content: bool) -> PlainText:
    return PlainText("null" if content else "NULL(false)")


_VALUES: Final[dict[str, Callable[[Any], Any]]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": lambda content: PlainText("true" if content else "false"),
    "NULL": _null,
    "SS": _set_of(_text),
    "NS": _set_of(_number),
    "BS": _set_of(_binary),
    "L": lambda content: [plain(member) for member in content],
    "M": lambda content: {name: plain(member) for name, member in content.items()},
}


# --- layout ---


def line_of(node: Any) -> str:
    """A JSON tree on one line."""
    return _joined(plain(node))


def _joined(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"{{{', '.join(f'{name_text(name)}: {_joined(value)}' for name, value in sorted(tree.items()))}}}"
    if isinstance(tree, list):
        return f"[{', '.join(map(_joined, tree))}]"
    return str(tree)


def member_lines(name: str, node: Any, *, indent: int = 0, widest: int = WIDEST) -> Iterator[str]:
    """``name: value``, spread over several lines where one would be too long."""
    yield from _spread(f"{name_text(name)}: ", plain(node), indent, widest)


def _spread(lead: str, tree: Any, indent: int, widest: int) -> Iterator[str]:
    line = f"{' ' * indent}{lead}{_joined(tree)}"
    if len(line) <= widest or not isinstance(tree, dict | list) or not tree:
        yield line
        return
    yield f"{' ' * indent}{lead.rstrip()}"
    for lines in _inner(tree, indent + 2, widest):
        yield from lines


def _entry(tree: Any, indent: int, widest: int) -> Iterator[str]:
    """An entry of a list: ``- `` stands before its first line, in the room that it is indented by."""
    lead = f"{' ' * indent}- "
    line = f"{lead}{_joined(tree)}"
    if len(line) <= widest or not isinstance(tree, dict | list) or not tree:
        yield line
        return
    lines = [line for lines in _inner(tree, indent + 2, widest) for line in lines]
    yield lead + lines[0][len(lead) :]
    yield from lines[1:]


def _inner(tree: Any, indent: int, widest: int) -> Iterator[Iterator[str]]:
    if isinstance(tree, dict):
        for name, value in sorted(tree.items()):
            yield _spread(f"{name_text(name)}: ", value, indent, widest)
    else:
        for value in tree:
            yield _entry(value, indent, widest)


def clause_text(clause: str) -> str:
    """A clause of a canonical expression, with plain values in place of JSON."""
    pieces, position = list[str](), 0
    while position < len(clause):
        if (name := _QUOTED.match(clause, position)) is not None:
            pieces.append(quoted(json.loads(name.group(), strict=False)))
            position = name.end()
        elif clause[position] == "{":
            try:
                value, position = _decode(clause, position)
            except ValueError:
                return printable(clause)
            pieces.append(line_of(value))
        else:
            pieces.append(clause[position])
            position += 1
    return printable("".join(pieces))
