"""WHERE as a condition tree and SET and REMOVE as an update tree, checked like those of expressions."""

from __future__ import annotations

from collections.abc import Sequence as Many
from typing import Final, cast

from pytest_dynamodb.engine.evaluation.updates import add, subtract
from pytest_dynamodb.engine.partiql import syntax
from pytest_dynamodb.engine.partiql.messages import MESSAGES, reject, rejection
from pytest_dynamodb.engine.partiql.values import LITERALS, literal
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.checks import CONDITION_FUNCTIONS, bind
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.values import AttributeValue

_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_LOGIC: Final = frozenset({"and", "or", "not", "in", "between", *_COMPARATORS})
_TRUE, _FALSE = nodes.Literal({"BOOL": True}), nodes.Literal({"BOOL": False})
_NEVER: Final = nodes.Compare("=", _TRUE, _FALSE)
_PREFIX: Final = "Invalid FilterExpression: "
_MAX_DOUBLED: Final = 6  # conditions that are compared with what no literal is: each doubles the tree


def where_condition(where: syntax.Expression, parameters: Many[AttributeValue]) -> nodes.ConditionTree:
    """The condition of a WHERE. Raises ValidationException for what is not a condition or has unsuitable operands."""
    tree = _Lowering(parameters).condition(where)
    try:
        return cast("nodes.ConditionTree", bind("FilterExpression", tree, {}, {}))
    except ExpressionError as problem:
        raise ValidationException(_reworded(problem)) from problem


def _reworded(problem: ExpressionError) -> str:
    """An expression's error, worded for a statement: it names no expression parameter, and two messages differ."""
    if problem.kind == "attribute-type":
        return MESSAGES["attribute-type"].format(**problem.details)
    return problem.render().removeprefix(_PREFIX)


def node_path(path: syntax.PathTerm) -> nodes.Path:
    return nodes.Path(
        tuple([nodes.ListIndex(part) if isinstance(part, int) else nodes.Name(part) for part in path.parts])
    )


def operand(expression: syntax.Expression, parameters: Many[AttributeValue]) -> nodes.Operand:
    """A path, a literal or a parameter as an operand; the caller has excluded everything else."""
    if isinstance(expression, syntax.PathTerm):
        return node_path(expression)
    if isinstance(expression, syntax.Parameter):
        return nodes.Literal(parameters[expression.index])
    return nodes.Literal(literal(expression))


