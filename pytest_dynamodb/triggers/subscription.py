"""A function subscribed to a table's stream: batches, attempts, what is discarded."""

from __future__ import annotations

import copy
import inspect
import json
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeAlias

from pytest_dynamodb import forks
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.engine.streams.stream import RETENTION_SECONDS
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.triggers.events import (
    PAYLOAD,
    SHAPES,
    LambdaContext,
    Record,
    StreamedRecord,
    Window,
    discard_note,
    failed_of,
)
from pytest_dynamodb.triggers.mapping import EventSourceMapping
from pytest_dynamodb.triggers.reader import EventSourceReader

LambdaFunction: TypeAlias = Callable[[Any, Any], Any]
"""A function as Lambda calls it: ``handler(event, context)``."""

STATE: Final = 1024 * 1024
"""How large the state of a window may be, in bytes, before the window ends early (Lambda developer guide, "Implementing
stateful DynamoDB stream processing in Lambda")."""

MOST_INVOCATIONS: Final = 10_000
"""Of one delivery: a function that goes on writing to the table which it reads is stopped there."""


class DeliveryFailed(PytestDynamoDbError):
    """A function failed and its batch would be tried again for ever; what it raised is the cause."""


class DeliveryWarning(UserWarning):
    """A function failed while nobody was waiting for it."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function: the event, what it answered, and what it raised, or ``None``."""

    event: Any
    answer: Any
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class Discarded:
    """Records that were given up: why, what a destination is told of it, and the ARN of the mapping's destination."""

    records: tuple[Record, ...]
    reason: str
    note: dict[str, Any]
    destination: str


@dataclass(slots=True)
class _Batch:
    records: list[StreamedRecord]
    attempts: int = 0


@dataclass(slots=True)
class _Queue:
    """Records of a shard, or of some of its items, in order; those at the front may have been tried already."""

    shard: str
    waiting: deque[StreamedRecord] = field(default_factory=deque)
    tried: deque[_Batch] = field(default_factory=deque)
    window: Window | None = None
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.waiting and not self.tried


