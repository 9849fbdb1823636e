"""The contract of a cassette: the keys and indexes of its tables, as far as what was recorded shows them.

A recording is worth no more than its tables: one with another key answers nothing of it. So a cassette keeps what it
saw of them, and what is said of the tables elsewhere, by a template or by DynamoDB itself, is held against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import Part, parts, table_name

ContractKey: TypeAlias = tuple[tuple[str, str], ...]
"""The attributes of a key, each with its type (``S``, ``N``, ``B``), the partition key first."""

_DESCRIPTIONS: Final = ("Table", "TableDescription")
_INDEXES: Final = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
_GOING: Final = frozenset({"DELETING", "ARCHIVING", "ARCHIVED"})


@dataclass(frozen=True, slots=True)
class IndexContract:
    """An index: its key, whether it is a local one, and what it projects: ``ALL``, ``KEYS_ONLY`` or ``INCLUDE``.

    ``projection`` is empty where it was not seen; ``included`` are the attributes that ``INCLUDE`` names, sorted.
    """

    key: ContractKey
    local: bool = False
    projection: str = ""
    included: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableContract:
    """A table's key and indexes. ``described`` says that all of it is known: somebody asked DynamoDB, or made it.

    Otherwise it is what requests imply: a key whose order is known only if a Query told the ``partition`` key, and
    those indexes that were asked, with the attributes that were compared.
    """

    key: ContractKey = ()
    indexes: Mapping[str, IndexContract] = field(default_factory=dict)
    described: bool = True
    partition: str = ""

    @property
    def ordered_key(self) -> ContractKey:
        """The key with its partition key first; empty where nothing tells which that is."""
        if self.described or len(self.key) < 2:
            return self.key
        first = tuple(pair for pair in self.key if pair[0] == self.partition)
        return (*first, *(pair for pair in self.key if pair not in first)) if first else ()


_UNSEEN: Final = TableContract(described=False)


def schema_of(description: Mapping[str, Any]) -> TableContract | None:
    """The schema in a table's description or in CreateTable's parameters; ``None`` if there is none in it."""
    types = {
        str(one.get("AttributeName")): str(one.get("AttributeType"))
        for one in _maps(description.get("AttributeDefinitions"))
    }
    key = _key(description.get("KeySchema"), types)
    if not key:
        return None
    indexes = {}
    for member in _INDEXES:
        for index in _maps(description.get(member)):
            if index.get("IndexStatus") not in _GOING:
                projection = index.get("Projection")
                projected = projection if isinstance(projection, Mapping) else {}
                indexes[str(index.get("IndexName"))] = IndexContract(
                    _key(index.get("KeySchema"), types),
                    member == "LocalSecondaryIndexes",
                    str(projected.get("ProjectionType") or "ALL"),
                    tuple(sorted(map(str, projected.get("NonKeyAttributes") or ()))),
                )
    return TableContract(key, indexes)


def _key(schema: Any, types: Mapping[str, str]) -> ContractKey:
    ordered = sorted(_maps(schema), key=lambda one: str(one.get("KeyType")))  # HASH sorts before RANGE
    return tuple((str(one.get("AttributeName")), types.get(str(one.get("AttributeName")), "")) for one in ordered)


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in (value if isinstance(value, (list, tuple)) else ()) if isinstance(one, Mapping))


# --- what exchanges show ---


def schemas_of(exchanges: Iterable[Exchange]) -> dict[str, TableContract]:
    """The schema of each table that exchanges are about, by name: the last that was described, or else as implied."""
    described: dict[str, TableContract] = {}
    implied: dict[str, TableContract] = {}
    for exchange in exchanges:
        row = OPERATIONS.get(exchange.operation)
        if row is None or not row.items:
            described.update(_described(exchange))
        elif exchange.error_code is None:
            for part in parts(exchange.operation, exchange.params):
                if part.table and part.table not in described:
                    implied[part.table] = _with(implied.get(part.table, _UNSEEN), part)
    return {**{name: schema for name, schema in implied.items() if schema != _UNSEEN}, **described}


def described_in(exchanges: Iterable[Exchange]) -> dict[str, TableContract]:
    """Those of them that were described, by name and in its order: what a cassette's header keeps."""
    return {name: one for name, one in sorted(schemas_of(exchanges).items()) if one.described}


