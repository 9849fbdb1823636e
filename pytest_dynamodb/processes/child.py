"""The child's side: a provider that asks the parent's."""

from __future__ import annotations

import os
from multiprocessing.connection import Client, Connection
from typing import Any

from pytest_dynamodb import forks
from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.exchange import Outcome, Provider, Request
from pytest_dynamodb.processes import messages
from pytest_dynamodb.processes.bequest import Bequest


class ParentsProvider(Provider):
    """Stands in for the provider of one of the parent's activations."""

    def __init__(self, bequest: Bequest) -> None:
        self.bequest = bequest
        self._lock = forks.lock()
        self._connection: Connection[Any, Any] | None = None
        self._process = 0

    @property
    def offline(self) -> bool:
        """As the parent's."""
        return self.bequest.offline

    @property
    def endpoint(self) -> str | None:
        """As the parent's."""
        return self.bequest.endpoint

    def before(self, request: Request) -> Outcome | None:
        """What the parent's provider says. Raises what that raises; ``PytestDynamoDbError`` if the parent is gone."""
        said = {"process": os.getpid(), "activation": self.bequest.number, "request": messages.request_message(request)}
        return messages.outcome_of(self._ask({"number": request.number, **said}))

    def after(self, request: Request, outcome: Outcome) -> None:
        """Tell the parent's provider."""
        messages.outcome_of(self._ask({"number": request.number, "outcome": messages.outcome_message(outcome)}))

    def _ask(self, message: messages.ProcessMessage) -> messages.ProcessMessage:
        with self._lock:
            try:
                connection = self._connected()
                connection.send_bytes(messages.packed(message))
                return messages.unpacked(connection.recv_bytes())
            except (EOFError, OSError) as problem:
                raise PytestDynamoDbError(
                    f"this process ({os.getpid()}) was started where a DynamoDB cassette or mock is in charge, and the "
                    "process that has it does not answer any more: wait for children before the test ends"
                ) from problem

    def _connected(self) -> Connection[Any, Any]:
        """A connection of this very process: a child's child has one of its own."""
        if self._connection is None or self._process != os.getpid():
            self._connection, self._process = Client(self.bequest.address, authkey=self.bequest.key), os.getpid()
        return self._connection
