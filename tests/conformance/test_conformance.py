"""Every case against the engine: directly, over HTTP, and out of a cassette recorded from it.

PYTEST_DYNAMODB_CONFORMANCE names another endpoint to hold the cases against: ``moto``, ``dynamodb-local``, ``aws`` or
a URL. Such a run fails for a case that fails and is not known to, and for one that passes and is known to fail
(``known_differences/``).
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cases import Case, all_cases, known_differences
from pytest_dynamodb import use_cassette
from pytest_dynamodb.cassette.frames import MOST_LEVELS
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.server import running
from runner import CaseFailed, Target, run_case
from targets import engine_target, over_client, over_http
from wire_cases import WireCase, run_wire_case, wire_cases

CLASSIC = [pytest.param(case, id=case.id) for case in all_cases() if case.dialect in ("", "classic")]
TODAY = [pytest.param(case, id=case.id) for case in all_cases() if case.dialect == "today" or case.has_dialects]
SERVED = [pytest.param(case, id=case.id) for case in all_cases() if case.dialect in ("", "today")]
REGIONAL = [pytest.param(case, id=case.id) for case in all_cases() if case.dialect not in ("", "classic", "today")]
WIRE = [pytest.param(case, id=case.name) for case in wire_cases()]


def is_too_deep(value: Any) -> bool:
    """Whether a step's request is nested so deeply that no cassette takes it; a recording says so: see tests/attack."""
    if isinstance(value, dict):
        return 2 * value.get("$nest", 0) + 10 > MOST_LEVELS or any(map(is_too_deep, value.values()))
    return isinstance(value, list) and any(map(is_too_deep, value))


RECORDABLE = [
    pytest.param(case, id=case.id)
    for case in all_cases()
    if case.dialect in ("", "today")
    and case.sdk
    and not any(step.later or is_too_deep(step.params) for step in case.steps)
]
EXTERNAL = os.environ.get("PYTEST_DYNAMODB_CONFORMANCE", "")


def run(case: Case, target: Target) -> None:
    if why := target.runs(case):
        pytest.skip(why)
    run_case(case, target)


@pytest.mark.parametrize("case", CLASSIC)
def test_engine_answers_as_dynamodb_does(case: Case) -> None:
    run(case, engine_target())


@pytest.mark.parametrize("case", TODAY)
def test_engine_words_it_as_most_regions_do_today(case: Case) -> None:
    run(case, engine_target("today"))


@pytest.mark.parametrize("case", REGIONAL)
def test_engine_answers_as_a_region_does(case: Case) -> None:
    run(case, engine_target(case.dialect))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in all_cases() if not case.dialect])
def test_dialects_differ_in_their_words_alone(case: Case) -> None:
    run(case, replace(engine_target("today"), words=False))


@pytest.fixture(scope="module")
def server() -> Iterator[Target]:
    """The engine behind its server, with a clock that can be moved."""
    clock = VirtualClock(1_800_000_000.0)
    with running(MockProvider(Engine(clock=clock))) as url:
        yield Target(url, over_http(url), dialect="today", advance=clock.advance)


@pytest.mark.parametrize("case", SERVED)
def test_server_answers_as_dynamodb_does(case: Case, server: Target) -> None:
    run(case, server)


@pytest.mark.parametrize("case", WIRE)
def test_server_speaks_http_as_dynamodb_does(case: WireCase, server: Target) -> None:
    run_wire_case(case, server.name)


@pytest.mark.parametrize("case", RECORDABLE)
def test_a_recording_answers_as_what_it_recorded(
    case: Case, server: Target, tmp_path: Path, credentials: dict[str, str]
) -> None:
    recorded: list[str] = []
    replayed: list[str] = []
    with use_cassette(tmp_path / "case.ddb.msgpack", mode="rewrite", upstream=server.name, secrets="ignore"):
        run(case, noting(recorded))
    with use_cassette(tmp_path / "case.ddb.msgpack", mode="none"):
        run(case, noting(replayed))
    assert replayed == recorded


def noting(answers: list[str]) -> Target:
    """A boto3 client that asks for what an SDK lets through, and keeps what it is answered."""
    unchecked = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    call = over_client(boto3.client("dynamodb", region_name="us-east-1", config=unchecked))

    def noted(operation: str, params: dict[str, Any]) -> tuple[int, Any]:
        answer = call(operation, params)
        # A recording keeps no account number: the one in an ARN is not the one that was answered.
        answers.append(re.sub(r"(arn:aws:[a-z]+:[a-z0-9-]*:)[0-9]{12}", r"\1", json.dumps(answer, sort_keys=True)))
        return answer

    return Target(
        "boto3", noted, dialect="today", sdk=True, suffix=".recorded"
    )  # the server remembers what others did, by token


@pytest.fixture(scope="module")
def external() -> Iterator[Target]:
    """What PYTEST_DYNAMODB_CONFORMANCE names."""
    suffix = f".{int(time.time())}"
    if EXTERNAL == "moto":
        from moto_http import moto_http

        with moto_http() as url:
            yield Target("moto", over_http(url), patience=0.5, wait=0.05, words=False)
    elif EXTERNAL == "dynamodb-local":
        from dynamodb_local import dynamodb_local, missing

        if missing():
            pytest.skip(missing())
        with dynamodb_local() as url:
            yield Target("dynamodb-local", over_http(url), patience=0.5, wait=0.05, words=False)
    elif EXTERNAL == "aws":
        client = boto3.client("dynamodb", config=Config(parameter_validation=False))
        yield Target("aws", over_client(client), patience=10, wait=2, sdk=True, suffix=suffix)
    else:
        yield Target(EXTERNAL, over_http(EXTERNAL), patience=2, wait=0.1, suffix=suffix)


@pytest.mark.skipif(not EXTERNAL, reason="PYTEST_DYNAMODB_CONFORMANCE names no endpoint")
@pytest.mark.live_endpoint
@pytest.mark.parametrize("case", CLASSIC if EXTERNAL else [])
def test_other_endpoints_differ_where_they_are_known_to(case: Case, external: Target) -> None:
    difference = known_differences(external.name).get(case.name)
    if why := external.runs(case):
        pytest.skip(why)
    try:
        run_case(case, external)
    except CaseFailed:
        if difference is None:
            raise
        return
    assert difference is None, f"{external.name} is known to differ here, and does not: {difference}"


def test_a_case_that_fails_tells_what_differs() -> None:
    case = all_cases()[0]
    broken = replace(engine_target(), call=lambda operation, params: (200, {"Table": {"TableStatus": "ACTIVE"}}))
    with pytest.raises(CaseFailed, match="step "):
        for each in (case, *all_cases()):
            run_case(each, broken)
