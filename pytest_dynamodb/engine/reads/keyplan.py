"""Where a Query looks: which partition, and which part of it. Checked against the key schema, with the start key.

The checks go key attribute by key attribute, first its part of the start key, then its condition (dynalite's suite,
test/query, whose cases ran against AWS). That a RANGE attribute needs conditions on those before it is
dynamodb-conformance's, query/multiAttributeGsiKey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.reads.span import Spans, check_key_attribute, span_of
from pytest_dynamodb.engine.schema import KeyPart, ordered
from pytest_dynamodb.engine.storage.partition import Attributes, Identity
from pytest_dynamodb.engine.validation.keys import check_key_value
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.messages import Edition
from pytest_dynamodb.expressions.resolution import KeyClause

# dynalite's suite, test/query; dynamodb-conformance, error-messages/query and queryKeyConditionOperands (2026-10).
TOO_MANY: Final = (
    "The number of query conditions ({count}) exceeds the number of key attributes defined in the schema ({maximum})"
)
MISSED: Final = "Query condition missed key schema element: {name}"
NOT_INDEXABLE: Final = "Attempted conditional constraint is not an indexable operation"
WRONG_TYPE: Final = "One or more parameter values were invalid: Condition parameter type does not match schema type"
NOT_SUPPORTED: Final = "Query key condition not supported"
NOT_ONE_OR_TWO: Final = "Conditions can be of length 1 or 2 only"
GAP: Final = (
    "RANGE key attributes {names} must have equality conditions specified in the query "
    "because a condition is present on key attribute {name}"
)
_SIMPLE_KEY: Final = 2  # attributes of any table's key, and of indexes before there were multi-attribute keys
_INDEXABLE: Final = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """The partition that a Query reads, and the part of it; no spans is all of it."""

    identity: Identity
    spans: Spans


def check_clause_count(count: int, edition: Edition, *, indexed: bool) -> None:
    """Raise ValidationException if no table's key could have so many conditions.

    The older wording comes before the table is looked for (dynalite's suite, test/query, "incorrect number of
    KeyConditions"). An index of several attributes may have more, and the newer one counts against the schema.
    """
    if count > _SIMPLE_KEY and edition == "older" and not indexed:
        _reject(NOT_ONE_OR_TWO)


def plan_query(source: Source, clauses: Sequence[KeyClause], start: Attributes | None, edition: Edition) -> KeyPlan:
    """The partition and spans that conditions on keys select.

    Raises ValidationException if the conditions, or a start key's attributes, do not fit the key schema.

    ``start`` must have as many attributes as start keys of the source have; whether it is one of the table's, and
    lies within the conditions, is for ``span``.
    """
    given = {clause.attribute: clause for clause in clauses}
    keys = source.keys
    conditions: dict[str, KeyClause] = {}
    for part in keys.hash:
        if start is not None:
            check_key_attribute(start, part, is_range=False)
        _check_count(len(given), len(keys.parts), edition)
        clause = _clause(given, part, is_range=False)
        if clause.operator != "=":
            _reject(NOT_SUPPORTED)
        conditions[part[0]] = clause
    foreign = not given.keys() <= set(keys.names)
    for part in keys.range:
        if start is not None:
            check_key_attribute(start, part, is_range=True)
        if foreign or part[0] in given:
            conditions[part[0]] = _clause(given, part, is_range=True)
    return KeyPlan(_identity(keys.hash, conditions), _spans(source, conditions))


def _check_count(count: int, keys: int, edition: Edition) -> None:
    if count > keys:
        _reject(NOT_SUPPORTED if keys == 1 and edition == "older" else TOO_MANY, count=count, maximum=keys)


def _clause(given: Mapping[str, KeyClause], part: KeyPart, *, is_range: bool) -> KeyClause:
    """The condition on a key attribute, with values that such a key could have: AWS also looks at their sizes
    (Parity Suite's captures of October 2026).
    """
    name, tag = part
    clause = given.get(name)
    if clause is None:
        _reject(MISSED, name=name)
    if clause.operator not in _INDEXABLE:
        _reject(NOT_INDEXABLE)
    for operand in clause.operands:
        if tag not in operand.wire:
            _reject(WRONG_TYPE)
        check_key_value(name, tag, operand.wire[tag], is_range=is_range)
    return clause


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
    clauses = [conditions.get(name) for name, _ in parts]
    last = max(at for at, clause in enumerate(clauses) if clause is not None)
    gaps = [parts[at][0] for at, clause in enumerate(clauses[:last]) if clause is None or clause.operator != "="]
    if gaps:
        _reject(GAP, names=", ".join(gaps), name=parts[last][0])
    placed_by_tuples = source.index is not None
    return tuple(
        [
            span_of(clause.operator, _bounds(clause, parts[at][1]), at if placed_by_tuples else None)
            for at, clause in enumerate(clauses)
            if clause is not None
        ]
    )


def _bounds(clause: KeyClause, tag: str) -> list[object]:
    return [ordered(tag, operand.wire[tag]) for operand in clause.operands]
