"""What a route of the control plane is, and all of them in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pytest_dynamodb.remote.tests import ServedTest, ServedTests

PREFIX = "/_dynamodb"

Body: TypeAlias = dict[str, Any]
RouteAnswer: TypeAlias = Callable[[ServedTests, ServedTest, Body], Any]
"""``(tests, the test that the path names or main, the request's members)`` → the answer as JSON."""


@dataclass(frozen=True, kw_only=True)
class RouteMember:
    """A member of a request or an answer: its type as JSON Schema has it, and what it means."""

    type: Literal["string", "number", "integer", "boolean", "object", "array", "any"]
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Route:
    """One thing to ask for. ``path`` has ``{test}`` where a test's id goes; ``main`` is what is outside of tests.

    ``exact`` says that numbers with a fraction are taken as written, as plain items need it.
    """

    method: Literal["GET", "POST"]
    path: str
    name: str
    summary: str
    answer: RouteAnswer
    takes: Mapping[str, RouteMember] = field(default_factory=dict)
    gives: Mapping[str, RouteMember] = field(default_factory=dict)
    content_type: str = "application/json"
    exact: bool = False


def description(routes: Iterable[Route]) -> dict[str, Any]:
    """The description of routes, as plain JSON (OpenAPI Specification 3.1.0)."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "pytest-dynamodb: control plane",
            "version": "1",
            "description": "Tests in any language: each with a cassette or tables of its own.",
        },
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Problem": _object(
                    {
                        "error": RouteMember(type="string", meaning="the kind of problem", required=True),
                        "message": RouteMember(type="string", meaning="what happened and what to do", required=True),
                    }
                )
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    kind = route.content_type.partition(";")[0]
    gives = _object(route.gives, open_ended=True) if kind == "application/json" else {"type": "string"}
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": {
            "200": {"description": "Done.", "content": {kind: {"schema": gives}}},
            "400": {"description": "It cannot be done; the message says why.", "content": problem},
        },
    }
    if route.name == "describe":
        described["security"] = []
    else:
        described["responses"]["401"] = {"description": "The token is missing or wrong.", "content": problem}
    if "{test}" in route.path:
        described["parameters"] = [
            {
                "name": "test",
                "in": "path",
                "required": True,
                "description": "The test's id.",
                "schema": {"type": "string"},
            }
        ]
    if route.method == "POST":
        required = any(member.required for member in route.takes.values())
        content = {"application/json": {"schema": _object(route.takes)}}
        described["requestBody"] = {"required": required, "content": content}
    return described


def _object(members: Mapping[str, RouteMember], *, open_ended: bool = False) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, member in members.items():
        kind = {} if member.type == "any" else {"type": member.type}
        properties[name] = {**kind, "description": member.meaning}
        if member.choices:
            properties[name]["enum"] = list(member.choices)
    required = [name for name, member in members.items() if member.required]
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": open_ended}
    return {**schema, "required": required} if required else schema
