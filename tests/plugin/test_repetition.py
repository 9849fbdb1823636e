"""The marker ``dynamodb_explore_faults``: over the mock and over recordings."""

from __future__ import annotations

import pytest

from small_project import SmallProject

SHOP = """
@pytest.fixture
def shop(dynamodb_mock):
    client().create_table(
        TableName="shop",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

def visit():
    client().update_item(
        TableName="shop",
        Key={"pk": {"S": "visits"}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )

def once(mock):
    assert mock.tables["shop"].items == [{"pk": "visits", "n": 1}]

explore_faults = pytest.mark.dynamodb_explore_faults
"""

TESTCASE = """
import unittest

class TestIt(unittest.TestCase):
    @explore_faults()
    def test_it(self):
        pass
"""


def test_a_marked_test_is_run_with_each_call_failing(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        SHOP
        + """
@explore_faults(check=once)
def test_counts(shop):
    visit()

@explore_faults(check=once, failures=["throttled", "refused"])
def test_some_failures(shop):
    visit()

@explore_faults()
def test_asserts(shop):
    visit()
    assert get("visits")["n"] == {"N": "1"}

@explore_faults()
@pytest.mark.parametrize("key", ["a", "b"])
def test_puts(shop, key):
    put(key)
    assert get(key)
""",
    )
    run = project.run()
    assert run.counts(passed=3, failed=2)
    assert "test_counts makes 1 DynamoDB calls, and not all of them can fail" in run.text
    assert "it raises AssertionError" in run.text


def test_a_cassette_is_recorded_first_and_explored_when_it_replays(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        SHOP
        + """
@explore_faults()
@marked
def test_it():
    put("a")
    assert get("a")

@explore_faults()
@marked
def test_swallows():
    try:
        put("a")
    except Exception:
        pass
    else:
        return
    assert not "reached"
""",
    )
    assert project.record().counts(passed=2)
    run = project.run()
    assert run.counts(passed=1, failed=1)
    assert "not carried out, and that is not coped with" in run.text
    assert run.line.startswith("dynamodb: 3 replayed")
    assert "0 unused" in run.line


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("@explore_faults()\ndef test_it():\n    pass\n", "needs a mock or a recording to answer the test"),
        (
            "@explore_faults(1)\ndef test_it(shop):\n    pass\n",
            "takes the keywords check, failures, invariant, not",
        ),
        (
            "@explore_faults(when=1)\ndef test_it(shop):\n    pass\n",
            "takes the keywords check, failures, invariant, not",
        ),
        ("@explore_faults()\ndef test_it(shop):\n    pass\n", "makes no DynamoDB call that could fail"),
        (
            TESTCASE,
            "is for functions, not for methods of a TestCase",
        ),
    ],
)
def test_what_makes_no_sense(project: SmallProject, source: str, message: str) -> None:
    project.write("test_a.py", SHOP + source)
    run = project.run()
    assert run.counts(failed=1)
    assert message in run.text
