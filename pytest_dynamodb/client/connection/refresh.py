"""Temporary credentials that are refreshed before they expire, beside the calls that use them.

botocore's own refresh ahead of expiry too, but within a request, which then takes seconds longer (boto3#2345). Here the
request goes on with what it has, which is still valid, while a thread or a task fetches the next.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

#: Seconds before expiry from which on they are refreshed in the background, and from which on a call waits for that.
AHEAD = 15 * 60
AT_LAST = 60

#: Seconds between two attempts in the background: a role's session may be no longer than `AHEAD`, and STS may fail.
BETWEEN = 30.0


class RefreshedAhead:
    """Stands before botocore's refreshable credentials, and is asked by its signer in their place."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._frozen: Any = None
        self._next = 0.0
        self._starting = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._credentials, name)

    def get_frozen_credentials(self) -> Any:
        """Credentials to sign with. Waits for STS only where there are none that are valid for another minute."""
        credentials = self._credentials
        if self._frozen is None or credentials.refresh_needed(refresh_in=AT_LAST):
            self._frozen = credentials.get_frozen_credentials()
        elif credentials.refresh_needed(refresh_in=AHEAD):
            self._refresh_aside()
        return self._frozen

    def get_deferred_property(self, property_name: str) -> Callable[[], Any]:
        """As botocore's, for the account id in an endpoint."""
        return lambda: getattr(self.get_frozen_credentials(), property_name, None)

    @property
    def account_id(self) -> str | None:
        """The account, where STS or the chain knows it."""
        account_id: str | None = getattr(self.get_frozen_credentials(), "account_id", None)
        return account_id

    def _refresh_aside(self) -> None:
        with self._starting:
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + BETWEEN
        threading.Thread(target=self._refresh, name="pytest-dynamodb-credentials", daemon=True).start()

    def _refresh(self) -> None:
        # botocore logs what goes wrong. What there is is valid still; and a call that needs another will say more.
        with suppress(Exception):
            self._frozen = self._credentials.get_frozen_credentials()


class AsyncRefreshedAhead:
    """As ``RefreshedAhead``, for aiobotocore's."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._frozen: Any = None
        self._next = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._credentials, name)

    async def get_frozen_credentials(self) -> Any:
        credentials = self._credentials
        if self._frozen is None or credentials.refresh_needed(refresh_in=AT_LAST):
            self._frozen = await credentials.get_frozen_credentials()
        elif credentials.refresh_needed(refresh_in=AHEAD) and time.monotonic() >= self._next:
            self._next = time.monotonic() + BETWEEN
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())
        return self._frozen

    async def get_account_id(self) -> str | None:
        """The account, where STS or the chain knows it."""
        account_id: str | None = getattr(await self.get_frozen_credentials(), "account_id", None)
        return account_id

    def get_deferred_property(self, property_name: str) -> Callable[[], Any]:
        """As aiobotocore's."""
        if property_name == "account_id":
            return self.get_account_id
        deferred: Callable[[], Any] = self._credentials.get_deferred_property(property_name)
        return deferred

    async def _refresh(self) -> None:
        with suppress(Exception):
            self._frozen = await self._credentials.get_frozen_credentials()
