"""Where a Query looks: which partition, and which part of it. Checked against the key schema, with the start key.

The checks go key attribute by key attribute, first its part of the start key, then its condition (dynalite's suite,
test/query, whose cases ran against AWS). That a RANGE attribute needs conditions on those before it is
dynamodb-conformance's, query/multiAttributeGsiKey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from pytest_dynamodb.engine.parameters.keyconditions import (
    EMPTY,
    MISSED,
    NOT_INDEXABLE,
    NOT_SUPPORTED,
    WRONG_TYPE,
    Clause,
    Unindexable,
)
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.reads.span import Spans, span_of
from pytest_dynamodb.engine.reads.startkey import check_key_attribute
from pytest_dynamodb.engine.schema import KeyPart, ordered
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.storage.partition import Identity
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import Dialect
from pytest_dynamodb.expressions.keyconditions import KeyClause

TOO_MANY: Final[dict[Dialect, str]] = {
    "classic": "Conditions can be of length 1 or 2 only",
    # dynamodb-conformance, error-messages/queryKeyConditionOperands: captured in October 2026
    "2026": (
        "The number of query conditions ({count}) exceeds the number of key attributes defined in the schema ({keys})"
    ),
}
_NOT_SUPPORTED: Final = "Query key condition not supported"
_MISSED: Final = "Query condition missed key schema element: {name}"
_NOT_INDEXABLE: Final = "Attempted conditional constraint is not an indexable operation"
_WRONG_TYPE: Final = "One or more parameter values were invalid: Condition parameter type does not match schema type"
_GAP: Final = (
    "RANGE key attributes {names} must have equality conditions specified in the query "
    "because a condition is present on key attribute {name}"
)
_INDEXABLE: Final = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """The partition that a Query reads, and the part of it; no spans is all of it."""

    identity: Identity
    spans: Spans


def plan_query(source: Source, clauses: Sequence[KeyClause], start: Attributes | None, *, dialect: Dialect) -> KeyPlan:
    """Where conditions on keys lead. Raises ValidationException if they, or a start key's attributes, do not fit.

    ``start`` must have as many attributes as start keys of the source have; whether it is one of the table's, and
    lies within the conditions, is for ``startkey``.
    """
    conditions = {clause.attribute: clause for clause in clauses}
    keys = source.keys
    foreign = not conditions.keys() <= set(keys.names)
    for part in keys.hash:
        if start is not None:
            check_key_attribute(start, part)
        _check_count(len(clauses), len(keys.parts), dialect)
        clause = conditions.get(part[0])
        if clause is None:
            _reject(_MISSED, name=part[0])
        _check_clause(clause, part)
        if clause.operator != "=":
            _reject(_NOT_SUPPORTED)
    for part in keys.range:
        if start is not None:
            check_key_attribute(start, part)
        clause = conditions.get(part[0])
        if clause is not None:
            _check_clause(clause, part)
        elif foreign:
            _reject(_MISSED, name=part[0])
    return KeyPlan(_identity(keys.hash, conditions), _spans(source, conditions))


def _check_count(count: int, keys: int, dialect: Dialect) -> None:
    if count > keys == 1:
        _reject(_NOT_SUPPORTED)
    if count > keys:
        _reject(TOO_MANY[dialect], count=count, keys=keys)


def _check_clause(clause: KeyClause, part: KeyPart) -> None:
    if clause.operator not in _INDEXABLE:
        _reject(_NOT_INDEXABLE)
    tag = part[1]
    for operand in clause.operands:
        if tag not in operand.wire:
            _reject(_WRONG_TYPE)


def _reject(message: str, **details: object) -> NoReturn:
    raise ValidationException(message.format(**details))


def _identity(parts: tuple[KeyPart, ...], conditions: Mapping[str, KeyClause]) -> Identity:
    contents = [conditions[name].operands[0].wire[tag] for name, tag in parts]
    identity: Identity = contents[0] if len(contents) == 1 else tuple(contents)
    return identity


def _spans(source: Source, conditions: Mapping[str, KeyClause]) -> Spans:
    parts = source.keys.range
    if len(conditions) == len(source.keys.hash):
        return ()
    given = [conditions.get(name) for name, _ in parts]
    last = max(at for at, clause in enumerate(given) if clause is not None)
    gaps = [parts[at][0] for at, clause in enumerate(given[:last]) if clause is None or clause.operator != "="]
    if gaps:
        _reject(_GAP, names=", ".join(gaps), name=parts[last][0])
    placed_by_tuples = source.index is not None
    return tuple(
        span_of(clause.operator, _bounds(clause, parts[at][1]), at if placed_by_tuples else None)
        for at, clause in enumerate(given)
        if clause is not None
    )


def _bounds(clause: KeyClause, tag: str) -> list[object]:
    return [ordered(tag, operand.wire[tag]) for operand in clause.operands]
