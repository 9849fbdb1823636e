"""Credentials of a client, from a real STS (moto's), and from one of the test's own that says what it was asked."""

from __future__ import annotations

import datetime
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest

from blocking_client import client as client_of
from loopback import Handler, Server, json_answer, serving
from pytest_dynamodb import ClientConfig, ConfigurationError, Credentials

ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::210987654321:role/writer"
STATIC = Credentials.static("AKIAEXAMPLEEXAMPLE00", "example")
KEY = {"pk": "a"}
KINDS = ["sync", pytest.param("async", marks=pytest.mark.aiobotocore)]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


class Signed:
    """A DynamoDB that notes with which key requests are signed."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.tokens: list[str | None] = []

    def __call__(self, handler: Handler) -> None:
        found = re.search(r"Credential=(\w+)/", handler.headers["Authorization"])
        assert found is not None
        self.keys.append(found[1])
        self.tokens.append(handler.headers.get("X-Amz-Security-Token"))
        json_answer({"Item": {"pk": {"S": "a"}}})(handler)


def read(kind: str, credentials: Credentials | None, times: int = 1) -> Signed:
    """Read an item so many times; who signed."""
    signed = Signed()
    with serving(signed) as server:
        config = ClientConfig(region="us-east-1", endpoint_url=server.url, credentials=credentials)
        with client_of(kind, config) as client:
            for _ in range(times):
                client.table("app").get(KEY)
    return signed


def identity(signed: Signed, url: str) -> str:
    """Who STS says that it was."""
    sts = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=signed.keys[0],
        aws_secret_access_key="example",
        aws_session_token=signed.tokens[0],
    )
    return str(sts.get_caller_identity()["Arn"])


def test_a_static_key_signs(kind: str) -> None:
    signed = read(kind, Credentials.static("AKIAOTHER", "example", "token"))
    assert (signed.keys, signed.tokens) == (["AKIAOTHER"], ["token"])


def test_a_role_is_assumed_once_with_its_session_name(kind: str, moto: str) -> None:
    role = Credentials.assume_role(ROLE, base=STATIC, session_name="shop", external_id="shared", endpoint_url=moto)
    signed = read(kind, role, times=3)
    assert len(set(signed.keys)) == 1
    assert identity(signed, moto) == "arn:aws:sts::123456789012:assumed-role/reader/shop"


def test_a_role_is_assumed_with_the_default_chain_unless_something_else_is_said(
    kind: str, moto: str, credentials: dict[str, str]
) -> None:
    signed = read(kind, Credentials.assume_role(ROLE, session_name="shop", endpoint_url=moto))
    assert identity(signed, moto).endswith("assumed-role/reader/shop")


def test_roles_may_be_chained(kind: str, moto: str) -> None:
    first = Credentials.assume_role(ROLE, base=STATIC, endpoint_url=moto)
    signed = read(kind, Credentials.assume_role(OTHER_ROLE, base=first, session_name="shop", endpoint_url=moto))
    assert identity(signed, moto) == "arn:aws:sts::210987654321:assumed-role/writer/shop"


def test_a_web_identity_needs_no_other_credentials(kind: str, moto: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("eyJ.first")
    signed = read(kind, Credentials.web_identity(ROLE, token, session_name="pod", endpoint_url=moto))
    assert identity(signed, moto) == "arn:aws:sts::123456789012:assumed-role/reader/pod"


def test_what_eks_sets_is_enough(kind: str, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("eyJ.first")
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "pod")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto)
    assert identity(read(kind, Credentials.web_identity()), moto).endswith("assumed-role/reader/pod")


def test_the_environment_may_name_roles(kind: str, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE00")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("PYTEST_DYNAMODB_ROLE_ARN", f"{ROLE}, {OTHER_ROLE}")
    monkeypatch.setenv("PYTEST_DYNAMODB_ROLE_SESSION_NAME", "shop")
    monkeypatch.setenv("PYTEST_DYNAMODB_STS_ENDPOINT_URL", moto)
    assert identity(read(kind, None), moto) == "arn:aws:sts::210987654321:assumed-role/writer/shop"


def test_the_default_chain_reads_the_environment(kind: str, credentials: dict[str, str]) -> None:
    assert read(kind, Credentials.default()).keys == [credentials["AWS_ACCESS_KEY_ID"]]


def test_the_default_chain_may_be_that_of_a_profile(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "credentials"
    path.write_text("[shop]\naws_access_key_id = AKIASHOP\naws_secret_access_key = example\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    assert read(kind, Credentials.default(profile="shop")).keys == ["AKIASHOP"]
    with pytest.raises(ConfigurationError, match="shopp"):
        read(kind, Credentials.default(profile="shopp"))


# An STS of the test's own.

RESPONSE = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials>
<AccessKeyId>ASIA{1}</AccessKeyId><SecretAccessKey>example</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>{2}</Expiration></Credentials></{0}Result></{0}Response>"""
REFUSAL = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>"""


class Sts:
    """Hands out credentials that are valid for so many seconds, each with a number, and notes what it was asked."""

    def __init__(self, *valid_for: float) -> None:
        self.valid_for, self.asked = list(valid_for), list[dict[str, str]]()

    def __call__(self, handler: Handler) -> None:
        self.asked.append({name: values[0] for name, values in parse_qs(handler.body.decode()).items()})
        seconds = self.valid_for[min(len(self.asked), len(self.valid_for)) - 1]
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        body = RESPONSE.format(self.asked[-1]["Action"], len(self.asked), until.strftime("%Y-%m-%dT%H:%M:%SZ"))
        handler.send(200, body.encode(), {"Content-Type": "text/xml"})


@contextmanager
def reading(kind: str, describe: Callable[[str], Credentials], sts: Any) -> Iterator[tuple[Any, Signed, Server]]:
    """A client whose roles come from an STS of the test's."""
    signed = Signed()
    with serving(sts) as issuing, serving(signed) as server:
        config = ClientConfig(region="us-east-1", endpoint_url=server.url, credentials=describe(issuing.url))
        with client_of(kind, config) as client:
            yield client.table("app"), signed, issuing


