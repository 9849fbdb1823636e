"""The fixture ``dynamodb_races``: all orders, on the test's mock."""

from __future__ import annotations

from small_project import SmallProject

SHOP = """
@pytest.fixture
def shop():
    client().create_table(
        TableName="shop",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

def visit():
    count = int((get("visits") or {"n": {"N": "0"}})["n"]["N"])
    put("visits", n={"N": str(count + 1)})

def both(mock):
    assert mock.tables["shop"].items == [{"pk": "visits", "n": 2}]
"""


def test_a_race_fails_the_test_and_shows_the_order(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        SHOP
        + """
def test_it(dynamodb_races, shop):
    dynamodb_races(visit, visit, check=both)

def test_the_same(dynamodb_races, shop):
    dynamodb_races.explore(visit, visit, check=both, schedule="a a b b")

def test_what_was_there_is_there_again(dynamodb_races, dynamodb_mock, shop):
    with pytest.raises(AssertionError):
        dynamodb_races(visit, visit, check=both)
    assert dynamodb_mock.tables["shop"].count == 0
""",
    )
    run = project.run()
    assert run.counts(failed=1, passed=2)
    assert 'schedule="a b b a"' in run.text


def test_a_test_with_a_cassette_that_replays_cannot_have_it(project: SmallProject) -> None:
    project.write("test_a.py", "@marked\ndef test_it(dynamodb_races):\n    pass\n")
    run = project.run()
    assert run.counts(error=1)
    assert "dynamodb_mock is of no use here" in run.text


def test_explore_plays_on_the_mock_that_answers_the_test(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        SHOP
        + """
from pytest_dynamodb.races import explore

def test_it(dynamodb_mock, shop):
    put("before")

    def all_there(mock):
        assert {item["pk"] for item in mock.tables["shop"].items} == {"before", "visits"}

    assert explore(visit, visit, check=all_there).complete
    assert dynamodb_mock.tables["shop"].count == 1

@pytest.mark.dynamodb_cassette(provider="mock")
def test_with_a_marker(shop):
    assert explore(visit, visit).complete
""",
    )
    assert project.run().counts(passed=2)
