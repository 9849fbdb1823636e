"""Tables to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.engine.schema import KeySchema, ordered
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.errors import ResourceNotFoundException
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.values import from_wire_item


class TableView:
    """A table of the mock, as it is whenever it is looked at."""

    def __init__(self, engine: Engine, region: str, name: str) -> None:
        self._engine, self.region, self.name = engine, region, name

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items as Python values, in the order of their keys."""
        return [from_wire_item(item) for item in self.wire_items]

    @property
    def wire_items(self) -> list[dict[str, Any]]:
        """The items as they travel, in the order of their keys."""
        for region in self._engine.snapshot().regions:
            table = region.tables.get(self.name)
            if region.name == self.region and region.account == self._engine.account and table is not None:
                return [dict(item.attributes) for item in _in_key_order(table.keys, table.store)]
        raise self._gone()

    @property
    def count(self) -> int:
        """How many items there are, now and not six hours ago."""
        table = self._engine.region(self.region).tables.get(self.name)
        if table is None:
            raise self._gone()
        return table.store.count

    def describe(self) -> dict[str, Any]:
        """What DescribeTable says of it."""
        answer: dict[str, Any] = self._engine.run(Request("DescribeTable", {"TableName": self.name}, self.region))
        described: dict[str, Any] = answer["Table"]
        return described

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"<table {self.name} in {self.region}>"

    def _gone(self) -> ResourceNotFoundException:
        return ResourceNotFoundException(f"there is no table {self.name} in {self.region} any more")


class Tables(Mapping[str, TableView]):
    """The tables of a region by name, in the order of their names."""

    def __init__(self, engine: Engine, region: str) -> None:
        self._engine, self.region = engine, region

    def __getitem__(self, name: str) -> TableView:
        if name not in self._engine.region(self.region).tables:
            raise KeyError(f"{name}: the tables in {self.region} are {', '.join(self) or 'none'}")
        return TableView(self._engine, self.region, name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._engine.region(self.region).tables))

    def __len__(self) -> int:
        return len(self._engine.region(self.region).tables)

    def __repr__(self) -> str:
        return f"<tables in {self.region}: {', '.join(self) or 'none'}>"


def _in_key_order(keys: KeySchema, items: Iterator[Item] | Any) -> Iterator[Item]:
    def place(item: Item) -> tuple[Any, ...]:
        return tuple([ordered(tag, item.attributes[name][tag]) for name, tag in keys.parts])

    return (item for _, item in sorted(((place(item), item) for item in items), key=itemgetter(0)))
