"""Views of a mock's tables, for tests to look into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.engine.schema import KeySchema, ordered
from pytest_dynamodb.engine.storage.partition import StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.values import from_wire_item


class TableView:
    """A view of a table; it always shows the current state."""

    region: str
    name: str

    def __init__(self, engine: Engine, region: str, name: str) -> None:
        self._engine, self.region, self.name = engine, region, name

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items as Python values, in the order of their keys."""
        return [from_wire_item(item) for item in self.wire_items]

    @property
    def wire_items(self) -> list[dict[str, Any]]:
        """The items in wire form, in the order of their keys."""
        table = self._table()
        return [dict(item.attributes) for item in _in_key_order(table.keys, table.store)]

    def first(self, most: int) -> list[dict[str, Any]]:
        """Up to ``most`` items in wire form, in the order of their keys: all of them where there are no more."""
        table = self._table()
        return [dict(item.attributes) for item in _in_key_order(table.keys, islice(table.store, most))]

    @property
    def count(self) -> int:
        """How many items there are now; unlike AWS's ItemCount, which may be six hours old."""
        self.describe()
        return self._engine.region(self.region).tables[self.name].store.count

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the key attributes, HASH first."""
        return self._table().keys.names

    def _table(self) -> Table:
        """The table as it is at this moment, unaffected by writes during the reading."""
        self.describe()
        (table,) = [
            region.tables[self.name]
            for region in self._engine.snapshot().regions
            if (region.account, region.name) == (self._engine.account, self.region)
        ]
        return table

    def describe(self) -> dict[str, Any]:
        """DescribeTable's ``Table``. Raises ``ResourceNotFoundException`` once the table is gone."""
        answer: dict[str, Any] = self._engine.run(Request("DescribeTable", {"TableName": self.name}, self.region))
        described: dict[str, Any] = answer["Table"]
        return described

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"<table {self.name} in {self.region}>"


class Tables(Mapping[str, TableView]):
    """The tables of a region by name, in the order of their names."""

    region: str

    def __init__(self, engine: Engine, region: str) -> None:
        self._engine, self.region = engine, region

    def __getitem__(self, name: str) -> TableView:
        view = TableView(self._engine, self.region, name)
        try:
            view.describe()
        except DynamoDbError:
            raise KeyError(f"{name}: the tables in {self.region} are {', '.join(self) or 'none'}") from None
        return view

    def __iter__(self) -> Iterator[str]:
        start: dict[str, Any] = {}
        while True:
            page: dict[str, Any] = self._engine.run(Request("ListTables", start, self.region))
            yield from page["TableNames"]
            if "LastEvaluatedTableName" not in page:
                return
            start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<tables in {self.region}: {', '.join(self) or 'none'}>"


def _in_key_order(keys: KeySchema, items: Iterable[StoredItem]) -> Iterator[StoredItem]:
    def place(item: StoredItem) -> tuple[Any, ...]:
        return tuple([ordered(tag, item.attributes[name][tag]) for name, tag in keys.parts])

    return (item for _, item in sorted(((place(item), item) for item in items), key=itemgetter(0)))
