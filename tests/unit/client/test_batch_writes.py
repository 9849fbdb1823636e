"""A queue of writes that threads share. What they do at once is done here step by step, in an order of our choice."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.steps import Finished, Pause, Send, Start, Steps

Begun = tuple[Steps[Any], "Future[Any]"]


def full_queue() -> tuple[WriteQueue, Steps[None]]:
    """A queue that sends two requests at once, and the steps of the put that fills both."""
    book = TableBook()
    book.give("app", "pk")
    queue = WriteQueue(book, at_once=2)
    *before, last = [queue.put("app", {"pk": f"{number:02}"}) for number in range(50)]
    for put in before:
        assert list(put) == []
    return queue, last


def begin(steps: Steps[Any]) -> list[Begun]:
    """What the steps begin beside them, until they wait for that."""
    begun: list[Begun] = []
    effect = next(steps)
    while isinstance(effect, Start):
        begun.append((effect.steps, Future()))
        effect = steps.send(begun[-1][1])
    assert isinstance(effect, Finished)
    return begun


def answer(begun: Begun, *, unprocessed: bool) -> None:
    """Carry out one request. It comes back as a whole, or is written."""
    steps, job = begun
    effect = next(steps)
    if isinstance(effect, Pause):
        effect = steps.send(True)
    assert isinstance(effect, Send)
    left = effect.call.params["RequestItems"] if unprocessed else {}
    with pytest.raises(StopIteration):
        steps.send(effect.call.read({"UnprocessedItems": left}))
    job.set_result(None)


def end(steps: Steps[Any], begun: list[Begun]) -> None:
    """Let the steps see that all that they began has ended."""
    with pytest.raises(StopIteration):
        for _, job in begun:
            steps.send(job)


def test_what_came_back_belongs_to_the_thread_that_sends_it_again() -> None:
    queue, one = full_queue()
    first = begin(one)
    for request in first:
        answer(request, unprocessed=True)
    other = queue.flush()
    again = begin(other)
    end(one, first)
    for request in again:
        answer(request, unprocessed=False)
    end(other, again)
    assert (queue.failed, queue.written) == ([], 50)


def test_what_was_not_begun_when_a_thread_gives_up_has_failed() -> None:
    queue, one = full_queue()
    request, waiting = begin(one)
    answer(request, unprocessed=False)
    one.close()
    assert [write.item["pk"] for write in queue.failed] == [f"{number:02}" for number in range(25, 50)]
    assert (list(waiting[0]), queue.written) == ([], 25)
