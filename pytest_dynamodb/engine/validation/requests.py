"""The first two checks of a request: the types of its body, then its required members and limits."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.validation.acceptance import acceptor
from pytest_dynamodb.engine.validation.constraints import check_constraints
from pytest_dynamodb.engine.validation.payload import check_types
from pytest_dynamodb.engine.validation.shapes import input_shape
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.expressions.messages import Dialect


def check_request(operation: str, params: Any, *, dialect: Dialect = "classic") -> None:
    """Check the shape of a request, whatever ``params`` is; afterwards every member is of its type and within limits.

    Attribute values are only of the right types then: what they may be is for ``values``. A member that is null counts
    as absent, an unknown one is ignored.

    Raises a SerializationException for the first wrong type, else a ValidationException for what is missing or out of
    its limits, in the wording of ``dialect``; an UnknownOperationException for an operation that AWS does not have.
    """
    shape = input_shape(operation)
    if shape is None:
        raise error_for("UnknownOperationException", "")
    if acceptor(operation)(params):
        return
    check_types(shape, params)
    check_constraints(operation, shape, {} if params is None else params, dialect)
