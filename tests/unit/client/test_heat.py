"""Key heat: which partition keys are asked for most."""

from __future__ import annotations

import pytest

from pytest_dynamodb import ClientConfig, ConfigurationError, DynamoDbClient, HotKey, Index, KeyHeat, MockProvider


def client_with(heat: KeyHeat) -> DynamoDbClient:
    client = DynamoDbClient(ClientConfig(observer=heat), provider=MockProvider())
    client.create_table(
        "app",
        partition_key="pk",
        sort_key="sk",
        indexes=[Index(name="gsi1", partition_key="state", sort_key="sk")],
    )
    return client


def test_reads_and_writes_are_counted_by_partition_key() -> None:
    heat = KeyHeat({"app": "pk"})
    table = client_with(heat).table("app")
    for number in range(3):
        table.put({"pk": "hot", "sk": str(number)})
    table.update({"pk": "hot", "sk": "1"}).set("a", 1).execute()
    table.delete({"pk": "cold", "sk": "1"})
    table.get({"pk": "hot", "sk": "1"})
    table.query().partition_key("hot").sort_key_at_least("1").execute()
    assert heat.hottest() == [
        HotKey("app", None, "hot", reads=2, writes=4, share=6 / 7),
        HotKey("app", None, "cold", reads=0, writes=1, share=1 / 7),
    ]
    assert heat.hottest(1)[0].total == 6
    heat.reset()
    assert heat.hottest() == []


def test_batches_and_transactions_count_item_by_item() -> None:
    heat = KeyHeat({"app": "pk"})
    client = client_with(heat)
    table = client.table("app")
    with table.batch_write() as batch:
        batch.put({"pk": "a", "sk": "1"})
        batch.put({"pk": "a", "sk": "2"})
        batch.delete({"pk": "b", "sk": "1"})
    table.batch_get([{"pk": "a", "sk": "1"}, {"pk": "b", "sk": "1"}])
    with client.transaction() as tx:
        tx.put(table, {"pk": "a", "sk": "3"})
    client.transact_get().get(table, {"pk": "b", "sk": "1"}).execute()
    assert [(hot.key, hot.reads, hot.writes) for hot in heat.hottest()] == [("a", 1, 3), ("b", 2, 1)]


def test_an_index_has_heat_of_its_own() -> None:
    heat = KeyHeat({"app": "pk", "app/gsi1": "state"})
    table = client_with(heat).table("app")
    for number in range(4):
        table.put({"pk": str(number), "sk": "1", "state": "NEW"})
    table.query("gsi1").partition_key("NEW").execute()
    hottest = heat.hottest(1)[0]
    assert (hottest.table, hottest.index, hottest.key, hottest.reads, hottest.writes) == ("app", "gsi1", "NEW", 1, 4)
    assert hottest.share == 1.0
    assert len(heat.hottest(table="other")) == 0


def test_a_table_is_the_same_by_its_arn() -> None:
    heat = KeyHeat({"app": "pk"})
    client = client_with(heat)
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/app"
    table = client.table(arn)
    table.put({"pk": "a", "sk": "1"})
    table.get({"pk": "a", "sk": "1"})
    table.query().partition_key("a").execute()
    with client.transaction() as tx:
        tx.put(arn, {"pk": "a", "sk": "2"})
    with table.batch_write() as batch:
        batch.put({"pk": "a", "sk": "3"})
    assert [(hot.table, hot.key, hot.reads, hot.writes) for hot in heat.hottest()] == [("app", "a", 2, 3)]


def test_statements_count_where_they_name_the_key() -> None:
    heat = KeyHeat({"app": "pk", "app/gsi1": "state"})
    client = client_with(heat)
    client.execute_statement("INSERT INTO app VALUE {'pk': ?, 'sk': '1', 'state': 'NEW'}", ["a"])
    client.execute_statement("SELECT * FROM app WHERE pk = 'a'")
    client.execute_statement('SELECT * FROM "app"."gsi1" WHERE state = ?', ["NEW"])
    client.execute_statement("SELECT * FROM app WHERE pk IN ['a', 'b']")
    counted = {(hot.index, hot.key): (hot.reads, hot.writes) for hot in heat.hottest()}
    assert counted == {(None, "a"): (1, 1), ("gsi1", "NEW"): (1, 1)}


def test_other_tables_are_not_watched() -> None:
    heat = KeyHeat({"orders": "id"})
    client_with(heat).table("app").put({"pk": "a", "sk": "1"})
    assert heat.hottest() == []


def test_the_coldest_keys_are_forgotten() -> None:
    heat = KeyHeat({"app": "pk"}, capacity=2)
    table = client_with(heat).table("app")
    for key in ("hot", "hot", "hot", "warm", "warm", "c1", "c2", "c3"):
        table.get({"pk": key, "sk": "1"})
    assert [hot.key for hot in heat.hottest(2)] == ["hot", "warm"]
    assert len(heat.hottest(100)) == 2


def test_a_capacity_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="capacity"):
        KeyHeat({}, capacity=0)
