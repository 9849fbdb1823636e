"""A provider in charge of the process's clients, for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks.active import Activation, activate, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients

if TYPE_CHECKING:
    from pytest_dynamodb.clock import Clock
    from pytest_dynamodb.faults import Faults


class Interception:
    """A provider, put in charge of all clients, or of the given ones, by ``start`` and taken away by ``stop``.

    ``faults`` lie over it, and ``clock`` gives the time that passes with them.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        clients: Sequence[Any] | None = None,
        faults: Faults | None = None,
        clock: Callable[[], Clock | None] | None = None,
    ) -> None:
        self.provider, self._clients = provider, clients
        self._answering = provider
        if faults is not None:
            from pytest_dynamodb.providers.faults import FaultyProvider  # for those who plan faults

            self._answering = FaultyProvider(provider, faults, clock=clock)
        self._activation: Activation | None = None
        self._untag: Callable[[], None] | None = None

    def start(self) -> None:
        """Answer the calls from now on."""
        install()
        tags = None
        if self._clients is not None:
            tags, self._untag = tag_clients(self._clients)
        self._activation = activate(self._answering, tags=tags)

    def stop(self) -> None:
        """Let the calls go where they went before."""
        if self._activation is not None:
            deactivate(self._activation)
            self._activation = None
        if self._untag is not None:
            self._untag()
            self._untag = None
