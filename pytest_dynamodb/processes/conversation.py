"""What a child process and its parent say to each other: the messages, the child's side and the parent's.

Loaded when a process is started while something is in charge.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from pytest_dynamodb import errors, forks
from pytest_dynamodb.exchange import Outcome, Provider, Request, Response, TransportFailure
from pytest_dynamodb.hooks.active import Activation

# --- messages ---
# JSON: requests, outcomes, and errors by the name of their class.

ProcessMessage = dict[str, Any]


def packed(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode("utf-8", "surrogatepass")


def unpacked(raw: bytes) -> ProcessMessage:
    message: ProcessMessage = json.loads(raw)
    return message


def request_message(request: Request) -> ProcessMessage:
    """A request as a message. Its number is left out: the parent counts for all of its children."""
    return {
        "operation": request.operation,
        "params": request.params,
        "region": request.chosen_region,
        "endpoint": request.endpoint,
        "tokens": list(request.tokens),
        "account": request.account,
    }


def request_of(message: ProcessMessage) -> Request:
    """The request that a child sent, as one of this process."""
    return Request(
        message["operation"],
        message["params"],
        message["region"],
        message["endpoint"],
        tuple(message["tokens"]),
        account=message["account"],
    )


def outcome_message(outcome: Outcome | None) -> ProcessMessage:
    """An outcome as a message; an empty one lets the request go to the network."""
    if outcome is None:
        return {}
    if isinstance(outcome, TransportFailure):
        arguments = dict(outcome.arguments)
        return {"failure": [outcome.kind, outcome.message, arguments, outcome.attempts, outcome.elapsed]}
    body = outcome.body
    content = {"raw": base64.b64encode(body).decode()} if isinstance(body, bytes) else {"body": body}
    rest = [outcome.status, dict(outcome.headers), outcome.attempts, outcome.exhausted, outcome.elapsed]
    return {"response": rest, **content}


def outcome_of(message: ProcessMessage) -> Outcome | None:
    """The outcome that a message holds. Raises the error that the parent raised."""
    if "error" in message:
        raise _error(message["error"], message["text"])
    if "failure" in message:
        return TransportFailure(*message["failure"])
    if "response" not in message:
        return None
    status, headers, attempts, exhausted, elapsed = message["response"]
    body = base64.b64decode(message["raw"]) if "raw" in message else message["body"]
    return Response(status, body, headers, attempts, exhausted, elapsed)


def error_message(problem: BaseException) -> ProcessMessage:
    """An error that the parent raised for a child's request, as a message."""
    return {"error": type(problem).__name__, "text": str(problem)}


def _error(name: str, text: str) -> errors.PytestDynamoDbError:
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, errors.PytestDynamoDbError) and kind.__init__ is Exception.__init__:
        return kind(text)
    return errors.PytestDynamoDbError(f"{name}: {text}")


@dataclass(frozen=True)
class Bequest:
    """What a child is told of one activation: where to ask for it, and what its provider says of itself.

    Values alone: it is pickled for children that are spawned.
    """

    address: Any
    key: bytes
    number: int
    offline: bool
    endpoint: str | None


# --- the child's side ---


class ParentsProvider(Provider):
    """Answers as the provider of one of the parent's activations does: it asks the parent."""

    def __init__(self, bequest: Bequest) -> None:
        self.bequest = bequest
        self._lock = forks.lock()
        self._connection: Connection[Any, Any] | None = None
        self._process = 0

    @property
    def offline(self) -> bool:
        return self.bequest.offline

    @property
    def endpoint(self) -> str | None:
        return self.bequest.endpoint

    def before(self, request: Request) -> Outcome | None:
        """What the parent's provider returns. Raises what that raises; ``PytestDynamoDbError`` without a parent."""
        said = {"process": os.getpid(), "activation": self.bequest.number, "request": request_message(request)}
        return outcome_of(self._ask({"number": request.number, **said}))

    def after(self, request: Request, outcome: Outcome) -> None:
        """Tell the parent's provider of the outcome."""
        outcome_of(self._ask({"number": request.number, "outcome": outcome_message(outcome)}))

    def _ask(self, message: ProcessMessage) -> ProcessMessage:
        with self._lock:
            try:
                connection = self._connected()
                connection.send_bytes(packed(message))
                return unpacked(connection.recv_bytes())
            except (EOFError, OSError) as problem:
                raise errors.PytestDynamoDbError(
                    f"this process ({os.getpid()}) was started where a DynamoDB cassette or mock is in charge, and the "
                    "process that has it does not answer any more: wait for children before the test ends"
                ) from problem

    def _connected(self) -> Connection[Any, Any]:
        """A connection of this very process: a child's child has one of its own."""
        if self._connection is None or self._process != os.getpid():
            self._connection, self._process = Client(self.bequest.address, authkey=self.bequest.key), os.getpid()
        return self._connection


# --- the parent's side ---
# One thread lets children in, and one for each child asks this process's providers.

_opening = forks.lock()
_receptions: dict[int, Reception] = {}


def reception() -> Reception:
    """The reception of this process, opened for its first child and open until the process ends."""
    with _opening:
        process = os.getpid()
        if process not in _receptions:
            _receptions.clear()  # a parent's, whose threads are not here
            _receptions[process] = Reception()
        return _receptions[process]


class Reception:
    """Where children of this process ask its providers. ``address`` and ``key`` are what they need.

    ``known`` are the activations that children were told of, by number: they may ask when one has long ended.
    """

    key: bytes
    known: dict[int, Activation]

    def __init__(self) -> None:
        self.key, self.known = os.urandom(32), dict[int, Activation]()
        self._listener = Listener(authkey=self.key)
        self.address: Any = self._listener.address
        threading.Thread(target=self._receive, name="dynamodb-cassette-children", daemon=True).start()

    def _receive(self) -> None:
        while True:
            try:
                child = self._listener.accept()
            except Exception:  # noqa: BLE001, S112 - a stranger without the key, or a child that died at the door
                continue
            threading.Thread(target=self._attend, args=(child,), name="a child process", daemon=True).start()

    def _attend(self, child: Connection[Any, Any]) -> None:
        """Answer one child until it hangs up."""
        under_way: dict[int, tuple[Provider, Request]] = {}
        with child:
            while True:
                try:
                    said = unpacked(child.recv_bytes())
                    child.send_bytes(packed(self._answer(said, under_way)))
                except (EOFError, OSError):
                    return

    def _answer(self, said: ProcessMessage, under_way: dict[int, tuple[Provider, Request]]) -> ProcessMessage:
        number = said["number"]
        try:
            if "outcome" in said:  # what the network said to a request that was let go
                provider, request = under_way.pop(number)
                outcome = outcome_of(said["outcome"])
                assert outcome is not None
                provider.after(request, outcome)
                return {}
            threading.current_thread().name = f"child process {said['process']}"
            provider, request = self.known[said["activation"]].present, request_of(said["request"])
            answer = provider.before(request)
            if answer is None:
                under_way[number] = provider, request
            return outcome_message(answer)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the child raises it
            return error_message(problem)
