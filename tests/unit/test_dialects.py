"""Dialects: how they are named, and where one is chosen."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import ClientConfig, ConfigurationError, Engine, Mock, MockProvider, Request, use_cassette
from pytest_dynamodb.client.config import Settings
from pytest_dynamodb.dialects import CAPTURED, CLASSIC, TODAY, dialect_of

NULLS = "One or more parameter values were invalid: Null attribute value types must have the value of true"
ENVELOPE = "1 validation error detected: "


def refusal(answering: Any) -> str:
    body = answering.answer(Request("PutItem", {"TableName": "any", "Item": {"n": {"NULL": False}}}, "us-east-1")).body
    message: str = body["message"]
    return message


def test_names_days_and_regions() -> None:
    assert (dialect_of("today").day, dialect_of("today").region) == (CAPTURED, None)
    assert dialect_of("classic").day < date(2026, 6, 1)
    assert dialect_of("2026-10-07").day == dialect_of(date(2026, 10, 7)).day == date(2026, 10, 7)
    assert dialect_of(datetime(2026, 10, 7, 23, 59)).day == date(2026, 10, 7)  # noqa: DTZ001 - a day is enough
    assert (dialect_of("eu-west-2").day, dialect_of("eu-west-2").region) == (CAPTURED, "eu-west-2")


def test_the_same_name_is_the_same_dialect() -> None:
    assert dialect_of("today") is TODAY is dialect_of(TODAY)
    assert dialect_of("classic") is CLASSIC
    assert str(dialect_of(date(2026, 10, 7))) == "2026-10-07"


@pytest.mark.parametrize("given", ["", "2026", "newest", "2026-13-01", 2026, None, ["today"]])
def test_what_is_none_is_refused_with_what_may_be_said(given: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        dialect_of(given)
    assert str(caught.value) == (
        'dialect must be "today", "classic", a day such as 2026-10-09, or a region such as eu-west-2, not '
        + repr(given)
    )


def test_a_region_that_nobody_has_asked_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no answers of the region us-gov-east-1 are known"):
        dialect_of("us-gov-east-1")


def test_everything_that_makes_an_engine_takes_one() -> None:
    for made in (Engine(), Mock(), MockProvider().engine):
        assert refusal(made) == ENVELOPE + NULLS
    for made in (Engine(dialect="classic"), Mock(dialect="classic"), MockProvider(dialect="classic").engine):
        assert refusal(made) == NULLS
    assert refusal(Engine(dialect="classic").fork()) == NULLS


def test_an_engine_has_its_own() -> None:
    for make in (Mock, MockProvider):
        with pytest.raises(ConfigurationError, match="dialect goes with no engine"):
            make(Engine(), dialect="classic")


def test_a_cassette_has_one_only_where_the_mock_answers(tmp_path: Path) -> None:
    path = tmp_path / "a.ddb.msgpack"
    use_cassette(path, upstream="mock", dialect="classic")
    use_cassette(path, provider="mock", dialect="classic")
    with pytest.raises(ConfigurationError, match="dialect goes with"):
        use_cassette(path, dialect="classic")
    with pytest.raises(ConfigurationError, match="dialect must be"):
        use_cassette(path, upstream="mock", dialect="newest")


def test_a_client_takes_the_environment_s_unless_it_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_DIALECT", "classic")
    assert Settings(ClientConfig()).config.dialect is CLASSIC
    assert Settings(ClientConfig(dialect="eu-west-2")).config.dialect == "eu-west-2"
    monkeypatch.setenv("PYTEST_DYNAMODB_DIALECT", "newest")
    with pytest.raises(ConfigurationError, match="dialect must be"):
        Settings(ClientConfig())
    with pytest.raises(ConfigurationError, match="dialect must be"):
        ClientConfig(dialect="newest")
