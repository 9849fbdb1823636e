"""A ``redact`` expression that is misspelt protects nothing: the end of a run says so."""

from __future__ import annotations

import pytest

TEST = """
import boto3, pytest

def put(**item):
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    client.create_table(
        TableName="ttt", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    client.put_item(TableName="ttt", Item={"pk": {"S": "a"}, **item})

@pytest.mark.dynamodb_cassette
def test_one():
    put(email={"S": "a@example.com"})

@pytest.mark.dynamodb_cassette
def test_two():
    put(phone={"S": "0123456789"})
"""
SETTINGS = ("--record", "--dynamodb-upstream=mock", "-p", "no:randomly", "--color=no")


def test_it_is_named_with_what_is_near_it_and_one_that_selects_in_any_test_is_not(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]\ndynamodb_cassette_redact =\n    Item.emial\n    Item.email\n    Item.phone\n")
    pytester.makepyfile(test_a=TEST)
    pytester.syspathinsert()
    done = pytester.runpytest_subprocess(*SETTINGS)
    done.assert_outcomes(passed=2)
    (line,) = [line for line in done.outlines if "selected nothing" in line]
    what, near = line.split("; ")
    assert what == "dynamodb: redact: 'Item.emial' selected nothing in any recording of this run"
    assert near == "near it: Item.email, Item.phone"
