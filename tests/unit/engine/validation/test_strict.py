"""Where the parser of SearchVectors stops, and what it says (serde_json's columns count what it has read)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import DynamoDbError

GOOD: dict[str, Any] = {"TableName": "app", "IndexName": "vix", "SearchVector": [{"N": "1"}], "TopK": 1}


def refused(**changes: Any) -> tuple[str, str]:
    params = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    with pytest.raises(DynamoDbError) as caught:
        check_request(surface_of("SearchVectors"), params)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"TableName": None}, "invalid type: null, expected a string at line 1 column 18"),  # {"TableName": null
        ({"TableName": 5}, "invalid type: integer `5`, expected a string at line 1 column 15"),
        ({"TableName": []}, "invalid type: sequence, expected a string at line 1 column 14"),
        ({"TableName": {"a": 1}}, "invalid type: map, expected a string at line 1 column 14"),
        ({"TableName": True}, "invalid type: boolean `true`, expected a string at line 1 column 18"),
        ({"SearchVector": "x"}, 'invalid type: string "x", expected a sequence at line 1 column 60'),
        ({"TopK": None}, "invalid type: null, expected i32 at line 1 column 83"),
        ({"TopK": 3.5}, "invalid type: floating point `3.5`, expected i32 at line 1 column 82"),
    ],
)
def test_another_type_is_told_where_it_ends(changes: dict[str, Any], told: str) -> None:
    assert refused(**changes) == ("SerializationException", told)


@pytest.mark.parametrize("name", list(GOOD))
def test_a_member_that_is_missing_is_told_at_the_end(name: str) -> None:
    code, message = refused(**{name: ...})
    assert code == "ValidationException"
    assert message.startswith(f"missing field `{name}` at line 1 column ")


def test_types_come_before_what_is_missing_and_that_before_limits() -> None:
    assert refused(TableName=..., TopK=None)[0] == "SerializationException"
    assert refused(TableName=..., IndexName="ab")[1].startswith("missing field `TableName`")
    assert "Value at 'IndexName'" in refused(IndexName="ab")[1]


def test_members_that_are_not_required_may_be_null() -> None:
    assert check_request(surface_of("SearchVectors"), {**GOOD, "ProjectionExpression": None}) == GOOD
