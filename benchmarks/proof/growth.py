"""What many exchanges and many items cost: a call, opening a cassette, and memory, at sizes that grow tenfold.

Each size has a process of its own, and all are measured in turn. Large cassettes and tables are filled from within,
which takes seconds where going through a client would take minutes; what is measured goes through botocore.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import BrokenError, Rounds, Sample, Task, Watch, Worker, calls_of, in_turn
from benchmarks.proof import mocks, recorders
from benchmarks.proof.results import Contest, Growth, Series
from benchmarks.proof.sizes import Sizes
from benchmarks.traffic import REGION, client, get_items, item, key_of, loopback

ROUNDS = 5
CALLS, OTHERS_CALLS = 500, 100
"""Of a round, where there are so many exchanges: vcrpy takes milliseconds for each."""
WARM = 20
"""Exchanges of the recording that everyone plays first."""


def resident() -> float:
    """MiB of this process."""
    import psutil

    gc.collect()
    return float(psutil.Process().memory_info().rss / 2**20)


# --- cassettes ---


def write_ours(path: Path, exchanges: int) -> None:
    from pytest_dynamodb.cassette.codec import Header
    from pytest_dynamodb.cassette.store import write
    from pytest_dynamodb.exchange import Exchange, Response

    header = Header(node_id="", recorded="2026-10-01T00:00:00Z", endpoint="url", recorder={}, region=REGION, tables={})
    keys = map(key_of, range(exchanges))
    write(
        path,
        header,
        [
            Exchange(
                "GetItem",
                {"TableName": "t", "Key": {"pk": {"S": key}}},
                Response(200, {"Item": item(key)}),
                region=REGION,
            )
            for key in keys
        ],
    )


@contextmanager
def recorded(name: str, folder: str, exchanges: int, url: str) -> Iterator[Mapping[str, Task]]:
    """The task ``record``, in a process of its own, so that what recording needs is no part of what playing does."""

    def record(_: int) -> Mapping[str, Sample]:
        one = recorders.recorder_in(Path(folder), name)
        if name == recorders.OURS and exchanges > WARM:
            write_ours(one.path, exchanges)
        else:
            with one.block("record"):
                get_items(one.client(url), range(exchanges))
        return {}

    yield {"record": record}


@contextmanager
def replayed(name: str, folder: str, warm: str, exchanges: int, url: str) -> Iterator[Mapping[str, Task]]:
    """The task ``replay``, of calls that are spread over the whole recording; opening it is measured too.

    ``warm`` is the folder of a small recording: what is loaded at first use is no part of the memory of another.
    """
    small = recorders.recorder_in(Path(warm), name)
    with small.block("replay"):
        get_items(small.client(url), range(WARM))
    one = recorders.recorder_in(Path(folder), name)
    memory: list[Sample] = []

    def replay(calls: int) -> Mapping[str, Sample]:
        opening, watch = Watch(), Watch()
        numbers = range(0, exchanges, max(exchanges // calls, 1))
        with ExitStack() as stack:
            before = resident()
            with opening:
                stack.enter_context(one.block("replay"))
            boto = one.client(url)
            with watch:
                get_items(boto, numbers)
            kept = Sample(max(resident() - before, 0.01))
        memory.append(kept)
        told = {"call": watch.microseconds(len(numbers)), "opening": opening.milliseconds()}
        return {**told, "memory": kept} if len(memory) == 1 else told

    yield {"replay": replay}


def _recording(parent: Path, name: str, exchanges: int, url: str) -> str:
    """The folder of a recording of so many exchanges. Raises ``BrokenError``."""
    folder = parent / f"{name}-{exchanges}"
    if not folder.exists():
        folder.mkdir()
        with Worker(recorded, name, str(folder), exchanges, url) as worker:
            worker.do("record", exchanges)
    return str(folder)


def cassettes(others: list[str], sizes: Sizes, skipped: dict[str, str]) -> Iterator[Growth]:
    asked = [(recorders.OURS, size) for size in sizes.cassettes]
    asked += [(name, size) for name in others for size in sizes.others_cassettes]
    with loopback() as url, TemporaryDirectory() as parent, ExitStack() as stack:
        workers: dict[str, Worker] = {}
        for name, size in asked:
            try:
                folders = [_recording(Path(parent), name, exchanges, url) for exchanges in (size, WARM)]
            except BrokenError as problem:
                skipped.setdefault(_label(name, size), str(problem))
            else:
                workers[_label(name, size)] = stack.enter_context(Worker(replayed, name, *folders, size, url))

        def calls(label: str) -> int:
            return CALLS if label.startswith(recorders.OURS) else OTHERS_CALLS

        told = in_turn(workers, "replay", rounds=ROUNDS, calls=calls, broken=skipped)
    titles = {
        "call": ("a replayed GetItem", "µs"),
        "opening": ("opening the recording", "ms"),
        "memory": ("memory of a block that replays it", "MiB"),
    }
    for what, (title, unit) in titles.items():
        yield Growth("cassette", title, unit, "exchanges", _lines(told.get(what, {})))


# --- tables ---


def fill(boto: Any, provided: Any, name: str, size: int) -> None:
    """Put so many items into one partition."""
    if name == mocks.MOTO:
        mocks.fill(boto, "P", size)
        return
    from pytest_dynamodb.engine.validation.values import checked_item

    region = provided.engine.region()
    table = region.writable(region.tables[mocks.TABLE])
    for number in range(size):
        table.put(checked_item(mocks.stored("P", number)))


@contextmanager
def table(name: str, size: int) -> Iterator[Mapping[str, Task]]:
    with mocks.over(name) as provided:
        boto = client()
        mocks.create(boto)
        before = resident()
        fill(boto, provided, name, size)
        memory = resident() - before
        key = {**mocks.KEY, "pk": {"S": "P"}, "sk": {"S": f"{size // 2:07d}"}}
        new = iter(range(10**9))

        def put(_: int) -> object:
            fresh = {**mocks.ITEM, "pk": {"S": "P"}, "sk": {"S": f"{next(new) * 7919 % size:07d}+"}}
            return boto.put_item(TableName=mocks.TABLE, Item=fresh)

        yield {
            "PutItem": calls_of(put),
            "GetItem": calls_of(lambda _: boto.get_item(TableName=mocks.TABLE, Key=key)),
            "Query of 10": calls_of(mocks.query(boto, "P", size // 2)),
            "memory": lambda _: {"memory": Sample(memory)},
        }


def tables(others: list[str], sizes: Sizes, skipped: dict[str, str]) -> Iterator[Growth]:
    with ExitStack() as stack:
        asked = [(mocks.OURS, size) for size in sizes.tables]
        asked += [(name, size) for name in others for size in sizes.others_tables]
        workers: dict[str, Worker] = {}
        for one in asked:
            worker = stack.enter_context(Worker(table, *one))
            try:
                worker.do("GetItem", 1)  # filled one after the other, or they would be filled in each other's time
            except BrokenError as problem:
                skipped.setdefault(_label(*one), str(problem))
            else:
                workers[_label(*one)] = worker
        for title in ("PutItem", "GetItem", "Query of 10"):

            def calls(label: str, title: str = title) -> int:
                return 3 if title == "Query of 10" and not label.startswith(mocks.OURS) else sizes.calls

            in_turn(workers, title, rounds=1, calls=calls, broken=skipped)
            told = in_turn(workers, title, rounds=ROUNDS, calls=calls, broken=skipped)
            yield Growth("table", title, "µs", "items", _lines(told.get("call", {})))
        memory = in_turn(workers, "memory", rounds=1, calls=lambda _: 1, broken=skipped)
        yield Growth("table", "memory of the items", "MiB", "items", _lines(memory.get("memory", {})))


# --- both ---


def _label(name: str, size: int) -> str:
    return f"{name}: {size}"


def _lines(rounds: Rounds) -> dict[str, dict[int, Series]]:
    lines: dict[str, dict[int, Series]] = {}
    for label, samples in rounds.items():
        name, _, size = label.rpartition(": ")
        lines.setdefault(name, {})[int(size)] = Series.of(samples)
    return lines


def largest_common(growth: Growth, ours: str) -> int:
    """The largest size at which ours and at least one other were measured; 0 if there is none."""
    others = {size for name, line in growth.lines.items() if name != ours for size in line}
    return max(others & growth.lines.get(ours, {}).keys(), default=0)


def contest(growth: Growth, *, section: str, title: str, ours: str) -> Iterator[Contest]:
    """All who were measured at the largest size that they share with ours. ``title`` has ``{size}`` in it."""
    size = largest_common(growth, ours)
    if size:
        series = {name: line[size] for name, line in growth.lines.items() if size in line}
        yield Contest(section, title.format(size=f"{size:,}"), growth.unit, ours, series)


def measured(
    recording: list[str], mocking: list[str], sizes: Sizes, skipped: dict[str, str]
) -> Iterator[Contest | Growth]:
    ours, mock = recorders.OURS, mocks.OURS
    call, opening, kept = cassettes(recording, sizes, skipped)
    *calls, items = tables(mocking, sizes, skipped)
    yield from (call, opening, kept, *calls, items)
    yield from contest(call, section="replay", title="a replayed GetItem, of {size} exchanges", ours=ours)
    yield from contest(opening, section="replay", title="opening a recording of {size} exchanges", ours=ours)
    yield from contest(kept, section="memory", title="a recording of {size} exchanges, replayed", ours=ours)
    yield from contest(items, section="memory", title="{size} items in a mock", ours=mock)