class _Lowering:
    def __init__(self, parameters: Many[AttributeValue]) -> None:
        self._parameters = parameters
        self._doubled = 0

    def condition(self, expression: syntax.Expression) -> nodes.ConditionTree:
        match expression:
            case syntax.OperatorCall(operator="and", operands=operands):
                return nodes.And(tuple(map(self.condition, operands)))
            case syntax.OperatorCall(operator="or", operands=operands):
                return nodes.Or(tuple(map(self.condition, operands)))
            case syntax.OperatorCall(operator="not", operands=(negated,)):
                return nodes.Not(self.condition(negated))
            case syntax.OperatorCall(operator="in", operands=(left, right)):
                return self._in(left, right)
            case syntax.OperatorCall(operator="between", operands=operands):
                return nodes.Between(*map(self._operand, operands))
            case syntax.OperatorCall(operator=operator, operands=(left, right)) if operator in _COMPARATORS:
                return self._comparison(cast("nodes.Comparator", operator), left, right)
            case syntax.IsType():
                return self._is(expression)
            case syntax.FunctionCall():
                return self._function(expression, operand=False)
            case syntax.OperatorCall():
                raise rejection("condition-operator", operator=expression.operator)
            case _:
                raise rejection("no-condition", at=expression.at)

    def _is(self, test: syntax.IsType) -> nodes.ConditionTree:
        path = self._operand(test.operand)
        if test.tag is None:
            reject("is-type", type=test.type.upper())
        if test.tag == "MISSING":
            return nodes.Function("attribute_not_exists", (path,))
        return nodes.Function("attribute_type", (path, nodes.Literal({"S": test.tag})))

    def _function(self, call: syntax.FunctionCall, *, operand: bool) -> nodes.Function:
        if call.name not in CONDITION_FUNCTIONS:
            reject("function", name=call.name, at=call.at)
        if operand is not (call.name == "size"):
            reject("misused-function", name=call.name)
        return nodes.Function(call.name, tuple(map(self._operand, call.arguments)))

    def _operand(self, expression: syntax.Expression) -> nodes.Operand:
        match expression:
            case syntax.PathTerm() | syntax.Parameter():
                return operand(expression, self._parameters)
            case syntax.FunctionCall():
                return self._function(expression, operand=True)
            case syntax.OperatorCall(operator=operator):
                kind = "one-operand" if operator in "+-" and len(expression.operands) == 1 else "condition-operator"
                raise rejection(kind, operator=operator)
            case _ if isinstance(expression, LITERALS):
                return nodes.Literal(literal(expression))
            case _:
                raise rejection("no-condition", at=expression.at)

    def _in(self, left: syntax.Expression, right: syntax.Expression) -> nodes.ConditionTree:
        if not isinstance(right, (syntax.Sequence, syntax.Bag)) or not right.elements:
            reject("in-list")
        if not _is_condition(left):
            return nodes.In(self._operand(left), tuple(map(self._operand, right.elements)))
        equalities = [self._comparison("=", left, choice) for choice in right.elements]
        return equalities[0] if len(equalities) == 1 else nodes.Or(tuple(equalities))

    def _comparison(
        self, operator: nodes.Comparator, left: syntax.Expression, right: syntax.Expression
    ) -> nodes.ConditionTree:
        if not _is_condition(left) and not _is_condition(right):
            return nodes.Compare(operator, self._operand(left), self._operand(right))
        if operator not in {"=", "<>"}:
            reject("operand-type", operator=operator, type="BOOL")
        if not _is_condition(left):
            left, right = right, left
        equality = self._equality(self.condition(left), right)
        return equality if operator == "=" else nodes.Not(equality)

    def _equality(self, condition: nodes.ConditionTree, other: syntax.Expression) -> nodes.ConditionTree:
        """``condition = other``, where a condition is a boolean like any other (hectorvent/floci's captures)."""
        if isinstance(other, syntax.Scalar) and other.tag == "BOOL":
            return condition if other.content else nodes.Not(condition)
        self._doubled += 1
        if self._doubled > _MAX_DOUBLED:
            reject("deep")
        if _is_condition(other):
            both = self.condition(other)
            return nodes.Or((nodes.And((condition, both)), nodes.And((nodes.Not(condition), nodes.Not(both)))))
        value = self._operand(other)
        if isinstance(value, nodes.Literal) and value.tag != "BOOL":
            return _NEVER
        true, false = nodes.Compare("=", value, _TRUE), nodes.Compare("=", value, _FALSE)
        return nodes.Or((nodes.And((condition, true)), nodes.And((nodes.Not(condition), false))))


def _is_condition(expression: syntax.Expression) -> bool:
    match expression:
        case syntax.OperatorCall(operator=operator):
            return operator in _LOGIC
        case syntax.FunctionCall(name=name):
            return name in CONDITION_FUNCTIONS and name != "size"
        case _:
            return isinstance(expression, syntax.IsType)


# --- updates ---
# ``set_add`` and ``set_delete`` are ADD and DELETE.

_SET_FUNCTIONS: Final[dict[str, nodes.SectionName]] = {"set_add": "ADD", "set_delete": "DELETE"}
_SETS: Final = frozenset({"SS", "NS", "BS"})
_UPDATES_PREFIX: Final = "Invalid UpdateExpression: "


