"""What every test of this project stands on: a machine without AWS settings, and DynamoDB endpoints to talk to."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pytest_dynamodb.clock import VirtualClock

pytest_plugins = ["pytester"]

# Laws are tried on the same examples every time and however long one takes, so that nothing but a change of the code
# makes a test fail. PYTEST_DYNAMODB_FUZZ=5000 tries as many others, where a test does not say how many it can afford.
MORE = os.environ.get("PYTEST_DYNAMODB_FUZZ")
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=MORE is None,
    max_examples=int(MORE or 150),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

NOWHERE = str(Path(__file__).parent / "no such file")

# Where botocore would find settings of the person who runs the tests. AWS_EC2_METADATA_DISABLED is not set on purpose:
# tests show that instance metadata is not asked.
FILES = {"AWS_CONFIG_FILE": NOWHERE, "AWS_SHARED_CREDENTIALS_FILE": NOWHERE, "BOTO_CONFIG": NOWHERE}
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
SETTINGS = ("PYTEST_DYNAMODB_RECORD", "PYTEST_DYNAMODB_PROVIDER", "PYTEST_DYNAMODB_UPSTREAM")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the `async` extra is for where it is not installed."""
    if importlib.util.find_spec("aiobotocore"):
        return
    for item in items:
        if item.get_closest_marker("aiobotocore"):
            item.add_marker(pytest.mark.skip(reason="aiobotocore is not installed: nox -s tests_async"))


@pytest.fixture(autouse=True)
def no_aws_settings() -> Iterator[None]:
    """No credentials, no region, no profile, no endpoint, no proxy, and no setting of this plugin's.

    Not through the `monkeypatch` fixture, so that a test may undo its own changes without undoing these.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name in (*PROXIES, *SETTINGS):
            patch.delenv(name, raising=False)
        for name, value in FILES.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def models_read_once() -> Iterator[None]:
    """Sessions of botocore share what they read of its data, which each would read again for its first client."""
    from functools import cache

    import botocore.session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture
def clock() -> VirtualClock:
    """It is 2023-11-14T22:13:20Z until a test says otherwise."""
    from pytest_dynamodb.clock import VirtualClock

    return VirtualClock(1_700_000_000.0)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch, no_aws_settings: None) -> dict[str, str]:
    """Made-up credentials and a region in the environment: what a machine that records has."""
    settings = {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The URL of moto's server. It keeps its tables for the session: take `moto` to start with none."""
    from moto_http import moto_http

    with moto_http() as url:
        yield url


@pytest.fixture
def moto(moto_server: str) -> str:
    """The URL of moto's server, without any table."""
    from moto_http import reset

    reset(moto_server)
    return moto_server


@pytest.fixture(scope="session")
def live_endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the endpoint that tests marked `live_endpoint` talk to; its tables are there until the session ends.

    DYNAMODB_TEST_ENDPOINT says which: unset for moto, `local` for DynamoDB Local, or a URL.
    """
    chosen = os.environ.get("DYNAMODB_TEST_ENDPOINT", "moto")
    if chosen == "moto":
        yield request.getfixturevalue("moto_server")
    elif chosen == "local":
        from dynamodb_local import dynamodb_local, missing

        if missing():
            pytest.skip(missing())
        with dynamodb_local() as url:
            yield url
    else:
        yield chosen
