"""What a call touches, so that two calls whose order makes no difference are known without trying both orders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from pytest_dynamodb.exchange import Request
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import UNKNOWN_TABLE, Part, changes_nothing, parts
from pytest_dynamodb.values import canonical_value


class Touch(NamedTuple):
    """Items that a call reads or writes: one item, those of a partition key (no ``sort``), or a table (no
    ``partition``).

    ``UNKNOWN_TABLE`` stands for all tables. ``partition`` and ``sort`` are key values as canonical JSON; ``sort`` is
    empty in a table without a sort key.
    """

    table: str
    partition: str | None
    sort: str | None
    writes: bool

    def conflicts(self, other: Touch) -> bool:
        """Whether the order of the two may matter: they meet in an item, and one of them writes."""
        if not (self.writes or other.writes):
            return False
        if UNKNOWN_TABLE in {self.table, other.table}:
            return True
        if self.table != other.table:
            return False
        if None in {self.partition, other.partition}:
            return True
        return self.partition == other.partition and (None in {self.sort, other.sort} or self.sort == other.sort)


Footprint: TypeAlias = tuple[Touch, ...]
"""Everything that a call touches."""

KeyNamesOf: TypeAlias = Callable[[str], Sequence[str] | None]
"""The names of a table's key attributes, HASH first; ``None`` where there is no such table."""

EVERYTHING: Final[Footprint] = (Touch(UNKNOWN_TABLE, None, None, writes=True),)
"""Of a call that commutes with none."""


def conflict(one: Footprint, other: Footprint) -> bool:
    """Whether the order of two calls may matter to anybody."""
    return any(mine.conflicts(theirs) for mine in one for theirs in other)


def footprint(request: Request, key_names: KeyNamesOf) -> Footprint:
    """What a request touches, or more than that where the request does not tell.

    What is read by an index, and what a Scan reads, is the whole table: a write of any of its items may change it. A
    request that is not about items is about all tables. Equal idempotency tokens meet: the second request of a token is
    not carried out.
    """
    row = OPERATIONS.get(request.operation)
    if row is None or not row.items:
        return (Touch(UNKNOWN_TABLE, None, None, writes=not changes_nothing(request.operation, request.params)),)
    touched = [_touch(part, key_names) for part in parts(request.operation, request.params)]
    touched += [
        Touch(f"{name}:", str(request.params[name]), "", writes=True) for name in row.tokens if name in request.params
    ]
    return tuple(dict.fromkeys(touched))


def _touch(part: Part, key_names: KeyNamesOf) -> Touch:
    names = None if part.index_name is not None else key_names(part.table)
    if not names:
        return Touch(part.table, None, None, part.writes)
    known: Mapping[str, Any] = part.attributes
    values = [_text(known[name]) if name in known else None for name in names]
    sort = values[1] if len(values) > 1 else ""
    return Touch(part.table, values[0], None if values[0] is None else sort, part.writes)


def _text(value: Any) -> str:
    return json.dumps(canonical_value(value), sort_keys=True)
