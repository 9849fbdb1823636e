"""Where the cases of the client's behaviour are run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from client_cases import Case, Cases, Place, run
from pytest_dynamodb import MockProvider
from pytest_dynamodb.server.listener import running

KINDS = ["sync", pytest.param("async", marks=pytest.mark.aiobotocore)]
PLACES = ["mock", "replay", pytest.param("live", marks=pytest.mark.live_endpoint)]


@pytest.fixture(autouse=True)
def read_models_once(models_read_once: None) -> None:
    """Most tests here make clients in sessions of their own."""


@pytest.fixture(params=KINDS)
def client_kind(request: pytest.FixtureRequest) -> str:
    """Which of the two clients."""
    return cast("str", request.param)


@pytest.fixture(params=PLACES)
def client_place(request: pytest.FixtureRequest) -> Place:
    """Who answers."""
    return cast("Place", request.param)


@pytest.fixture(scope="module")
def mock_over_http() -> Iterator[str]:
    """The URL of a mock. Not for the session: tests elsewhere put something else in the place of ``asyncio.sleep``."""
    with running(MockProvider()) as url:
        yield url


@pytest.fixture
def run_case(
    request: pytest.FixtureRequest,
    client_kind: str,
    client_place: Place,
    tmp_path: Path,
    credentials: dict[str, str],
) -> Callable[[Case], None]:
    """Runs a case."""
    fixture = {"live": "live_endpoint", "replay": "mock_over_http"}.get(client_place)
    endpoint = request.getfixturevalue(fixture) if fixture else ""
    place = (
        "moto"
        if client_place == "live" and os.environ.get("DYNAMODB_TEST_ENDPOINT", "moto") == "moto"
        else client_place
    )

    def run_it(case: Case) -> None:
        cases: Cases = request.module.CASES
        reason = cases.not_in.get((case.__name__, place)) or cases.not_in.get((case.__name__, client_place))
        if reason:
            pytest.skip(reason)
        run(case, client_place, client_kind, endpoint=endpoint, path=tmp_path / "case.ddb.msgpack")

    return run_it
