"""The names of key attributes: given, or learned with one DescribeTable a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.page import Cursors
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.errors import AccessDeniedException, ConfigurationError, ValidationException, quoted

KeysLike = str | Sequence[str | Sequence[str]]
"""``"pk"``, ``("pk", "sk")``, or ``(("tenant", "region"), ("day", "time"))`` for keys of several attributes."""


@dataclass(frozen=True, slots=True)
class KeyNames:
    """The names of the attributes of a table's or an index's key, in the order of its schema."""

    partition: tuple[str, ...]
    sort: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.partition + self.sort

    @classmethod
    def of(cls, keys: KeysLike) -> KeyNames:
        """The names that were given. Raises ``ConfigurationError`` for anything else than names."""
        try:
            parts = [(part,) if isinstance(part, str) else tuple(part) for part in _listed(keys)]
        except TypeError:
            parts = []
        if not 1 <= len(parts) <= 2 or not all(_are_names(part) for part in parts):
            raise ConfigurationError(f'keys are names of attributes, such as "pk" or ("pk", "sk"), not {quoted(keys)}')
        return cls(*parts)

    @classmethod
    def described(cls, schema: Iterable[Mapping[str, str]]) -> KeyNames:
        schema = list(schema)
        by_kind = [
            tuple(part["AttributeName"] for part in schema if part["KeyType"] == kind) for kind in ("HASH", "RANGE")
        ]
        return cls(*by_kind)


def _listed(keys: KeysLike) -> Sequence[str | Sequence[str]]:
    return (keys,) if isinstance(keys, str) else keys


def _are_names(part: Sequence[object]) -> bool:
    return bool(part) and all(isinstance(name, str) and name for name in part)


class TableBook:
    """What a client knows about its tables: their keys' names. Also how it writes cursors.

    May be shared by threads and tasks: two that look for the same table at once describe it twice, and no harm is done.
    """

    def __init__(self, *, cursors: Cursors | None = None) -> None:
        self.cursors: Cursors = cursors or Cursors()
        self._names: dict[str, dict[str | None, KeyNames]] = {}
        """By table and index; the table itself is its index ``None``."""

    def give(self, table: str, keys: KeysLike | None, indexes: Mapping[str, KeysLike] | None = None) -> None:
        """Note names that the application knows. Raises ``ConfigurationError``."""
        named: Mapping[str, KeysLike] = {} if indexes is None else arguments.mapping("indexes", indexes)
        given: dict[str | None, KeyNames] = {name: KeyNames.of(names) for name, names in named.items()}
        if keys is not None:
            given[None] = KeyNames.of(keys)
        if given:
            self._names[table] = {**self._names.get(table, {}), **given}

    def known(self, table: str, index: str | None = None) -> KeyNames | None:
        return self._names.get(table, {}).get(index)

    def forget(self, table: str) -> None:
        """Forget a table that has been deleted."""
        self._names.pop(table, None)

    def note(self, description: Mapping[str, Any]) -> None:
        """Learn the names from a table's description."""
        table: str = description["TableName"]
        names: dict[str | None, KeyNames] = {None: KeyNames.described(description["KeySchema"])}
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            for index in description.get(kind) or ():
                names[index["IndexName"]] = KeyNames.described(index["KeySchema"])
        self._names[table] = names

    def names(self, table: str, index: str | None = None) -> Steps[KeyNames]:
        """The names of the key of a table or of an index of it; describes the table where they are not known.

        Raises ``ConfigurationError`` where there is no such index, or where describing is not allowed.
        """
        known = self.known(table, index)
        if known is not None:
            return known
        given = self._names.get(table, {})
        try:
            description = yield from send(describe_table(table))
        except AccessDeniedException as problem:
            raise ConfigurationError(
                f"the names of the key of {table} are not known, and describing it is not allowed; give them: "
                f'client.table({table!r}, keys=("pk", "sk"), indexes={{...}})'
            ) from problem
        self.note({**description, "TableName": table})  # which may be asked for by its ARN
        self._names[table] = {**self._names[table], **given}
        known = self.known(table, index)
        if known is None:
            there = ", ".join(sorted(name for name in self._names[table] if name)) or "none"
            raise ConfigurationError(f"{table} has no index {index!r}; there is: {there}")
        return known


def describe_table(table: str) -> ApiCall[dict[str, Any]]:
    """``DescribeTable``; read as the description."""
    return ApiCall("DescribeTable", {"TableName": table}, _described)


def _described(answer: Mapping[str, Any]) -> dict[str, Any]:
    description: dict[str, Any] = answer["Table"]
    return description


# --- identities of items ---
# A table and a key tell items apart, whatever the order of its attributes and the spelling of its numbers.

ItemIdentity = tuple[str, tuple[tuple[str, str, str], ...]]
"""The table, and the key's attributes by name: type tag and content."""


def identity(table: str, wire: Mapping[str, Mapping[str, Any]], names: Iterable[str] | None = None) -> ItemIdentity:
    """The identity of an item or a key as ``to_wire_item`` makes it. ``names`` are those of the key attributes.

    What is malformed, such as an item without its key, has one too: DynamoDB says what is wrong with it.
    """
    chosen = sorted(wire if names is None else names)
    parts = [(name, *_part(wire[name])) for name in chosen if name in wire]
    return table, tuple(parts)


def _part(value: Mapping[str, Any]) -> tuple[str, str]:
    ((tag, content),) = value.items()
    return tag, str(content)


# --- names of tables ---
# A table may be given by its name, its ARN, or by anything that has a ``name``, such as a ``TableClient``.


class Named(Protocol):
    """A table of any kind."""

    @property
    def name(self) -> str:
        """Its name, or its ARN."""


TableLike = str | Named
"""What is accepted wherever a table is."""


def name_of(table: TableLike) -> str:
    """The table's name. Raises ``ConfigurationError`` for what is no table."""
    name = table if isinstance(table, str) else getattr(table, "name", None)
    if not name or not isinstance(name, str):
        raise ConfigurationError(
            f"a table is meant by its name, or by what client.table(...) returns, not {quoted(table)}"
        )
    return name


# --- items of batches ---
# DynamoDB refuses a whole batch for one item of it, and does not say which.


class InvalidBatchItem(ValidationException):
    """DynamoDB takes all of a batch but this. ``item`` is it: the item of a put, the key of a delete or a read."""


def invalid_item(error: ValidationException, table: str, item: Mapping[str, Any], key: object) -> InvalidBatchItem:
    """The refusal of a batch, by the one item that it is about."""
    return InvalidBatchItem(
        f"{error.message} (of this batch, it is about {quoted(key, 400)})",
        operation=error.operation,
        table=table,
        request_id=error.request_id,
        status=error.status,
        item=dict(item),
        members=error.members,
    )
