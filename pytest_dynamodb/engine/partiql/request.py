"""A statement of a request: parsed, its parameters in place, and checked as far as that goes without its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.engine.partiql.conditions import where_condition
from pytest_dynamodb.engine.partiql.literals import Value
from pytest_dynamodb.engine.partiql.messages import reject, rejection
from pytest_dynamodb.engine.partiql.parameters import checked_parameters
from pytest_dynamodb.engine.partiql.sources import check_read_source, check_written_source
from pytest_dynamodb.engine.partiql.statements import parse
from pytest_dynamodb.engine.partiql.syntax import (
    Call as FunctionCall,
)
from pytest_dynamodb.engine.partiql.syntax import (
    Delete,
    Expression,
    Insert,
    IsType,
    Operation,
    Select,
    Statement,
    Update,
)
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.expressions.nodes import Condition


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement with its parameters. ``exists``: it is a SELECT within EXISTS."""

    statement: Statement
    parameters: tuple[Value, ...]
    where: Condition | None
    exists: bool = False

    @property
    def reads(self) -> bool:
        """Whether it is a read; EXISTS is part of what writes."""
        return isinstance(self.statement, Select) and not self.exists


def read_parameters(request: Mapping[str, Any]) -> tuple[Value, ...]:
    """A statement's parameters, checked. AWS does so before it reads the statement. Raises ValidationException."""
    _check_text(request["Statement"])
    return checked_parameters(request)


def bind_statement(request: Mapping[str, Any], parameters: tuple[Value, ...]) -> Bound:
    """The statement of a request, or of a member of one. Raises ValidationException for what it may not say."""
    parsed = parse(request["Statement"])
    statement, exists = _statement(parsed.expression)
    if parsed.parameters > len(parameters):  # more values than question marks are taken: [o] in ``messages``
        reject("parameters")
    where = None
    if not isinstance(statement, Insert) and statement.where is not None:
        where = where_condition(statement.where, parameters)
    if isinstance(statement, Select):
        check_read_source(statement.source)
    else:
        check_written_source(statement.source, insert=isinstance(statement, Insert))
    return Bound(statement, parameters, where, exists)


def _statement(expression: Expression) -> tuple[Statement, bool]:
    """The statement that an expression is, and whether it is within EXISTS."""
    match expression:
        case Select() | Insert() | Update() | Delete():
            return expression, False
        case FunctionCall(name="exists", arguments=(Select() as select,)):
            return select, True
        case FunctionCall():
            raise rejection("function", name=expression.name, at=expression.at)
        case IsType():
            raise rejection("operation", operation="IsType")
        case Operation(operator=operator):
            raise rejection("operation", operation=operator)
        case _:
            raise rejection("operation", operation=type(expression).__name__)


def _check_text(statement: str) -> None:
    """A lone surrogate, which JSON can spell, is no text that AWS could read."""
    try:
        statement.encode()
    except UnicodeEncodeError:
        raise error_for("SerializationException", "") from None
