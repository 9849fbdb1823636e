"""The one thing every part meets at: a request, what came back, and who answers.

Nothing here does I/O, and a provider never waits: that is why one and the same provider serves boto3's threads,
aiobotocore's tasks and an HTTP server.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, get_args

#: JSON as it travels: what ``json.loads`` gives. Binary attribute values are base64 text.
Json = Any

ProviderName = Literal["replay", "record", "mock", "live"]
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


@dataclass(slots=True, frozen=True)
class Response:
    """What DynamoDB answered: an HTTP status and a JSON body.

    ``body`` is the decoded JSON object or, where the answer was none (a proxy's error page), its ``bytes``.
    ``headers`` keeps only those that change what a client does. ``attempts`` counts what was sent, ``exhausted`` says
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
    """No answer came: the name and the arguments of the client's exception, and after how many attempts."""

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
    """

    operation: str
    params: dict[str, Json]
    outcome: Outcome
    tokens: tuple[str, ...] = ()
    owner: str = ""

    @property
    def response(self) -> dict[str, Json] | None:
        """The JSON body that was answered; ``None`` if there was no answer, or none in JSON."""
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
    """Who answers DynamoDB calls. Whoever has ``before`` is one; the other members have defaults.

    Methods are called from any thread and never block on I/O for an answer.
    """

    @property
    def offline(self) -> bool:
        """Whether it answers everything itself: then no credentials, no region and no sleeping are needed."""
        return False

    @property
    def endpoint(self) -> str | None:
        """The URL for clients that name no endpoint themselves; ``None`` leaves the choice to botocore."""
        return None

    @property
    def upstream(self) -> Provider:
        """Who answers, in the end, what is not answered here: itself, unless it stands before another one."""
        return self

    @abstractmethod
    def before(self, request: Request) -> Outcome | None:
        """The answer, or ``None`` to let the request go to the network.

        Raises ``UnexpectedRequest`` where it must not go there either.
        """

    def begin(self, request: Request) -> Outcome | Attempts | None:
        """As ``before``, or the attempts to come, which are asked from then on in the place of the provider.

        Asked by callers that can try again, once a call; those that cannot ask ``before``.
        """
        return self.before(request)

    def after(self, request: Request, outcome: Outcome) -> None:  # noqa: B027  # most have nothing to do
        """What the network answered to a request that ``before`` let go."""

    def wait(self, seconds: float) -> None:  # noqa: B027  # most have no clock
        """Let time pass on a clock that can be moved, in the place of a caller's sleep; called where ``offline``."""

    def close(self, *, passed: bool = True) -> None:  # noqa: B027  # most have nothing to settle
        """There will be no more requests. ``passed`` is false where what made them has failed.

        Raises what is wrong although every request was answered, such as ``UnexpectedRequest`` for a miss that was
        caught.
        """


class Attempts(ABC):
    """One call whose attempts are answered one at a time, so that whoever makes it tries again as it always does.

    ``Provider.begin`` may give them. Whoever gets attempts asks them and no longer the provider.
    """

    @property
    @abstractmethod
    def offline(self) -> bool:
        """Whether no attempt goes to the network: then none needs a signature."""

    @abstractmethod
    def attempt(self, timeout: float | None) -> Outcome | None:
        """What comes of the next attempt, or ``None`` to send it. ``timeout`` is how long the caller would wait."""

    @abstractmethod
    def wait(self, seconds: float) -> None:
        """The caller would sleep now; called only where ``offline``."""

    @abstractmethod
    def after(self, outcome: Outcome) -> None:
        """What the call came to, once the caller tries no more."""
