"""Between botocore's answers and ours: recorded bodies go through botocore's own parser, and come back as raw JSON.

Using botocore's parser is what makes blobs, timestamps and modelled exceptions right, for every operation there is.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import botocore.exceptions
from botocore.parsers import create_parser

from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure

#: Response headers that change what a client does; all others (dates, request ids, checksums) are noise.
_KEPT_HEADERS = frozenset({"x-amz-retry-after", "retry-after"})

#: Every answer of ours carries a request id of DynamoDB's shape (52 characters) that says where it is from.
_REQUEST_ID = "PYTESTDYNAMODB".ljust(52, "0")

_parser = create_parser("json")
_encode = json.JSONEncoder(separators=(",", ":")).encode


class AnsweredResponse(NamedTuple):
    """Stands in for botocore's ``AWSResponse``: what handlers of ``after-call`` may look at."""

    url: str
    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")


def to_botocore(model: Any, request: Request, outcome: Outcome) -> tuple[AnsweredResponse, dict[str, Any]]:
    """What a ``before-call`` handler returns for ``outcome``; raises the exception a transport failure was."""
    if isinstance(outcome, TransportFailure):
        raise _exception_of(outcome)
    body = outcome.body
    raw = body if isinstance(body, bytes) else _encode(body).encode()
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "content-length": str(len(raw)),
        "x-amzn-requestid": _REQUEST_ID,
        **outcome.headers,
    }
    status = outcome.status
    parsed: dict[str, Any] = _parse(model, {"body": raw, "headers": headers, "status_code": status})
    metadata = parsed["ResponseMetadata"]
    metadata["RetryAttempts"] = outcome.attempts - 1
    if outcome.exhausted:
        metadata["MaxAttemptsReached"] = True
    return AnsweredResponse(request.endpoint, status, headers, raw), parsed


def _parse(model: Any, response: dict[str, Any]) -> dict[str, Any]:
    """As botocore's endpoint does it: parse by the output shape, then once more by the error's own shape."""
    parsed: dict[str, Any] = _parser.parse(response, model.output_shape)
    if response["status_code"] >= 300:
        code = parsed.get("Error", {}).get("Code")
        shape = model.service_model.shape_for_error_code(code) if code else None
        if shape is not None:
            parsed.update(_parser.parse(response, shape))
    return parsed


def from_botocore(response: dict[str, Any]) -> Response:
    """One attempt's raw answer, from what ``response-received`` shows."""
    raw: bytes = response["body"]
    headers = {name.lower(): value for name, value in response["headers"].items() if name.lower() in _KEPT_HEADERS}
    body = _json_object(raw)
    return Response(response["status_code"], raw if body is None else body, headers)


def _json_object(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def failure_of(exception: BaseException, attempts: int, elapsed: float) -> TransportFailure | None:
    """A transport failure that a replay can raise again; ``None`` if it is no failure of the transport."""
    if not isinstance(exception, botocore.exceptions.HTTPClientError | botocore.exceptions.ConnectionError):
        return None
    arguments = {str(name): str(value) for name, value in getattr(exception, "kwargs", {}).items()}
    return TransportFailure(type(exception).__name__, str(exception), arguments, attempts, elapsed)


def _exception_of(failure: TransportFailure) -> Exception:
    kind = getattr(botocore.exceptions, failure.kind, None)
    if isinstance(kind, type) and issubclass(kind, botocore.exceptions.BotoCoreError):
        try:
            return kind(**failure.arguments)
        except (KeyError, TypeError):
            pass  # another botocore wants other arguments; the reason below names the class
    return CassetteError(
        "a recorded transport failure",
        f"this botocore has no {failure.kind} with the arguments {sorted(failure.arguments)}: {failure.message}",
        remedy="record it again",
    )
