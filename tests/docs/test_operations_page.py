"""The page of operations agrees with the engine, and the engine with AWS's model."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from botocore.loaders import Loader

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.engine.handlers import handler_named
from pytest_dynamodb.engine.validation.shapes import input_shape
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
HERE = {name for name, one in OPERATIONS.items() if one.level != "absent"}


def test_the_page_is_what_the_tool_writes() -> None:
    spec = importlib.util.spec_from_file_location("operations_page", ROOT / "tools" / "operations_page.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "docs" / "reference" / "operations.md").read_text(encoding="utf-8")
    assert written == tool.page(), "run python tools/operations_page.py"


def test_every_operation_of_awss_model_has_its_line() -> None:
    modelled = {
        name
        for service in ("dynamodb", "dynamodbstreams")
        for name in Loader().load_service_model(service, "service-2")["operations"]
    }
    assert modelled <= OPERATIONS.keys()  # an older botocore knows fewer
    assert all(input_shape(name) is not None for name in OPERATIONS)


def test_what_is_here_can_be_called() -> None:
    assert all(callable(handler_named(name)) for name in HERE)


@pytest.mark.parametrize("name", [*sorted(OPERATIONS.keys() - HERE), "NoSuchOperation"])
def test_what_is_absent_is_unknown(name: str) -> None:
    answer = Engine().answer(Request(name, {}))
    assert answer.status == 400
    assert isinstance(answer.body, dict)
    assert answer.body["__type"].endswith("#UnknownOperationException")
