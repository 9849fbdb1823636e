"""The values in place of a statement's ``?``. AWS looks at them before it reads the statement (floci's captures)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.partiql.decimals import is_decimal, wrapped_problem
from pytest_dynamodb.engine.partiql.literals import Value
from pytest_dynamodb.engine.partiql.messages import text
from pytest_dynamodb.engine.validation.values import checked_value
from pytest_dynamodb.engine.validation.wording import BadValue, Wording
from pytest_dynamodb.errors import ValidationException


class _ParameterWording(Wording):
    """The older layer's words, save for numbers."""

    def about(self, problem: BadValue) -> ValidationException:
        if problem.kind != "number":
            return super().about(problem)
        return ValidationException(_number_problem(problem.details["text"], problem.details["message"]))


_WORDING = _ParameterWording()


def checked_parameters(request: Mapping[str, Any]) -> tuple[Value, ...]:
    """The values of a statement's Parameters, canonical. Raises ValidationException for the first that is wrong."""
    return tuple(checked_value(value, wording=_WORDING)[0] for value in request.get("Parameters") or ())


def _number_problem(number: str, message: str) -> str:
    if not number:
        return text("unconvertible-empty")
    if not is_decimal(number):
        return text("unconvertible", text=number)
    return wrapped_problem(number) or message
