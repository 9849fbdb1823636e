"""What a SELECT gives of items: paths, each by the name it ends with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pytest_dynamodb.engine.evaluation.paths import Read, compile_path, head
from pytest_dynamodb.engine.partiql.conditions import node_path
from pytest_dynamodb.engine.partiql.literals import Value
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.syntax import Expression, Name, PathTerm
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.expressions.nodes import Projection


@dataclass(frozen=True, slots=True)
class Columns:
    """``names`` are the attributes that the paths begin with; ``None``, as is ``tree``, of ``SELECT *``."""

    give: Callable[[Attributes], Attributes]
    names: tuple[str, ...] | None = None
    tree: Projection | None = None


EVERYTHING: Final = Columns(lambda attributes: attributes)


def columns_of(expressions: tuple[Expression, ...]) -> Columns:
    """The columns of a SELECT. Raises ValidationException for what is no path, and for names that come twice."""
    if not expressions:
        return EVERYTHING
    reads: dict[str, Read] = {}
    paths = []
    for expression in expressions:
        if not isinstance(expression, PathTerm):
            reject("column", at=expression.at)
        path, name = node_path(expression), column_name(expression.parts)
        if name in reads:
            reject("column-twice", name=name)
        reads[name] = compile_path(path)
        paths.append(path)
    return Columns(_giving(reads), tuple(map(head, paths)), Projection(tuple(paths)))


def column_name(parts: Name) -> str:
    """The last name of a path, with the positions after it: ``k[0]`` of ``m.k[0]`` (hectorvent/floci's captures)."""
    last = max(at for at, part in enumerate(parts) if isinstance(part, str))
    return str(parts[last]) + "".join(f"[{part}]" for part in parts[last + 1 :])


def _giving(reads: dict[str, Read]) -> Callable[[Attributes], Attributes]:
    def give(attributes: Attributes) -> dict[str, Value]:
        found = ((name, read(attributes)) for name, read in reads.items())
        return {name: value for name, value in found if value is not None}

    return give
