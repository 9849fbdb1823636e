"""What writes to vector indexes are charged, byte by byte (nubo-db/dynoxide, captured in eu-west-2 on 2026-08-18)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, n, s, table
from pytest_dynamodb.engine import Engine


def index(name: str, projection: str = "ALL") -> Json:
    return {
        "IndexName": name,
        "VectorAttribute": {"AttributeName": "embedding"},
        "Dimensions": 512,
        "DistanceFunction": "COSINE",
        "Projection": {"ProjectionType": projection},
    }


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    table(engine, keys="pk", VectorIndexes=[index("all"), index("keys", "KEYS_ONLY")])
    return engine


def item(number: str = "0.5", note: str = "x") -> Json:
    return {"pk": s("a"), "embedding": {"L": [n(number)] * 512}, "note": s(note)}


def spent(engine: Engine, operation: str = "PutItem", **params: Any) -> dict[str, float]:
    answer = ask(engine, operation, TableName="app", ReturnConsumedCapacity="INDEXES", **params)
    arms = answer["ConsumedCapacity"].get("VectorIndexes", {})
    return {name: arm["VectorWriteRequestBytes"] for name, arm in arms.items()}


def test_a_vector_counts_four_bytes_a_dimension_in_every_projection(engine: Engine) -> None:
    assert spent(engine, Item=item()) == {"all": 2065.0, "keys": 2060.0}


def test_only_an_index_whose_entry_changes_is_charged(engine: Engine) -> None:
    spent(engine, Item=item())
    assert spent(engine, Item=item(note="y")) == {"all": 2065.0}
    assert spent(engine, Item=item("0.25", note="y")) == {"all": 2065.0, "keys": 2060.0}
    assert spent(engine, Item=item("0.2500000000000000001", note="y")) == {}  # the same 32-bit float


def test_leaving_costs_what_was_there(engine: Engine) -> None:
    spent(engine, Item=item())
    gone = spent(engine, "UpdateItem", Key={"pk": s("a")}, UpdateExpression="REMOVE embedding")
    assert gone == {"all": 2065.0, "keys": 2060.0}
    assert spent(engine, "DeleteItem", Key={"pk": s("a")}) == {}


def test_a_smaller_entry_costs_what_the_larger_one_did(engine: Engine) -> None:
    spent(engine, Item=item(note="x" * 100))
    assert spent(engine, Item=item(note="y")) == {"all": 2164.0}


def test_a_table_tells_its_size_with_vectors_by_their_dimensions(engine: Engine) -> None:
    spent(engine, Item=item("12345678901234567890"))
    told = ask(engine, "DescribeTable", TableName="app")["Table"]
    assert told["TableSizeBytes"] == 3 + 9 + 4 * 512 + 5


def test_statements_tell_it_too(engine: Engine) -> None:
    vector = {"L": [n("0.5")] * 512}
    statement = "INSERT INTO app VALUE {'pk': 'a', 'embedding': ?, 'note': 'x'}"
    answer = ask(engine, "ExecuteStatement", Statement=statement, Parameters=[vector], ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"]["VectorIndexes"]["keys"] == {"VectorWriteRequestBytes": 2060.0}
