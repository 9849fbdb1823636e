"""The first two checks of a request: the types of its body, then its required members and limits.

Most requests are right, which is seen at a glance (``acceptance``); what is wrong with others is found here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.validation.acceptance import acceptor
from pytest_dynamodb.engine.validation.constraints import check_constraints
from pytest_dynamodb.engine.validation.payload import check_types, converted
from pytest_dynamodb.engine.validation.shapes import input_shape
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.errors import ValidationException, error_for


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
    if acceptor(surface.operation)(params):  # the engine has looked already; imports and bulk puts have not
        return params
    if surface.operation == "SearchVectors":
        check_strictly(params)
    check_types(shape, params)
    check_constraints(surface, shape, {} if params is None else params)
    return converted(shape, params)


# --- SearchVectors ---
# Another parser reads it than all other operations. Its sentences are those of serde_json: the first member of another
# type, in the order of the body, then the first that is missing; the limits of members come after both
# (dynamodb-conformance, tests/tier3/error-messages/searchVectors, eu-west-2 and us-east-1, 2026-10-09; a decimal for
# TopK: nubo-db/dynoxide, 2026-08-13). That a null is refused is known of required members: others may be null here, as
# everywhere.

_EXPECTED: Final = {
    "TableName": "a string",
    "IndexName": "a string",
    "SearchVector": "a sequence",
    "TopK": "i32",
}
"""What the parser expects of required members, in the order in which it looks for them."""
_KINDS: Final[dict[str, type]] = {"a string": str, "a sequence": list, "i32": int}


def check_strictly(params: Any) -> None:
    """Raise SerializationException for a member of another type, or ValidationException for one that is missing.

    The column is that of the body as botocore writes it.
    """
    if not isinstance(params, dict):
        return  # no object at all: that is for the checks of every operation
    for name, value in params.items():
        expected = _EXPECTED.get(name)
        if expected is not None and type(value) is not _KINDS[expected]:
            told = f"invalid type: {_told(value)}, expected {expected}"
            raise error_for("SerializationException", told + _place(_column(params, name)))
    for name in _EXPECTED:
        if name not in params:
            raise ValidationException(f"missing field `{name}`{_place(len(json.dumps(params)))}")


def _told(value: Any) -> str:
    """A value as serde tells it."""
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{json.dumps(value)}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{value!r}`"
        case str():
            return f"string {json.dumps(value, ensure_ascii=False)}"
        case list():
            return "sequence"
        case _:
            return "map"


def _place(column: int) -> str:
    return f" at line 1 column {column}"


def _column(params: Mapping[str, Any], name: str) -> int:
    """The column that the parser has reached: the end of a plain value, the beginning of a list or an object."""
    read: dict[str, Any] = {}
    for member, value in params.items():
        read[member] = value
        if member == name:
            break
    unread = len(json.dumps(read[name])) if isinstance(read[name], (dict, list)) else 0
    return len(json.dumps(read)) - len("}") - unread