class Subscription:
    """A function that is handed the records of a stream.

    ``invocations``  every call of the function so far
    ``discarded``    what was given up so far
    """

    table: str
    handler: LambdaFunction
    mapping: EventSourceMapping

    def __init__(
        self,
        reader: EventSourceReader,
        handler: LambdaFunction,
        mapping: EventSourceMapping,
        clock: Clock,
        *,
        shape: str,
        at_least_once: bool,
        seed: int,
        on_failure: Callable[[dict[str, Any]], object] | None,
    ) -> None:
        if shape not in SHAPES:
            raise ConfigurationError(f"shape is one of {', '.join(SHAPES)}, not {shape!r}")
        if shape == "pipes" and mapping.tumbling_window:
            raise ConfigurationError("a pipe has no tumbling_window: that is for event source mappings")
        if inspect.iscoroutinefunction(handler):
            raise ConfigurationError(f"{handler!r} is a coroutine function, and Lambda calls Python functions")
        self.table, self.handler, self.mapping = reader.table, handler, mapping
        self.invocations: list[Invocation] = []
        self.discarded: list[Discarded] = []
        self.failure: DeliveryFailed | None = None
        self._reader, self._clock, self._event, self._on_failure = reader, clock, SHAPES[shape], on_failure
        self._wanted = mapping.wanted()
        self._repeats = at_least_once
        self._random = Random(seed)  # noqa: S311 - a plan of repetitions, no secret
        self._queues: dict[tuple[str, int], _Queue] = {}
        self._busy = forks.lock()

    # --- delivering ---

    def deliver(self, *, everything: bool) -> None:
        """Hand over what is due, or with ``everything`` all that there is, whether its time has come or not.

        A function that writes to the table it reads is handed what it wrote, too. Nothing happens while another call of
        this is under way: that one goes on until nothing is left. Raises ``ConfigurationError`` if it would never end.
        """
        if not self.mapping.enabled or not self._busy.acquire(blocking=False):
            return
        try:
            self.failure = None
            end = len(self.invocations) + MOST_INVOCATIONS
            blocked: set[tuple[str, int]] = set()
            self._read()
            while self._pass(blocked, everything=everything):
                self._read()  # what the function has written meanwhile
                if len(self.invocations) > end:
                    raise ConfigurationError(
                        f"{self._name} was called {MOST_INVOCATIONS} times and there is still more in the stream of "
                        f"{self.table}: does it write to the table that it reads?"
                    )
        finally:
            self._busy.release()

    def restored(self) -> None:
        """What the stream held may be gone: forget what was read, and read on from its end."""
        self._queues.clear()
        self._reader.skip_to_end()

    def _read(self) -> None:
        for shard, lane, record in self._reader.new(self.mapping.parallelization_factor):
            if self._wanted(record.seen):
                self._queues.setdefault((shard, lane), _Queue(shard)).waiting.append(record)

    def _pass(self, blocked: set[tuple[str, int]], *, everything: bool) -> bool:
        """Hand over a batch of each queue that has one; whether there was any. A child shard waits for its parent."""
        handed = False
        for place, queue in list(self._queues.items()):
            if place in blocked or any(self._holds_back(other, queue) for other in self._queues.values()):
                continue
            batch = self._next(queue, everything=everything)
            if batch is None:
                handed |= self._close_window(queue, everything=everything)
                continue
            handed = True
            if not self._attempt(queue, batch):
                blocked.add(place)
        return handed

    def _holds_back(self, other: _Queue, queue: _Queue) -> bool:
        return not other.is_empty and self._reader.descends(queue.shard, other.shard)

    # --- batches ---

    def _next(self, queue: _Queue, *, everything: bool) -> _Batch | None:
        """The batch that is due, taken off the queue."""
        if queue.tried:
            return queue.tried.popleft()
        if not queue.waiting:
            return None
        first = queue.waiting[0].time
        if self.mapping.tumbling_window:
            window = Window.around(first, self.mapping.tumbling_window)
            if queue.window is not None and queue.window != window:
                return None  # the one before has to be closed
            queue.window = window
        records = list(self._fitting(queue))
        full = len(records) == self.mapping.batch_size or len(records) < len(queue.waiting)
        now = self._clock.now()
        is_over = queue.window is not None and now >= queue.window.end
        if not (full or is_over or everything or now - first >= self.mapping.batching_window):
            return None
        for _ in records:
            queue.waiting.popleft()
        return _Batch(records)

    def _fitting(self, queue: _Queue) -> Iterator[StreamedRecord]:
        """What fits into one event and lies in one window."""
        size = 0
        for count, record in enumerate(queue.waiting):
            size += record.size
            outside = queue.window is not None and record.time >= queue.window.end
            if count == self.mapping.batch_size or outside or (count and size > PAYLOAD):
                return
            yield record

    def _attempt(self, queue: _Queue, batch: _Batch) -> bool:
        """Call the function with a batch; whether its queue may go on."""
        batch.records = self._young_enough(queue, batch)
        if not batch.records:
            return True
        batch.attempts += 1
        failed, error = self._call(queue, batch.records)
        if not failed:
            if self._repeats and self._random.random() < 0.5:
                self._call(queue, batch.records)
            return True
        return self._again(queue, batch, failed, error)

    def _again(self, queue: _Queue, batch: _Batch, failed: list[StreamedRecord], error: BaseException | None) -> bool:
        """Put what failed back at the front, in halves or whole, or give it up.

        Splitting does not use up attempts. (Lambda developer guide, "Retain discarded records", "Configuring partial
        batch response". Whether a batch of which a part went well counts its attempts anew is not said there: here it
        goes on counting.)
        """
        whole = len(failed) == len(batch.records)
        if self.mapping.bisect and whole and len(failed) > 1:
            middle = len(failed) // 2
            before = batch.attempts - 1
            queue.tried.extendleft([_Batch(failed[middle:], before), _Batch(failed[:middle], before)])
            return True
        if 0 <= self.mapping.retry_attempts < batch.attempts:
            self._discard(queue, failed, "RetryAttemptsExhausted", batch.attempts)
            return True
        queue.tried.appendleft(_Batch(failed, batch.attempts))
        if self.mapping.retry_attempts >= 0 or not whole:
            return True
        self._block(failed, error)
        return False

    def _block(self, failed: list[StreamedRecord], error: BaseException | None) -> None:
        numbers = f"{failed[0].number} to {failed[-1].number}" if len(failed) > 1 else failed[0].number
        reason = f"{type(error).__name__}: {error}" if error else "its answer says that they failed"
        self.failure = DeliveryFailed(
            f"{self._name} failed with {len(failed)} of {self.table}'s records, {numbers} ({reason}), and the rest of "
            "the shard waits for them, as on AWS: retry_attempts= limits how often they are tried"
        )
        self.failure.__cause__ = error

    def _young_enough(self, queue: _Queue, batch: _Batch) -> list[StreamedRecord]:
        age = RETENTION_SECONDS if self.mapping.record_age < 0 else min(self.mapping.record_age, RETENTION_SECONDS)
        oldest = self._clock.now() - age
        expired = [record for record in batch.records if record.time < oldest]
        if expired:
            self._discard(queue, expired, "RecordAgeExceeded", batch.attempts)
        return batch.records[len(expired) :]

    def _discard(self, queue: _Queue, records: list[StreamedRecord], reason: str, attempts: int) -> None:
        now, context = self._clock.now(), self._context()
        note = discard_note(
            self._reader.batch_info,
            queue.shard,
            self._reader.arn,
            records,
            reason,
            attempts=attempts,
            context=context,
            now=now,
        )
        self.discarded.append(
            Discarded(tuple(entry.record for entry in records), reason, note, self.mapping.destination)
        )
        if self._on_failure is not None:
            self._on_failure(copy.deepcopy(note))

    # --- calls ---

    def _call(self, queue: _Queue, records: list[StreamedRecord]) -> tuple[list[StreamedRecord], BaseException | None]:
        """The records that failed, and why if the function raised."""
        event = self._event([entry.record for entry in records])
        if queue.window is not None:
            event |= self._windowed(queue)
        answer, error = self._invoke(event)
        if error is not None:
            return records, error
        if queue.window is not None:
            problem = self._keep_state(queue, answer)
            if problem is not None:
                return records, problem
        if not self.mapping.report_failures:
            return [], None
        return failed_of(records, answer), None

    def _invoke(self, event: Any) -> tuple[Any, Exception | None]:
        """What the function answers to an event of its own, in JSON, or what it raises."""
        answer: Any = None
        try:
            answer = self.handler(copy.deepcopy(event), self._context())
            answer = json.loads(json.dumps(answer))  # Lambda: an answer that is no JSON is an error of the function
        except Exception as problem:  # noqa: BLE001 - whatever a function raises is its failure
            self.invocations.append(Invocation(event, answer, problem))
            return None, problem
        self.invocations.append(Invocation(event, answer, None))
        return answer, None

    def _context(self) -> LambdaContext:
        return LambdaContext.of(self._name, self._reader.arn, self._random)

    @property
    def _name(self) -> str:
        return self.mapping.function_name or getattr(self.handler, "__name__", type(self.handler).__name__)

    # --- windows ---

    def _windowed(self, queue: _Queue, *, final: bool = False, early: bool = False) -> dict[str, Any]:
        """The members of an event in a window (Lambda developer guide, "Implementing stateful DynamoDB stream
        processing").
        """
        assert queue.window is not None
        return {
            "window": queue.window.told(),
            "state": queue.state,
            "shardId": queue.shard,
            "eventSourceARN": self._reader.arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": early,
        }

    def _keep_state(self, queue: _Queue, answer: Any) -> Exception | None:
        """Carry the state of an answer on. Without one the call failed; with too large a one the window ends early."""
        state = answer.get("state") if isinstance(answer, Mapping) else None
        if not isinstance(state, dict):
            return ConfigurationError(f"in a window the answer must have a state, which is an object: {answer!r}")
        queue.state = state
        if len(json.dumps(state).encode()) > STATE:
            self._end_window(queue, early=True)
        return None

    def _close_window(self, queue: _Queue, *, everything: bool) -> bool:
        """Tell the function that a window is over, if it is and nothing of it is left; whether it was."""
        if queue.window is None:
            return False
        if queue.waiting:
            over = queue.waiting[0].time >= queue.window.end
        else:
            over = everything or self._clock.now() >= queue.window.end
        if over:
            self._end_window(queue, early=False)
        return over

    def _end_window(self, queue: _Queue, *, early: bool) -> None:
        """Call the function for the last time in a window. What goes wrong then is not tried again."""
        _, error = self._invoke(self._event([]) | self._windowed(queue, final=True, early=early))
        queue.window, queue.state = None, {}
        if error is not None:
            self.failure = DeliveryFailed(f"{self._name} failed at the end of a window of {self.table}: {error!r}")
            self.failure.__cause__ = error


def warn_of(failure: DeliveryFailed) -> None:
    """Say that a function failed where nobody waits for it."""
    warnings.warn(DeliveryWarning(str(failure)), stacklevel=2)
