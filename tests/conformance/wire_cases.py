"""Cases below the operations: one HTTP request as it is, and its answer with status, headers and body.

    given: [{CreateTable: {...}}]            what is asked before, and must succeed
    request: {method: POST, path: /, headers: {...}, body: text, encode: gzip}
    answer: {status: 400, headers: {...}, text: ..., json: ...}

Expected headers may be ``null`` (it must not be there), ``$crc32`` (the body's checksum) and ``$length``; both are of
the body as it travelled, compressed or not.
"""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cases import HERE, read_yaml
from expectations import differences
from targets import over_http
from templates import fill

Json = Any


@dataclass(frozen=True, slots=True)
class WireCase:
    """A request and what its answer must be."""

    name: str
    source: str
    covers: tuple[str, ...]
    given: Json
    request: Json
    answer: Json


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What came back; headers by their names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def wire_cases() -> Iterator[WireCase]:
    """Every case of every file."""
    for path in sorted((HERE / "wire").glob("*.yaml")):
        whole = read_yaml(path)
        for data in whole["cases"]:
            source = data.get("source", whole["source"])
            yield WireCase(
                data["name"], source, tuple(data["covers"]), data.get("given", []), data["request"], data["answer"]
            )


def run_wire_case(case: WireCase, url: str) -> None:
    """Send the request. Raises ``AssertionError`` with every difference."""
    call = over_http(url)
    for step in case.given:
        ((operation, params),) = step.items()
        status, body = call(operation, params)
        assert status == 200, (operation, body)
    answer = send(url, fill(case.request, {}))
    problems = list(_problems(case.answer, answer))
    assert not problems, "\n".join([case.name, f"answer {answer.status} {answer.body[:300]!r}", *problems])


def send(url: str, request: Json) -> WireAnswer:
    """The answer to a request as it is written."""
    parts = urlsplit(url)
    body = request.get("body", "").encode()
    if request.get("encode") == "gzip":
        body = gzip.compress(body)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)) as connection:
        return _exchange(connection, request, body)


def _exchange(connection: http.client.HTTPConnection, request: Json, body: bytes) -> WireAnswer:
    headers = {"Content-Length": str(len(body)), **request.get("headers", {})}
    with suppress(ConnectionError):  # a server may answer without reading all of it
        connection.request(request.get("method", "POST"), request.get("path", "/"), body or None, headers)
    answer = connection.getresponse()
    return WireAnswer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


def _problems(wanted: Json, answer: WireAnswer) -> Iterator[str]:
    yield from differences(wanted["status"], answer.status, "status")
    computed = {"$crc32": str(zlib.crc32(answer.body)), "$length": str(len(answer.body))}
    for name, value in wanted.get("headers", {}).items():
        expected = computed.get(value, value) if isinstance(value, str) else value
        yield from differences(expected, answer.headers.get(name), name)
    body = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
    if "text" in wanted:
        yield from differences(wanted["text"], body.decode(errors="replace"), "text")
    if "json" in wanted:
        yield from differences(wanted["json"], json.loads(body), "json")
