"""``demo``: the shipped example, run before your eyes without network and without credentials."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import click

from pytest_dynamodb.cli.listing import cassettes_in, size_text
from pytest_dynamodb.errors import ConfigurationError

_PACKAGE = Path(__file__).parent.parent
#: Where the example is: in a wheel, and in a checkout.
_HOMES = (_PACKAGE / "_example", _PACKAGE.parent / "examples" / "orders")
_LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.failed", ".*.journal", ".*.tmp")

#: Settings that would make it another run than everybody else's.
_FOREIGN = ("AWS_", "PYTEST_", "DYNAMODB_CASSETTE_")
#: Where botocore looks in one's home otherwise.
_NOWHERE = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

_SUMMARY = re.compile(r"^dynamodb: .*$", re.MULTILINE)
_SHOWN_TEST = re.compile(r"^def test_out_of_stock_writes_nothing.*?(?=\n\n\n|\Z)", re.MULTILINE | re.DOTALL)


@click.command()
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="Put the example there and leave it.")
def demo(to: Path | None) -> None:
    """Run the shipped example's tests from their cassettes: no network, no credentials, no region.

    The example is copied into a temporary folder, or into DIR to play with it afterwards. Exits with 1 if a test of it
    fails.
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
    program = _program()
    click.secho("$ pytest", bold=True)
    began = time.perf_counter()
    # Our own interpreter, on files that came with this package.
    done = subprocess.run(  # noqa: S603 - this Python, and arguments of our own
        program,
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    spent = time.perf_counter() - began
    summary = _SUMMARY.search(done.stdout)
    if done.returncode != 0 or summary is None:
        click.echo(done.stdout)
        click.echo(f"Error: the example's tests did not pass (pytest exited with {done.returncode})", err=True)
        raise SystemExit(1)
    _conclude(done.stdout, summary.group(), spent, into=str(folder) if stays else "")


def _example() -> Path:
    for home in _HOMES:
        if home.is_dir():
            return home
    raise ConfigurationError(f"the example is not in this installation ({_HOMES[0]}): install the wheel again")


def _program() -> list[str]:
    """pytest with this plugin and no other, so that nothing else that is installed has a say."""
    try:
        distribution("pytest-dynamodb-cassette")
    except PackageNotFoundError:
        plugin = "pytest_dynamodb.plugin"  # a checkout, run from its folder
    else:
        plugin = "dynamodb_cassette"
    return [sys.executable, "-m", "pytest", "-p", plugin, "-p", "no:cacheprovider", "--color=no"]


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN)}
    path = os.pathsep.join(filter(None, (str(_PACKAGE.parent), environment.get("PYTHONPATH", ""))))
    return {**environment, **_NOWHERE, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path}


def _introduce(folder: Path) -> None:
    cassettes = list(cassettes_in(folder / "cassettes"))
    size = size_text(sum(path.stat().st_size for path in cassettes))
    click.echo(
        "A small shop in one DynamoDB table: orders.py is plain boto3 and knows nothing of tests.\n"
        f"Its tests were recorded once; what they said to DynamoDB is in {len(cassettes)} cassettes, {size} together.\n"
        f"All of it is now in {folder}. One of the tests:\n"
    )
    shown = _SHOWN_TEST.search((folder / "tests" / "test_orders.py").read_text(encoding="utf-8"))
    if shown is not None:
        lines = ["pytestmark = pytest.mark.dynamodb_cassette", "", *shown.group().rstrip().splitlines()]
        click.echo("\n".join(f"    {line}".rstrip() for line in lines) + "\n")
    click.echo("Now they run, with no network, no credentials, no region, and every AWS_ variable taken away:\n")


def _conclude(printed: str, summary: str, spent: float, *, into: str) -> None:
    passed = re.search(r"\d+ passed", printed)
    click.echo(f"{passed.group() if passed else 'passed'}, in {spent:.1f} s with starting Python and pytest")
    click.secho(summary, fg="green")
    click.echo("\nTo record afresh, with credentials and a region, where a table `AppData` is welcome:\n")
    click.echo(f"  $ cd {into}" if into else "  $ pytest-dynamodb demo --to orders && cd orders")
    click.echo("  $ pytest --record\n")
    click.echo("In your own project: mark tests with @pytest.mark.dynamodb_cassette, run `pytest --record` once,")
    click.echo("commit the folder `cassettes`, and from then on `pytest` replays it.")
