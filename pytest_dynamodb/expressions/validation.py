"""What DynamoDB checks about a parsed expression, and in which order.

A condition            unknown function, misused function, reserved word; then condition by condition, as written:
                       undefined names and values, number of operands, equal operands, operand types
An update              reserved word, unknown function, repeated section, undefined names, undefined values,
                       overlapping paths, conflicting paths, ADD and DELETE operands, function operands
A projection           reserved word, undefined names, overlapping paths, conflicting paths

Each is checked on the whole expression before the next (dynalite's suite, whose cases ran against AWS; the part that
goes condition by condition also dynamodb-conformance, validation-ordering/queryKeyCondition). Limits that no source
orders come where they cost nothing: path depth before the names.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pytest_dynamodb.expressions.checks import Checks, Names, Values
from pytest_dynamodb.expressions.condition_checks import ConditionChecks
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import Tree
from pytest_dynamodb.expressions.parser import CACHED_TEXTS, ExpressionName, parse
from pytest_dynamodb.expressions.tokens import locate
from pytest_dynamodb.expressions.update_checks import ProjectionChecks, UpdateChecks

_CHECKS: Final[dict[ExpressionName, type[Checks]]] = {
    "ConditionExpression": ConditionChecks,
    "FilterExpression": ConditionChecks,
    "KeyConditionExpression": ConditionChecks,
    "UpdateExpression": UpdateChecks,
    "ProjectionExpression": ProjectionChecks,
}


def compile_expression(expression: ExpressionName, text: str, names: Names, values: Values) -> Tree:
    """Text to resolved, checked tree: ``checked_tree`` and ``bind`` for a request's only expression.

    Raises ``ExpressionError`` with what DynamoDB would report first about this expression.
    """
    try:
        return bind(expression, checked_tree(expression, text), names, values)
    except ExpressionError as problem:
        if problem.position is None and problem.token is not None:
            problem.position = locate(text, problem.token)
        raise


@lru_cache(maxsize=CACHED_TEXTS)
def checked_tree(expression: ExpressionName, text: str) -> Tree:
    """The tree of a text, after every check that needs neither names nor values. Cached by text, bounded.

    DynamoDB comes so far with every expression of a request before it looks at the names and values of the first
    (dynalite's suite, test/scan). Raises ``ExpressionError``.
    """
    tree = parse(expression, text)
    check_tree(expression, tree)
    return tree


def check_tree(expression: ExpressionName, tree: Tree) -> None:
    """Check a tree that was built and not parsed as ``checked_tree`` checks a text's. Raises ``ExpressionError``."""
    _CHECKS[expression](expression, {}, {}).text_alone(tree)


def bind(expression: ExpressionName, tree: Tree, names: Names, values: Values) -> Tree:
    """The resolved tree of a checked one, after the checks that need names and values. Raises ``ExpressionError``."""
    return _CHECKS[expression](expression, names, values).resolved(tree)
