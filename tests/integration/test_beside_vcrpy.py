"""vcrpy on the same test: what it answers from its own recordings is never taken for the network's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_dynamodb import use_cassette
from pytest_dynamodb.errors import RecordingRefused

vcr = pytest.importorskip("vcr", reason="vcrpy 9 needs Python 3.11")

pytestmark = pytest.mark.usefixtures("credentials")


def no_dynamodb(request: Any) -> Any:
    """What the message says to give vcrpy."""
    return None if "X-Amz-Target" in request.headers else request


def names(url: str) -> list[str]:
    client = boto3.client("dynamodb", endpoint_url=url)
    try:
        found: list[str] = client.list_tables()["TableNames"]
        return found
    finally:
        client.close()


@pytest.fixture
def yaml(tmp_path: Path, moto: str) -> Path:
    """A cassette of vcrpy's that knows the answer."""
    path = tmp_path / "x.yaml"
    with vcr.use_cassette(str(path)):
        names(moto)
    assert path.exists()
    return path


def test_what_vcrpy_answers_is_not_recorded_and_the_block_fails_although_it_was_caught(
    tmp_path: Path, moto: str, yaml: Path
) -> None:
    path = tmp_path / "x.ddb.msgpack"
    block = use_cassette(path, mode="rewrite")
    with (
        pytest.raises(RecordingRefused, match=r"vcrpy answered from .*x\.yaml") as caught,
        block,
        vcr.use_cassette(str(yaml)),
        pytest.raises(RecordingRefused),
    ):
        names(moto)
    assert "before_record_request" in str(caught.value)
    assert not path.exists()


def test_it_is_not_compared_either(tmp_path: Path, moto: str, yaml: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    with use_cassette(path, mode="rewrite"):
        names(moto)
    with pytest.raises(RecordingRefused), use_cassette(path, mode="verify"), vcr.use_cassette(str(yaml)):
        names(moto)


def test_what_vcrpy_lets_through_is_recorded(tmp_path: Path, moto: str, yaml: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    beside = vcr.VCR(before_record_request=no_dynamodb)
    with use_cassette(path, mode="rewrite"), beside.use_cassette(str(yaml)):
        assert names(moto) == []
    with use_cassette(path) as cassette:
        assert names(moto) == []
    assert len(cassette.played) == 1


def test_a_replay_does_not_care(tmp_path: Path, moto: str, yaml: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    with use_cassette(path, mode="rewrite"):
        names(moto)
    with use_cassette(path), vcr.use_cassette(str(yaml)):
        assert names(moto) == []