def _described(exchange: Exchange) -> Iterator[tuple[str, TableContract]]:
    """The tables described in a request that succeeded, or in its answer."""
    if exchange.error_code is not None:
        return
    response = exchange.response or {}
    found = [response.get(name) for name in _DESCRIPTIONS]
    if exchange.operation == "CreateTable" and not any(isinstance(one, Mapping) for one in found):
        found = [exchange.params]
    for description in found:
        if isinstance(description, Mapping) and exchange.operation != "DeleteTable":
            schema = schema_of(description)
            if schema is not None:
                yield table_name(str(description.get("TableName"))), schema


def _with(schema: TableContract, part: Part) -> TableContract:
    """What a part of a successful request adds to what is implied of its table."""
    exact = part.exact_key
    if exact is not None:
        return schema if schema.key else replace(schema, key=_typed(exact))
    if "KeyConditionExpression" not in part.content and "KeyConditions" not in part.content:
        return schema
    compared = _typed(part.attributes)
    if part.index_name is None:
        return replace(schema, partition=compared[0][0]) if len(compared) == 1 else schema
    known = schema.indexes.get(part.index_name, IndexContract(()))
    key = tuple(dict.fromkeys((*known.key, *compared)))
    return replace(schema, indexes={**schema.indexes, part.index_name: replace(known, key=key)})


def _typed(attributes: Mapping[str, Any]) -> ContractKey:
    return tuple(
        sorted((name, next(iter(value), "")) for name, value in attributes.items() if isinstance(value, Mapping))
    )


def partition_names(schemas: Mapping[str, TableContract]) -> dict[str, str]:
    """The partition key's name of each table of which it is known."""
    known = {name: one.ordered_key[0][0] if one.ordered_key else one.partition for name, one in schemas.items()}
    return {name: partition for name, partition in known.items() if partition}


