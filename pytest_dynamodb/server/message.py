"""An HTTP request, whole, as the application reads it: whoever parsed it."""

from __future__ import annotations

from dataclasses import dataclass

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Message:
    """A request with all of its body.

    ``target``   its path and query as they came
    ``headers``  names in lower case, in their order, repeated ones too
    ``fields``   values by name, those of a repeated header in one (RFC 9110, 5.3)
    """

    method: str
    target: bytes
    query: bytes
    headers: Headers
    fields: dict[bytes, bytes]
    body: bytes
    scheme: str = "http"


def fields_of(headers: Headers) -> dict[bytes, bytes]:
    """Headers by name, values of repeated ones joined by commas."""
    fields = dict(headers)
    if len(fields) < len(headers):
        fields = {}
        for name, value in headers:
            fields[name] = fields[name] + b", " + value if name in fields else value
    return fields
