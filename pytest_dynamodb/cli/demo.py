"""``demo``: the shipped example, recorded and replayed on the spot, without credentials and without AWS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import click

from pytest_dynamodb.cli.printing import say, say_lines, size_text
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.upkeep.files import cassettes_in

_PACKAGE = Path(__file__).parent.parent
_HOMES = (_PACKAGE / "_example", _PACKAGE.parent / "examples" / "orders")
"""Where the example is: in a wheel, and in a checkout."""
_LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".pytest_cache", "cassettes")
"""Its cassettes are recorded here and now."""

_FOREIGN = ("AWS_", "PYTEST_", "DYNAMODB_CASSETTE_")
"""Settings that would make it another run than everybody else's. Where ``CI`` is set, ``--record`` is refused."""
_FOREIGN_NAMES = ("CI",)
_NOWHERE = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
"""Where botocore looks in one's home otherwise."""
_ANYBODY = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": "us-east-1"}
"""What botocore wants before it talks to any server; ours does not look at it."""

_SUMMARY = re.compile(r"^dynamodb: .*$", re.MULTILINE)
_SHOWN_TEST = re.compile(r"^def test_out_of_stock_writes_nothing.*?(?=\n\n\n|\Z)", re.MULTILINE | re.DOTALL)


@click.command()
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="Put the example there and leave it.")
def demo(to: Path | None) -> None:
    """Record the shipped example's tests from an in-memory DynamoDB, cut the network, and replay them.

    The example is copied into a temporary folder, or into DIR to play with it afterwards. Needs no credentials and no
    region, and reaches nothing outside this machine. Exits with 1 if a test of it fails.
    """
    if to is not None:
        _run(to, stays=True)
        return
    with tempfile.TemporaryDirectory(prefix="pytest-dynamodb-") as folder:
        _run(Path(folder) / "orders", stays=False)


def _run(folder: Path, *, stays: bool) -> None:
    source = _example()
    if folder.exists():
        raise click.UsageError(f"{folder} is there already: name a folder that is not")
    shutil.copytree(source, folder, ignore=_LEFT_BEHIND)
    _introduce(folder)
    with _upstream() as (upstream, settings):
        _pytest(folder, "--record", f"--dynamodb-upstream={upstream}", settings=settings)
    cassettes = list(cassettes_in(folder / "cassettes"))
    size = size_text(sum(path.stat().st_size for path in cassettes))
    say_lines(f"What was said is in {len(cassettes)} cassettes now, {size} together.\n")
    say_lines("2. Replay. That DynamoDB is gone, and opening a connection is an error. No credentials, no region:\n")
    _pytest(folder, hidden=("-p", "pytest_dynamodb.cli.sealed"))
    _conclude(into=str(folder) if stays else "")


def _example() -> Path:
    for home in _HOMES:
        if home.is_dir():
            return home
    raise ConfigurationError(f"the example is not in this installation ({_HOMES[0]}): install the wheel again")


@contextmanager
def _upstream() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Where to record from, and the environment for it: over HTTP where the server's requirements are installed."""
    if find_spec("uvicorn") is None:
        say_lines("1. Record, from an in-memory DynamoDB in the same process. (To have it answer over HTTP, as any")
        say_lines("   other would: pip install 'pytest-dynamodb-cassette[server]'.)\n")
        yield "mock", {}
        return
    from pytest_dynamodb.providers.mock import MockProvider
    from pytest_dynamodb.server import running

    with running(MockProvider(), port=0) as url:
        say_lines("1. Record, from an in-memory DynamoDB that answers over HTTP as any other would:\n")
        yield url, _ANYBODY


def _pytest(folder: Path, *shown: str, hidden: tuple[str, ...] = (), settings: Mapping[str, str] | None = None) -> None:
    """Run pytest and print a summary. Ends this program if a test fails."""
    say(" ".join(["$ pytest", *shown]), bold=True)
    began = time.perf_counter()
    # Our own interpreter, on files that came with this package.
    done = subprocess.run(  # noqa: S603 - this Python, and arguments of our own
        [*_program(), *hidden, *shown],
        cwd=folder,
        env={**_environment(), **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    spent = time.perf_counter() - began
    summary, passed = _SUMMARY.search(done.stdout), re.search(r"\d+ passed", done.stdout)
    if done.returncode != 0 or summary is None or passed is None:
        say_lines(done.stdout)
        say_lines(f"Error: the example's tests did not pass (pytest exited with {done.returncode})", err=True)
        raise SystemExit(1)
    say_lines(f"{passed.group()}, in {spent:.1f} s with starting Python and pytest")
    say(summary.group(), fg="green")
    say()


def _program() -> list[str]:
    """pytest with this plugin and no other, so that other installed plugins cannot interfere."""
    try:
        distribution("pytest-dynamodb-cassette")
    except PackageNotFoundError:
        plugin = "pytest_dynamodb.plugin"  # a checkout, run from its folder
    else:
        plugin = "dynamodb_cassette"
    return [sys.executable, "-m", "pytest", "-p", plugin, "-p", "no:cacheprovider", "--color=no"]


def _environment() -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_FOREIGN) and name.upper() not in _FOREIGN_NAMES
    }
    path = os.pathsep.join(filter(None, (str(_PACKAGE.parent), environment.get("PYTHONPATH", ""))))
    return {**environment, **_NOWHERE, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path}


def _introduce(folder: Path) -> None:
    say_lines(
        "A small shop in one DynamoDB table: orders.py is plain boto3 and knows nothing of tests.\n"
        f"It is now in {folder}. One of its tests:\n"
    )
    shown = _SHOWN_TEST.search((folder / "tests" / "test_orders.py").read_text(encoding="utf-8"))
    if shown is not None:
        lines = ["pytestmark = pytest.mark.dynamodb_cassette", "", *shown.group().rstrip().splitlines()]
        say_lines("\n".join(f"    {line}".rstrip() for line in lines) + "\n")


def _conclude(*, into: str) -> None:
    say_lines("The same tests, asking DynamoDB itself (with credentials and a region, where a table `AppData` is")
    say_lines("welcome), and without any recording:\n")
    say_lines(f"  $ cd {into}" if into else "  $ pytest-dynamodb demo --to orders && cd orders")
    say_lines("  $ pytest --record")
    say_lines("  $ pytest --dynamodb-provider=mock\n")
    say_lines("In your own project: mark tests with @pytest.mark.dynamodb_cassette, run `pytest --record` once,")
    say_lines("commit the folder `cassettes`, and from then on `pytest` replays it.")
