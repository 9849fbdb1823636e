"""WHERE as the same condition tree that expressions become, checked as they are."""

from __future__ import annotations

from collections.abc import Sequence as Many
from typing import Final, cast

from pytest_dynamodb.engine.partiql.literals import LITERALS, Value, literal
from pytest_dynamodb.engine.partiql.messages import MESSAGES, reject, rejection
from pytest_dynamodb.engine.partiql.syntax import (
    Bag,
    Call,
    Expression,
    IsType,
    Operation,
    Parameter,
    PathTerm,
    Scalar,
    Sequence,
)
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.condition_checks import CONDITION_FUNCTIONS
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparator,
    Compare,
    Condition,
    Function,
    In,
    Index,
    Literal,
    Name,
    Not,
    Operand,
    Or,
    Path,
)
from pytest_dynamodb.expressions.validation import bind

_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_LOGIC: Final = frozenset({"and", "or", "not", "in", "between", *_COMPARATORS})
_TRUE, _FALSE = Literal({"BOOL": True}), Literal({"BOOL": False})
_NEVER: Final = Compare("=", _TRUE, _FALSE)
_PREFIX: Final = "Invalid FilterExpression: "
_MAX_DOUBLED: Final = 6  # conditions that are compared with what no literal is: each doubles the tree


def where_condition(where: Expression, parameters: Many[Value]) -> Condition:
    """The condition of a WHERE. Raises ValidationException for what is none, or has operands that do not fit."""
    tree = _Lowering(parameters).condition(where)
    try:
        return cast("Condition", bind("FilterExpression", tree, {}, {}))
    except ExpressionError as problem:
        raise ValidationException(_reworded(problem)) from problem


def _reworded(problem: ExpressionError) -> str:
    """An expression's error as one of a statement: it does not tell which expression, and two are worded otherwise."""
    if problem.kind == "attribute-type":
        return MESSAGES["attribute-type"].format(**problem.details)
    return problem.render().removeprefix(_PREFIX)


def node_path(path: PathTerm) -> Path:
    """A document path as the trees have it."""
    return Path(tuple([Index(part) if isinstance(part, int) else Name(part) for part in path.parts]))


def operand(expression: Expression, parameters: Many[Value]) -> Operand:
    """A path, a literal or a parameter as an operand; anything else is for the caller to have looked at."""
    if isinstance(expression, PathTerm):
        return node_path(expression)
    if isinstance(expression, Parameter):
        return Literal(parameters[expression.index])
    return Literal(literal(expression))


class _Lowering:
    def __init__(self, parameters: Many[Value]) -> None:
        self._parameters = parameters
        self._doubled = 0

    def condition(self, expression: Expression) -> Condition:
        match expression:
            case Operation(operator="and", operands=operands):
                return And(tuple(map(self.condition, operands)))
            case Operation(operator="or", operands=operands):
                return Or(tuple(map(self.condition, operands)))
            case Operation(operator="not", operands=(negated,)):
                return Not(self.condition(negated))
            case Operation(operator="in", operands=(left, right)):
                return self._in(left, right)
            case Operation(operator="between", operands=operands):
                return Between(*map(self._operand, operands))
            case Operation(operator=operator, operands=(left, right)) if operator in _COMPARATORS:
                return self._comparison(cast("Comparator", operator), left, right)
            case IsType():
                return self._is(expression)
            case Call():
                return self._function(expression, operand=False)
            case Operation():
                raise rejection("condition-operator", operator=expression.operator)
            case _:
                raise rejection("no-condition", at=expression.at)

    def _is(self, test: IsType) -> Condition:
        path = self._operand(test.operand)
        if test.tag is None:
            reject("is-type", type=test.type.upper())
        if test.tag == "MISSING":
            return Function("attribute_not_exists", (path,))
        return Function("attribute_type", (path, Literal({"S": test.tag})))

    def _function(self, call: Call, *, operand: bool) -> Function:
        if call.name not in CONDITION_FUNCTIONS:
            reject("function", name=call.name, at=call.at)
        if operand is not (call.name == "size"):
            reject("misused-function", name=call.name)
        return Function(call.name, tuple(map(self._operand, call.arguments)))

    def _operand(self, expression: Expression) -> Operand:
        match expression:
            case PathTerm() | Parameter():
                return operand(expression, self._parameters)
            case Call():
                return self._function(expression, operand=True)
            case Operation(operator=operator):
                kind = "one-operand" if operator in "+-" and len(expression.operands) == 1 else "condition-operator"
                raise rejection(kind, operator=operator)
            case _ if isinstance(expression, LITERALS):
                return Literal(literal(expression))
            case _:
                raise rejection("no-condition", at=expression.at)

    def _in(self, left: Expression, right: Expression) -> Condition:
        if not isinstance(right, (Sequence, Bag)) or not right.elements:
            reject("in-list")
        if not _is_condition(left):
            return In(self._operand(left), tuple(map(self._operand, right.elements)))
        equalities = [self._comparison("=", left, choice) for choice in right.elements]
        return equalities[0] if len(equalities) == 1 else Or(tuple(equalities))

    def _comparison(self, operator: Comparator, left: Expression, right: Expression) -> Condition:
        if not _is_condition(left) and not _is_condition(right):
            return Compare(operator, self._operand(left), self._operand(right))
        if operator not in {"=", "<>"}:
            reject("operand-type", operator=operator, type="BOOL")
        if not _is_condition(left):
            left, right = right, left
        equality = self._equality(self.condition(left), right)
        return equality if operator == "=" else Not(equality)

    def _equality(self, condition: Condition, other: Expression) -> Condition:
        """``condition = other``, where a condition is a boolean like any other (hectorvent/floci's captures)."""
        if isinstance(other, Scalar) and other.tag == "BOOL":
            return condition if other.content else Not(condition)
        self._doubled += 1
        if self._doubled > _MAX_DOUBLED:
            reject("deep")
        if _is_condition(other):
            both = self.condition(other)
            return Or((And((condition, both)), And((Not(condition), Not(both)))))
        value = self._operand(other)
        if isinstance(value, Literal) and value.tag != "BOOL":
            return _NEVER
        true, false = Compare("=", value, _TRUE), Compare("=", value, _FALSE)
        return Or((And((condition, true)), And((Not(condition), false))))


def _is_condition(expression: Expression) -> bool:
    match expression:
        case Operation(operator=operator):
            return operator in _LOGIC
        case Call(name=name):
            return name in CONDITION_FUNCTIONS and name != "size"
        case _:
            return isinstance(expression, IsType)