def test_making_a_client_asks_nobody(kind: str) -> None:
    with reading(kind, lambda url: Credentials.assume_role(ROLE, base=STATIC, endpoint_url=url), Sts(3600)) as (
        table,
        _,
        issuing,
    ):
        assert not issuing.requests
        table.get(KEY)
        assert len(issuing.requests) == 1


def test_sts_is_asked_with_what_was_given(kind: str) -> None:
    sts = Sts(3600)

    def describe(url: str) -> Credentials:
        return Credentials.assume_role(
            ROLE,
            base=STATIC,
            session_name="shop",
            external_id="shared",
            duration=1800,
            tags={"team": "a"},
            endpoint_url=url,
        )

    with reading(kind, describe, sts) as (table, _, _):
        table.get(KEY)
    asked = {name: value for name, value in sts.asked[0].items() if name != "Version"}
    assert asked == {
        "Action": "AssumeRole",
        "RoleArn": ROLE,
        "RoleSessionName": "shop",
        "ExternalId": "shared",
        "DurationSeconds": "1800",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "a",
    }


def test_a_tokens_file_is_read_again_for_each_refresh(kind: str, tmp_path: Path) -> None:
    token, sts = tmp_path / "token", Sts(30)  # always about to expire: each call waits for others
    token.write_text("eyJ.first")
    with reading(kind, lambda url: Credentials.web_identity(ROLE, token, endpoint_url=url), sts) as (table, signed, _):
        table.get(KEY)
        token.write_text("eyJ.second")
        table.get(KEY)
    tokens = [asked["WebIdentityToken"] for asked in sts.asked]
    assert (tokens[0], tokens[-1]) == ("eyJ.first", "eyJ.second")
    assert signed.keys[-1] == f"ASIA{len(tokens)}"


def test_credentials_are_refreshed_beside_the_calls_that_still_use_them(kind: str) -> None:
    sts, signed_twice = Sts(600, 3600), threading.Event()

    def in_time(handler: Handler) -> None:
        if sts.asked:  # the refresh takes as long as the call beside which it goes on
            assert signed_twice.wait(30)
        sts(handler)

    with reading(kind, lambda url: Credentials.assume_role(ROLE, base=STATIC, endpoint_url=url), in_time) as (
        table,
        signed,
        _,
    ):
        table.get(KEY)
        table.get(KEY)  # goes on with what there is, and begins a refresh
        signed_twice.set()
        while signed.keys[-1] != "ASIA2":
            table.get(KEY)
        table.get(KEY)
    assert signed.keys[:2] == ["ASIA1", "ASIA1"]
    assert len(sts.asked) == 2


def test_a_refresh_that_fails_does_no_harm_while_there_are_valid_ones(kind: str) -> None:
    refused = threading.Event()
    sts = Sts(300)

    def once(handler: Handler) -> None:
        if not sts.asked:
            sts(handler)
            return
        handler.send(403, REFUSAL.encode(), {"Content-Type": "text/xml"})
        refused.set()

    with reading(kind, lambda url: Credentials.assume_role(ROLE, base=STATIC, endpoint_url=url), once) as (
        table,
        signed,
        _,
    ):
        while not refused.is_set():
            table.get(KEY)
        table.get(KEY)
    assert set(signed.keys) == {"ASIA1"}


def test_a_refused_role_is_said_to_be_that(kind: str) -> None:
    def refuse(handler: Handler) -> None:
        handler.send(403, REFUSAL.encode(), {"Content-Type": "text/xml"})

    with (
        reading(kind, lambda url: Credentials.assume_role(ROLE, base=STATIC, endpoint_url=url), refuse) as (
            table,
            signed,
            _,
        ),
        pytest.raises(ConfigurationError, match=r"GetItem on app could not be sent: .*AssumeRole.*not authorized"),
    ):
        table.get(KEY)
    assert not signed.keys


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Credentials.static("", "x"), "access key id"),
        (lambda: Credentials.assume_role("reader"), "a role's ARN looks like"),
        (lambda: Credentials.web_identity(ROLE), "a token file"),
        (lambda: Credentials.web_identity("reader", "token"), "a role's ARN looks like"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Credentials], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        make()


def test_secrets_are_not_shown() -> None:
    described = Credentials.assume_role(ROLE, base=Credentials.static("AKIA", "the-secret"), external_id="shared")
    assert "secret" not in repr(described)
    assert "the-secret" not in repr(Credentials.static("AKIA", "the-secret"))
