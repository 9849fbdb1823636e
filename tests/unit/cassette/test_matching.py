"""What the service made up is left out of a comparison, however deep it stands."""

from __future__ import annotations

from pytest_dynamodb.cassette.matching import without_generated


def test_what_the_service_made_up_is_gone_from_dictionaries_in_lists_too_and_the_rest_stays() -> None:
    tree = {
        "Tables": [{"TableId": "1", "TableName": "shop", "Dates": [{"CreationDateTime": 1.5, "n": [1, "a"]}]}],
        "LatestTimestamp": 3,
    }
    assert without_generated(tree) == {"Tables": [{"TableName": "shop", "Dates": [{"n": [1, "a"]}]}]}


def test_a_placeholder_and_what_holds_more_are_not_made_up() -> None:
    tree = {"#CreationDateTime": "a", "CreationDateTime": {"S": "a"}, "Timestamp": ["a"]}
    assert without_generated(tree) == tree
