"""What child and parent say to each other, as JSON: requests, outcomes, and errors by the name of their class."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from pytest_dynamodb import errors
from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure

ProcessMessage = dict[str, Any]


def packed(message: Mapping[str, Any]) -> bytes:
    """As it travels."""
    return json.dumps(message).encode("utf-8", "surrogatepass")


def unpacked(raw: bytes) -> ProcessMessage:
    """As it was."""
    message: ProcessMessage = json.loads(raw)
    return message


def request_message(request: Request) -> ProcessMessage:
    """A request. Its number is not sent: the parent counts for all of its children."""
    return {
        "operation": request.operation,
        "params": request.params,
        "region": request.chosen_region,
        "endpoint": request.endpoint,
        "tokens": list(request.tokens),
        "account": request.account,
    }


def request_of(message: ProcessMessage) -> Request:
    """The request again, as one of the parent's own."""
    return Request(
        message["operation"],
        message["params"],
        message["region"],
        message["endpoint"],
        tuple(message["tokens"]),
        account=message["account"],
    )


def outcome_message(outcome: Outcome | None) -> ProcessMessage:
    """An outcome; an empty message lets the request go to the network."""
    if outcome is None:
        return {}
    if isinstance(outcome, TransportFailure):
        arguments = dict(outcome.arguments)
        return {"failure": [outcome.kind, outcome.message, arguments, outcome.attempts, outcome.elapsed]}
    body = outcome.body
    content = {"raw": base64.b64encode(body).decode()} if isinstance(body, bytes) else {"body": body}
    rest = [outcome.status, dict(outcome.headers), outcome.attempts, outcome.exhausted, outcome.elapsed]
    return {"response": rest, **content}


def outcome_of(message: ProcessMessage) -> Outcome | None:
    """The outcome again. Raises the error that the parent raised."""
    if "error" in message:
        raise _error(message["error"], message["text"])
    if "failure" in message:
        return TransportFailure(*message["failure"])
    if "response" not in message:
        return None
    status, headers, attempts, exhausted, elapsed = message["response"]
    body = base64.b64decode(message["raw"]) if "raw" in message else message["body"]
    return Response(status, body, headers, attempts, exhausted, elapsed)


def error_message(problem: BaseException) -> ProcessMessage:
    """An error that the parent raised for a child's request."""
    return {"error": type(problem).__name__, "text": str(problem)}


def _error(name: str, text: str) -> PytestDynamoDbError:
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, PytestDynamoDbError) and kind.__init__ is Exception.__init__:
        return kind(text)
    return PytestDynamoDbError(f"{name}: {text}")