# --- agreement ---


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a table is not, or no longer, what a cassette saw. ``about`` is the table, or the index of it; ``missing``
    says that there is no such table at all.
    """

    table: str
    about: str
    problem: str
    missing: bool = False

    def __str__(self) -> str:
        return f"{self.table}: {self.about} {self.problem}"


def breaches(seen: Mapping[str, TableContract], now: Mapping[str, TableContract]) -> list[Breach]:
    """Where the tables of ``now`` disagree with those that were ``seen``.

    What is new and contradicts nothing is no breach: another table, another index.
    """
    found: list[Breach] = []
    for name, schema in seen.items():
        other = now.get(name) or _deployed(name, now)
        if other is not None:
            found += _between(name, schema, other)
        else:
            found.append(Breach(name, "the table", "was recorded, and there is none now", missing=True))
    return found


def _deployed(name: str, declared: Mapping[str, TableContract]) -> TableContract | None:
    """What was declared without a name and deployed with this one: stack, logical id, random letters.

    (CloudFormation user guide, "Name type".)
    """
    found = [one for logical, one in declared.items() if f"-{logical}-" in name]
    return found[0] if len(found) == 1 else None


def _between(table: str, seen: TableContract, now: TableContract) -> Iterator[Breach]:
    if seen.key and not _same(seen.key, now.key, ordered=seen.described):
        yield Breach(table, "the key", f"was {key_text(seen.key)} when recorded, and is {key_text(now.key)} now")
    for name, index in seen.indexes.items():
        other = now.indexes.get(name)
        if other is None:
            yield Breach(table, f"the index {name}", "was there when recorded, and is not now")
        elif seen.described:
            yield from (Breach(table, f"the index {name}", problem) for problem in _changes(index, other))
        elif not set(index.key) <= set(other.key):
            problem = f"was asked by {key_text(index.key)} when recorded, and has the key {key_text(other.key)} now"
            yield Breach(table, f"the index {name}", problem)


def _changes(seen: IndexContract, now: IndexContract) -> Iterator[str]:
    if not _same(seen.key, now.key, ordered=True):
        yield f"had the key {key_text(seen.key)} when recorded, and has {key_text(now.key)} now"
    if seen.local != now.local:
        yield f"was {_kind(seen)} when recorded, and is {_kind(now)} now"
    if seen.projection and now.projection != "ALL" and not _projects(seen, now):
        yield f"projected {_projected(seen)} when recorded, and projects {_projected(now)} now"


def _projects(seen: IndexContract, now: IndexContract) -> bool:
    """Whether an index has at least what it had."""
    if seen.projection == "KEYS_ONLY":
        return True
    return seen.projection == now.projection == "INCLUDE" and set(seen.included) <= set(now.included)


def _same(seen: ContractKey, now: ContractKey, *, ordered: bool) -> bool:
    """Whether keys agree; a type that is not known agrees with any."""
    if not ordered:
        seen, now = tuple(sorted(seen)), tuple(sorted(now))
    return len(seen) == len(now) and all(
        one[0] == other[0] and (one[1] == other[1] or not one[1] or not other[1])
        for one, other in zip(seen, now, strict=True)
    )


def _kind(index: IndexContract) -> str:
    return "local" if index.local else "global"


def _projected(index: IndexContract) -> str:
    return f"{index.projection} {', '.join(index.included)}".rstrip()


def key_text(key: ContractKey) -> str:
    """A key for people: ``pk (S), sk (N)``."""
    return ", ".join(f"{name} ({kind})" if kind else name for name, kind in key) or "none"


def contract_of(header_schemas: Mapping[str, TableContract], exchanges: Iterable[Exchange]) -> dict[str, TableContract]:
    """The contract of a cassette: what its header keeps, and what its exchanges show."""
    shown = schemas_of(exchanges)
    return {
        **{name: one for name, one in shown.items() if not one.described},
        **header_schemas,
        **{name: one for name, one in shown.items() if one.described},
    }


# --- as a cassette's header keeps them ---


def encode_schemas(schemas: Mapping[str, TableContract]) -> dict[str, Any]:
    """Schemas as a header's map."""
    return {name: _encode(schema) for name, schema in schemas.items()}


def _encode(schema: TableContract) -> dict[str, Any]:
    encoded: dict[str, Any] = {"key": [list(pair) for pair in schema.key], "described": schema.described}
    if schema.partition:
        encoded["partition"] = schema.partition
    if schema.indexes:
        encoded["indexes"] = {
            name: {
                "key": [list(pair) for pair in index.key],
                "local": index.local,
                "projection": index.projection,
                "included": list(index.included),
            }
            for name, index in schema.indexes.items()
        }
    return encoded


def decode_schemas(encoded: Mapping[str, Any]) -> dict[str, TableContract]:
    """Schemas from a header's map. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for what is none."""
    return {
        str(name): TableContract(
            _decode_key(one["key"]),
            {
                str(index): IndexContract(
                    _decode_key(content["key"]),
                    bool(content["local"]),
                    str(content["projection"]),
                    tuple(map(str, content["included"])),
                )
                for index, content in one.get("indexes", {}).items()
            },
            bool(one["described"]),
            str(one.get("partition", "")),
        )
        for name, one in encoded.items()
    }


def _decode_key(encoded: Any) -> ContractKey:
    if not all(isinstance(pair, list) and all(isinstance(one, str) for one in pair) for pair in encoded):
        raise ValueError("a key is a list of pairs")
    return tuple((name, kind) for name, kind in encoded)
