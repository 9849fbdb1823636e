"""The architecture page tells which rooms may import which, and which files a call crosses, as they are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
MOST = {"PutItem": 22, "GetItem": 14, "TransactWriteItems": 35}
"""A call that crosses more files than this is hard to follow."""

FOLLOW = """
import json, os, sys, tempfile
import boto3
import pytest_dynamodb
from pytest_dynamodb import mock_dynamodb, use_cassette

PACKAGE = os.path.dirname(pytest_dynamodb.__file__) + os.sep
KEY = {"id": {"S": "a"}}
TABLE = {
    "TableName": "app",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def crossed(call):
    call()  # what is loaded or kept once is no part of the way
    files = {}

    def note(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            files.setdefault(frame.f_code.co_filename[len(PACKAGE):].replace(os.sep, "/"))

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return list(files)


ways = {}
with mock_dynamodb():
    client = boto3.client("dynamodb")
    client.create_table(**TABLE)
    ways["PutItem"] = crossed(lambda: client.put_item(TableName="app", Item={**KEY, "n": {"N": "1"}}))
    update = {
        "TableName": "app",
        "Key": KEY,
        "UpdateExpression": "SET n = n + :one",
        "ConditionExpression": "attribute_exists(id)",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    writes = [{"Put": {"TableName": "app", "Item": {"id": {"S": "b"}}}}, {"Update": update}]
    ways["TransactWriteItems"] = crossed(lambda: client.transact_write_items(TransactItems=writes))
    file = os.path.join(tempfile.mkdtemp(), "way.ddb.msgpack")
    with use_cassette(file, mode="rewrite", upstream="mock"):
        client.create_table(**TABLE)
        client.get_item(TableName="app", Key=KEY)
with use_cassette(file, on_unused="ignore", repeats=True):
    ways["GetItem"] = crossed(lambda: client.get_item(TableName="app", Key=KEY))
print(json.dumps(ways))
"""


@pytest.fixture(scope="module")
def ways() -> dict[str, list[str]]:
    """The files that each call crosses, in a process of their own."""
    here = {"AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run([sys.executable, "-c", FOLLOW], capture_output=True, text=True, check=True, env=here)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("operation", sorted(MOST))
def test_the_page_tells_which_files_a_call_crosses(ways: dict[str, list[str]], operation: str) -> None:
    block = re.search(rf"<!-- way: {operation} -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    told = [line.split()[0] for line in block[1].splitlines()]
    assert told == ways[operation], "the page should say:\n" + "\n".join(ways[operation])
    assert len(told) <= MOST[operation]


def test_the_page_tells_who_may_import_whom() -> None:
    contracts: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    for contract in contracts:
        rooms = contract.get("rooms", [])
        inside = "all" if rooms == ["*"] else ", ".join(f"`{room}`" for room in rooms) or "nothing but each other"
        outside = ", ".join(f"`{name}`" for name in contract.get("outside", [])) or "nothing"
        assert f"| {', '.join(f'`{room}`' for room in contract['room'])} | {inside} | {outside} |\n" in PAGE
