"""Errors as the bodies of answers."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.exchange import Response

_SERVICE: Final = "com.amazonaws.dynamodb.v20120810#"
_CORAL: Final = "com.amazon.coral.service#"

# Errors of the framework under DynamoDB carry its name (dynalite's suite, test/connection).
_NAMESPACES: Final = {
    "ValidationException": "com.amazon.coral.validate#",
    **dict.fromkeys(
        (
            "AccessDeniedException",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "SerializationException",
            "ThrottlingException",
            "UnknownOperationException",
            "UnrecognizedClientException",
        ),
        _CORAL,
    ),
}
_STATUS: Final = {"InternalServerError": 500, "ServiceUnavailable": 503}

# Members that AWS spells with a capital (dynalite's suite; the shape in botocore's model has both spellings).
_CAPITAL: Final = frozenset({"AccessDeniedException", "SerializationException", "TransactionCanceledException"})


def to_response(problem: DynamoDbError) -> Response:
    """The answer that an error is."""
    code = problem.code
    member = "Message" if code in _CAPITAL else "message"
    body: dict[str, Any] = {"__type": _NAMESPACES.get(code, _SERVICE) + code, **problem.members}
    if problem.message or code != "UnknownOperationException":
        body[member] = problem.message
    return Response(_STATUS.get(code, 400), body)
