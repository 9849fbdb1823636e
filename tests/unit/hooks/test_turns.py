"""An answered call of an event loop gives way once, before anybody is asked."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pytest_dynamodb import Outcome, Request, Response
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks.active import activate, deactivate
from pytest_dynamodb.hooks.install import install, uninstall

pytestmark = pytest.mark.aiobotocore


class Counting(Provider):
    """Answers everything itself and says what it was asked."""

    offline = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def before(self, request: Request) -> Outcome | None:
        self.asked.append(request.operation)
        return Response(200, {})


def answered(work: Callable[[Any], Awaitable[None]]) -> list[str]:
    """What was asked while ``work`` was done with a client."""
    session = importlib.import_module("aiobotocore.session").get_session()

    async def main() -> None:
        async with session.create_client("dynamodb") as client:
            await work(client)

    counting = Counting()
    install()
    activation = activate(counting)
    try:
        asyncio.run(main())
    finally:
        deactivate(activation)
        uninstall()
    return counting.asked


def test_others_run_between_the_calls_of_a_poller() -> None:
    turns: list[str] = []

    async def work(client: Any) -> None:
        async def poll() -> None:
            for _ in range(5):
                await client.list_tables()
                turns.append("poller")

        async def other() -> None:
            for _ in range(5):
                await asyncio.sleep(0)
                turns.append("other")

        await asyncio.gather(poll(), other())

    answered(work)
    assert turns[:6] in (["poller", "other"] * 3, ["other", "poller"] * 3)


def test_a_cancelled_call_was_never_asked() -> None:
    async def work(client: Any) -> None:
        task = asyncio.ensure_future(client.list_tables())
        task.get_loop().call_soon(task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task

    assert answered(work) == []


def test_a_timeout_that_is_over_strikes() -> None:
    async def work(client: Any) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.list_tables(), 0)

    assert answered(work) == []
