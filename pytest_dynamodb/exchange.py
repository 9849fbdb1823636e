"""What every part of the package shares: a request, what came back, and the provider that answers.

Nothing here does I/O, and a provider never waits. That is why one provider serves boto3's threads, aiobotocore's tasks
and an HTTP server alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, get_args

from pytest_dynamodb.errors import PytestDynamoDbError

Json = Any
"""JSON as ``json.loads`` returns it. Binary attribute values are base64 text."""


ProviderName = Literal["live", "replay", "record", "mock"]
"""The providers that can be asked for by name."""

PROVIDERS: tuple[ProviderName, ...] = get_args(ProviderName)

_order = count(1)


@dataclass(slots=True, eq=False)
class Request:
    """One call to DynamoDB, before anything is sent.

    ``params`` are the wire-level JSON parameters; they are shared, so treat them as read-only. ``number`` rises with
    every request made in this process and so tells which of two concurrent calls began first. ``tokens`` names the
    top-level parameters that the service's model marks as idempotency tokens. ``account`` is the caller's twelve digits
    where they are known: HTTP clients whose access key id is an account id, as with moto and LocalStack.
    """

    operation: str
    params: dict[str, Json]
    region: str = ""
    endpoint: str = ""
    tokens: tuple[str, ...] = ()
    number: int = field(default_factory=_order.__next__)
    account: str = field(default="", kw_only=True)

    @property
    def chosen_region(self) -> str:
        """The region, where somebody chose one: that of last resort is a ``str`` of a class of its own."""
        return self.region if type(self.region) is str else ""


@dataclass(slots=True, frozen=True)
class Response:
    """What DynamoDB answered: an HTTP status and a JSON body.

    ``body`` is the decoded JSON object, or the raw ``bytes`` where the answer was not JSON (a proxy's error page).
    ``headers`` holds only those that change what a client does. ``attempts`` counts what was sent, ``exhausted`` says
    that the client gave up retrying, ``elapsed`` is in seconds.
    """

    status: int
    body: dict[str, Json] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    exhausted: bool = False
    elapsed: float = 0.0


@dataclass(slots=True, frozen=True)
class TransportFailure:
    """No answer came. Holds the name and the arguments of the client's exception, and the number of attempts."""

    kind: str
    message: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    elapsed: float = 0.0


Outcome = Response | TransportFailure


@dataclass(slots=True, frozen=True)
class Exchange:
    """A request and its outcome, as a cassette keeps them.

    ``owner`` is the node id of the test that recorded it, in cassettes which several tests share; otherwise empty.
    ``region`` and ``account`` say where it was sent; they are empty where nobody said so, and in old cassettes.
    """

    operation: str
    params: dict[str, Json]
    outcome: Outcome
    tokens: tuple[str, ...] = ()
    owner: str = ""
    region: str = ""
    account: str = ""

    @property
    def response(self) -> dict[str, Json] | None:
        """The JSON body of the answer; ``None`` if there was no answer, or none in JSON."""
        outcome = self.outcome
        return outcome.body if isinstance(outcome, Response) and isinstance(outcome.body, dict) else None

    @property
    def error_code(self) -> str | None:
        """The error's code without its namespace, the transport failure's name, or ``None`` for a success."""
        outcome = self.outcome
        if isinstance(outcome, TransportFailure):
            return outcome.kind
        if outcome.status < 300:
            return None
        body = outcome.body if isinstance(outcome.body, dict) else {}
        code = body.get("__type") or body.get("code") or str(outcome.status)
        return str(code).rsplit("#", 1)[-1].split(":", 1)[0]

    @property
    def attempts(self) -> int:
        """How often the request was sent, retries included."""
        return self.outcome.attempts

    @property
    def elapsed(self) -> float:
        """Seconds from the call to its outcome, retries included, when it was recorded."""
        return self.outcome.elapsed


class Provider(ABC):
    """Answers DynamoDB calls. A subclass defines ``before``; the other members have defaults.

    Methods are called from any thread and never block on I/O for an answer.
    """

    @property
    def offline(self) -> bool:
        """Whether it answers everything itself, so that callers need no credentials and no region, and need not
        sleep.
        """
        return False

    @property
    def endpoint(self) -> str | None:
        """The URL for clients that name no endpoint themselves; ``None`` leaves the choice to botocore."""
        return None

    @property
    def upstream(self) -> Provider:
        """The provider that answers in the end; this one, unless it stands in front of another."""
        return self

    @abstractmethod
    def before(self, request: Request) -> Outcome | None:
        """The answer, or ``None`` to let the request go to the network.

        Raises ``UnexpectedRequest`` if it may not go there either.
        """

    def begin(self, request: Request) -> Outcome | Attempts | None:
        """The outcome, as ``before`` gives it, or an ``Attempts`` that the caller asks from then on instead of the
        provider.

        Called once a call, by callers that retry; those that do not retry call ``before``.
        """
        return self.before(request)

    def turn(self, request: Request) -> Awaitable[None] | None:
        """What a coroutine awaits before it asks; ``None`` is nothing. Others ask at once."""
        return None

    def after(self, request: Request, outcome: Outcome) -> None:  # noqa: B027  # most have nothing to do
        """Called with what the network answered, if ``before`` let the request go."""

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError | None:
        """An answer to a request that was let go came from ``source``, another tool's recording, not from the network.

        Returns what is to be raised in its place; nothing where it does not matter.
        """
        return None

    def wait(self, seconds: float) -> None:  # noqa: B027  # most have no clock
        """Advance the provider's clock by ``seconds`` in place of a caller's sleep, if it has one. Called only where
        ``offline``.
        """

    def close(self, *, passed: bool = True) -> None:  # noqa: B027  # most have nothing to settle
        """Called when no more requests will come. ``passed`` is false where the code that made them has failed.

        Raises for what is wrong although every request was answered, such as ``UnexpectedRequest`` for a miss that the
        code under test caught.
        """


class Attempts(ABC):
    """One call that is answered attempt by attempt, so that the caller's own retries run as they do against AWS.

    ``Provider.begin`` may return one. The caller then asks it instead of the provider.
    """

    @property
    @abstractmethod
    def offline(self) -> bool:
        """Whether no attempt goes to the network, so that none needs a signature."""

    @abstractmethod
    def attempt(self, timeout: float | None) -> Outcome | None:
        """The outcome of the next attempt, or ``None`` to send it. ``timeout`` is the caller's read timeout in
        seconds.
        """

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """Let ``seconds`` pass, in place of the caller's sleep between attempts. Called only where ``offline``."""

    @abstractmethod
    def after(self, outcome: Outcome) -> None:
        """Called with the outcome of the whole call, once the caller makes no more attempts."""
