# Written by tools/async_faces.py from pytest_dynamodb/client/leases.py: change that, and run this.
"""``AsyncLease``: what only one process may do at a time."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.operations import leasing
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.transactions import Action, TransactionSteps
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.expressions.builders import Condition

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncLease:
    """A lock that ends by itself: ``with client.lease("locks", "nightly", seconds=30) as lease: ...``.

    Only one process at a time has it. It is lost when it is not renewed in time, whatever its owner is doing then: so
    what is done under it is guarded by its ``token``, which is larger with each acquisition. ``fence`` makes a
    condition of that, for a write; ``guard`` a check, for a transaction.
    """

    def __init__(self, driver: AsyncDriver, book: TableBook, terms: leasing.LeaseTerms, wait: float) -> None:
        self._driver, self._book, self._terms, self._wait = driver, book, terms, wait
        self._held: leasing.Held | None = None

    @property
    def token(self) -> int:
        """The fencing token. Raises ``LeaseLost`` where the lease is not had, or its time is over."""
        return self._mine().token

    @property
    def remaining(self) -> float:
        """Seconds until it ends, by this machine's clock; 0 where it is over or not had."""
        held = self._held
        return 0.0 if held is None else max(0.0, held.until - self._driver.core.timing.clock.now())

    async def acquire(self) -> int:
        """Take it; returns its token. Waits as long as was said, then raises ``LeaseNotAcquired``."""
        steps = leasing.acquire(self._book, self._terms, self._wait, self._driver.core.timing.clock.now)
        self._held = await self._driver.run(steps)
        return self._held.token

    async def renew(self) -> None:
        """Have it for as long again, from now. Raises ``LeaseLost``."""
        self._held = await self._driver.run(
            leasing.renew(self._terms, self._mine(), self._driver.core.timing.clock.now)
        )

    async def release(self) -> None:
        """Let somebody else have it. Raises ``LeaseLost`` if somebody has it already."""
        held, self._held = self._held, None
        if held is None:
            raise leasing.lost(self._terms)
        await self._driver.run(leasing.release(self._terms, held))

    def fence(self, attribute: str) -> Condition:
        """The condition that nobody has written an item under a later lease; put the token into ``attribute`` with it.

        Raises ``LeaseLost``.
        """
        return leasing.fence(self._mine(), attribute)

    def guard(self, transaction: TransactionSteps[Any]) -> Action:
        """Let a transaction succeed only if the lease is still had when it is carried out. Raises ``LeaseLost``."""
        held = self._mine()
        if not isinstance(transaction, TransactionSteps):
            raise ConfigurationError(f"guard() takes a transaction of this client's, not {quoted(transaction)}")
        return transaction.check(self._terms.table, held.key, leasing.MARK.eq(held.mark))

    def _mine(self) -> leasing.Held:
        if self._held is None or not self.remaining:
            raise leasing.lost(self._terms)
        return self._held

    async def __aenter__(self) -> Self:
        await self.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None:
            await self.release()
        elif self._held is not None:
            with suppress(leasing.LeaseLost):  # what went wrong in the block is what is raised
                await self.release()
