"""The description is valid OpenAPI, names all there is, and what is answered is as it says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pytest_dynamodb.faults import kinds
from pytest_dynamodb.faults.faults import Fault
from pytest_dynamodb.remote.description import description
from pytest_dynamodb.remote.routes import FAULTS, ROUTES

validator = pytest.importorskip("openapi_spec_validator", reason="openapi-spec-validator is not installed")
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")


def test_it_is_valid_openapi() -> None:
    validator.validate(description(ROUTES))


def test_it_names_every_route_once() -> None:
    described = {
        (method.upper(), path.removeprefix("/_dynamodb"))
        for path, operations in description(ROUTES)["paths"].items()
        for method in operations
    }
    assert described == {(route.method, route.path) for route in ROUTES}
    names = [route.name for route in ROUTES]
    assert len(set(names)) == len(names)


def test_every_kind_of_fault_is_named_and_so_is_what_it_takes() -> None:
    classes = {name: kind for name, kind in vars(kinds).items() if isinstance(kind, type) and issubclass(kind, Fault)}
    assert set(FAULTS) == classes.keys() - {"Fault"}
    (route,) = [route for route in ROUTES if route.name == "planFault"]
    fields = {field for name in FAULTS for field in classes[name].__dataclass_fields__}
    assert set(route.takes) - {"kind"} == {field for field in fields if not field.startswith("_")} - {"members"}


ASKED: dict[str, dict[str, Any]] = {
    "beginTest": {"name": "another"},
    "forkTest": {"name": "fork"},
    "restoreSnapshot": {"snapshot": "1"},
    "loadTables": {"tables": {}},
    "explainRequest": {"operation": "Scan", "params": {"TableName": "shop"}},
    "rememberValue": {"name": "id", "value": 1},
}


def test_what_is_answered_is_as_described(desk: Any) -> None:
    paths = description(ROUTES)["paths"]
    ordered = sorted(ROUTES, key=lambda route: (route.name == "endTest", route.name == "restoreSnapshot"))
    test = desk.begin()["id"]
    for route in ordered:
        if route.content_type != "application/json":
            continue
        answer = desk.send(
            route.method, f"/_dynamodb{route.path.format(test=test)}", json.dumps(ASKED.get(route.name, {})).encode()
        )
        assert answer.status == 200, (route, answer.body)
        operation = paths[f"/_dynamodb{route.path}"][route.method.lower()]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        found = json.loads(answer.body)
        jsonschema.validate(found, schema)
        if route.gives and route.name != "explainRequest":
            assert found.keys() == route.gives.keys(), route


def test_the_reference_names_every_route() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs" / "reference" / "http.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(GET|POST) (/[^`]*)`", text, re.MULTILINE))
    assert listed == {(route.method, route.path) for route in ROUTES}
