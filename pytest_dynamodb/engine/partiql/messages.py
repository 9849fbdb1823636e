"""What DynamoDB says about a statement, by kind. ``{at}`` is where it stands: line, column and length of a token.

Sources: [g] dynamodb-conformance, error-messages/partiqlGrammar, [f] partiqlFunctions, [n] partiqlParameterNumbers,
[m] partiqlMultiAttributeIndex, [i] its index qualifier and RETURNING cases, all captured from AWS in 2026; [c] the
PartiQL cases of hectorvent/floci, captured from AWS on 2026-09-17; [w] winterbaume's notes of answers of AWS; [d]
nubo-db/dynoxide, as compared with AWS; [o] answers that others have published, AWS's or those of DynamoDB Local, which
has the same sentences wherever both are known (dbmeta's driver, moto's tests). "inferred": the sentence is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, NoReturn

from pytest_dynamodb.errors import ValidationException

# --- places ---


class At(NamedTuple):
    """Line and column, counted from 1, and length in characters."""

    line: int
    column: int
    length: int

    def __str__(self) -> str:
        """As in messages: ``1:27:11``."""
        return f"{self.line}:{self.column}:{self.length}"


NOT_WELL_FORMED: Final = "Statement wasn't well formed, can't be processed: "

MESSAGES: Final[dict[str, str]] = {
    # the text: always behind NOT_WELL_FORMED
    "unreadable": NOT_WELL_FORMED,  # [g] a literal, a comment or a character that is none
    "leftover": NOT_WELL_FORMED + "Unexpected token after expression",  # [g]
    "term": NOT_WELL_FORMED + "Unexpected term",  # [g]
    "keyword": NOT_WELL_FORMED + "Unexpected keyword",  # [g]
    "operator": NOT_WELL_FORMED + "Unexpected operator",  # [g]
    "right-hand": NOT_WELL_FORMED + "Missing right-hand side expression of infix operator",  # [g]
    "type-name": NOT_WELL_FORMED + "Expected type name",  # [g]
    "simple-path": NOT_WELL_FORMED + "Expected identifier for simple path",  # [g]
    "dot": NOT_WELL_FORMED + "Invalid path dot component",  # [f]
    "manipulation": NOT_WELL_FORMED + "Expected data manipulation",  # [i]
    "expected": NOT_WELL_FORMED + "Expected {what}",  # [o] for RIGHT_PAREN; inferred for others
    "deep": NOT_WELL_FORMED + "The statement is nested too deeply",  # inferred
    # statements
    "alias": "Aliasing is not supported",  # [g]
    "clause": "Unsupported clause: {clause} at {at}",  # [o] for LIMIT
    "operation": "Unsupported operation: {operation}",  # [g] for IsType
    "source": "Only select from a single table or index is supported.",  # inferred
    "source-parts": "A path may contain at most 2 components in the FROM clause",  # [i]
    "source-empty": "Path component cannot be an empty string",  # [i]
    "insert-index": "FROM clause may only contain a single table name in data manipulation statements",  # [i], [d]
    "insert-value": "Only a tuple of attributes can be inserted",  # inferred
    "write-index": "This operation is not supported on an index",  # [i]
    "exists": "EXISTS can only be used in ExecuteTransaction write requests.",  # [c]
    "exists-read": "EXISTS() must contain a single item read with additional condition",  # [f]
    "parameters": "Number of parameters in request and statement don't match.",  # [o]
    "column": "Unexpected path component at {at}",  # [f]
    "column-twice": "Duplicate identifiers in select clause: {name}",  # [o]
    "list-index": "List index is not within the allowable range; index: [{index}] at {at}",  # [c]
    # values
    "unconvertible": "The parameter cannot be converted to a numeric value: {text}",  # [n]
    "unconvertible-empty": "The parameter cannot be converted to a numeric value",  # [n]
    "under": "{message} under root{path}",  # [g] numbers, [c] levels
    "duplicates": "One or more parameter values were invalid: Input collection [{members}] contains duplicates.",  # [f]
    "duplicate-numbers": (
        "One or more parameter values were invalid: "  # [c]
        "Input collection [{members}] contains duplicates! under root{path}"
    ),
    "empty-bag": "Empty bags are not supported",  # [f]
    "mixed-bag": "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",  # [c]
    "data-type": "Unsupported data type: {kind} under key root{path} at {at}",  # [f], [c]
    "levels": "Nesting Levels have exceeded supported limits",  # [c]
    # conditions
    "function": "Unrecognized function: {name} at {at}",  # [f]
    "misused-function": (
        "The function is not allowed to be used this way in an expression; function: {name}"  # as in expressions
    ),
    "condition-operator": "Unsupported operator in Condition Expression. Operator: {operator}",  # [w]
    "one-operand": (
        "Incorrect number of operands for operator or function; "  # [w]
        "operator or function: {operator}, number of operands: 1"
    ),
    "operand-type": (
        "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {type}"  # [c]
    ),
    "attribute-type": (
        "Invalid attribute type name found; type: {type}, valid types: {{N,BS,L,B,NULL,M,S,SS,NS,BOOL}}"  # [c]
    ),
    "is-type": "The type {type} is not supported in an IS condition",  # inferred
    "no-condition": "The expression at {at} is not a condition",  # inferred
    "in-list": "The right operand of IN must be a list",  # inferred
    # updates
    "set-arguments": "{function} must have exactly two arguments at {at}",  # [f]
    "set-first": "The first argument to {function} must equal the assignment value at {at}",  # [f]
    "set-second": "The second argument to {function} must be a value with type SET at {at}",  # [f]
    "delete-returning": (
        "Invalid returning clause: RETURNING {clause}. Only RETURNING ALL OLD * is allowed in DELETE statements."  # [i]
    ),
    "insert-returning": "An INSERT statement cannot have a RETURNING clause",  # inferred
    # keys
    "no-key": "Where clause does not contain a mandatory equality on all key attributes",  # [g]
    "several-keys": (
        "Multiple conditions on same key {name}. Only single item Update/Insert/Delete are supported"  # [c]
    ),
    "key-type": "Key attribute's data type should match its data type in table's schema: Key {name}",  # [c]
    "overlap": "Overlapping conditions with range keys are not supported in where clause",  # [g]
    "reads": "Too many decomposed read operations for a given query.",  # [c]
    "order-where": "Must have WHERE clause in the statement when using ORDER BY clause.",  # [c]
    "order-attribute": "Attribute {name} in ORDER BY clause must be part of the primary key",  # [c]
    "order-key": (
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."  # [c]
    ),
    "order-hash": (
        "Must have hash key in ORDER BY clause "  # [c]
        "when more than one hash key condition specified in WHERE clause."
    ),
    # indexes
    "no-index": "The table does not have the specified index",  # [i]
    "index-type": "Scan operation not supported on this index type",  # tests/tier2/vectorSearch/partiql
    "not-consistent": "Strongly consistent read is not supported on Global Secondary Indexes",  # [i]
    "several-attributes": (
        "PartiQL statements cannot be executed on tables "  # [m]
        "with multi-attribute HASH keys or multi-attribute RANGE keys."
    ),
    # batches and transactions
    "single-read": "Select statements within {operation} must specify the primary key in the where clause.",  # [f], [i]
    "index-read": "Reads on indices are not supported within transactions.",  # [i]
    "returning": "RETURNING clause is not supported in ExecuteTransaction.",  # [i]
    "mixed-batch": "Read and write requests together in the same batch is not supported.",  # [d]
    "mixed-transaction": (
        "ExecuteTransaction API does not support both read and write operations in the same request."  # [c]
    ),
    "in-transaction": "Validation failed in TransactStatements[{index}]: {message}",  # [f]
    # pages
    "token": "Invalid NextToken",  # [d]
    "other-token": "NextToken does not match request",  # [d]
}


def text(kind: str, /, *, at: At | None = None, **details: object) -> str:
    return MESSAGES[kind].format(at=at, **details)


def rejection(kind: str, /, *, at: At | None = None, **details: object) -> ValidationException:
    return ValidationException(text(kind, at=at, **details))


def reject(kind: str, /, *, at: At | None = None, **details: object) -> NoReturn:
    """Raise a ValidationException with the message of a kind."""
    raise rejection(kind, at=at, **details)


# --- Java's set order ---
# AWS lists some names in the order in which a Java HashSet iterates.

_SMALLEST: Final = 16
_LOAD: Final = 0.75


def java_set_order(names: Iterable[str]) -> list[str]:
    """The names, each once, in the iteration order of a Java HashSet to which they were added one by one."""
    distinct = list(dict.fromkeys(names))
    size = _SMALLEST
    while len(distinct) > size * _LOAD:
        size *= 2
    return sorted(distinct, key=lambda name: _spread(name) & (size - 1))


def _spread(name: str) -> int:
    """Java's String.hashCode with its upper half folded into the lower, as HashMap does."""
    units = name.encode("utf-16-be", "surrogatepass")
    code = 0
    for at in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[at : at + 2], "big")) & 0xFFFFFFFF
    return code ^ (code >> 16)
