"""Every limit of every member of every operation: the last content that keeps it is taken, the next is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.shapes import Shape, input_shape
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.operations import OPERATIONS

Path = tuple[str, ...]
LONGEST = 100_000
"""Contents longer than this are not tried."""

_PLAIN: dict[str, Any] = {"boolean": True, "blob": "YQ==", "double": 1.0, "timestamp": 1.0}


def least(shape: Shape) -> Any:
    """The least content that a shape allows."""
    if shape.attribute:
        return {"S": "a"}
    if shape.kind == "structure":
        return {name: least(member.shape) for name, member in shape.members.items() if member.required}
    if shape.kind == "string":
        return sized(shape, max(shape.minimum or 0, 3))  # what has a pattern has at least as many letters
    return _PLAIN[shape.kind] if shape.kind in _PLAIN else sized(shape, shape.minimum or 0)


def sized(shape: Shape, size: int) -> Any:
    """Content of a size: a number, or so many letters, elements or entries."""
    if shape.kind in {"integer", "long"}:
        return size
    if shape.kind == "string":
        return shape.choices[0] if shape.choices else "a" * size
    assert shape.element is not None
    if shape.kind == "list":
        return [least(shape.element) for _ in range(size)]
    return {f"key{number}": least(shape.element) for number in range(size)}


def members(shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Every member within a structure that has limits, however deep, up to lists of structures."""
    for name, member in shape.members.items():
        inner, where = member.shape, (*path, name)
        if inner.attribute:
            continue
        if not inner.table and (inner.minimum is not None or inner.maximum is not None):
            yield where, inner
        element = inner.element
        if inner.kind == "structure":
            yield from members(inner, where)
        elif inner.kind == "list" and element is not None and element.kind == "structure" and not element.attribute:
            yield from members(element, (*where, "[]"))


def holding(shape: Shape, path: Path, content: Any) -> Any:
    """The least content of a shape that has this at a path."""
    if not path:
        return content
    name, *rest = path
    if name == "[]":
        assert shape.element is not None
        more = least(shape)[1:]
        return [holding(shape.element, tuple(rest), content), *more]
    return {**least(shape), name: holding(shape.members[name].shape, tuple(rest), content)}


def limits() -> Iterator[Any]:
    """What is tried: an operation, a member's path, and a size on each side of a limit."""
    for operation in sorted(OPERATIONS):
        shape = input_shape(operation)
        assert shape is not None
        for path, limited in members(shape):
            for inside, outside in _sides(limited):
                if outside >= 0 and max(inside, outside) <= LONGEST and _is_spelt_freely(limited, inside):
                    label = f"{operation} {'.'.join(path)} {inside} {outside}"
                    yield pytest.param(operation, path, limited, inside, outside, id=label)


def _sides(shape: Shape) -> Iterator[tuple[int, int]]:
    if shape.minimum is not None:
        yield shape.minimum, shape.minimum - 1
    if shape.maximum is not None:
        yield shape.maximum, shape.maximum + 1


def _is_spelt_freely(shape: Shape, size: int) -> bool:
    return shape.kind != "string" or (shape.pattern is None or shape.pattern.fullmatch("a" * size) is not None)


@pytest.mark.parametrize(("operation", "path", "limited", "inside", "outside"), list(limits()))
def test_the_last_content_inside_a_limit_is_taken_and_the_next_is_not(
    operation: str, path: Path, limited: Shape, inside: int, outside: int
) -> None:
    shape = input_shape(operation)
    assert shape is not None
    request = holding(shape, path, sized(limited, inside))
    assert check_request(surface_of(operation), request) == request
    with pytest.raises(ValidationException):
        check_request(surface_of(operation), holding(shape, path, sized(limited, outside)))
