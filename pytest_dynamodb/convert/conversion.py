"""What becomes of a recording that is converted: exchanges, and what could not be carried over, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.contracts import described_in
from pytest_dynamodb.cassette.items import key_names
from pytest_dynamodb.cassette.matching import home_of
from pytest_dynamodb.cassette.redaction import Sanitizer
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.exchange import Exchange


class ConversionError(PytestDynamoDbError):
    """A recording cannot be read, or nothing can be written in the form asked for. The message says what to do."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not carried over.

    ``number`` is its place in the recording, from 1; ``what`` names it; ``reason`` is a sentence. ``foreign`` says that
    it is no call of DynamoDB's, and so stays with the tool that recorded it.
    """

    number: int
    what: str
    reason: str
    foreign: bool = False

    def __str__(self) -> str:
        return f"{self.number}. {self.what}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """The exchanges of a recording, in its order.

    ``joined`` counts attempts that became part of a call: a cassette keeps a call once, with its attempts. ``recorded``
    is when the newest was recorded (UTC, ISO 8601; empty if nothing says so), ``endpoint`` and ``recorder`` are what a
    cassette's header says of where they came from.
    """

    exchanges: Sequence[Exchange]
    left: Sequence[LeftOut] = ()
    joined: int = 0
    recorded: str = ""
    endpoint: str = "url"
    recorder: str = ""

    @property
    def lost(self) -> Sequence[LeftOut]:
        """What is DynamoDB's and was left out all the same."""
        return tuple(one for one in self.left if not one.foreign)

    @property
    def foreign(self) -> Sequence[LeftOut]:
        """What is other services' business."""
        return tuple(one for one in self.left if one.foreign)

    def cassette(self, *, redact: Sequence[str] = (), node_id: str = "") -> Contents:
        """The cassette of these exchanges, which have passed the pipeline that recorded ones pass.

        ``redact`` are JMESPath expressions, as for recording; ``node_id`` is the test that owns it. Raises
        ``ConfigurationError`` for an expression that is none.
        """
        sanitizer = Sanitizer(redact)
        exchanges = list(self.exchanges)
        for _ in range(2):  # what is found to be sensitive may stand in what came before, too
            exchanges = [
                replace(one, params=sanitizer.params(one.params), outcome=sanitizer.outcome(one.outcome))
                for one in exchanges
            ]
        region, account = home_of(exchanges)
        header = Header(
            node_id=node_id,
            recorded=self.recorded,
            endpoint=self.endpoint,
            recorder={self.recorder: "converted"} if self.recorder else {},
            tables=key_names(exchanges),
            pseudonyms=sanitizer.pseudonyms,
            schemas=described_in(exchanges),
            region=region,
            account=account,
        )
        return Contents(header, exchanges)


@dataclass(frozen=True, slots=True)
class Exported:
    """What a cassette becomes elsewhere: a text, or the texts of several files by name, and what had to stay behind."""

    files: dict[str, str]
    left: Sequence[LeftOut] = ()

    @property
    def text(self) -> str:
        """The text of what is one file."""
        (text,) = self.files.values()
        return text


def one_file(text: str, left: Iterable[LeftOut] = ()) -> Exported:
    """An export of one file."""
    return Exported({"": text}, tuple(left))
