"""Cases of the client's behaviour, and where they are run: in memory, over a recording, over a live endpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from blocking_client import client as client_of
from pytest_dynamodb import ClientConfig, DynamoDbClient, MockProvider, RecordingProvider, ReplayProvider, TableClient
from pytest_dynamodb.client.operations.tables import Index

Case = Callable[[TableClient, DynamoDbClient], None]
Place = Literal["mock", "replay", "live"]

INDEX = Index(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk")
"""The secondary index of the table that every case has."""


class Cases(list[Case]):
    """A module's cases: ``@cases.add``, or ``@cases.add_but_not("moto", "why")``."""

    def __init__(self) -> None:
        super().__init__()
        self.not_in: dict[tuple[str, str], str] = {}

    def add(self, case: Case) -> Case:
        """One more."""
        self.append(case)
        return case

    def add_but_not(self, place: Literal["replay", "live", "moto"], reason: str) -> Callable[[Case], Case]:
        """One more, which cannot be run in one place: "live" is any of them, DynamoDB Local too."""

        def add(case: Case) -> Case:
            self.not_in[case.__name__, place] = reason
            return self.add(case)

        return add


def run(case: Case, place: Place, kind: str, *, endpoint: str, path: Path) -> None:
    """Run a case in a place, with a client of a kind: ``"sync"`` or ``"async"``.

    ``endpoint`` is the live one, or what is recorded to be replayed.
    """
    name = f"client-{uuid4()}"
    if place == "mock":
        _run(case, kind, name, ClientConfig(region="us-east-1"), MockProvider())
    elif place == "live":
        _run(case, kind, name, ClientConfig(endpoint_url=endpoint), None)
    else:
        _run(case, kind, name, ClientConfig(), RecordingProvider(path, upstream=endpoint))
        _run(case, kind, name, ClientConfig(endpoint_url="http://127.0.0.1:9"), ReplayProvider(path))


def _run(case: Case, kind: str, name: str, config: ClientConfig, provider: Any) -> None:
    with client_of(kind, config, provider=provider) as client:
        table = client.create_table(name, partition_key="pk", sort_key="sk", indexes=[INDEX], wait=30)
        case(table, client)
