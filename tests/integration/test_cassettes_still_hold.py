"""The committed cassettes against a server of today: recorded answers that nobody gives any more prove nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.live_endpoint


@pytest.fixture
def new_server() -> Iterator[str]:
    """A DynamoDB Local without any table, as the recorded one was: the session's is full of other tests' tables."""
    from dynamodb_local import dynamodb_local

    with dynamodb_local() as url:
        yield url


@pytest.mark.skipif(
    os.environ.get("DYNAMODB_TEST_ENDPOINT") != "local",
    reason="the cassettes are of DynamoDB Local, and moto's words are not: nox -s dynamodb_local",
)
@pytest.mark.parametrize(
    ("folder", "tests"),
    [(".", "tests/integration/test_recorded_from_dynamodb_local.py"), ("examples/orders", "tests/test_orders.py")],
    ids=["own", "example"],
)
def test_cassettes_hold_against_dynamodb_local(
    folder: str, tests: str, new_server: str, credentials: dict[str, str]
) -> None:
    """Every recorded request gets the recorded answer, but for times and names that the service makes up."""
    # In file order: which record a stream begins with depends on which test wrote first.
    command = [
        str(Path(sys.executable).with_name("pytest")),
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        tests,
    ]
    modes = ["--dynamodb-record=verify", f"--dynamodb-upstream={new_server}"]
    # The script and not the module, which would put the checkout before the package that is installed.
    run = [*command, *modes]
    done = subprocess.run(run, cwd=ROOT / folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
