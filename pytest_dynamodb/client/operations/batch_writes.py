"""Batches of writes: a queue that threads and tasks may share, and the steps that send it.

Of one item there is never more than one write under way, and a later write takes the place of an earlier one that is
still waiting. So whatever comes back unprocessed, and whoever else writes to the batch, the last write asked for is the
one that stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pytest_dynamodb import forks
from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.operations.keys import InvalidBatchItem, ItemIdentity, TableBook, identity, invalid_item
from pytest_dynamodb.client.page import total
from pytest_dynamodb.client.steps import Steps, finished, pause, send, start
from pytest_dynamodb.errors import PytestDynamoDbError, ValidationException
from pytest_dynamodb.values import from_wire_item, to_wire_item

DriverT = TypeVar("DriverT")

WRITES, BYTES = 25, 16 * 1024 * 1024 - 64 * 1024
"""Writes of one request, and its bytes (API reference, BatchWriteItem); less what is around the items."""


@dataclass(frozen=True, slots=True)
class BatchWrite:
    """One write of a batch. ``item`` is the whole item of a put, the key of a delete."""

    table: str
    action: Literal["put", "delete"]
    item: Item


class ItemsNotWritten(PytestDynamoDbError):
    """A batch has ended, and the writes in ``failed`` are not known to have been carried out."""

    def __init__(self, failed: list[BatchWrite]) -> None:
        self.failed = failed
        super().__init__(failed)

    def __str__(self) -> str:
        return f"{len(self.failed)} write(s) of a batch came back unprocessed until the last attempt"


class _Entry:
    __slots__ = ("identity", "sent", "size", "wire", "write")

    def __init__(self, write: BatchWrite, wire: dict[str, Any], key: ItemIdentity) -> None:
        self.write, self.wire, self.identity = write, wire, key
        # What travels is JSON: a request of 25 items may be larger than they are.
        self.size = len(json.dumps(wire))
        self.sent = 0


class WriteQueue:
    """The writes of a batch that wait to be sent, and the results of those that were."""

    written: int

    def __init__(self, book: TableBook, *, floats: bool = False, at_once: int = 1) -> None:
        """Raises ``ConfigurationError`` for fewer than one request ``at_once``."""
        self._book, self._floats = book, floats
        self._at_once = arguments.whole("at_once is a number of requests, 1 or more", at_once)
        self._lock = forks.lock()
        self._fresh: dict[ItemIdentity, _Entry] = {}
        self._again: dict[ItemIdentity, _Entry] = {}
        self._under_way: dict[ItemIdentity, _Entry] = {}
        self._failed: list[BatchWrite] = []
        self._closed = False
        self.written = 0
        self.capacity: float | None = None

    @property
    def failed(self) -> list[BatchWrite]:
        """Writes that were asked for and are not known to have been carried out."""
        with self._lock:
            return list(self._failed)

    def put(self, table: str, item: Mapping[str, Any]) -> Steps[None]:
        """Add a put, and send a request if the writes that wait fill one."""
        names = yield from self._book.names(table)
        wire = to_wire_item(item, floats=self._floats)
        write = BatchWrite(table, "put", dict(item))
        yield from self._add(_Entry(write, {"PutRequest": {"Item": wire}}, identity(table, wire, names.all)))

    def delete(self, table: str, key: Mapping[str, Any]) -> Steps[None]:
        """Add a delete, and send a request if the writes that wait fill one."""
        wire = to_wire_item(key)
        yield from self._add(
            _Entry(BatchWrite(table, "delete", dict(key)), {"DeleteRequest": {"Key": wire}}, identity(table, wire))
        )

    def _add(self, entry: _Entry) -> Steps[None]:
        with self._lock:
            if self._closed:
                raise PytestDynamoDbError("this batch is closed; begin another one")
            self._again.pop(entry.identity, None)
            self._fresh.pop(entry.identity, None)
            self._fresh[entry.identity] = entry
        yield from self._send_what_is_there(whole=True)

    def flush(self) -> Steps[None]:
        """Send everything that waits."""
        yield from self._send_what_is_there(whole=False)

    def close(self) -> Steps[None]:
        """Send everything that waits, and take nothing more."""
        with self._lock:
            self._closed = True
        try:
            yield from self._send_what_is_there(whole=False)
        except BaseException:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Send nothing more, and take nothing more."""
        with self._lock:
            self._closed = True
            self._failed += [entry.write for waiting in (self._again, self._fresh) for entry in waiting.values()]
            self._again.clear()
            self._fresh.clear()

    def _send_what_is_there(self, *, whole: bool) -> Steps[None]:
        while chunks := self._take_some(whole=whole):
            if len(chunks) == 1:
                yield from self._send(chunks[0])
            else:
                yield from self._send_at_once(chunks)

    def _send_at_once(self, chunks: list[list[_Entry]]) -> Steps[None]:
        """Several requests side by side. Raises what the first of them raised, once all have ended."""
        problem: Exception | None = None
        waiting = {id(chunk): chunk for chunk in chunks}
        try:
            jobs = []
            for chunk in chunks:
                jobs.append((yield from start(self._begin(chunk, waiting))))  # noqa: PERF401 - it holds a `yield`
            while jobs:
                done = yield from finished(jobs)
                jobs.remove(done)
                try:
                    done.result()
                except Exception as error:  # noqa: BLE001 - raised below
                    problem = problem or error
        finally:
            with self._lock:  # what was not even begun, as all of this is cancelled
                left = [entry for chunk in waiting.values() for entry in chunk]
                waiting.clear()
                for entry in left:
                    del self._under_way[entry.identity]
                self._failed += [entry.write for entry in left]
        if problem is not None:
            raise problem

    def _begin(self, chunk: list[_Entry], waiting: dict[int, list[_Entry]]) -> Steps[None]:
        """Send one of several requests, unless it is waited for no longer.

        A write that came back may be under way again in another request, of another thread: so it is the request that
        was begun, and not each of its writes.
        """
        with self._lock:
            if waiting.pop(id(chunk), None) is None:
                return
        yield from self._send(chunk)

    def _take_some(self, *, whole: bool) -> list[list[_Entry]]:
        """The writes of the next requests, as many as are sent at once; fewer only where a last one is not full."""
        with self._lock:
            if whole and self._at_once > 1 and len(self._fresh) + len(self._again) < self._at_once * WRITES:
                return []
        chunks: list[list[_Entry]] = []
        while len(chunks) < self._at_once and (chunk := self._take(whole=whole)):
            chunks.append(chunk)
        return chunks

    def _send(self, chunk: list[_Entry]) -> Steps[None]:
        """One request, after a pause if some of it has come back before."""
        rounds = max(entry.sent for entry in chunk)
        patient, answer, refusal = True, None, None
        try:
            patient = not rounds or (yield from pause(rounds))
            if patient:
                answer = yield from send(self._call(chunk))
        except ValidationException as error:  # nothing of it is written
            refusal = error
            if len(chunk) == 1:
                write = chunk[0].write
                raise invalid_item(error, write.table, write.item, self._key(write)) from error
        finally:  # however it ends: with an error, or cancelled
            if not patient:
                self._give_up(chunk, rounds)
            elif refusal is None or len(chunk) == 1:
                self._sent(chunk, answer)
        if refusal is not None and len(chunk) > 1:
            yield from self._send_halves(chunk)

    def _send_halves(self, chunk: list[_Entry]) -> Steps[None]:
        """Send what was refused in two requests, and so on, until it is known which item it is. All others are written.

        Raises ``InvalidBatchItem``.
        """
        halves = [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
        problem: InvalidBatchItem | None = None
        try:
            while halves:
                try:
                    yield from self._send(halves.pop(0))
                except InvalidBatchItem as error:
                    problem = problem or error
        finally:
            for half in halves:
                self._sent(half, None)
        if problem is not None:
            raise problem

    def _key(self, write: BatchWrite) -> Item:
        names = self._book.known(write.table)
        return write.item if names is None else {name: write.item.get(name) for name in names.all}

    def _take(self, *, whole: bool) -> list[_Entry]:
        """The writes of the next request, under way from now on. ``whole``: none, unless they fill one.

        What came back waits until it fills a request, or for the end: it is not worth a pause before each request.
        """
        with self._lock:
            if whole and not self._closed:
                chunk = _full(self._again, self._under_way) or _full(self._fresh, self._under_way)
            else:
                chunk = _first(self._fresh, self._under_way)[0] or _first(self._again, self._under_way)[0]
            for entry in chunk:
                (self._again if entry.sent else self._fresh).pop(entry.identity)
                self._under_way[entry.identity] = entry
            return chunk

    def _sent(self, chunk: Iterable[_Entry], answer: _Answer | None) -> None:
        """Note what has become of a request; without an answer nobody knows what was written."""
        with self._lock:
            for entry in chunk:
                del self._under_way[entry.identity]
                entry.sent += 1
                if answer is not None and entry.identity not in answer.left:
                    self.written += 1
                elif entry.identity in self._fresh:
                    pass  # it would be written over anyway
                elif answer is None:
                    self._failed.append(entry.write)
                else:
                    self._again[entry.identity] = entry
            if answer is not None:
                self.capacity = total(self.capacity, answer.capacity)

    def _give_up(self, chunk: Iterable[_Entry], rounds: int) -> None:
        """Patience has come to its end for what was sent most often; the others of the request wait again."""
        with self._lock:
            for entry in chunk:
                del self._under_way[entry.identity]
                if entry.identity in self._fresh:
                    continue
                if entry.sent == rounds:
                    self._failed.append(entry.write)
                else:
                    self._again[entry.identity] = entry

    def _call(self, chunk: Iterable[_Entry]) -> ApiCall[_Answer]:
        requests: dict[str, list[dict[str, Any]]] = {}
        for entry in chunk:
            requests.setdefault(entry.write.table, []).append(entry.wire)
        return ApiCall("BatchWriteItem", {"RequestItems": requests, "ReturnConsumedCapacity": "TOTAL"}, self._read)

    def _read(self, answer: Mapping[str, Any]) -> _Answer:
        left = (
            self._identity(table, request)
            for table, requests in (answer.get("UnprocessedItems") or {}).items()
            for request in requests
        )
        capacity = None
        for spent in answer.get("ConsumedCapacity") or ():
            capacity = total(capacity, spent.get("CapacityUnits"))
        return _Answer(frozenset(left), capacity)

    def _identity(self, table: str, request: Mapping[str, Any]) -> ItemIdentity:
        """That of an unprocessed write, once through Python as botocore gives binary values as bytes."""
        if "DeleteRequest" in request:
            return identity(table, to_wire_item(from_wire_item(request["DeleteRequest"]["Key"])))
        names = self._book.known(table)
        item = request["PutRequest"]["Item"]
        key = {name: item[name] for name in item if names is None or name in names.all}
        return identity(table, to_wire_item(from_wire_item(key)))


class BatchResult(Generic[DriverT]):
    """The result of a batch so far."""

    def __init__(self, driver: DriverT, queue: WriteQueue, *, raise_on_failed: bool) -> None:
        self._driver, self._queue, self._raise_on_failed = driver, queue, raise_on_failed

    @property
    def failed(self) -> list[BatchWrite]:
        """Writes that were asked for and are not known to have been carried out.

        Those that came back unprocessed until the last attempt; those of a request that raised, which may have been
        carried out; and, when the block raises, those that were still waiting.
        """
        return self._queue.failed

    @property
    def written(self) -> int:
        """How many writes have been carried out."""
        return self._queue.written

    @property
    def capacity(self) -> float | None:
        """Write capacity units consumed; ``None`` where the endpoint does not tell."""
        return self._queue.capacity


@dataclass(frozen=True, slots=True)
class _Answer:
    left: frozenset[ItemIdentity]
    capacity: float | None


def _full(waiting: Mapping[ItemIdentity, _Entry], under_way: Mapping[ItemIdentity, _Entry]) -> list[_Entry]:
    """The first writes, if they fill a request."""
    chunk, full = _first(waiting, under_way)
    return chunk if full else []


def _first(
    waiting: Mapping[ItemIdentity, _Entry], under_way: Mapping[ItemIdentity, _Entry]
) -> tuple[list[_Entry], bool]:
    """The first writes that fit into a request, but for those of items that are being written; whether they fill it."""
    chunk: list[_Entry] = []
    size = 0
    for entry in waiting.values():
        if entry.identity in under_way:
            continue
        size += entry.size
        if chunk and size > BYTES:
            return chunk, True
        chunk.append(entry)
        if len(chunk) == WRITES:
            return chunk, True
    return chunk, False
