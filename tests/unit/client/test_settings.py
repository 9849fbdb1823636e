"""What a client is made with: in code, in the environment, by default."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config

from pytest_dynamodb import BreakerPolicy, ClientConfig, ConfigurationError, Credentials, DynamoDbClient, RetryPolicy
from pytest_dynamodb.client import config
from pytest_dynamodb.client.config import Settings

ROLE = "arn:aws:iam::123456789012:role/reader"


def test_defaults() -> None:
    settings = Settings(ClientConfig())
    assert settings.retry == RetryPolicy()
    assert (settings.retry.max_attempts, settings.retry.throttling_base, settings.retry.base) == (10, 0.05, 0.1)
    assert settings.breaker == BreakerPolicy()
    assert settings.credentials is None


def test_timeouts_are_shorter_than_botocores_unless_they_are_set_there() -> None:
    arguments = Settings(ClientConfig()).client_arguments(0)
    assert (arguments["config"].connect_timeout, arguments["config"].read_timeout) == (5.0, 30.0)
    arguments = Settings(ClientConfig(connect_timeout=1, botocore=Config(read_timeout=60))).client_arguments(0)
    assert (arguments["config"].connect_timeout, arguments["config"].read_timeout) == (1, 60)


def test_the_environment_sets_what_code_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PYTEST_DYNAMODB_REGIONS": "eu-west-1, eu-central-1",
        "PYTEST_DYNAMODB_ENDPOINT_URL": "http://{region}.test",
        "PYTEST_DYNAMODB_CONNECT_TIMEOUT": "0.5",
        "PYTEST_DYNAMODB_READ_TIMEOUT": "2",
        "PYTEST_DYNAMODB_CALL_TIMEOUT": "3",
        "PYTEST_DYNAMODB_MAX_POOL_CONNECTIONS": "40",
        "PYTEST_DYNAMODB_RETRY_MAX_ATTEMPTS": "4",
        "PYTEST_DYNAMODB_RETRY_BASE": "0.2",
        "PYTEST_DYNAMODB_BREAKER_FAILURES": "7",
        "PYTEST_DYNAMODB_BREAKER_SCOPE": "client",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings(ClientConfig(read_timeout=9))
    assert settings.regions == ("eu-west-1", "eu-central-1")
    second = settings.client_arguments(1)
    assert (second["region_name"], second["endpoint_url"]) == ("eu-central-1", "http://eu-central-1.test")
    assert (second["config"].connect_timeout, second["config"].read_timeout) == (0.5, 9)
    assert second["config"].max_pool_connections == 40
    assert settings.config.call_timeout == 3.0
    assert settings.retry == RetryPolicy(max_attempts=4, base=0.2)
    assert settings.breaker == BreakerPolicy(failures=7, scope="client")
    assert Settings(ClientConfig(retry=None, breaker=None)).retry is None
    assert Settings(ClientConfig(region="us-east-1", endpoint_url="http://x")).regions == ("us-east-1",)


def test_the_region_is_aws_own_variable_before_botocores(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore reads AWS_DEFAULT_REGION alone: where AWS_REGION was set, another region was asked, or none."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert Settings(ClientConfig()).regions == (None,)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert Settings(ClientConfig()).regions == ("eu-west-1",)
    assert Settings(ClientConfig(region="us-east-1")).regions == ("us-east-1",)
    with DynamoDbClient(provider="mock") as client:
        assert client.meta.region_name == "eu-west-1"
    monkeypatch.setenv("PYTEST_DYNAMODB_REGIONS", "ap-south-1")
    assert Settings(ClientConfig()).regions == ("ap-south-1",)


def test_the_environment_switches_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_RETRY", "off")
    monkeypatch.setenv("PYTEST_DYNAMODB_BREAKER", "off")
    settings = Settings(ClientConfig())
    assert (settings.retry, settings.breaker) == (None, None)
    assert Settings(ClientConfig(retry=RetryPolicy())).retry == RetryPolicy()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PYTEST_DYNAMODB_READ_TIMEOUT", "soon"),
        ("PYTEST_DYNAMODB_CALL_TIMEOUT", "-1"),
        ("PYTEST_DYNAMODB_RETRY", "perhaps"),
        ("PYTEST_DYNAMODB_RETRY_MAX_ATTEMPTS", "ten"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_the_variables_name(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=f"{variable} .*{value}"):
        DynamoDbClient(ClientConfig(region="us-east-1"))


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_READ_TIMEOUT", "")
    monkeypatch.setenv("PYTEST_DYNAMODB_ROLE_ARN", "")
    settings = Settings(ClientConfig())
    assert settings.config.read_timeout is None
    assert settings.credentials is None


def test_credentials_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_PROFILE", "shop")
    assert config.credentials() == Credentials.default(profile="shop")
    monkeypatch.setenv("PYTEST_DYNAMODB_ROLE_ARN", ROLE)
    monkeypatch.setenv("PYTEST_DYNAMODB_ROLE_EXTERNAL_ID", "shared")
    role = Credentials.assume_role(ROLE, external_id="shared", base=Credentials.default(profile="shop"))
    assert config.credentials() == role
    monkeypatch.setenv("PYTEST_DYNAMODB_WEB_IDENTITY_TOKEN_FILE", "/token")
    assert config.credentials() == Credentials.web_identity(ROLE, "/token")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"region": "us-east-1", "regions": ["us-west-2"]}, "not both"),
        ({"regions": "us-east-1"}, "region='us-east-1'"),
        ({"region": "us-east-1", "call_timeout": 0}, "call_timeout is a number of seconds above 0"),
        ({"region": "us-east-1", "read_timeout": -1}, "read_timeout"),
        ({"regions": ["us-east-1", "us-west-2"], "endpoint_url": "http://x"}, r"write \{region\} into it"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        DynamoDbClient(ClientConfig(**settings))
