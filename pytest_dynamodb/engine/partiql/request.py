"""A request's statement: parsed, with its parameters, and checked as far as that is possible without its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.partiql import syntax
from pytest_dynamodb.engine.partiql.grammar import parse
from pytest_dynamodb.engine.partiql.messages import reject, rejection
from pytest_dynamodb.engine.partiql.syntax import FromSource as Named
from pytest_dynamodb.engine.partiql.trees import where_condition
from pytest_dynamodb.engine.partiql.values import checked_parameters
from pytest_dynamodb.engine.reads.source import Source, source_of
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.expressions.nodes import ConditionTree
from pytest_dynamodb.values import AttributeValue

# --- sources ---
# (dynamodb-conformance, error-messages of PartiQL's index qualifier)


def check_read_source(source: Named) -> None:
    """Raise ValidationException unless a SELECT may name its source like this."""
    if source.alias:
        reject("alias")
    if len(source.parts) > 2:
        reject("source-parts")
    if any(part == "" for part in source.parts):
        reject("source-empty")
    if not all(isinstance(part, str) for part in source.parts):
        reject("source")


def check_written_source(source: Named, *, insert: bool) -> None:
    """Raise ValidationException unless a statement that writes may name its table like this: no index allowed."""
    if source.alias:
        reject("alias")
    if any(part == "" for part in source.parts):
        reject("source-empty")
    if len(source.parts) > 1:
        reject("insert-index" if insert else "write-index")


def written_name(source: Named) -> str:
    return str(source.parts[0])


def read_source(call: Call, table: Table, source: Named, *, consistent: bool) -> Source:
    """The source of a SELECT. Raises ValidationException for an index that cannot be read, or not consistently."""
    if len(source.parts) == 1:
        return source_of(table, {}, now=call.clock.now())
    name = str(source.parts[1])
    index = table.indexes.get(name)
    if index is None:
        reject("index-type" if name in table.settings.vectors else "no-index")
    keys = index.schema.keys
    if len(keys.hash) > 1 or len(keys.range) > 1:
        reject("several-attributes")
    if index.schema.is_global and consistent:
        reject("not-consistent")
    return source_of(table, {"IndexName": name}, now=call.clock.now())


@dataclass(frozen=True, slots=True)
class BoundStatement:
    """A statement with its parameters. ``exists``: it is a SELECT within EXISTS."""

    statement: syntax.Statement
    parameters: tuple[AttributeValue, ...]
    where: ConditionTree | None
    exists: bool = False

    @property
    def reads(self) -> bool:
        """Whether it only reads. EXISTS does not count: it is part of a write transaction."""
        return isinstance(self.statement, syntax.Select) and not self.exists


def read_parameters(request: Mapping[str, Any]) -> tuple[AttributeValue, ...]:
    """A statement's parameters, checked; AWS does that before it parses the statement. Raises ValidationException."""
    _check_text(request["Statement"])
    return checked_parameters(request)


def bind_statement(request: Mapping[str, Any], parameters: tuple[AttributeValue, ...]) -> BoundStatement:
    """The statement of a request or of a member of one. Raises ValidationException for what it may not contain."""
    parsed = parse(request["Statement"])
    statement, exists = _statement(parsed.expression)
    if parsed.parameters > len(parameters):  # more values than question marks are taken: [o] in ``messages``
        reject("parameters")
    where = None
    if not isinstance(statement, syntax.InsertStatement) and statement.where is not None:
        where = where_condition(statement.where, parameters)
    if isinstance(statement, syntax.Select):
        check_read_source(statement.source)
    else:
        check_written_source(statement.source, insert=isinstance(statement, syntax.InsertStatement))
    return BoundStatement(statement, parameters, where, exists)


def _statement(expression: syntax.Expression) -> tuple[syntax.Statement, bool]:
    """The statement in an expression, and whether it is inside EXISTS."""
    match expression:
        case syntax.Select() | syntax.InsertStatement() | syntax.UpdateStatement() | syntax.DeleteStatement():
            return expression, False
        case syntax.FunctionCall(name="exists", arguments=(syntax.Select() as select,)):
            return select, True
        case syntax.FunctionCall():
            raise rejection("function", name=expression.name, at=expression.at)
        case syntax.IsType():
            raise rejection("operation", operation="IsType")
        case syntax.OperatorCall(operator=operator):
            raise rejection("operation", operation=operator)
        case _:
            raise rejection("operation", operation=type(expression).__name__)


def _check_text(statement: str) -> None:
    """Refuse a lone surrogate, which JSON can spell but which is not valid text."""
    try:
        statement.encode()
    except UnicodeEncodeError:
        raise error_for("SerializationException", "") from None
