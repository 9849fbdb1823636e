"""One form for all requests that mean the same, so that a cassette can find a recording by meaning.

An expression's canonical form is a list of clauses as text: the AND-ed conditions, the update actions or the projected
paths, in order of text, names and values put in place of their placeholders::

    begins_with(#s, :p) AND pk = :k
    ['begins_with(sk, {"S":"O#"})', 'pk = {"S":"a"}']

Equal are: other placeholders for the same names and values; numbers and sets spelled otherwise; operands of AND, OR,
IN, ``=``, ``<>`` and ``+``, update actions, sections and projected paths in another order; ``a > b`` and ``b < a``;
NOT NOT; parentheses that change nothing. Everything else differs. What is compared is the meaning, not whether every
endpoint takes the spelling: a reserved word written bare equals the same word behind an alias. But an expression that
cannot be parsed, misses a placeholder or repeats a section has no meaning to compare; it stays as it is written, and so
do its names and values. Placeholders that no expression uses are kept.

Equality is by text: a request's form may be encoded with sorted keys and hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pytest_dynamodb.expressions.clauses import CANNOT, plan_of, value_text
from pytest_dynamodb.expressions.definitions import canonical_definition
from pytest_dynamodb.expressions.parser import MAX_BYTES, ExpressionName
from pytest_dynamodb.operations import named
from pytest_dynamodb.values import canonical_item, canonical_value

_OPERATIONS: Final = named()
"""The operations whose parameters hold attribute values or expressions."""

_NOTHING: Final[dict[str, Any]] = {}


def canonical_params(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The wire parameters of a request in canonical form: equal where the requests surely mean the same.

    Returns a new mapping fit for JSON; parts that have no other form are shared with ``params``, which is not changed.
    Expressions become lists of clauses (see the module's text), attribute values take their canonical form, the legacy
    parameters lose what only spells out a default. Of a request about tables, what is a set to AWS takes one order
    (``definitions``). Idempotency tokens, defaults of other parameters and the order of batches and transactions are
    left alone.

    Never raises, whatever JSON ``params`` is; what is of a wrong type stays as it is.
    """
    if type(params) is not dict:
        return params  # hostile input, which the signature excludes and the promise above does not
    if operation not in _OPERATIONS:
        return canonical_definition(params)
    request: dict[str, Any] = _request(params, _MEMBERS)
    return request


def _request(params: Any, members: Mapping[str, Callable[[Any], Any] | None]) -> Any:
    """A request or one part of a batch or transaction."""
    if type(params) is not dict:
        return params
    request: dict[str, Any] = {}
    expressions: list[ExpressionName] = []
    for name, value in params.items():
        form = members.get(name)
        if form is not None:
            request[name] = form(value)
        else:
            request[name] = value
            if name in _EXPRESSIONS:
                expressions.append(name)
    if expressions:
        _put_clauses(request, expressions)
    elif "ExpressionAttributeValues" in request:
        request["ExpressionAttributeValues"] = canonical_item(request["ExpressionAttributeValues"])
    if "ConditionalOperator" in request:
        _drop_default_operator(request)
    return request


def _put_clauses(request: dict[str, Any], expressions: list[ExpressionName]) -> None:
    """Replace expressions by their clauses and drop the names and values they use, unless an expression has to stay as
    it is.
    """
    names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    known_names = names if type(names) is dict else _NOTHING
    known_values = values if type(values) is dict else _NOTHING
    used_names: frozenset[str] = frozenset()
    used_values: frozenset[str] = frozenset()
    resolved = True
    for expression in expressions:
        text = request[expression]
        plan = plan_of(expression, text) if type(text) is str and len(text) <= MAX_BYTES else None
        if plan is None:
            resolved = False
            continue
        try:
            request[expression] = plan.run(known_names, known_values)
        except CANNOT:
            resolved = False
            continue
        used_names |= plan.names
        used_values |= plan.values
    if not resolved:
        used_names = used_values = frozenset()
    if known_names:
        _keep_unused(request, "ExpressionAttributeNames", known_names, used_names)
    if known_values:
        _keep_unused(request, "ExpressionAttributeValues", known_values, used_values)


def _keep_unused(request: dict[str, Any], name: str, known: dict[str, Any], used: frozenset[str]) -> None:
    """Keep names or values that no expression uses: DynamoDB rejects them. ``used`` is part of ``known``."""
    if len(used) == len(known):
        del request[name]
    else:
        request[name] = {key: canonical_value(value) for key, value in known.items() if key not in used}


