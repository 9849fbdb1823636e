"""Replay and record: this package beside vcrpy, cassetter, placebo, botocore's floor and the same calls unrecorded.

All make the same GetItems through botocore's client. vcrpy and cassetter tell requests apart by their bodies, as they
must: every call is ``POST /``. placebo tells nothing apart but operations and answers in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.loaders import Loader, create_loader
from botocore.session import get_session

from benchmarks.measuring import Sample, Task, Watch, Worker, in_turn
from benchmarks.proof.results import Contest, Series
from benchmarks.proof.sizes import Sizes
from benchmarks.traffic import CREDENTIALS, REGION, client, get_items, loopback

OURS = "this package"
FLOOR = "botocore's floor"
LIVE = "unrecorded"
MATCH_ON: list[Any] = ["method", "uri", "body"]


@dataclass(frozen=True)
class Recorder:
    """One that is put over calls: ``block("record")`` or ``block("replay")`` is entered before and left after them."""

    block: Callable[[str], AbstractContextManager[Any]]
    path: Path
    """Its recording: a file, or a folder of many."""
    client: Callable[[str], Any] = client
    """Makes a client whose calls it is put over."""


def recorder_in(folder: Path, name: str) -> Recorder:
    """A recorder whose recording is, or will be, in a folder."""
    if name == OURS:
        from pytest_dynamodb import use_cassette

        path = folder / "ours.ddb.msgpack"
        modes: dict[str, Any] = {"record": {"mode": "rewrite"}, "replay": {"mode": "none", "on_unused": "ignore"}}
        return Recorder(lambda mode: use_cassette(path, **modes[mode]), path)
    others = {"record": "once", "replay": "none"}
    if name == "vcrpy":
        import vcr

        path = folder / "vcr.yaml"
        return Recorder(lambda mode: vcr.use_cassette(str(path), match_on=MATCH_ON, record_mode=others[mode]), path)
    if name == "cassetter":
        import cassetter

        path = folder / "cassetter.yaml"
        return Recorder(lambda mode: cassetter.use_cassette(path, match_on=MATCH_ON, record_mode=others[mode]), path)
    return _placebo(folder / "placebo")


@cache
def _loader() -> Loader:
    """Of botocore's models, which placebo's sessions share as the clients of the others do."""
    return create_loader()


def _placebo(folder: Path) -> Recorder:
    import placebo

    core = get_session()
    core.register_component("data_loader", _loader())
    session = boto3.Session(region_name=REGION, botocore_session=core, **CREDENTIALS)
    folder.mkdir(exist_ok=True)
    pill = placebo.attach(session, data_path=str(folder))

    @contextmanager
    def block(mode: str) -> Iterator[None]:
        pill.record() if mode == "record" else pill.playback()
        try:
            yield
        finally:
            pill.stop()

    return Recorder(block, folder, lambda url: session.client("dynamodb", endpoint_url=url))


def size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.rglob("*")) if path.is_dir() else path.stat().st_size


def forget(path: Path) -> None:
    """Remove a recording; the folder of one of many files stays, empty."""
    for part in path.iterdir() if path.is_dir() else [path]:
        part.unlink(missing_ok=True)


@contextmanager
def recorder(name: str, url: str) -> Iterator[Mapping[str, Task]]:
    """Tasks of a recorder: ``record`` makes the recording that ``replay`` plays."""
    with TemporaryDirectory() as folder:
        one = recorder_in(Path(folder), name)

        def task(mode: str, calls: int) -> Mapping[str, Sample]:
            whole, within = Watch(), Watch()
            with ExitStack() as stack:
                with whole:
                    stack.enter_context(one.block(mode))
                boto = one.client(url)  # within the block, as vcrpy patches what a client is made of; and not counted
                with whole, within:
                    get_items(boto, range(calls))
                with whole:
                    stack.close()
            return {"call": within.microseconds(calls), "block": whole.microseconds(calls)}

        def record(calls: int) -> Mapping[str, Sample]:
            forget(one.path)
            return {**task("record", calls), "size": Sample(size(one.path) / calls)}

        yield {"record": record, "replay": lambda calls: task("replay", calls)}


@contextmanager
def floor() -> Iterator[Mapping[str, Task]]:
    """botocore's own cost of a call that a ``before-call`` handler answers at once: nobody can be cheaper."""
    answer = SimpleNamespace(status_code=200), {"Item": {}, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def made() -> Any:
        boto = client("http://127.0.0.1:9")
        boto.meta.events.register_first("before-call.dynamodb", lambda **_: answer)
        return boto

    yield {"replay": lambda calls: _calls(made(), calls)}


@contextmanager
def unrecorded(url: str) -> Iterator[Mapping[str, Task]]:
    yield {"record": lambda calls: _calls(client(url), calls)}


def _calls(boto: Any, calls: int) -> Mapping[str, Sample]:
    """Of a client that was made for this round, as the recorders' are."""
    watch = Watch()
    with watch:
        get_items(boto, range(calls))
    return {"call": watch.microseconds(calls), "block": watch.microseconds(calls)}


def measured(others: list[str], sizes: Sizes, skipped: dict[str, str]) -> Iterator[Contest]:
    """``others`` are those recorders that are installed."""
    calls = sizes.exchanges
    with loopback() as url, ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(recorder, name, url)) for name in [OURS, *others]}
        recording = {**workers, LIVE: stack.enter_context(Worker(unrecorded, url))}
        replaying = {**workers, FLOOR: stack.enter_context(Worker(floor))}
        for task, these in (("record", recording), ("replay", replaying)):
            in_turn(these, task, rounds=1, calls=lambda _: calls, broken=skipped)  # what is imported at first use
            told = in_turn(these, task, rounds=sizes.rounds, calls=lambda _: calls, broken=skipped)
            verb = f"{task}ed"
            titles = {
                "call": (f"a {verb} GetItem", "µs"),
                "block": (f"the same, opening and closing a recording of {calls} included", "µs"),
                "size": ("an exchange in the file", "bytes"),
            }
            for what, rounds in told.items():
                title, unit = titles[what]
                yield Contest(task, title, unit, OURS, {name: Series.of(samples) for name, samples in rounds.items()})
