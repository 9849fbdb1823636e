"""SET and REMOVE as the same update tree that update expressions become, checked as they are.

``set_add`` and ``set_delete`` are ADD and DELETE.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from typing import Final, cast

from pytest_dynamodb.engine.evaluation.arithmetic import add, subtract
from pytest_dynamodb.engine.partiql.conditions import node_path, operand
from pytest_dynamodb.engine.partiql.literals import Value, literal
from pytest_dynamodb.engine.partiql.messages import reject, rejection
from pytest_dynamodb.engine.partiql.syntax import Assignment, Bag, Call, Expression, Operation, Parameter, PathTerm
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import (
    Arithmetic,
    Function,
    Literal,
    Operand,
    RemoveAction,
    Section,
    SectionName,
    SetAction,
    SetValue,
    Update,
    ValueAction,
)
from pytest_dynamodb.expressions.validation import bind

_SET_FUNCTIONS: Final[dict[str, SectionName]] = {"set_add": "ADD", "set_delete": "DELETE"}
_SETS: Final = frozenset({"SS", "NS", "BS"})
_PREFIX: Final = "Invalid UpdateExpression: "


def update_tree(assignments: Many[Assignment], parameters: Many[Value]) -> Update:
    """The update of a statement. Raises ValidationException for functions and operands that do not fit."""
    actions: dict[SectionName, list[SetAction | RemoveAction | ValueAction]] = {}
    for assignment in assignments:
        section, action = _action(assignment, parameters)
        actions.setdefault(section, []).append(action)
    tree = Update(tuple([Section(name, tuple(found)) for name, found in actions.items()]))
    try:
        return cast("Update", bind("UpdateExpression", tree, {}, {}))
    except ExpressionError as problem:
        raise ValidationException(problem.render().removeprefix(_PREFIX)) from problem


def _action(
    assignment: Assignment, parameters: Many[Value]
) -> tuple[SectionName, SetAction | RemoveAction | ValueAction]:
    path, value = node_path(assignment.path), assignment.value
    if value is None:
        return "REMOVE", RemoveAction(path)
    if isinstance(value, Call) and value.name in _SET_FUNCTIONS:
        return _SET_FUNCTIONS[value.name], ValueAction(path, _members(assignment.path, value, parameters))
    return "SET", SetAction(path, _value(value, parameters))


def _members(target: PathTerm, call: Call, parameters: Many[Value]) -> Literal:
    """What ``set_add`` adds to its target (dynamodb-conformance, error-messages/partiqlFunctions)."""
    function = call.name.upper()
    if len(call.arguments) != 2:
        reject("set-arguments", function=function, at=call.at)
    first, second = call.arguments
    if not isinstance(first, PathTerm) or first.parts != target.parts:
        reject("set-first", function=function, at=call.at)
    value: Value | None = None
    if isinstance(second, Parameter):
        value = parameters[second.index]
    elif isinstance(second, Bag):
        value = literal(second)
    if value is None or _SETS.isdisjoint(value):
        reject("set-second", function=function, at=first.at)
    return Literal(value)


def _value(expression: Expression, parameters: Many[Value]) -> SetValue:
    match expression:
        case Operation(operator="+" | "-", operands=(left, right)):
            return _arithmetic(expression, _value(left, parameters), _value(right, parameters))
        case Operation(operator="+" | "-" as operator):
            raise rejection("one-operand", operator=operator)
        case Operation(operator=operator):
            raise rejection("operation", operation=operator)
        case Call(name="list_append", arguments=arguments):
            values = [_value(argument, parameters) for argument in arguments]
            return Function("list_append", cast("tuple[Operand, ...]", tuple(values)))
        case Call():
            raise rejection("function", name=expression.name, at=expression.at)
        case _:
            return operand(expression, parameters)


def _arithmetic(operation: Operation, left: SetValue, right: SetValue) -> SetValue:
    """A sum; of two numbers that are known, their sum. AWS takes sums of sums, too (winterbaume's notes)."""
    for known in (left, right):
        if isinstance(known, Literal) and known.tag != "N":
            reject("operand-type", operator=operation.operator, type=known.tag)
    if isinstance(left, Literal) and isinstance(right, Literal):
        change = add if operation.operator == "+" else subtract
        return Literal({"N": change(left.wire["N"], right.wire["N"])})
    # The tree's type knows no sums of sums, since update expressions have none; what computes them does.
    one, other = cast("Operand", left), cast("Operand", right)
    return Arithmetic("+" if operation.operator == "+" else "-", one, other)
