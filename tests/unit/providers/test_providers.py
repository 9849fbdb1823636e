"""Who answers: the cassette, the upstream, or nobody; a provider is what has ``before``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, Exchange, Outcome, Provider, Request, Response, UnexpectedRequest
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.client.config import chosen_provider
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.faults import Faults
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.providers.offline import BlockingProvider, ReplayProvider
from pytest_dynamodb.providers.upstream import LiveProvider, RecordingProvider, VerifyingProvider, endpoint_of

URL = "http://127.0.0.1:8000"
GET = Request("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}})
OTHER = Request("GetItem", {"TableName": "t", "Key": {"pk": {"S": "b"}}})
ANSWER = Response(200, {"Item": {}})


@pytest.fixture
def cassette(tmp_path: Path) -> Cassette:
    """A cassette that holds one exchange."""
    exchange = Exchange(GET.operation, GET.params, ANSWER)
    return Cassette(tmp_path / "x.ddb.msgpack", contents=Contents(Header(), [exchange]))


class Answering(Provider):
    """The least that a provider has."""

    def before(self, request: Request) -> Outcome | None:
        return ANSWER


def test_a_provider_needs_only_before() -> None:
    provider = Answering()
    assert (provider.offline, provider.endpoint, provider.upstream) == (False, None, provider)
    assert provider.begin(GET) is ANSWER
    provider.after(GET, ANSWER)
    provider.wait(1.0)
    provider.close(passed=False)


def test_a_provider_answers_for_another_as_its_upstream(cassette: Cassette) -> None:
    answering = Answering()
    recording = RecordingProvider(Cassette(cassette.path), upstream=answering)
    assert ReplayProvider(cassette, otherwise=recording).upstream is answering
    assert FaultyProvider(recording, Faults()).upstream is answering
    replay = ReplayProvider(cassette)
    assert replay.upstream is replay


class Lookalike:
    """Has what a provider has, and is none."""

    offline, endpoint = True, None

    def before(self, request: Request) -> Outcome | None:
        return ANSWER


def test_what_only_looks_like_a_provider_is_a_configuration_error() -> None:
    impostor: Any = Lookalike()
    with pytest.raises(ConfigurationError, match="or a Provider such as"):
        chosen_provider(impostor)
    with pytest.raises(ConfigurationError, match="or a Provider, not <"):
        LiveProvider(impostor)


@pytest.mark.parametrize(
    ("upstream", "endpoint"),
    [("aws", None), (URL, URL), ("https://x.example/", "https://x.example/")],
)
def test_an_upstream_is_aws_or_a_url(upstream: str, endpoint: str | None) -> None:
    assert endpoint_of(upstream) == endpoint


@pytest.mark.parametrize("upstream", ["", "AWS", "localhost:8000", "ftp://x", "http://", "//x"])
def test_anything_else_is_a_configuration_error_that_shows_one(upstream: str) -> None:
    with pytest.raises(ConfigurationError, match="such as http://127"):
        endpoint_of(upstream)


def test_live_lets_everything_go_and_counts_it() -> None:
    live = LiveProvider(URL)
    assert (live.offline, live.endpoint, live.before(GET)) == (False, URL, None)
    live.after(GET, ANSWER)
    assert live.calls == 1


def test_a_replay_answers_and_a_miss_is_noted_for_good(cassette: Cassette) -> None:
    replay = ReplayProvider(cassette)
    assert (replay.offline, replay.endpoint, replay.before(GET)) == (True, None, ANSWER)
    with pytest.raises(UnexpectedRequest, match="no recording matches"):
        replay.before(OTHER)
    assert [miss.params for miss in cassette.misses] == [OTHER.params]


def test_a_replay_asks_another_provider_for_what_it_does_not_have(cassette: Cassette) -> None:
    live = LiveProvider(URL)
    replay = ReplayProvider(cassette, otherwise=live)
    assert (replay.offline, replay.endpoint) == (False, URL)
    assert replay.before(GET) == ANSWER
    assert replay.before(OTHER) is None
    replay.after(OTHER, ANSWER)
    assert (live.calls, cassette.misses) == (1, [])


def test_a_replay_of_a_file_that_is_missing_is_a_cassette_error(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="cannot be read"):
        ReplayProvider(tmp_path / "x.ddb.msgpack")


def test_a_recording_keeps_what_it_let_go(cassette: Cassette) -> None:
    recording = RecordingProvider(cassette, upstream=URL, keep=True)
    assert (recording.offline, recording.endpoint, recording.before(OTHER)) == (False, URL, None)
    recording.after(OTHER, ANSWER)
    assert [exchange.params for exchange in cassette.exchanges] == [GET.params, OTHER.params]
    recording.close()
    assert cassette.path.exists()


def test_a_verification_compares_and_writes_nothing(cassette: Cassette) -> None:
    verifying = VerifyingProvider(cassette, upstream=URL)
    assert (verifying.offline, verifying.endpoint, verifying.before(GET)) == (False, URL, None)
    verifying.after(GET, ANSWER)
    assert cassette.drift_error() is None
    verifying.after(OTHER, ANSWER)
    assert "no recording matches" in str(cassette.drift_error())
    assert not cassette.path.exists()


def test_a_block_answers_nothing() -> None:
    with pytest.raises(UnexpectedRequest, match="GetItem on t: not here"):
        BlockingProvider("not here").before(GET)


def test_all_of_them_are_providers(cassette: Cassette) -> None:
    providers: list[Provider] = [LiveProvider(), ReplayProvider(cassette), RecordingProvider(cassette)]
    providers += [VerifyingProvider(cassette), BlockingProvider("x")]
    for provider in providers:
        assert isinstance(provider.offline, bool)
        assert provider.endpoint is None
    outcome: Outcome = ANSWER
    assert outcome.attempts == 1
