"""JMESPath expressions as places in a JSON tree, so that what they select can be replaced or left out.

JMESPath itself answers with values. Searching a shadow of the tree, in which every node remembers where it stands,
answers with places, for the whole language and with jmespath's own implementation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pytest_dynamodb.errors import ConfigurationError

Place = tuple[str | int, ...]

# Named like what they shadow: jmespath's functions check type names.
_Text: Any = type("str", (str,), {})
_Map: Any = type("dict", (dict,), {})
_List: Any = type("list", (list,), {})

#: Maps whose keys are placeholders, which expressions refer to: an ignored one keeps its key, see ``without``.
_PLACEHOLDERS = "ExpressionAttributeValues"
IGNORED = {"S": "ignored"}


def compile_paths(expressions: Sequence[str], *, option: str) -> tuple[Any, ...]:
    """Compiled expressions. Raises ``ConfigurationError`` naming ``option`` and the one that is no JMESPath."""
    if isinstance(expressions, str):
        raise ConfigurationError(f"{option} takes a list of JMESPath expressions, not one string: {expressions!r}")
    if not expressions:
        return ()
    import jmespath
    from jmespath.exceptions import JMESPathError

    compiled = []
    for expression in expressions:
        try:
            compiled.append(jmespath.compile(expression))
        except (JMESPathError, TypeError) as problem:
            raise ConfigurationError(f"{option}: {expression!r} is not a JMESPath expression: {problem}") from None
    return tuple(compiled)


def select(compiled: Sequence[Any], tree: Any) -> set[Place]:
    """Where in ``tree`` the expressions point.

    Numbers, booleans and nulls are reached by plain paths, or else through what holds them.
    """
    if not compiled:
        return set()
    from jmespath.exceptions import JMESPathError

    shadow, places = _shadow(tree, ()), set[Place]()
    for expression in compiled:
        try:
            found = expression.search(shadow)
        except JMESPathError:
            continue  # it does not apply to a request of this shape
        if found is None or isinstance(found, bool | int | float):
            places.update(_plain_place(expression.parsed, tree))
        else:
            places.update(_places(found))
    return places


def _plain_place(node: Any, tree: Any) -> Iterator[Place]:
    """Where a plain path such as ``Item.flag.BOOL`` or ``Keys[0].n`` leads: numbers and booleans cannot say."""
    steps: list[str | int] = []
    pending = [node]
    while pending:
        part = pending.pop()
        if part["type"] in ("subexpression", "index_expression"):
            pending += reversed(part["children"])
        elif part["type"] in ("field", "index"):
            steps.append(part["value"])
        else:
            return
    for number, step in enumerate(steps):
        if isinstance(step, int) and isinstance(tree, list) and -len(tree) <= step < len(tree):
            steps[number] = step % len(tree)
        elif not (isinstance(step, str) and isinstance(tree, dict) and step in tree):
            return
        tree = tree[step]
    yield tuple(steps)


def without(tree: Any, places: set[Place]) -> Any:
    """A copy of ``tree`` that lacks what stands at ``places``; an expression's placeholder gets a fixed value."""
    return _without(tree, places, ()) if places else tree


def _shadow(node: Any, at: Place) -> Any:
    if isinstance(node, dict):
        copy = _Map({key: _shadow(value, (*at, key)) for key, value in node.items()})
    elif isinstance(node, list):
        copy = _List([_shadow(value, (*at, index)) for index, value in enumerate(node)])
    elif isinstance(node, str):
        copy = _Text(node)
    else:
        return node
    copy.at = at
    return copy


def _places(found: Any) -> Iterator[Place]:
    at = getattr(found, "at", None)
    if at is not None:
        yield at
    elif isinstance(found, dict):
        for value in found.values():
            yield from _places(value)
    elif isinstance(found, list):
        for value in found:
            yield from _places(value)


def _without(node: Any, places: set[Place], at: Place) -> Any:
    if isinstance(node, dict):
        kept = {}
        for key, value in node.items():
            here = (*at, key)
            if here not in places:
                kept[key] = _without(value, places, here)
            elif at and at[-1] == _PLACEHOLDERS:
                kept[key] = IGNORED
        return kept
    if isinstance(node, list):
        return [_without(value, places, (*at, i)) for i, value in enumerate(node) if (*at, i) not in places]
    return node
