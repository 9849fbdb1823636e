"""What tables are now, for ``verify --contract``: as files declare them, or as a DynamoDB describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from pytest_dynamodb.cassette.contracts import Breach, TableContract, contract_of
from pytest_dynamodb.cassette.store import Contents, read
from pytest_dynamodb.declarations import contract_breaches, declared_in, live_contract

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def breaches_of(cassettes: Mapping[Path, Sequence[Path]], sources: Sequence[str]) -> dict[Path, list[Breach]]:
    """Where each cassette's contract is broken; ``cassettes`` are their paths, each with those of its fixtures'.

    ``sources`` are files and folders that ``Mock.load`` takes, URLs, and ``aws``. Raises ``LoadError`` for a file that
    cannot be read.
    """
    read_ones: dict[Path, tuple[Contents, list[Contents]]] = {
        path: (read(path), [read(fixture) for fixture in fixtures]) for path, fixtures in cassettes.items()
    }
    now: dict[str, TableContract] = {}
    for source in sources:
        now.update(_live(source, [one for one, _ in read_ones.values()]) if _is_live(source) else _declared(source))
    return {path: contract_breaches(contents, now, before=before) for path, (contents, before) in read_ones.items()}


def _is_live(source: str) -> bool:
    return source == "aws" or urlsplit(source).scheme in ("http", "https")


def _declared(source: str) -> dict[str, TableContract]:
    if not Path(source).exists():
        raise click.BadParameter(f"there is no {source!r}: name a template, a folder of the CDK's, a plan, or a URL")
    return declared_in(source)


def _live(source: str, cassettes: Iterable[Contents]) -> dict[str, TableContract]:
    """The cassettes' tables, each described in the region in which it was recorded."""
    tables: dict[str, set[str]] = {}
    for header, exchanges in cassettes:
        tables.setdefault(header.region, set()).update(contract_of(header.schemas, exchanges))
    found: dict[str, TableContract] = {}
    for region, names in tables.items():
        found.update(_described(source, region, sorted(names)))
    return found


def _described(source: str, region: str, names: Sequence[str]) -> dict[str, TableContract]:
    from pytest_dynamodb.client.client import DynamoDbClient
    from pytest_dynamodb.client.config import ClientConfig
    from pytest_dynamodb.client.connection.credentials import Credentials

    here = urlsplit(source).hostname in _HERE
    config = ClientConfig(
        region=region or ("us-east-1" if here else None),
        endpoint_url=None if source == "aws" else source,
        credentials=Credentials.static("verify", "verify") if here else None,  # a server on this machine asks for none
    )

    with DynamoDbClient(config, provider="live") as client:

        def describe(name: str) -> Mapping[str, Any]:
            table: Mapping[str, Any] = client.call("DescribeTable", TableName=name)["Table"]
            return table

        return live_contract(names, describe)
