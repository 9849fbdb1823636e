"""The traceback of a miss ends with the line that made the call."""

from __future__ import annotations

import pytest

from small_project import SmallProject

MISSES = """
@marked
def test_missed():
    get("never recorded")

@marked
def test_wrapped():
    try:
        get("never recorded")
    except AssertionError as problem:
        raise LookupError("the application's own") from problem

@marked
def test_swallowed():
    try:
        get("never recorded")
    except AssertionError:
        pass

@marked
def test_of_something_else():
    boto3.client("dynamodb", region_name="us-east-1").get_item(Tabel="shop")
"""


@pytest.fixture
def missing(project: SmallProject) -> SmallProject:
    project.write("test_a.py", MISSES)
    return project


@pytest.mark.parametrize("style", ["auto", "long", "short", "native"])
@pytest.mark.parametrize("test", ["test_missed", "test_wrapped"])
def test_neither_botocores_frames_nor_ours_are_shown(missing: SmallProject, test: str, style: str) -> None:
    run = missing.run("-k", test, f"--tb={style}")
    assert run.code == 1
    assert 'get("never recorded")' in run.text
    assert "GetItem on shop" in run.text
    assert "botocore/" not in run.text.replace("\\", "/")
    assert "hooks/handlers.py" not in run.text.replace("\\", "/")


def test_full_trace_shows_them(missing: SmallProject) -> None:
    run = missing.run("-k", "test_missed", "--full-trace")
    assert run.code == 1
    assert "hooks/handlers.py" in run.text.replace("\\", "/")


def test_a_miss_that_was_swallowed_is_still_raised_at_the_end(missing: SmallProject) -> None:
    run = missing.run("-k", "test_swallowed")
    assert run.code == 1
    assert "GetItem on shop" in run.text


def test_other_errors_of_botocore_keep_their_tracebacks(missing: SmallProject) -> None:
    run = missing.run("-k", "test_of_something_else")
    assert run.code == 1
    assert "botocore/" in run.text.replace("\\", "/")


ELSEWHERE = """
@pytest.fixture(scope="session")
def wide():
    raise LookupError("in vain")

@pytest.fixture
def narrow():
    raise LookupError("in vain")

@pytest.fixture
def undone():
    yield
    raise LookupError("in vain")

def raises():
    raise LookupError("in vain")
"""
FAILING = """
from conftest import raises
from pytest_dynamodb.faults import Throttled

@marked
def test_wide(wide):
    pass

@marked
def test_narrow(narrow):
    pass

@marked
def test_undone(undone):
    pass

@pytest.mark.dynamodb_faults(Throttled())
def test_faults(dynamodb_mock):
    raises()
"""


@pytest.mark.parametrize("style", ["long", "short"])
@pytest.mark.parametrize("test", ["test_wide", "test_narrow", "test_undone", "test_faults"])
def test_what_fails_elsewhere_shows_no_frame_of_the_plugin(project: SmallProject, test: str, style: str) -> None:
    project.write("conftest.py", ELSEWHERE)
    project.write("test_a.py", FAILING)
    run = project.run("-k", test, f"--tb={style}")
    assert run.code == 1
    assert "in vain" in run.text
    assert "pytest_dynamodb/plugin" not in run.text.replace("\\", "/")
