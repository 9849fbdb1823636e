"""Calls to a server on this machine need no credentials; calls to any other do."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from loopback import Handler, Server, json_answer, metadata, serving
from pytest_dynamodb.hooks.active import activate, deactivate
from pytest_dynamodb.hooks.defaults import is_loopback
from pytest_dynamodb.hooks.install import install, uninstall
from pytest_dynamodb.providers.upstream import LiveProvider


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.8.9.1", True),
        ("https://[::1]:8000/", True),
        ("http://localhost:8000", True),
        ("http://dynamodb.localhost:4566", True),
        ("http://dynamodb:8000", False),
        ("http://10.0.0.7:8000", False),
        ("http://127.0.0.1.example.org", False),
        ("https://dynamodb.us-east-1.amazonaws.com", False),
        ("", False),
    ],
)
def test_what_is_this_machine(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@contextmanager
def upstream(url: str) -> Iterator[None]:
    install(cover_imports=True)
    activation = activate(LiveProvider(url))
    try:
        yield
    finally:
        deactivate(activation)
        uninstall()


@pytest.fixture
def no_metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An instance metadata service that is not to be asked."""
    with serving(metadata) as server:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        yield server
    assert server.requests == []


def test_a_client_without_credentials_or_region_reaches_a_server_on_this_machine(no_metadata: Server) -> None:
    signed = []

    def answer(handler: Handler) -> None:
        signed.append(handler.headers["Authorization"])
        json_answer({"TableNames": ["here"]})(handler)

    with serving(answer) as server, upstream(server.url):
        assert boto3.Session().client("dynamodb").list_tables()["TableNames"] == ["here"]
    assert "Credential=dummy/" in signed[0]
    assert "/us-east-1/dynamodb/" in signed[0]


def test_a_client_with_credentials_keeps_them(credentials: dict[str, str]) -> None:
    signed = []

    def answer(handler: Handler) -> None:
        signed.append(handler.headers["Authorization"])
        json_answer({})(handler)

    with serving(answer) as server, upstream(server.url):
        boto3.Session().client("dynamodb").list_tables()
    assert credentials["AWS_ACCESS_KEY_ID"] in signed[0]


@pytest.mark.aiobotocore
def test_aiobotocore_reaches_it_without_credentials_too(no_metadata: Server) -> None:
    session = importlib.import_module("aiobotocore.session").get_session()

    async def main() -> list[str]:
        async with session.create_client("dynamodb") as client:
            names: list[str] = (await client.list_tables())["TableNames"]
            return names

    with serving(json_answer({"TableNames": ["here"]})) as server, upstream(server.url):
        assert asyncio.run(main()) == ["here"]


def test_other_servers_are_sent_no_made_up_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("pytest_dynamodb.hooks.defaults.is_loopback", lambda url: False)
    with serving(json_answer({})) as server, upstream(server.url):
        client = boto3.Session().client("dynamodb", region_name="us-east-1")
        with pytest.raises(NoCredentialsError):
            client.list_tables()
    assert server.requests == []
