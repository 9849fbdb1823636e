"""NextToken: where a page ended, readable only by the statement that it was given for.

A token of another statement, or of other parameters, does not match; one that was not given at all is invalid
(nubo-db/dynoxide, as compared with AWS).
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.storage.item import Attributes

_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class Position:
    """The read to go on with, and the key to go on after; without one, from its start."""

    read: int = 0
    key: Attributes | None = None


def to_token(position: Position, request: Mapping[str, Any]) -> str:
    """The token of a position in the answer to a request."""
    place = json.dumps([position.read, position.key], sort_keys=True, separators=(",", ":")).encode()
    statement = _digest(_statement(request))
    return urlsafe_b64encode(statement + _digest(statement + place) + place).decode()


def from_token(request: Mapping[str, Any]) -> Position:
    """The position that a request's token says; the start, if it has none. Raises ValidationException."""
    token = request.get("NextToken")
    if token is None:
        return Position()
    try:
        content = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        reject("token")
    statement, check, place = content[:_DIGEST], content[_DIGEST : 2 * _DIGEST], content[2 * _DIGEST :]
    if check != _digest(statement + place):
        reject("token")
    if statement != _digest(_statement(request)):
        reject("other-token")
    read, key = json.loads(place)
    return Position(read, key)


def _statement(request: Mapping[str, Any]) -> bytes:
    """What a token belongs to: neither Limit nor ConsistentRead are part of it."""
    parts = [request["Statement"], request.get("Parameters") or []]
    return json.dumps(parts, sort_keys=True).encode()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(b"pytest-dynamodb/partiql" + content).digest()[:_DIGEST]
