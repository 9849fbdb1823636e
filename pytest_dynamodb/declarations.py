"""What tables are declared to be: by templates, plans and descriptions, as contracts to hold recordings against."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pytest_dynamodb.cassette.contracts import Breach, TableContract, breaches, contract_of, schema_of
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.errors import ResourceNotFoundException
from pytest_dynamodb.mock.contents import SourceReader

Describe = Callable[[str], Mapping[str, Any]]
"""DescribeTable's ``Table`` of a table by its name. Raises ``ResourceNotFoundException`` where there is none."""


def declared_in(source: str | os.PathLike[str]) -> dict[str, TableContract]:
    """The tables that a file or folder declares, by name: whatever form ``Mock.load`` reads.

    Raises ``LoadError`` for one that cannot be read.
    """
    pseudo = {"AWS::Region": "us-east-1", "AWS::AccountId": "000000000000", "AWS::Partition": "aws"}
    found: dict[str, TableContract] = {}
    for content in SourceReader(None, {}, pseudo).contents(os.fspath(source)):
        schema = schema_of(content.params) if content.params is not None else None
        if schema is not None:
            found[content.table] = schema
    return found


def live_contract(names: Iterable[str], describe: Describe) -> dict[str, TableContract]:
    """The tables of these names as they are now, those that are there."""
    found = {}
    for name in dict.fromkeys(names):
        try:
            schema = schema_of(describe(name))
        except ResourceNotFoundException:
            continue
        if schema is not None:
            found[name] = schema
    return found


def contract_breaches(
    contents: Contents, now: Mapping[str, TableContract], *, before: Iterable[Contents] = ()
) -> list[Breach]:
    """Where what a cassette saw of its tables disagrees with what they are ``now``.

    ``before`` are cassettes of fixtures that made the tables. Tables that the cassette made itself are no breach where
    nothing is declared of them.
    """
    seen: dict[str, TableContract] = {}
    made: set[str] = set()
    for header, exchanges in (*before, contents):
        for name, schema in contract_of(header.schemas, exchanges).items():
            if schema.described or name not in seen:
                seen[name] = schema
        made |= {str(one.params.get("TableName")) for one in exchanges if one.operation == "CreateTable"}
    return [one for one in breaches(seen, now) if not (one.missing and one.table in made)]
