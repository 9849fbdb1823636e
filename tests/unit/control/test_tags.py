"""Tags of tables (ack-api-quirks, DDB-TABLE-107, 372, 442; dynalite's tests, tagResource)."""

from __future__ import annotations

import pytest

from engine_requests import Json, ask, definitions, refusal, table
from pytest_dynamodb.engine import Engine

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/app"


def tags(**values: str) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def listed(engine: Engine) -> list[Json]:
    found: list[Json] = ask(engine, "ListTagsOfResource", ResourceArn=ARN)["Tags"]
    return found


def made() -> Engine:
    engine = Engine()
    table(engine)
    return engine


def test_tags_are_put_replaced_and_taken_off() -> None:
    engine = made()
    assert listed(engine) == []
    assert ask(engine, "TagResource", ResourceArn=ARN, Tags=tags(env="test", team="x")) == {}
    ask(engine, "TagResource", ResourceArn=ARN, Tags=tags(env="live"))
    assert listed(engine) == tags(env="live", team="x")
    assert ask(engine, "UntagResource", ResourceArn=ARN, TagKeys=["team", "never there"]) == {}
    assert listed(engine) == tags(env="live")


def test_a_table_may_be_made_with_tags() -> None:
    engine = Engine()
    ask(
        engine,
        "CreateTable",
        TableName="app",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=definitions("pk"),
        Tags=tags(env="test"),
    )
    assert listed(engine) == tags(env="test")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "Atleast one Tag needs to be provided as Input."),
        (tags(**{"aws:x": ""}), "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        (tags(good="1") * 2, "Duplicate Tag Keys provided as input: Duplicate Tag Key found good"),
        (tags(good="100%"), "The Tag Value provided is invalid, Value: 100%"),
        (tags(**{"a,b": ""}), "The Tag Key provided is invalid, Key: a,b"),
        (
            tags(**{f"k{i}": "" for i in range(51)}),
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
)
def test_tags_that_are_refused_all_together(given: list[Json], message: str) -> None:
    engine = made()
    problem = refusal(engine, "TagResource", ResourceArn=ARN, Tags=given)
    assert (problem["code"], problem["message"]) == ("ValidationException", message)
    assert listed(engine) == []


def test_tags_are_counted_with_those_there_already() -> None:
    engine = made()
    ask(engine, "TagResource", ResourceArn=ARN, Tags=tags(**{f"k{i}": "" for i in range(50)}))
    ask(engine, "TagResource", ResourceArn=ARN, Tags=tags(k1="other"))
    assert "exceed" in refusal(engine, "TagResource", ResourceArn=ARN, Tags=tags(one="more"))["message"]


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        ("not-a-valid-arn", "ValidationException", "ARNs must start with 'arn:': not-a-valid-arn"),
        ("arn:aws:s3:::bucket", "ValidationException", "Provided Arn is not a DynamoDB resource arn: arn:aws:s3"),
        (f"{ARN}/index/x", "ValidationException", "only table or stream is accepted"),
        (
            ARN.replace("us-east-1", "eu-west-1"),
            "ValidationException",
            "Invalid TableArn: Invalid ResourceArn provided as input ",
        ),
        (ARN.replace("123456789012", "000000000000"), "AccessDeniedException", "Access is denied"),
        (
            ARN.replace("us-east-1:123456789012", "eu-west-1:000000000000"),
            "AccessDeniedException",
            "Access is denied",
        ),
        (f"{ARN}2", "ResourceNotFoundException", f"Requested resource not found: ResourcArn: {ARN}2 not found"),
    ],
)
def test_arns_that_name_no_table(arn: str, code: str, message: str) -> None:
    problem = refusal(made(), "ListTagsOfResource", ResourceArn=arn)
    assert problem["code"] == code
    assert message in problem["message"]


def test_untagging_does_not_tell_which_table_is_missing() -> None:
    problem = refusal(Engine(), "UntagResource", ResourceArn=ARN, TagKeys=["a"])
    assert problem["message"] == "Requested resource not found"
