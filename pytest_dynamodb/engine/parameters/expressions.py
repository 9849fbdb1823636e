"""The expressions of a request as resolved trees, checked in AWS's order.

    the maps of names and values      not empty, well-formed keys
    the values                        attribute values
    the texts of all expressions      what names and values have no part in
    expression by expression          names, values, operands
    names and values                  used by some expression
    the key condition                 one clause an attribute

(dynalite's suite, whose cases ran against AWS: test/putItem, test/query, test/scan.) Requests come again and again with
other values only. So what was found right once is remembered by texts, names and types of values: ``_TEMPLATES``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast
from typing import Literal as Choice

from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import checked_expression_values
from pytest_dynamodb.expressions import nodes, resolution
from pytest_dynamodb.expressions.checks import Values, bind, checked_tree
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.parser import ExpressionName

# --- usage ---
# Which parameters of a request may come together: checked before any of them is looked at.

MIXED: Final = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {{{legacy}}} Expression parameters: {{{expressions}}}"
)
NAMES_ALONE: Final = "ExpressionAttributeNames can only be specified when using expressions"
OPERATOR_ALONE: Final = "ConditionalOperator cannot be used without Filter or Expected"
OPERATOR_OF_ONE: Final = "ConditionalOperator can only be used when Filter or Expected has two or more elements"
VALUES_ALONE: Final = "ExpressionAttributeValues can only be specified when using expressions"
NULL_EXPRESSIONS: Final = ": {expressions} {are} null"


def check_usage(surface: Surface, params: Mapping[str, Any]) -> None:
    """Check that a request does not mix expressions with what they replace, nor has names or values without any.

    ``surface`` is the row that ``params`` belong to, of an operation or of a part. Raises ``ValidationException``
    (dynalite's suite: "if expression and non-expression" and the cases after it).
    """
    problem = _misuse(surface, params)
    if problem is not None:
        raise surface.refusal(problem)


def _misuse(surface: Surface, params: Mapping[str, Any]) -> str | None:
    expressions = [name for name in surface.expressions if params.get(name) is not None]
    if expressions:
        legacy = _legacy(surface, params)
        if legacy:
            return MIXED.format(legacy=", ".join(legacy), expressions=", ".join(expressions))
    elif params.get("ExpressionAttributeNames") is not None:
        return NAMES_ALONE
    if params.get("ExpressionAttributeValues") is not None:
        problem = _values_alone(surface, params)
        if problem is not None:
            return problem
    return None if params.get("ConditionalOperator") is None else _operator_alone(params)


def _legacy(surface: Surface, params: Mapping[str, Any]) -> list[str]:
    """The legacy parameters given. KeyConditions beside a FilterExpression are no mixture."""
    alone = params.get("KeyConditionExpression") is None
    return [name for name in surface.legacy if params.get(name) is not None and not (alone and name == "KeyConditions")]


def _operator_alone(params: Mapping[str, Any]) -> str | None:
    """ConditionalOperator joins two conditions or more (extenddb, test_conditional_operator, also run against AWS)."""
    joined = sum(len(params.get(name) or ()) for name in ("Expected", "QueryFilter", "ScanFilter"))
    if joined >= 2:
        return None
    return OPERATOR_OF_ONE if joined else OPERATOR_ALONE


def _values_alone(surface: Surface, params: Mapping[str, Any]) -> str | None:
    valued = surface.valued
    if not valued or any(params.get(name) is not None for name in valued):
        return None
    if not surface.lists_absent:
        return VALUES_ALONE
    return VALUES_ALONE + NULL_EXPRESSIONS.format(
        expressions=" and ".join(valued), are="are" if len(valued) > 1 else "is"
    )


@dataclass(frozen=True, slots=True)
class BoundExpressions:
    """The expressions of a request, resolved and checked; ``None`` where there is none."""

    condition: nodes.ConditionTree | None = None
    update: nodes.UpdateTree | None = None
    key_clauses: tuple[resolution.KeyClause, ...] | None = None
    filter: nodes.ConditionTree | None = None
    projection: nodes.ProjectionTree | None = None


MANY, LONG = 100, 1000
"""Up to so many names or values, of so many characters each, are far below the limit of 2 MB: no sum is needed."""

NO_EXPRESSIONS: Final = BoundExpressions()


def bind_expressions(surface: Surface, params: Mapping[str, Any]) -> BoundExpressions:
    """The expressions of a request, or of a part of one, bound to its names and values.

    ``surface`` is the row that ``params`` belong to. Values in the trees are canonical. ``check_usage`` must have
    passed. Raises ``ValidationException`` with what DynamoDB would report first.
    """
    texts = [(name, params[name]) for name in surface.checked if params.get(name) is not None]
    if not texts:
        return NO_EXPRESSIONS
    try:
        return _bound(surface, texts, params)
    except ExpressionError as problem:
        raise surface.refusal(problem.render(surface.key_conditions)) from problem


def _bound(surface: Surface, texts: list[tuple[ExpressionName, str]], params: Mapping[str, Any]) -> BoundExpressions:
    # A read of items has no values: it ignores them.
    given: Values | None = params.get("ExpressionAttributeValues") if surface.valued else None
    names: Mapping[str, str] | None = params.get("ExpressionAttributeNames")
    named = None if names is None else tuple(names.items())
    _check_keys(named, None if given is None else tuple(given))
    values = {} if given is None else checked_expression_values(given, wording=surface)
    if _may_be_large(names) or any(map(_may_be_large, values.values())) or len(values) > MANY:
        resolution.check_sizes(names, values)
    shape = (tuple(texts), named or (), tuple([(key, next(iter(value))) for key, value in values.items()]))
    template = _TEMPLATES.get(shape)
    if template is None:
        trees = _checked(texts, names or {}, values, given)
        _remember(shape, template := _template(texts, names or {}))
    else:
        trees = {expression: _filled(expression, tree, kind, values) for expression, tree, kind in template}
    return _expressions(trees)


def _expressions(trees: dict[ExpressionName, nodes.Tree]) -> BoundExpressions:
    key_condition = trees.get("KeyConditionExpression")
    return BoundExpressions(
        condition=cast("nodes.ConditionTree | None", trees.get("ConditionExpression")),
        update=cast("nodes.UpdateTree | None", trees.get("UpdateExpression")),
        key_clauses=None
        if key_condition is None
        else resolution.key_clauses(cast("nodes.ConditionTree", key_condition)),
        filter=cast("nodes.ConditionTree | None", trees.get("FilterExpression")),
        projection=cast("nodes.ProjectionTree | None", trees.get("ProjectionExpression")),
    )


@lru_cache(maxsize=1024)
def _check_keys(names: tuple[tuple[str, str], ...] | None, values: tuple[str, ...] | None) -> None:
    resolution.check_keys(None if names is None else dict(names), None if values is None else dict.fromkeys(values))


def _may_be_large(texts: Mapping[str, Any] | None) -> bool:
    """Whether names, or one value, may take so much that the limit of all matters: most requests need no sum."""
    return texts is not None and (
        len(texts) > MANY or any(type(text) is not str or len(text) > LONG for text in texts.values())
    )


def _checked(
    texts: list[tuple[ExpressionName, str]], names: Mapping[str, str], values: Values, given: Values | None
) -> dict[ExpressionName, nodes.Tree]:
    """Every check, on trees as parsed: of a key condition all of them, before any other text is looked at."""
    parsed: dict[ExpressionName, nodes.Tree] = {}
    trees: dict[ExpressionName, nodes.Tree] = {}
    for keys in (True, False):
        group = {
            expression: checked_tree(expression, text)
            for expression, text in texts
            if (expression == "KeyConditionExpression") is keys
        }
        parsed |= group
        trees |= {expression: bind(expression, tree, names, values) for expression, tree in group.items()}
    resolution.check_unused(parsed.values(), names, given)
    return trees


# --- templates ---
# What was found right once.

_Shape: TypeAlias = (
    "tuple[tuple[tuple[ExpressionName, str], ...], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]"
)
_Kind: TypeAlias = Choice["constant", "filled", "checked"]
"""What values have to do with a tree: nothing; they are put in; they are also checked, whatever their types."""

_Template: TypeAlias = "tuple[tuple[ExpressionName, nodes.Tree, _Kind], ...]"

MAX_TEMPLATES: Final = 1024
_TEMPLATES: Final[dict[_Shape, _Template]] = {}


def _template(texts: list[tuple[ExpressionName, str]], names: Mapping[str, str]) -> _Template:
    """The trees with names in place."""
    trees = [(expression, resolution.put_names(checked_tree(expression, text), names)) for expression, text in texts]
    return tuple((expression, tree, _kind(list(nodes.walk(tree)))) for expression, tree in trees)


def _kind(found: list[nodes.Node]) -> _Kind:
    if any(map(_looks_at_values, found)):
        return "checked"
    return "filled" if any(isinstance(node, nodes.Placeholder) for node in found) else "constant"


def _looks_at_values(node: nodes.Node) -> bool:
    """Bounds must be in order, and the name of a type must be one."""
    return isinstance(node, nodes.Between) or (isinstance(node, nodes.Function) and node.name == "attribute_type")


def _filled(expression: ExpressionName, tree: nodes.Tree, kind: _Kind, values: Values) -> nodes.Tree:
    if kind == "constant":
        return tree
    if kind == "filled":
        return resolution.put_values(tree, values, expression=expression)
    return bind(expression, tree, {}, values)


def _remember(shape: _Shape, template: _Template) -> None:
    if len(_TEMPLATES) >= MAX_TEMPLATES:
        _TEMPLATES.clear()
    _TEMPLATES[shape] = template