def _drop_default_operator(request: dict[str, Any]) -> None:
    """AND is the default, but is only accepted with two conditions or more (API reference, ConditionalOperator)."""
    if request["ConditionalOperator"] == "AND":
        for legacy in ("Expected", "QueryFilter", "ScanFilter"):
            conditions = request.get(legacy)
            if type(conditions) is dict and len(conditions) > 1:
                del request["ConditionalOperator"]
                return


def _items(items: Any) -> Any:
    return [canonical_item(item) for item in items] if type(items) is list else items


def _values(values: Any) -> Any:
    return [canonical_value(value) for value in values] if type(values) is list else values


def _in_order(names: Any) -> Any:
    return sorted(names) if type(names) is list and all(type(name) is str for name in names) else names


def _legacy_conditions(conditions: Any) -> Any:
    """Expected, KeyConditions, QueryFilter, ScanFilter: a condition an attribute."""
    if type(conditions) is not dict:
        return conditions
    return {name: _legacy_condition(condition) for name, condition in conditions.items()}


def _legacy_condition(condition: Any) -> Any:
    if type(condition) is not dict:
        return condition
    form = dict(condition)
    if "Value" in form:
        form["Value"] = canonical_value(form["Value"])
        if form.get("Exists") is True:
            del form["Exists"]  # true is the default beside a value (API reference, ExpectedAttributeValue)
    operands = _values(form.get("AttributeValueList"))
    if type(operands) is list:
        form["AttributeValueList"] = _members(operands) if form.get("ComparisonOperator") == "IN" else operands
    return form


def _members(operands: list[Any]) -> list[Any]:
    try:
        return sorted(operands, key=value_text)
    except CANNOT:
        return operands


def _legacy_updates(updates: Any) -> Any:
    """AttributeUpdates. PUT is the default action (API reference, AttributeValueUpdate)."""
    if type(updates) is not dict:
        return updates
    return {name: _legacy_update(update) for name, update in updates.items()}


def _legacy_update(update: Any) -> Any:
    if type(update) is not dict:
        return update
    form = {name: canonical_value(value) if name == "Value" else value for name, value in update.items()}
    if form.get("Action") == "PUT":
        del form["Action"]
    return form


def _parts(parts: Any) -> Any:
    """TransactItems, and the lists of BatchWriteItem: mappings of one action to its request."""
    return [_part(part) for part in parts] if type(parts) is list else parts


def _part(part: Any) -> Any:
    if type(part) is not dict:
        return part
    return {action: _request(request, _PART_MEMBERS) for action, request in part.items()}


def _tables(tables: Any) -> Any:
    """RequestItems: a table's reads (BatchGetItem) or its list of writes (BatchWriteItem)."""
    if type(tables) is not dict:
        return tables
    return {
        table: _parts(request) if type(request) is list else _request(request, _PART_MEMBERS)
        for table, request in tables.items()
    }


def _statements(statements: Any) -> Any:
    """Statements and TransactStatements."""
    if type(statements) is not list:
        return statements
    return [_request(statement, _PART_MEMBERS) for statement in statements]


_EXPRESSIONS: Final[dict[ExpressionName, None]] = dict.fromkeys(
    ("ConditionExpression", "FilterExpression", "KeyConditionExpression", "UpdateExpression", "ProjectionExpression")
)

_PART_MEMBERS: Final[dict[str, Callable[[Any], Any] | None]] = {
    "Item": canonical_item,
    "Key": canonical_item,
    "Keys": _items,
    "ExclusiveStartKey": canonical_item,
    "Parameters": _values,
    "AttributesToGet": _in_order,
    "Expected": _legacy_conditions,
    "KeyConditions": _legacy_conditions,
    "QueryFilter": _legacy_conditions,
    "ScanFilter": _legacy_conditions,
    "AttributeUpdates": _legacy_updates,
}

# Parts hold no parts: so a hostile request cannot nest, and walking it cannot recurse without end.
_MEMBERS: Final[dict[str, Callable[[Any], Any] | None]] = {
    **_PART_MEMBERS,
    "TransactItems": _parts,
    "RequestItems": _tables,
    "Statements": _statements,
    "TransactStatements": _statements,
}
