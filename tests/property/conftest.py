"""What laws are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pytest_dynamodb import ClientConfig, DynamoDbClient, Index, Mock, MockProvider
from pytest_dynamodb.server import running


@pytest.fixture(scope="module", params=["mock", "http"])
def typed_client(request: pytest.FixtureRequest) -> Iterator[DynamoDbClient]:
    """A client of an engine with tables for typed items: in memory, and over HTTP.

    ``app`` has two indexes, one of everything and one of keys alone; ``bareS``, ``bareN`` and ``bareB`` have a sort key
    of each type.
    """
    mock = Mock()
    indexes = [
        Index(name="all", partition_key="allpk", sort_key="allsk"),
        Index(name="keys", partition_key="keyspk", sort_key="keyssk", attributes=()),
    ]
    with ExitStack() as stack:
        if request.param == "http":
            url = stack.enter_context(running(MockProvider(mock)))
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "example")
            config = ClientConfig(region="us-east-1", endpoint_url=url)
            client = stack.enter_context(DynamoDbClient(config, provider="live"))
        else:
            config = ClientConfig(region="us-east-1")
            client = stack.enter_context(DynamoDbClient(config, provider=MockProvider(mock)))
        client.create_table("app", partition_key="pk", sort_key="sk", indexes=indexes)
        client.create_table("bareS", partition_key="pk", sort_key={"one": "S"})
        client.create_table("bareN", partition_key="pk", sort_key={"one": "N"})
        client.create_table("bareB", partition_key="pk", sort_key={"one": "B"})
        yield client
