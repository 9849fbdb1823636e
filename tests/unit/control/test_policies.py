"""Resource policies: set, told in AWS's form, guarded by revisions (texts: moto's tests that ran against AWS)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine_requests import ask, refusal, table
from pytest_dynamodb.engine import Engine

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/app"
NOT_FOUND = "Resource-based policy not found for the provided ResourceArn: "


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(engine)
    return engine


def policy(action: str = "dynamodb:*", **more: Any) -> str:
    statement = {"Principal": {"AWS": "123456789012"}, "Effect": "Allow", "Action": [action], "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def put(engine: Engine, document: str | None = None, *, arn: str = ARN, **more: Any) -> str:
    answer = ask(engine, "PutResourcePolicy", ResourceArn=arn, Policy=document or policy(), **more)
    revision: str = answer["RevisionId"]
    return revision


def test_a_policy_is_told_minified_and_in_one_order(engine: Engine) -> None:
    revision = put(engine)
    assert ask(engine, "GetResourcePolicy", ResourceArn=ARN) == {
        "Policy": (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},'
            '"Action":"dynamodb:*","Resource":"*"}]}'
        ),
        "RevisionId": revision,
    }


def test_the_same_policy_again_is_no_new_revision(engine: Engine) -> None:
    first = put(engine)
    assert put(engine, json.dumps(json.loads(policy()), indent=4)) == first
    assert int(put(engine, policy("dynamodb:PutItem"))) > int(first)


def test_a_revision_guards_against_others(engine: Engine) -> None:
    first = put(engine, ExpectedRevisionId="NO_POLICY")
    second = put(engine, policy("dynamodb:PutItem"), ExpectedRevisionId=first)
    problem = refusal(
        engine, "PutResourcePolicy", ResourceArn=ARN, Policy=policy("dynamodb:GetItem"), ExpectedRevisionId=first
    )
    assert (problem["code"], problem["message"]) == (
        "PolicyNotFoundException",
        (
            f"{NOT_FOUND}Requested update for policy with revision id {first}, "
            f"but the policy associated to target table app has revision id {second}."
        ),
    )
    problem = refusal(engine, "PutResourcePolicy", ResourceArn=ARN, Policy=policy(), ExpectedRevisionId="NO_POLICY")
    assert problem["message"] == (
        f"{NOT_FOUND}Requested policy update expecting none to be present for table app, "
        f"but a policy exists with revision id {second}."
    )
    assert refusal(engine, "DeleteResourcePolicy", ResourceArn=ARN, ExpectedRevisionId="unknown")["code"] == (
        "PolicyNotFoundException"
    )
    assert ask(engine, "GetResourcePolicy", ResourceArn=ARN)["RevisionId"] == second


def test_deleting_is_no_error_where_there_is_none(engine: Engine) -> None:
    assert ask(engine, "DeleteResourcePolicy", ResourceArn=ARN) == {}
    first = put(engine)
    gone = ask(engine, "DeleteResourcePolicy", ResourceArn=ARN)["RevisionId"]
    assert gone == first
    assert ask(engine, "DeleteResourcePolicy", ResourceArn=ARN) == {"RevisionId": gone}
    problem = refusal(engine, "GetResourcePolicy", ResourceArn=ARN)
    assert (problem["code"], problem["message"]) == ("PolicyNotFoundException", NOT_FOUND + ARN)
    assert int(put(engine)) > int(first)


def test_a_table_may_come_with_its_policy(engine: Engine) -> None:
    table(engine, "other", ResourcePolicy=policy())
    found = ask(engine, "GetResourcePolicy", ResourceArn=ARN.replace("app", "other"))
    assert found["RevisionId"] == "1700000000000"
    assert json.loads(found["Policy"])["Statement"][0]["Action"] == "dynamodb:*"


def test_a_stream_has_a_policy_of_its_own(engine: Engine) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    told = ask(engine, "UpdateTable", TableName="app", StreamSpecification=stream)["TableDescription"]
    arn = told["LatestStreamArn"]
    put(engine, arn=arn)
    assert "Policy" in ask(engine, "GetResourcePolicy", ResourceArn=arn)
    assert refusal(engine, "GetResourcePolicy", ResourceArn=ARN)["code"] == "PolicyNotFoundException"


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        (ARN + "_", "ResourceNotFoundException", "Requested resource not found: Table: app_ not found"),
        ("app", "ValidationException", "One or more parameter values were invalid: ARNs must start with 'arn:': app"),
        (
            ARN + "/index/i",
            "ValidationException",
            (
                "One or more parameter values were invalid: Invalid resource arn provided, only table or stream is "
                f"accepted. Provided resource arn: {ARN}/index/i"
            ),
        ),
        (
            ARN.replace("us-east-1", "us-west-2"),
            "ValidationException",
            (
                "One or more parameter values were invalid: Invalid resource Arn: "
                "arn:aws:dynamodb:us-west-2:123456789012:table/app"
            ),
        ),
        (
            ARN.replace("123456789012", "999999999999"),
            "ValidationException",
            "This action is only supported by accounts that match the resource owner\u2019s account.",
        ),
    ],
)
def test_what_is_no_table_or_stream_of_ours(engine: Engine, arn: str, code: str, message: str) -> None:
    problem = refusal(engine, "GetResourcePolicy", ResourceArn=arn)
    assert (problem["code"], problem["message"]) == (code, message)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Invalid policy document: This policy contains invalid Json"),
        ("[]", "Invalid policy document: This policy contains invalid Json"),
        ("[" * 100_000, "Maximum policy size of 20480 bytes exceeded"),
        ("[" * 20_000, "Invalid policy document: This policy contains invalid Json"),
        ('{"Statement":[]}', "Invalid policy document: Could not parse the policy: Statement is empty!"),
        (policy(Sid="a" * 20_480), "Maximum policy size of 20480 bytes exceeded"),
    ],
)
def test_what_is_no_policy(engine: Engine, document: str, message: str) -> None:
    problem = refusal(engine, "PutResourcePolicy", ResourceArn=ARN, Policy=document)
    assert (problem["code"], problem["message"]) == (
        "ValidationException",
        f"One or more parameter values were invalid: {message}",
    )


def test_everybody_may_not_be_allowed(engine: Engine) -> None:
    problem = refusal(engine, "PutResourcePolicy", ResourceArn=ARN, Policy=policy(Principal="*"))
    assert problem["message"].startswith("Resource-based policy grants unbounded access in one or more elements.")


def test_policies_are_part_of_snapshots(engine: Engine) -> None:
    before = engine.snapshot()
    put(engine)
    engine.restore(before)
    assert refusal(engine, "GetResourcePolicy", ResourceArn=ARN)["code"] == "PolicyNotFoundException"
