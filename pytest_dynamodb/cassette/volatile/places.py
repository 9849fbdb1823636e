"""Where texts stand in a request: its leaves, and the same request with marked leaves left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pytest_dynamodb.cassette.options import Place

PlacePath = tuple[str, ...]
"""A place in requests of one kind: ``[]`` for every position in a list, ``*`` for every placeholder of expressions."""

TEXTS: Final = frozenset({"S", "N", "B"})
SETS: Final = frozenset({"SS", "NS", "BS"})
TAGS: Final = TEXTS | SETS | {"M", "L", "BOOL", "NULL"}
_PLACEHOLDERS: Final = frozenset({"ExpressionAttributeValues", "ExpressionAttributeNames"})
_NAME: Final = re.compile(r"[A-Za-z_]\w*|\*|\[\]", re.ASCII)


class Leaf(NamedTuple):
    """A text in a request, or the members of a set, which are one leaf.

    ``attribute`` is the innermost name that it stands under, ``tag`` its type (empty where it is no attribute value).
    """

    path: PlacePath
    at: Place
    attribute: str
    tag: str
    text: str | tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The text, or the members."""
        return (self.text,) if isinstance(self.text, str) else self.text


def place_name(path: PlacePath) -> str:
    """A place as a JMESPath expression that selects the values there, type and all: ``TransactItems[].Put.Item.id``."""
    names = path[:-1] if len(path) > 1 and path[-1] in TEXTS | SETS else path
    return "".join(
        [name if name == "[]" else f".{name if _NAME.fullmatch(name) else _quoted(name)}" for name in names]
    )[1:]


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def step(holder: str, key: str) -> str:
    """The name of a map's entry in a path."""
    return "*" if holder in _PLACEHOLDERS else key


def leaves(tree: Any) -> Iterator[Leaf]:
    """Every text of a request with its place, in order."""
    return _leaves(tree, (), (), "", "")


def _leaves(node: Any, path: PlacePath, at: Place, attribute: str, tag: str) -> Iterator[Leaf]:
    if isinstance(node, str):
        yield Leaf(path, at, attribute, tag, node)
    elif isinstance(node, dict):
        single, holder = len(node) == 1, path[-1] if path else ""
        for key, value in node.items():
            is_tag = single and key in TAGS
            below = ((*path, step(holder, key)), (*at, key))
            if is_tag and key in SETS and is_set(value):
                yield Leaf(*below, attribute, key, tuple(value))
            else:
                yield from _leaves(value, *below, attribute if is_tag else key, key if is_tag and key in TEXTS else "")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _leaves(value, (*path, "[]"), (*at, number), attribute, "")


def is_set(value: Any) -> bool:
    """Whether this is what a set holds on the wire."""
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


# --- left open ---
# With marked leaves left open, requests are equal that differ in nothing else. What stands in a leaf's place says which
# leaf it was: a canonical form may have them in another order, and placeholders of expressions may be named otherwise.

_OPEN: Final = re.compile(r"@volatile:(\d{5})@")
_ANY: Final = "@volatile@"
_MOST: Final = 100_000


class Mask:
    """The places of requests of one operation that are left open."""

    is_empty: bool

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self.is_empty = True

    def add(self, path: PlacePath) -> None:
        """Leave this place open, too."""
        self.is_empty = False
        node = self._root
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node.setdefault(path[-1], {})[""] = True

    def opened(self, tree: Any) -> tuple[Any, list[Leaf]]:
        """A request whose open leaves are numbered, and these leaves by their numbers. Shares the rest with it."""
        found: list[Leaf] = []
        return _opened(tree, self._root, (), (), "", "", found), found


def _opened(
    node: Any, mask: dict[str, Any], path: PlacePath, at: Place, attribute: str, tag: str, found: list[Leaf]
) -> Any:
    if isinstance(node, str):
        return _open(found, Leaf(path, at, attribute, tag, node)) if "" in mask else node
    if isinstance(node, dict):
        single, holder = len(node) == 1, path[-1] if path else ""
        copy = dict(node)
        for key, value in node.items():
            name = step(holder, key)
            below = mask.get(name)
            if below is None:
                continue
            is_tag, place = single and key in TAGS, (*at, key)
            if is_tag and key in SETS and "" in below and is_set(value):
                copy[key] = [_open(found, Leaf((*path, name), place, attribute, key, tuple(value)))]
            else:
                inner = attribute if is_tag else key, key if is_tag and key in TEXTS else ""
                copy[key] = _opened(value, below, (*path, name), place, *inner, found)
        return copy
    if isinstance(node, list) and "[]" in mask:
        inside = mask["[]"]
        return [
            _opened(value, inside, (*path, "[]"), (*at, number), attribute, "", found)
            for number, value in enumerate(node)
        ]
    return node


def _open(found: list[Leaf], leaf: Leaf) -> str:
    if len(found) >= _MOST:  # as many leaves as no request has
        return leaf.text if isinstance(leaf.text, str) else ""
    found.append(leaf)
    return f"@volatile:{len(found) - 1:05}@"


def closed(key: str, found: list[Leaf]) -> tuple[str, list[Leaf]]:
    """The key of an opened request without numbers, and its leaves in the order in which they stand in the key."""
    order = [int(number) for number in _OPEN.findall(key)]
    return _OPEN.sub(_ANY, key), [found[number] for number in order if number < len(found)]


def looks_open(key: str) -> bool:
    """Whether a key holds by itself what stands for an open leaf: such a request cannot be opened."""
    return _ANY[:-1] in key
