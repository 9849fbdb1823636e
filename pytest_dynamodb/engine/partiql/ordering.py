"""ORDER BY: keys only, and only where partitions are read by key (hectorvent/floci's captures)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.syntax import OrderTerm, PathTerm
from pytest_dynamodb.engine.reads.source import Source


class Ordering(NamedTuple):
    """An attribute to order by."""

    name: str
    descending: bool


def orderings(terms: Sequence[OrderTerm]) -> tuple[Ordering, ...]:
    """The attributes of an ORDER BY. Raises ValidationException for what is no attribute."""
    found = []
    for term in terms:
        if not isinstance(term.path, PathTerm):
            reject("column", at=term.path.at)
        found.append(Ordering(".".join(map(str, term.path.parts)), term.descending))
    return tuple(found)


def check_order(order: Sequence[Ordering], source: Source, *, has_where: bool, partitions: int) -> None:
    """Raise ValidationException for an order that reads of so many partitions (0: a scan) cannot give."""
    if not order:
        return
    if not has_where:
        reject("order-where")
    names = [term.name for term in order]
    for name in names:
        if name not in source.keys.names:
            reject("order-attribute", name=name)
    if not partitions:
        reject("order-key")
    if partitions > 1 and source.keys.hash[0][0] not in names:
        reject("order-hash")
