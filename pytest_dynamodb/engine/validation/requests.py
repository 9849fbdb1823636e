"""The first two checks of a request: the types of its body, then its required members and limits.

Most requests are right, which the engine sees at a glance (``acceptance``); what is wrong with others is found here.
"""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.validation.constraints import check_constraints
from pytest_dynamodb.engine.validation.payload import check_types, converted
from pytest_dynamodb.engine.validation.shapes import input_shape
from pytest_dynamodb.engine.validation.strict import OPERATION, check_strictly
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.errors import error_for


def check_request(surface: Surface, params: Any) -> Any:
    """Check the shape of a request, whatever ``params`` is: every member is of its type and within its limits.

    Returns the parameters as AWS reads them, which are ``params`` itself unless AWS converts or drops something:
    members that are null, decimals for integers, words for booleans. Attribute values are of the right types
    afterwards, and no more: what they may be is for ``values``.

    Raises a SerializationException for the first wrong type, else a ValidationException for what is missing or out of
    its limits, in the wording of ``surface``, the operation's row; an UnknownOperationException for an operation that
    AWS does not have.
    """
    shape = input_shape(surface.operation)
    if shape is None:
        raise error_for("UnknownOperationException", "")
    if surface.operation == OPERATION:
        check_strictly(params)
    check_types(shape, params)
    check_constraints(surface, shape, {} if params is None else params)
    return converted(shape, params)
