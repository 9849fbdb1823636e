"""``serve``: DynamoDB over HTTP, for programs in any language: the mock, a cassette, or a recording proxy."""

from __future__ import annotations

import gzip
import json
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from pytest_dynamodb.cli.printing import say
from pytest_dynamodb.dialects import MEANT, TODAY, VARIABLE
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.files import problem_with, replace
from pytest_dynamodb.server import Upstream, running

if TYPE_CHECKING:
    from types import FrameType

    from pytest_dynamodb.cassette.cassette import Cassette
    from pytest_dynamodb.mock import Mock
    from pytest_dynamodb.remote import Address

PROVIDERS = ("mock", "replay", "record")

_OPTIONS = {
    "mock": {"load", "dump", "buckets", "dialect", "lifecycle"},
    "replay": {"cassette"},
    "record": {"cassette", "upstream"},
}
"""Which options belong to which provider; the others make no sense with it."""
_REQUIRED = {"mock": set[str](), "replay": {"cassette"}, "record": {"cassette", "upstream"}}

SHORTEST_TOKEN = 12
"""Characters."""

_FILE = click.Path(dir_okay=False, path_type=Path)


class _Buckets(click.ParamType):  # type: ignore[type-arg]  # generic only in newer clicks
    """A folder that there is, or the URL of an S3."""

    name = "buckets"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse anything else."""
        if not _is_url(value) and not Path(value).is_dir():
            self.fail(f"{value!r} is neither a folder nor a URL such as http://127.0.0.1:9000", param, ctx)
        return value


def _is_url(place: str) -> bool:
    return urlsplit(place).scheme in ("http", "https")


@dataclass(slots=True)
class _Served:
    """A provider, where the requests go that it does not answer, and what to do at the end."""

    provider: Provider
    cassette: Cassette
    upstream: Upstream | None = None
    mock: Mock | None = None
    region: str = "us-east-1"
    finish: Callable[[], None] = lambda: None
    token: str = ""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--provider", default="mock", show_default=True, type=click.Choice(PROVIDERS), help="Who answers.")
@click.option("--cassette", type=_FILE, metavar="FILE", help="The cassette to replay, or to record into.")
@click.option("--upstream", metavar="URL", help="The DynamoDB to record from.")
@click.option("--load", type=_FILE, metavar="FILE", help="Tables and items that the mock begins with.")
@click.option("--dialect", envvar=VARIABLE, metavar="X", help=f"Whose answers the mock gives: {MEANT}.")
@click.option(
    "--lifecycle", type=click.FloatRange(min=0), metavar="S", help="Seconds until a change of a table is done."
)
@click.option("--dump", type=_FILE, metavar="FILE", help="Write the mock's tables and items there at the end.")
@click.option(
    "--buckets",
    type=_Buckets(),
    metavar="PLACE",
    help="Where the buckets of exports and imports are: folders in a folder, or an S3.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let web pages of ORIGIN ask, such as http://localhost:3000; * for any.",
)
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="A name by which the server is asked for; * for any."
)
@click.option("--token", envvar="PYTEST_DYNAMODB_TOKEN", metavar="T", help="What opens the control plane.")
@click.option(
    "--cassettes",
    default="cassettes",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the cassettes of tests are that the control plane begins.",
)
@click.option("--no-control", is_flag=True, help="No control plane under /_dynamodb, and no view under /_view.")
def serve(
    host: str,
    port: int,
    provider: str,
    cassette: Path | None,
    upstream: str | None,
    load: Path | None,
    dialect: str | None,
    lifecycle: float | None,
    dump: Path | None,
    buckets: str | None,
    origins: tuple[str, ...],
    hosts: tuple[str, ...],
    token: str | None,
    cassettes: Path,
    *,
    no_control: bool,
) -> None:
    """Serve DynamoDB over HTTP: the mock, what a cassette holds, or another DynamoDB while recording it.

    Prints its URL once it listens; stops at Ctrl-C or SIGTERM. Exits with 1 if a replay lacked a recording.
    """
    files = {"cassette": cassette, "load": load, "dump": dump, "buckets": buckets}
    _check_options(provider, {**files, "upstream": upstream, "dialect": dialect, "lifecycle": lifecycle})
    if provider == "mock":
        served = _mock(load, dump, buckets, dialect, lifecycle or 0.0)
    elif provider == "replay":
        served = _replay(cassette or Path())
    else:
        served = _record(cassette or Path(), upstream or "")
    address = None if no_control else _beside(served, host, token, cassettes, f"serve, {provider}")
    server = running(
        served.provider,
        host=host,
        port=port,
        upstream=served.upstream,
        region=served.region,
        beside=address,
        origins=origins,
        hosts=hosts,
    )
    with _until_stopped() as stopped:
        with server as url:
            say(f"pytest-dynamodb: serving {provider} on {url}")
            if served.token and not token:
                say(
                    f"pytest-dynamodb: control plane at {url}/_dynamodb, token {served.token}; live view at {url}/_view"
                )
            while not stopped.wait(1.0):  # without an end, a wait would not hear Ctrl-C on Windows
                pass
        if address is not None:
            address.tests.close()
        served.finish()  # which a second Ctrl-C does not interrupt


def _check_options(provider: str, given: dict[str, object]) -> None:
    """Raise a usage error for an option that ``provider`` does not take, or for one that it needs and lacks."""
    for name, value in given.items():
        if value is not None and name not in _OPTIONS[provider]:
            raise click.UsageError(f"--{name} makes no sense with --provider {provider}")
        if value is None and name in _REQUIRED[provider]:
            raise click.UsageError(f"--provider {provider} needs --{name}")


def _beside(served: _Served, host: str, token: str | None, cassettes: Path, name: str) -> Address:
    """What is at the server's address beside DynamoDB.

    From other machines the control plane is reached only where somebody has chosen a token, and the live view never.
    """
    from pytest_dynamodb.remote import Address, ServedTests
    from pytest_dynamodb.remote.address import is_loopback
    from pytest_dynamodb.remote.live import WatchedProvider
    from pytest_dynamodb.remote.tests import MAIN, ServedTest

    if token is not None and len(token) < SHORTEST_TOKEN:
        raise click.UsageError(
            f"--token needs {SHORTEST_TOKEN} characters or more: whoever guesses it reads and writes"
        )
    here = is_loopback(host)
    served.token = token or (secrets.token_urlsafe(24) if here else "")
    main = ServedTest(MAIN, name, served.cassette, served.provider, served.upstream, served.mock)
    watched = WatchedProvider(main.line.provider) if here else None
    served.provider = watched or main.line.provider
    return Address(ServedTests(main, folder=cassettes.absolute()), token=served.token, watched=watched)


def _mock(load: Path | None, dump: Path | None, buckets: str | None, dialect: str | None, lifecycle: float) -> _Served:
    from pytest_dynamodb.cassette.cassette import Cassette
    from pytest_dynamodb.clock import SystemClock
    from pytest_dynamodb.engine import Engine, Lifecycle
    from pytest_dynamodb.hooks.defaults import s3_at
    from pytest_dynamodb.mock import Mock
    from pytest_dynamodb.providers.mock import MockProvider

    if dump is not None and not dump.parent.is_dir():
        raise click.UsageError(f"--dump {dump}: there is no folder {dump.parent}")
    mock = Mock(Engine(clock=SystemClock(), dialect=dialect or TODAY))  # nobody out there can move another clock
    if buckets is not None:
        mock.buckets_in(s3_at(buckets) if _is_url(buckets) else buckets)
    if load is not None:
        mock.load(load)
    mock.engine.lifecycle = Lifecycle(  # from now on: what is loaded is there from the beginning
        create_table=lifecycle,
        update_table=lifecycle,
        delete_table=lifecycle,
        create_index=lifecycle,
        delete_index=lifecycle,
        time_to_live=lifecycle,
    )

    def finish() -> None:
        if dump is not None:
            _write(mock, dump)

    return _Served(MockProvider(mock), Cassette("none"), mock=mock, region=mock.region, finish=finish)


def _write(mock: Mock, path: Path) -> None:
    """Write what the mock holds, atomically, in the form that ``--load`` reads."""
    for region in mock.engine.regions():
        if region.tables and (region.name, region.account) != (mock.region, mock.engine.account):
            left_out = f"tables of account {region.account} in {region.name}: {', '.join(sorted(region.tables))}"
            say(f"Warning: not dumped are {left_out} (AWS_DEFAULT_REGION chooses the region)", err=True)
    tables = mock.dump()
    content = (json.dumps(tables, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    try:
        replace(path, gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    except OSError as problem:
        said, remedy = problem_with(problem)
        raise ConfigurationError(f"--dump {path}: cannot be written: {said} ({remedy})") from problem
    items = sum(len(table["items"]) for table in tables.values())
    say(f"pytest-dynamodb: tables dumped into {path}: {len(tables)}, items: {items}")


def _replay(cassette: Path) -> _Served:
    from pytest_dynamodb.cassette.cassette import Cassette
    from pytest_dynamodb.cassette.options import CassetteOptions
    from pytest_dynamodb.cassette.store import read
    from pytest_dynamodb.providers.offline import ReplayProvider

    again = f"record it again: pytest-dynamodb serve --provider record --cassette {cassette} --upstream URL"
    provider = ReplayProvider(Cassette(cassette, contents=read(cassette), options=CassetteOptions(remedy=again)))

    def finish() -> None:
        missed = len(provider.cassette.misses)
        say(f"pytest-dynamodb: {len(provider.cassette.traffic)} replayed, {missed} missed")
        if missed:
            raise SystemExit(1)  # what was missed was said when it was

    return _Served(provider, provider.cassette, finish=finish)


def _record(cassette: Path, upstream: str) -> _Served:
    if upstream == "aws":
        raise click.UsageError(
            "--upstream aws cannot be recorded through a proxy: requests signed for this server are refused there. "
            "Record AWS from within Python: `pytest --record`, or use_cassette(..., mode='rewrite')"
        )
    from pytest_dynamodb.cassette.options import CassetteOptions
    from pytest_dynamodb.intercept import open_cassette
    from pytest_dynamodb.providers.upstream import RecordingProvider

    there = Upstream(upstream)
    recording, provider = open_cassette(cassette, CassetteOptions(mode="rewrite", upstream=upstream), "record")
    assert isinstance(provider, RecordingProvider)

    def finish() -> None:
        count = len(recording.recorded)
        provider.close()
        say(f"pytest-dynamodb: {count} recorded" + (f" into {cassette}" if count else ""))

    return _Served(provider, recording, there, finish=finish)


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, and do nothing else, until the block ends."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
