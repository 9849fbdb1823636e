"""Vector indexes: the nearest items, by three measures (API reference, SearchVectors)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_requests import Json, ask, definitions, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.mock import Mock


def vector(*numbers: float) -> Json:
    return {"L": [n(str(number)) for number in numbers]}


def definition(name: str = "near", function: str = "EUCLIDEAN", **more: Any) -> Json:
    return {
        "IndexName": name,
        "VectorAttribute": {"AttributeName": "v"},
        "Dimensions": 2,
        "DistanceFunction": function,
        "Projection": {"ProjectionType": "ALL"},
        **more,
    }


def searched(*names: str, hash_: str | None = None) -> list[Json]:
    roles = dict.fromkeys(names, "INLINE_FILTER")
    if hash_ is not None:
        roles[hash_] = "HASH"
    return [{"AttributeName": name, "SearchSchemaElementType": role} for name, role in roles.items()]


def made(*indexes: Json, **more: Any) -> Engine:
    engine = Engine(clock=VirtualClock(1_700_000_000.0), **more)
    table(engine, keys="pk", VectorIndexes=list(indexes) or [definition()], **defined(*indexes))
    return engine


def defined(*indexes: Json) -> Json:
    """The AttributeDefinitions of a table with these indexes."""
    names = {one["AttributeName"] for index in indexes for one in index.get("SearchSchema", ())}
    return {"AttributeDefinitions": definitions(" ".join(["pk", *sorted(names)]))}


def put(engine: Engine, key: str, *numbers: float, **more: Json) -> None:
    ask(engine, "PutItem", TableName="app", Item={"pk": s(key), "v": vector(*numbers), **more})


def search(engine: Engine, *numbers: float, count: int = 10, name: str = "near", **more: Any) -> list[Json]:
    wanted = [n(str(number)) for number in numbers]
    answer = ask(engine, "SearchVectors", TableName="app", IndexName=name, SearchVector=wanted, TopK=count, **more)
    found: list[Json] = answer["SearchResults"]
    return found


def keys(results: list[Json]) -> list[str]:
    return [one["Item"]["pk"]["S"] for one in results]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("EUCLIDEAN", [("near", 0.0), ("long", 9.0), ("across", math.sqrt(2))]),
        ("COSINE", [("near", 0.0), ("long", 0.0), ("across", 1.0)]),
        ("DOT_PRODUCT", [("long", 10.0), ("near", 1.0), ("across", 0.0)]),
    ],
)
def test_each_measure_has_its_order(function: str, expected: list[tuple[str, float]]) -> None:
    engine = made(definition(function=function))
    for key, numbers in (("near", (1, 0)), ("long", (10, 0)), ("across", (0, 1))):
        put(engine, key, *numbers)
    results = search(engine, 1, 0)
    scores = {one["Item"]["pk"]["S"]: one["Score"] for one in results}
    assert scores == pytest.approx(dict(expected), abs=1e-6)
    ordered = [one["Score"] for one in results]
    assert ordered == sorted(ordered, reverse=function == "DOT_PRODUCT")
    assert len(search(engine, 1, 0, count=2)) == 2


def test_items_come_and_go_with_writes() -> None:
    engine = made()
    put(engine, "a", 1, 1)
    put(engine, "b", 2, 2)
    put(engine, "a", 5, 5)
    assert keys(search(engine, 1, 1)) == ["b", "a"]
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("b")})
    assert keys(search(engine, 1, 1)) == ["a"]


def test_what_is_no_vector_of_these_dimensions_is_left_out() -> None:
    engine = Engine()
    table(engine, keys="pk")
    put(engine, "kept", 1, 1)
    for key, value in (
        ("short", vector(1)),
        ("text", s("x")),
        ("mixed", {"L": [n(1), s("2")]}),
        ("huge", vector(1e60, 1)),
    ):
        ask(engine, "PutItem", TableName="app", Item={"pk": s(key), "v": value})
    ask(engine, "UpdateTable", TableName="app", VectorIndexUpdates=[{"Create": definition()}])
    assert keys(search(engine, 1, 1)) == ["kept"]
    (described,) = ask(engine, "DescribeTable", TableName="app")["Table"]["VectorIndexes"]
    assert described["ItemCount"] == 1


def test_conditions_are_on_the_search_schema() -> None:
    engine = made(definition(SearchSchema=searched("color", hash_="shop")))
    put(engine, "a", 1, 1, shop=s("x"), color=s("red"))
    put(engine, "b", 1, 2, shop=s("x"), color=s("blue"))
    put(engine, "c", 1, 3, shop=s("y"), color=s("red"))
    put(engine, "d", 1, 4, color=s("red"))

    def found(condition: str, **values: str) -> list[str]:
        bound = {f":{name}": s(value) for name, value in values.items()}
        more: Json = {"SearchConditionExpression": condition, "ExpressionAttributeValues": bound}
        return keys(search(engine, 1, 1, **more))

    assert found("shop = :s", s="x") == ["a", "b"]
    assert found("shop = :s AND color = :c", s="x", c="blue") == ["b"]
    base = {"TableName": "app", "IndexName": "near", "SearchVector": [n(1), n(1)], "TopK": 1}
    for condition in (None, "color = :s", "shop > :s", "shop = :s OR color = :s", "shop = :s AND pk = :s", "shop ="):
        asked: Json = {"SearchConditionExpression": condition, "ExpressionAttributeValues": {":s": s("x")}}
        more = asked if condition else {}
        assert refusal(engine, "SearchVectors", **base, **more)["code"] == "ValidationException"


def test_what_an_index_holds_and_what_is_wanted_of_it() -> None:
    only = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]}
    with_vector = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["v"]}
    engine = made(definition(Projection=only), definition("whole", Projection=with_vector))
    put(engine, "a", 1, 1, title=s("T"), more=s("M"))
    (found,) = search(engine, 1, 1)
    assert found["Item"].keys() == {"pk", "title"}
    (found,) = search(engine, 1, 1, ProjectionExpression="v, more, pk")
    assert found["Item"] == {"pk": s("a")}  # what the index does not hold cannot be had from it
    (found,) = search(engine, 1, 1, name="whole", ProjectionExpression="v")
    assert found["Item"] == {"v": {"L": [n("1.0"), n("1.0")]}}
    (found,) = search(engine, 1, 1, ProjectionExpression="#t", ExpressionAttributeNames={"#t": "title"})
    assert found["Item"] == {"title": s("T")}


def test_how_an_index_is_described() -> None:
    engine = made(definition(SearchSchema=searched("color")))
    put(engine, "a", 1, 1)
    (described,) = ask(engine, "DescribeTable", TableName="app")["Table"]["VectorIndexes"]
    assert described.pop("IndexSizeBytes") > 0
    assert "Backfilling" not in described
    assert described == {
        **definition(SearchSchema=searched("color")),
        "IndexStatus": "ACTIVE",
        "ItemCount": 1,
        "IndexArn": "arn:aws:dynamodb:us-east-1:123456789012:table/app/index/near",
    }


def test_a_dump_has_the_indexes() -> None:
    engine = made(definition(SearchSchema=searched("color")))
    put(engine, "a", 1, 1)
    other = Mock(region="us-east-1")
    other.load(Mock(engine, region="us-east-1").dump())
    assert keys(search(other.engine, 1, 1)) == ["a"]


def test_a_backup_brings_indexes_back() -> None:
    engine = made()
    put(engine, "a", 1, 1)
    arn = ask(engine, "CreateBackup", TableName="app", BackupName="one1")["BackupDetails"]["BackupArn"]
    ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")
    answer = ask(engine, "SearchVectors", TableName="copy", IndexName="near", SearchVector=[n(1), n(1)], TopK=1)
    assert keys(answer["SearchResults"]) == ["a"]


@pytest.mark.parametrize(
    "params",
    [
        {"SearchVector": [n(1)]},
        {"SearchVector": [n(1), s("x")]},
        {"SearchVector": [n(1), n("1e100")]},
        {"SearchVector": [n(1), n("nan")]},
        {"SearchVector": [n(1), n("x")]},
        {"TopK": 101},
        {"TopK": 0},
    ],
)
def test_searches_that_are_refused(params: Json) -> None:
    good = {"TableName": "app", "IndexName": "near", "SearchVector": [n(1), n(1)], "TopK": 1}
    assert refusal(made(), "SearchVectors", **{**good, **params})["code"] == "ValidationException"


@pytest.mark.parametrize(
    "wrong",
    [
        definition(Dimensions=4097),
        definition(Projection={"ProjectionType": "INCLUDE"}),
        definition(SearchSchema=searched("v")),  # a vector cannot be searched by as a text
        definition(SearchSchema=[*searched(hash_="a"), *searched(hash_="b")]),
    ],
)
def test_definitions_that_are_refused(wrong: Json) -> None:
    engine = Engine()
    keyed = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "AttributeDefinitions": definitions("pk")}
    base = {"TableName": "app", "BillingMode": "PAY_PER_REQUEST", **keyed}
    assert refusal(engine, "CreateTable", **base, VectorIndexes=[wrong])["code"] == "ValidationException"
    twice = refusal(engine, "CreateTable", **base, VectorIndexes=[definition(), definition()])
    assert twice["message"] == "One or more parameter values were invalid: Duplicate index name: near"
    units = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
    assert refusal(engine, "CreateTable", **{**base, **units}, VectorIndexes=[definition()])["code"] == (
        "ValidationException"
    )


NUMBER = st.floats(-100, 100, width=32, allow_nan=False).map(lambda number: round(number, 3))


@given(
    points=st.lists(st.tuples(NUMBER, NUMBER), max_size=12), origin=st.tuples(NUMBER, NUMBER), count=st.integers(1, 5)
)
def test_the_nearest_are_those_that_are_nearest(
    points: list[tuple[float, float]], origin: tuple[float, float], count: int
) -> None:
    engine = made()
    for number, point in enumerate(points):
        put(engine, str(number), *point)
    found = [one["Score"] for one in search(engine, *origin, count=count)]
    expected = sorted(math.dist(point, origin) for point in points)[:count]
    assert found == pytest.approx(expected, abs=1e-3)
