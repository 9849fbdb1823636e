"""A child that is forked while other threads hold locks makes its calls and ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_dynamodb import mock_dynamodb, use_cassette

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
TABLE: dict[str, Any] = {
    "TableName": "ttt",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def busy_parent(child_s_work: Callable[[Any], Any]) -> list[int | None]:
    """Exit codes of children that are forked while threads of the parent make calls without a pause."""
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    client.create_table(**TABLE)
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            client.put_item(TableName="ttt", Item={"pk": {"S": "parent"}})

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    context = multiprocessing.get_context("fork")
    try:
        children = [context.Process(target=child_s_work, args=(client,)) for _ in range(5)]
        for child in children:
            child.start()
        for child in children:
            child.join(30)
            if child.exitcode is None:
                child.kill()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return [child.exitcode for child in children]


def child(client: Any) -> None:
    client.put_item(TableName="ttt", Item={"pk": {"S": "child"}})


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 warns of forks with threads
@pytest.mark.parametrize("how", ["mock", "record"])
def test_a_forked_child_makes_its_calls(tmp_path: Path, how: str) -> None:
    block = mock_dynamodb() if how == "mock" else use_cassette(tmp_path / "x.ddb.msgpack", mode="once", upstream="mock")
    with block:
        assert busy_parent(child) == [0] * 5
