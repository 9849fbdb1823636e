"""The actors' event loop: sleeping takes no time, and what waits for ever is seen at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from pytest_dynamodb.races.virtualloop import VirtualLoop


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop(lambda: None, patience=0.01)
    yield loop
    loop.close()


def reached(loop: VirtualLoop, task: asyncio.Task[None], *, waits: bool = True) -> bool:
    return loop.run_until(task.done, waits=lambda _: waits)


def test_an_hour_passes_at_once(loop: VirtualLoop) -> None:
    task = loop.create_task(asyncio.sleep(3600))
    assert reached(loop, task)
    assert loop.time() == 3600


def test_time_does_not_move_for_those_who_do_not_wait(loop: VirtualLoop) -> None:
    task = loop.create_task(asyncio.sleep(3600))
    assert not reached(loop, task, waits=False)
    assert loop.time() == 0
    assert reached(loop, task)


def test_what_never_happens_is_seen(loop: VirtualLoop) -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    task = loop.create_task(wait())
    assert not reached(loop, task)
    task.cancel()
    assert reached(loop, task)


def test_so_is_who_only_gives_way(loop: VirtualLoop) -> None:
    async def wait() -> None:
        while True:  # noqa: ASYNC110 - on purpose
            await asyncio.sleep(0)

    task = loop.create_task(wait())
    assert not reached(loop, task)
    task.cancel()
    assert reached(loop, task)


def test_threads_have_time_to_answer(loop: VirtualLoop) -> None:
    async def ask() -> None:
        assert await asyncio.to_thread(lambda: 3) == 3

    assert reached(loop, loop.create_task(ask()))
    loop.run_until(loop.create_task(loop.shutdown_default_executor()).done, waits=lambda _: True)
