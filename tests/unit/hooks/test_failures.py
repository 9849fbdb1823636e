"""Errors of AWS and of the network are recorded from a real server, and replayed as the very same exceptions."""

from __future__ import annotations

import asyncio
import importlib
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from loopback import Answer, error, hang, hang_up, json_answer, serving
from pytest_dynamodb import CassetteError, Exchange, Response, TransportFailure, load_cassette, use_cassette
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import write

TABLE: dict[str, Any] = {"TableName": "table"}
QUICK = Config(retries={"total_max_attempts": 1}, read_timeout=0.2, connect_timeout=0.2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, credentials: dict[str, str]) -> None:
    """botocore's pauses between attempts are skipped; a client of one test leaves nothing to the next."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ddb.msgpack"


def get(client: Any) -> Any:
    return client.get_item(**TABLE, Key={"pk": {"S": "a"}})


def both(
    path: Path, url: str, call: Callable[[Any], Any] = get, *, config: Config | None = None
) -> tuple[BaseException, BaseException]:
    """The exception that a call raises while it is recorded, and when it is replayed."""
    caught = []
    for mode in ("rewrite", "none"):
        with use_cassette(path, mode=mode, upstream=url):
            client = boto3.client("dynamodb", config=config)
            with pytest.raises(Exception) as info:  # noqa: PT011 - which one is what the test is about
                call(client)
            caught.append(info.value)
    return caught[0], caught[1]


def the_only(path: Path) -> Exchange:
    (exchange,) = load_cassette(path).exchanges
    return exchange


# -- AWS's errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (error("ResourceNotFoundException", "Requested resource not found"), get),
        (error("ConditionalCheckFailedException", "The conditional request failed", Item={"n": {"N": "1"}}), get),
        (error("ValidationException", "One or more parameter values were invalid"), get),
        (error("AccessDeniedException", "User: x is not authorized"), get),
        (error("SomethingNew", "from the future"), get),
        (
            error(
                "TransactionCanceledException",
                "Transaction cancelled [ConditionalCheckFailed, None]",
                CancellationReasons=[
                    {"Code": "ConditionalCheckFailed", "Message": "failed", "Item": {"b": {"B": "AAE="}}},
                    {"Code": "None"},
                ],
            ),
            lambda client: client.transact_write_items(
                TransactItems=[{"Delete": {**TABLE, "Key": {"pk": {"S": "a"}}}}]
            ),
        ),
    ],
    ids=["missing", "condition", "validation", "denied", "unknown", "cancelled"],
)
def test_an_error_of_aws_is_the_same_modelled_exception(answer: Answer, call: Callable[[Any], Any], path: Path) -> None:
    with serving(answer) as server:
        live, replayed = both(path, server.url, call)
    assert isinstance(live, ClientError)
    assert isinstance(replayed, ClientError)
    assert type(replayed).__name__ == type(live).__name__
    assert str(replayed) == str(live)
    assert replayed.operation_name == live.operation_name
    for response in (live.response, replayed.response):
        metadata = response.pop("ResponseMetadata")
        assert metadata["HTTPStatusCode"] == 400
        assert metadata["RetryAttempts"] == 0
    assert replayed.response == live.response
    assert the_only(path).error_code == live.response["Error"]["Code"]


def test_a_modelled_exception_is_caught_by_the_clients_own_name(path: Path) -> None:
    with serving(error("ConditionalCheckFailedException")) as server:
        for mode in ("rewrite", "none"):
            with use_cassette(path, mode=mode, upstream=server.url):
                client = boto3.client("dynamodb")
                with pytest.raises(client.exceptions.ConditionalCheckFailedException):
                    get(client)


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_three_attempts_are_one_exchange_that_knows_it(mode: Any, path: Path) -> None:
    busy = error("ProvisionedThroughputExceededException", "slow down")
    config = Config(retries={"mode": mode, "total_max_attempts": 5})
    answers = []
    with serving(busy, json_answer({}, status=500), json_answer({"Item": {"n": {"N": "1"}}})) as server:
        for record in ("rewrite", "none"):
            with use_cassette(path, mode=record, upstream=server.url):
                answers.append(get(boto3.client("dynamodb", config=config)))
        assert len(server.requests) == 3
    assert (the_only(path).attempts, the_only(path).error_code) == (3, None)
    assert [answer["ResponseMetadata"]["RetryAttempts"] for answer in answers] == [2, 2]
    assert answers[0]["Item"] == answers[1]["Item"] == {"n": {"N": "1"}}


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_giving_up_says_reached_max_retries_as_it_did(mode: Any, path: Path) -> None:
    config = Config(retries={"mode": mode, "total_max_attempts": 3})
    with serving(error("ThrottlingException", "slow down")) as server:
        live, replayed = both(path, server.url, config=config)
        assert len(server.requests) == 3
    assert "(reached max retries: 2)" in str(live)
    assert str(replayed) == str(live)
    exchange = the_only(path)
    assert (exchange.attempts, exchange.error_code) == (3, "ThrottlingException")
    assert isinstance(exchange.outcome, Response)
    assert exchange.outcome.exhausted


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"{"])
def test_an_answer_that_is_no_json_is_kept_as_it_came(body: bytes, path: Path) -> None:
    with serving(lambda handler: handler.send(503, body)) as server:
        live, replayed = both(path, server.url, config=QUICK)
    assert (type(replayed), str(replayed)) == (type(live), str(live))
    outcome = the_only(path).outcome
    assert isinstance(outcome, Response)
    assert outcome.body == body


def test_headers_that_change_what_a_client_does_are_kept_and_no_others(path: Path) -> None:
    answer = json_answer({}, headers={"X-Amz-Retry-After": "1500", "Date": "today", "x-amzn-RequestId": "abc"})
    with serving(answer) as server:
        for mode in ("rewrite", "none"):
            with use_cassette(path, mode=mode, upstream=server.url):
                headers = get(boto3.client("dynamodb"))["ResponseMetadata"]["HTTPHeaders"]
                assert headers["x-amz-retry-after"] == "1500"
    outcome = the_only(path).outcome
    assert isinstance(outcome, Response)
    assert dict(outcome.headers) == {"x-amz-retry-after": "1500"}


# -- the network's ---------------------------------------------------------------------------------------------------


def assert_the_same_failure(live: BaseException, replayed: BaseException, path: Path, kind: str) -> None:
    assert type(live).__name__ == kind
    assert type(replayed) is type(live)
    assert str(replayed) == str(live)
    assert isinstance(the_only(path).outcome, TransportFailure)
    assert the_only(path).error_code == kind


def test_nobody_listening_is_the_same_endpoint_connection_error(path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"  # bound, and nobody listens
        live, replayed = both(path, url, config=QUICK)
    assert_the_same_failure(live, replayed, path, "EndpointConnectionError")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes from Python 3.11 on")
def test_the_error_of_an_upstream_that_is_not_there_says_what_to_do(path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"  # bound, and nobody listens
        client = boto3.client("dynamodb", region_name="us-east-1", config=QUICK)
        with use_cassette(path, mode="rewrite", upstream=url), pytest.raises(EndpointConnectionError) as told:
            client.list_tables()
    (note,) = vars(told.value)["__notes__"]
    assert "start it, or name another one: --dynamodb-upstream=URL" in note


def test_an_answer_that_never_comes_is_the_same_read_timeout(path: Path) -> None:
    with serving(hang) as server:
        live, replayed = both(path, server.url, config=QUICK)
    assert_the_same_failure(live, replayed, path, "ReadTimeoutError")


def test_a_connection_closed_without_an_answer_is_the_same_error(path: Path) -> None:
    with serving(hang_up) as server:
        live, replayed = both(path, server.url, config=QUICK)
    assert_the_same_failure(live, replayed, path, "ConnectionClosedError")


def test_a_connection_that_is_never_made_is_the_same_connect_timeout(path: Path) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:  # fill the queue of connections that nobody accepts
            one.setblocking(False)
            one.connect_ex(address)
        try:
            live, replayed = both(path, f"http://127.0.0.1:{address[1]}", config=QUICK)
        finally:
            for one in waiting:
                one.close()
    assert_the_same_failure(live, replayed, path, "ConnectTimeoutError")


def test_a_failure_after_several_attempts_knows_how_many(path: Path) -> None:
    with serving(hang_up) as server:
        config = Config(retries={"mode": "standard", "total_max_attempts": 3})
        live, replayed = both(path, server.url, config=config)
        assert len(server.requests) == 3
    assert_the_same_failure(live, replayed, path, "ConnectionClosedError")
    assert the_only(path).attempts == 3


def test_a_connection_closed_once_and_then_an_answer_is_one_exchange_of_two_attempts(path: Path) -> None:
    with (
        serving(hang_up, json_answer({"TableNames": []})) as server,
        use_cassette(path, mode="rewrite", upstream=server.url),
    ):
        boto3.client("dynamodb").list_tables()
    assert the_only(path).attempts == 2


def test_an_error_of_the_clients_own_making_is_not_recorded(path: Path) -> None:
    with use_cassette(path, mode="rewrite", upstream="http://127.0.0.1:1"):
        client: Any = boto3.client("dynamodb")
        with pytest.raises(botocore.exceptions.ParamValidationError):
            client.get_item(TableName="table")
    assert not path.exists()


@pytest.mark.parametrize("kind", ["NoSuchErrorEver", "ClientError", "__doc__", "EndpointConnectionError"])
def test_a_failure_that_this_botocore_does_not_know_is_a_cassette_error(kind: str, path: Path) -> None:
    params = {"TableName": "table", "Key": {"pk": {"S": "a"}}}
    write(path, Header(), [Exchange("GetItem", params, TransportFailure(kind, "gone", {"odd": "x"}))])
    with use_cassette(path):
        client = boto3.client("dynamodb")
        with pytest.raises(CassetteError, match=f"this botocore has no {kind}"):
            get(client)


# -- aiobotocore -----------------------------------------------------------------------------------------------------


def both_async(path: Path, url: str) -> list[BaseException]:
    session = importlib.import_module("aiobotocore.session").get_session()
    config = importlib.import_module("aiobotocore.config").AioConfig(
        retries={"total_max_attempts": 2}, read_timeout=0.3, connect_timeout=0.3
    )
    caught: list[BaseException] = []

    async def main(mode: Any) -> None:
        async with (
            use_cassette(path, mode=mode, upstream=url),
            session.create_client("dynamodb", config=config) as client,
        ):
            try:
                await get(client)
            except Exception as problem:  # noqa: BLE001 - which one is what the test is about
                caught.append(problem)

    for mode in ("rewrite", "none"):
        asyncio.run(main(mode))
    return caught


@pytest.mark.aiobotocore
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error("ResourceNotFoundException", "Requested resource not found"), "ResourceNotFoundException"),
        (error("ThrottlingException", "slow down"), None),
        (hang, "ReadTimeoutError"),
        (hang_up, "ConnectionClosedError"),
    ],
    ids=["missing", "throttled", "timeout", "closed"],
)
def test_aiobotocore_raises_the_same_in_a_replay(answer: Answer, kind: str | None, path: Path) -> None:
    with serving(answer) as server:
        live, replayed = both_async(path, server.url)
    assert type(live).__name__ == type(replayed).__name__
    assert str(live) == str(replayed)
    assert kind in (None, type(live).__name__)
    assert the_only(path).attempts == (1 if kind == "ResourceNotFoundException" else 2)
