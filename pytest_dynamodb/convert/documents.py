"""Documents of tools that record HTTP, as interactions: cassettes of vcrpy, pytest-recording, cassetter, go-vcr; HAR.

vcrpy and pytest-recording write the same: ``interactions``, each a ``request`` (method, uri, headers, body) and a
``response`` (status, headers, body). cassetter has the same outline, bodies with a ``type`` and flat statuses, and
writes TOML too. go-vcr calls the address ``url`` and has the status as a text beside its ``code``. HAR is what browsers
and proxies export (W3C, "HTTP Archive (HAR) format", 1.2).
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.convert.conversion import Conversion, ConversionError
from pytest_dynamodb.convert.interactions import Interaction, converted, lower

SUFFIXES: Final = (".yaml", ".yml", ".json", ".toml", ".har")
"""Names of files that may hold a recording."""


def conversion_of(text: str, suffix: str, where: str) -> Conversion:
    """What becomes of a recording, given its text and how its file's name ends.

    Raises ``ConversionError`` that names ``where`` if it is no recording, or if what reads it is not installed.
    """
    document = _parsed(text, suffix, where)
    if _is_har(document):
        return converted(_har(document), recorder="har")
    interactions = _listed(document)
    if interactions is None:
        raise ConversionError(
            f"{where}: this is no recording of vcrpy's, pytest-recording's or cassetter's, and no HAR"
        )
    return converted(map(_interaction, interactions), recorder=_recorder(interactions))


def is_recording(text: str, suffix: str) -> bool:
    """Whether a file is one of these recordings, as far as a glance tells: nothing is parsed."""
    if suffix == ".har":
        return True
    head = text[:4000]
    return suffix in SUFFIXES and ("interactions" in text[-200:] or "interactions" in head or "request:" in head)


def _parsed(text: str, suffix: str, where: str) -> Any:
    try:
        if suffix in (".json", ".har"):
            return json.loads(text.removeprefix("\ufeff"))
        if suffix == ".toml":
            return _toml(text)
        return _yaml(text)
    except ConversionError:
        raise
    except Exception as problem:  # whatever a reader of a format raises for a file that is none
        said = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise ConversionError(f"{where}: cannot be read as {suffix.lstrip('.').upper()}: {said}") from problem


def _yaml(text: str) -> Any:
    """As vcrpy reads its own files; from its release 9 on that runs no code that a file may hold."""
    return serializer("yaml").deserialize(text)


def serializer(name: str) -> Any:
    """vcrpy's serialiser of that name, ``yaml`` or ``json``. Raises ``ConversionError`` if vcrpy is not installed."""
    try:
        from vcr.serializers import jsonserializer, yamlserializer
    except ImportError:
        raise ConversionError(
            "cassettes of vcrpy's are read and written by vcrpy, which is not installed: "
            "pip install 'pytest-dynamodb-cassette[vcr]', on Python 3.11 or newer"
        ) from None
    if not hasattr(yamlserializer, "_CassetteLoader"):
        raise ConversionError(
            "this vcrpy runs code that it finds in YAML files: pip install 'pytest-dynamodb-cassette[vcr]', which "
            "brings a release that does not"
        )
    return {"yaml": yamlserializer, "json": jsonserializer}[name]


def _toml(text: str) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            raise ConversionError(
                "reading TOML needs Python 3.11: convert it to YAML first (cassetter convert)"
            ) from None
    return tomllib.loads(text)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


# --- vcrpy, pytest-recording, cassetter ---


def _listed(document: Any) -> list[Mapping[str, Any]] | None:
    """The interactions of a document; ``None`` if it is none. Before its release 1, vcrpy wrote the bare list."""
    found = document if isinstance(document, list) else _map(document).get("interactions")
    if not isinstance(found, Sequence) or isinstance(found, str):
        return None
    if not all(isinstance(one, Mapping) and "request" in one and "response" in one for one in found):
        return None
    return list(found)


def _recorder(interactions: Sequence[Mapping[str, Any]]) -> str:
    """Which tool wrote them, by how it spells a status."""
    kinds = {type(_map(one["response"]).get("status")) for one in interactions}
    return "cassetter" if int in kinds else "go-vcr" if str in kinds else "vcrpy"


def _interaction(one: Mapping[str, Any]) -> Interaction:
    request, response = _map(one["request"]), _map(one["response"])
    status = response.get("status")
    code = status if isinstance(status, int) else _map(status).get("code", response.get("code"))
    return Interaction(
        method=str(request.get("method", "POST")),
        uri=str(request.get("uri") or request.get("url") or _old_uri(request)),
        headers=lower(_map(request.get("headers"))),
        body=_body(request),
        status=code if isinstance(code, int) else 0,
        answer_headers=_answer_headers(response.get("headers")),
        answer=_body(response),
        recorded=str(one.get("recorded_at") or ""),
    )


def _old_uri(request: Mapping[str, Any]) -> str:
    """The address in vcrpy's files before its release 1, in pieces."""
    return f"{request.get('protocol', 'https')}://{request.get('host', '')}{request.get('path', '/')}"


def _answer_headers(headers: Any) -> dict[str, str]:
    """Headers of an answer: by name, or in old files ``Name: value`` a line."""
    if isinstance(headers, Sequence) and not isinstance(headers, str):
        pairs = (str(line).partition(":") for line in headers)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}
    return lower(_map(headers))


def _body(message: Mapping[str, Any]) -> bytes | None:
    """A body, in any of the spellings: a text, bytes, ``{string: …}``, ``{type: …, content: …}``, ``body_content``."""
    body = message.get("body", message.get("body_content"))
    kind = message.get("body_type", "")
    if isinstance(body, Mapping):
        kind, body = body.get("type", ""), body.get("string", body.get("content", body.get("base64_string")))
    if hasattr(body, "read"):  # vcrpy keeps a body that was a file as one
        body = body.read()
    if kind == "json" or isinstance(body, (dict, list)):  # JSON kept as a tree
        return json.dumps(body).encode()
    if isinstance(body, str) and kind in ("binary", "base64"):
        return _from_base64(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape")
    return body if isinstance(body, bytes) else None


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


# --- HAR ---


def _is_har(document: Any) -> bool:
    return isinstance(_map(_map(document).get("log")).get("entries"), list)


def _har(document: Mapping[str, Any]) -> Iterator[Interaction]:
    for entry in map(_map, document["log"]["entries"]):
        request, response = _map(entry.get("request")), _map(entry.get("response"))
        content = _map(response.get("content"))
        status, spent = response.get("status"), entry.get("time")
        yield Interaction(
            method=str(request.get("method", "")),
            uri=str(request.get("url", "")),
            headers=_named(request.get("headers")),
            body=_har_text(_map(request.get("postData"))),
            status=status if isinstance(status, int) else 0,
            answer_headers=_named(response.get("headers")),
            answer=_har_text(content) if content.get("size") != 0 or "text" in content else b"",
            recorded=str(entry.get("startedDateTime") or ""),
            elapsed=max(0.0, spent / 1000) if isinstance(spent, (int, float)) else 0.0,
        )


def _named(headers: Any) -> dict[str, str]:
    pairs = map(_map, headers if isinstance(headers, list) else ())
    return {str(pair.get("name", "")).lower(): str(pair.get("value", "")) for pair in pairs}


def _har_text(content: Mapping[str, Any]) -> bytes | None:
    text = content.get("text")
    if not isinstance(text, str):
        return None
    return _from_base64(text) if content.get("encoding") == "base64" else text.encode("utf-8", "surrogateescape")