def update_tree(assignments: Many[syntax.Assignment], parameters: Many[AttributeValue]) -> nodes.UpdateTree:
    """The update of a statement. Raises ValidationException for unsuitable functions and operands."""
    actions: dict[nodes.SectionName, list[nodes.SetAction | nodes.RemoveAction | nodes.ValueAction]] = {}
    for assignment in assignments:
        section, action = _action(assignment, parameters)
        actions.setdefault(section, []).append(action)
    tree = nodes.UpdateTree(tuple([nodes.Section(name, tuple(found)) for name, found in actions.items()]))
    try:
        return cast("nodes.UpdateTree", bind("UpdateExpression", tree, {}, {}))
    except ExpressionError as problem:
        raise ValidationException(problem.render().removeprefix(_UPDATES_PREFIX)) from problem


def _action(
    assignment: syntax.Assignment, parameters: Many[AttributeValue]
) -> tuple[nodes.SectionName, nodes.SetAction | nodes.RemoveAction | nodes.ValueAction]:
    path, value = node_path(assignment.path), assignment.value
    if value is None:
        return "REMOVE", nodes.RemoveAction(path)
    if isinstance(value, syntax.FunctionCall) and value.name in _SET_FUNCTIONS:
        return _SET_FUNCTIONS[value.name], nodes.ValueAction(path, _members(assignment.path, value, parameters))
    return "SET", nodes.SetAction(path, _value(value, parameters))


def _members(target: syntax.PathTerm, call: syntax.FunctionCall, parameters: Many[AttributeValue]) -> nodes.Literal:
    """The set that ``set_add`` adds to its target (dynamodb-conformance, error-messages/partiqlFunctions)."""
    function = call.name.upper()
    if len(call.arguments) != 2:
        reject("set-arguments", function=function, at=call.at)
    first, second = call.arguments
    if not isinstance(first, syntax.PathTerm) or first.parts != target.parts:
        reject("set-first", function=function, at=call.at)
    value: AttributeValue | None = None
    if isinstance(second, syntax.Parameter):
        value = parameters[second.index]
    elif isinstance(second, syntax.Bag):
        value = literal(second)
    if value is None or _SETS.isdisjoint(value):
        reject("set-second", function=function, at=first.at)
    return nodes.Literal(value)


def _value(expression: syntax.Expression, parameters: Many[AttributeValue]) -> nodes.SetValue:
    match expression:
        case syntax.OperatorCall(operator="+" | "-", operands=(left, right)):
            return _arithmetic(expression, _value(left, parameters), _value(right, parameters))
        case syntax.OperatorCall(operator="+" | "-" as operator):
            raise rejection("one-operand", operator=operator)
        case syntax.OperatorCall(operator=operator):
            raise rejection("operation", operation=operator)
        case syntax.FunctionCall(name="list_append", arguments=arguments):
            values = [_value(argument, parameters) for argument in arguments]
            return nodes.Function("list_append", cast("tuple[nodes.Operand, ...]", tuple(values)))
        case syntax.FunctionCall():
            raise rejection("function", name=expression.name, at=expression.at)
        case _:
            return operand(expression, parameters)


def _arithmetic(operation: syntax.OperatorCall, left: nodes.SetValue, right: nodes.SetValue) -> nodes.SetValue:
    """A sum; if both numbers are known, their sum. AWS also accepts sums of sums (winterbaume's notes)."""
    for known in (left, right):
        if isinstance(known, nodes.Literal) and known.tag != "N":
            reject("operand-type", operator=operation.operator, type=known.tag)
    if isinstance(left, nodes.Literal) and isinstance(right, nodes.Literal):
        change = add if operation.operator == "+" else subtract
        return nodes.Literal({"N": change(left.wire["N"], right.wire["N"])})
    # The tree's type knows no sums of sums, since update expressions have none; what computes them does.
    one, other = cast("nodes.Operand", left), cast("nodes.Operand", right)
    return nodes.Arithmetic("+" if operation.operator == "+" else "-", one, other)
