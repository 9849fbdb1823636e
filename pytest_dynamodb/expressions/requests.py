"""The expression parameters of one request, rendered together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.buildable import PathLike
from pytest_dynamodb.expressions.conditions import ConditionLike, as_condition
from pytest_dynamodb.expressions.nodes import Projection, Tree
from pytest_dynamodb.expressions.parser import ConditionName, ExpressionName
from pytest_dynamodb.expressions.rendering import Placeholders, render
from pytest_dynamodb.expressions.updates import Update, as_projection, as_update


def expression_params(
    *,
    condition: ConditionLike | None = None,
    filtered_by: ConditionLike | None = None,
    key_condition: ConditionLike | None = None,
    update: Update | nodes.Update | str | None = None,
    projection: Iterable[PathLike] | Projection | str | None = None,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A request's expression parameters, with the names and values that they need.

    A text is passed on as it is, and its placeholders are the caller's: to be found in ``names`` and ``values`` (wire
    form), and never allocated to anything else. What is not given is not in the result; empty maps are not either.
    Raises ``ExpressionMisuse`` or ``ExpressionError``.
    """
    conditions: dict[ConditionName, ConditionLike | None] = {
        "KeyConditionExpression": key_condition,
        "FilterExpression": filtered_by,
        "ConditionExpression": condition,
    }
    trees: dict[ExpressionName, Tree] = {
        name: as_condition(value, expression=name) for name, value in conditions.items() if value is not None
    }
    texts: dict[ExpressionName, str] = {name: value for name, value in conditions.items() if isinstance(value, str)}
    if update is not None:
        trees["UpdateExpression"] = as_update(update)
        if isinstance(update, str):
            texts["UpdateExpression"] = update
    if projection is not None:
        trees["ProjectionExpression"] = as_projection(projection)
        if isinstance(projection, str):
            texts["ProjectionExpression"] = projection
    into = Placeholders(names, values, trees=trees.values())
    params: dict[str, Any] = {name: texts.get(name) or render(tree, into) for name, tree in trees.items()}
    if into.names:
        params["ExpressionAttributeNames"] = into.names
    if into.values:
        params["ExpressionAttributeValues"] = into.values
    return params
