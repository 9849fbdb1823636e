"""Children of a test: their calls are recorded, played and missed as the test's own, however they were started."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from small_project import WITH_AWS, SmallProject

METHODS = multiprocessing.get_all_start_methods()

ERRANDS = """
import multiprocessing, os, pytest
from concurrent.futures import ProcessPoolExecutor

context = multiprocessing.get_context(os.environ["METHOD"])

def quietly(key):
    try:
        put(key)
    except Exception:
        pass

def send(function, key):
    child = context.Process(target=function, args=(key,))
    child.start()
    child.join(60)
    return child.exitcode
"""


def started(project: SmallProject, method: str, source: str) -> None:
    project.write("test_a.py", ERRANDS + source)
    project.environment["METHOD"] = method


@pytest.mark.parametrize("method", METHODS)
def test_what_a_child_asks_is_recorded_and_replayed(project: SmallProject, method: str) -> None:
    started(
        project, method, "@marked\ndef test_one():\n    assert send(put, 'errand') == 0\n    assert get('errand')\n"
    )
    run = project.record(apart=True)
    assert (run.code, run.line) == (0, "dynamodb: 0 replayed, 2 live, 0 missed, 0 unused, 2 recorded"), run.text
    run = project.run(apart=True)
    assert (run.code, run.line) == (0, "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"), run.text
    assert not project.leftovers


@pytest.mark.parametrize("method", METHODS)
def test_a_miss_that_a_child_swallows_fails_its_test(project: SmallProject, method: str) -> None:
    started(project, method, "@marked\ndef test_one():\n    assert send(quietly, 'errand') == 0\n")
    run = project.run(env=WITH_AWS, apart=True)
    assert run.code == 1
    assert "PutItem on shop: nothing is recorded yet" in run.text
    assert "1 missed" in run.line


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_of_processes_asks_the_test_it_belongs_to(project: SmallProject, method: str) -> None:
    started(
        project,
        method,
        """
@marked
def test_one():
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(put, ["a", "b", "c", "d"]))
        assert all(pool.map(get, ["a", "b", "c", "d"]))
""",
    )
    assert project.record(apart=True).code == 0
    run = project.run(apart=True)
    assert (run.code, run.line) == (0, "dynamodb: 8 replayed, 0 live, 0 missed, 0 unused"), run.text


def test_children_write_to_the_mock_of_their_test(project: SmallProject) -> None:
    started(
        project,
        METHODS[0],
        """
@marked
def test_one():
    client().create_table(
        TableName="shop", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    assert send(put, "errand") == 0
    assert get("errand")
""",
    )
    run = project.run("--dynamodb-provider=mock", apart=True)
    assert run.code == 0, run.text


def test_a_child_with_a_mock_of_its_own_is_answered_by_that(project: SmallProject) -> None:
    started(
        project,
        METHODS[0],
        """
def alone(key):
    from pytest_dynamodb import mock_dynamodb
    with mock_dynamodb():
        assert client().list_tables()["TableNames"] == []
    put(key)

@marked
def test_one():
    assert send(alone, "errand") == 0
    assert get("errand")
""",
    )
    assert project.record(apart=True).code == 0
    run = project.run(apart=True)
    assert (run.code, run.line) == (0, "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"), run.text


def test_a_child_that_outlives_its_test_is_refused_and_reported(project: SmallProject) -> None:
    started(
        project,
        METHODS[0],
        """
go, children = context.Event(), []

def late(go, key):
    go.wait(60)
    quietly(key)

@marked
def test_starts_one():
    put("now")
    children.append(context.Process(target=late, args=(go, "late")))
    children[0].start()

@marked
def test_meanwhile():
    put("meanwhile")
    go.set()
    children[0].join(60)
""",
    )
    for run in (project.record(apart=True), project.run(env=WITH_AWS, apart=True)):
        assert run.counts(passed=2)
        assert (run.code, "test_starts_one: its thread 'child process" in run.text) == (1, True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_childs_child_asks_the_same_test(project: SmallProject) -> None:
    started(
        project,
        "fork",
        """
def pass_on(key):
    put(key + "1")
    assert send(put, key + "2") == 0

@marked
def test_one():
    assert send(pass_on, "errand") == 0
    assert get("errand2")
""",
    )
    assert project.record(apart=True).code == 0
    run = project.run(apart=True)
    assert (run.code, run.line) == (0, "dynamodb: 3 replayed, 0 live, 0 missed, 0 unused"), run.text


PROGRAM = """
import subprocess, sys

CODE = (
    "import boto3; boto3.client('dynamodb', region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='x')"
    ".put_item(TableName='shop', Item={'pk': {'S': 'errand'}})"
)

def program(**more):
    return subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=600, **more)
"""


def test_a_program_is_answered_by_the_replay_of_its_test(project: SmallProject) -> None:
    project.write("test_a.py", PROGRAM + "@marked\ndef test_one():\n    put('errand')\n")
    project.recorded()
    project.write("test_a.py", PROGRAM + "@marked\ndef test_one():\n    done = program()\n    assert not done.stderr\n")
    run = project.run()
    assert (run.code, run.line) == (0, "dynamodb: 1 replayed, 0 live, 0 missed, 0 unused"), run.text


def test_what_a_program_misses_fails_the_test_that_started_it(project: SmallProject) -> None:
    project.write("test_a.py", PROGRAM + "@marked\ndef test_one():\n    program()\n")
    run = project.run(env=WITH_AWS)
    assert (run.code, "1 missed" in run.line) == (1, True), run.text


def test_a_program_keeps_an_endpoint_that_it_is_given(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        PROGRAM
        + """
@marked
def test_one():
    done = program(env={**os.environ, "AWS_ENDPOINT_URL_DYNAMODB": os.environ["UPSTREAM"]})
    assert not done.stderr

import os
""",
    )
    run = project.run(env={"UPSTREAM": project.upstream})
    assert (run.code, run.line) == (0, ""), run.text
