"""`pytest-dynamodb serve` with its control plane, in a process of its own: who opens it, and where it is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from click.testing import CliRunner

from pytest_dynamodb.cli import main

STOP_WITHIN = 30
KEYS = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
TABLES: dict[str, Any] = {
    "t": {"table": {**KEYS, "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}, "items": []}
}


@contextmanager
def serving(folder: Path, *arguments: str, lines: int = 2) -> Iterator[list[str]]:
    """The first lines that a server prints; it runs in ``folder`` until the block ends."""
    command = [sys.executable, "-m", "pytest_dynamodb", "serve", "--port", "0", *arguments]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield [server.stdout.readline() for _ in range(lines)]
    finally:
        server.terminate()
        server.communicate(timeout=STOP_WITHIN)


def ask(url: str, token: str, path: str, **members: Any) -> Any:
    """What the control plane answers, or the status of a refusal."""
    headers = {"Authorization": f"Bearer {token}"}
    data = json.dumps(members).encode() if members else None
    try:
        with urlopen(Request(f"{url}/_dynamodb{path}", data, headers)) as answer:
            return json.load(answer)
    except HTTPError as refusal:
        with refusal:
            return refusal.code


def client(url: str, key: str = "any") -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_token_is_made_up_and_printed(tmp_path: Path) -> None:
    (tmp_path / "tables.json").write_text(json.dumps(TABLES))
    with serving(tmp_path, "--load", "tables.json") as (first, second):
        url = first.split()[-1]
        assert second.startswith(f"pytest-dynamodb: control plane at {url}/_dynamodb, token ")
        token = second.split("token ")[1].split(";")[0]
        assert ask(url, "another", "/tests") == 401
        test = ask(url, token, "/tests", name="a")
        client(url, test["access_key_id"]).put_item(TableName="t", Item={"pk": {"S": "a"}})
        assert client(url).scan(TableName="t")["Count"] == 0
        assert client(url, test["access_key_id"]).scan(TableName="t")["Count"] == 1
        assert ask(url, token, f"/tests/{test['id']}/end", passed=True)["mocked"] == 2
        with pytest.raises(ClientError, match="has ended"):
            client(url, test["access_key_id"]).list_tables()
        with urlopen(f"{url}/_view") as page:
            assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_header_does_what_an_access_key_does(tmp_path: Path) -> None:
    (tmp_path / "tables.json").write_text(json.dumps(TABLES))
    with serving(tmp_path, "--load", "tables.json", "--token", "a token for this", lines=1) as (first,):
        url = first.split()[-1]
        test = ask(url, "a token for this", "/tests", name="a")
        headed = client(url)
        headed.meta.events.register(
            "before-sign.dynamodb", lambda request, **_: request.headers.add_header("X-Dynamodb-Test", test["id"])
        )
        headed.put_item(TableName="t", Item={"pk": {"S": "a"}})
        assert (headed.scan(TableName="t")["Count"], client(url).scan(TableName="t")["Count"]) == (1, 0)


def test_a_test_under_way_is_kept_as_failed_when_the_server_stops(tmp_path: Path) -> None:
    (tmp_path / "tables.json").write_text(json.dumps(TABLES))
    with serving(tmp_path, "--load", "tables.json", "--token", "a token for this", lines=1) as (first,):
        url = first.split()[-1]
        test = ask(url, "a token for this", "/tests", name="a", cassette="a", mode="once")
        client(url, test["access_key_id"]).put_item(TableName="t", Item={"pk": {"S": "a"}})
    assert [path.name for path in (tmp_path / "cassettes").iterdir()] == ["a.ddb.msgpack.failed"]


@pytest.mark.parametrize(
    "arguments", [("--no-control",), ("--host", "0.0.0.0")], ids=["switched off", "for others too"]
)
def test_there_is_no_control_plane_and_no_view(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with serving(tmp_path, *arguments, lines=1) as (first,):
        url = first.split()[-1].replace("0.0.0.0", "127.0.0.1")
        with urlopen(f"{url}/_view") as answer:
            assert answer.read().startswith(b"healthy")
        if "--host" in arguments:
            assert ask(url, "", "/openapi.json") == 404


def test_other_machines_reach_it_with_a_chosen_token(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--token", "a token for this", lines=1) as (first,):
        url = first.split()[-1].replace("0.0.0.0", "127.0.0.1")
        assert ask(url, "a token for this", "/tests") == {"running": [], "ended": []}


def test_a_short_token_is_a_usage_error() -> None:
    done = CliRunner().invoke(main, ["serve", "--token", "short"])
    assert done.exit_code == 2
    assert "--token needs 12 characters" in done.output
