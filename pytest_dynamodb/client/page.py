"""``Page``: items, and what came with them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, overload

from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError, quoted

Item_co = TypeVar("Item_co", covariant=True)
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Sequence[Item_co], Generic[Item_co]):
    """A sequence of items: one page of them, or all that were asked for.

    ``cursor``          where to continue, for ``after=``; ``None`` if there is nothing more
    ``capacity``        read capacity units consumed; ``None`` where the endpoint does not tell
    ``scanned_count``   items that DynamoDB read, before any filter
    """

    items: Sequence[Item_co]
    cursor: str | None = None
    capacity: float | None = None
    scanned_count: int = 0

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item_co]: ...
    def __getitem__(self, index: int | slice) -> Item_co | Sequence[Item_co]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self.items)

    def map(self, convert: Callable[[Item_co], Other]) -> Page[Other]:
        """This page with each item converted."""
        if not callable(convert):
            raise ConfigurationError(f"map() takes a function, not {quoted(convert)}")
        return Page(
            items=[convert(item) for item in self.items],
            cursor=self.cursor,
            capacity=self.capacity,
            scanned_count=self.scanned_count,
        )


def total(before: float | None, more: float | None) -> float | None:
    """The sum of capacity units; ``None`` adds nothing: the endpoint did not tell."""
    return more if before is None else before + (more or 0.0)


# --- cursors ---
# Where a query or a scan is to continue, as a text that may be handed to a browser and back.
#
# A cursor is ``<base64url of JSON>.<base64url of a seal>``. The JSON::
#
#     {"v": 1, "t": <table>, "i": <index>, "q": <query>, "p": [<position>, ...]}
#
# Table, index and query are there as short hashes, by which a cursor is refused that belongs to another one. A
# position is the typed key of the item after which to go on, ``"start"`` or ``"end"``; there is one for each part of
# what is read: one of a query, one for each segment of a parallel scan, one for each shard of a sharded query.
#
# The seal is an HMAC under the (first) secret of ``Cursors``; without a secret, a checksum, which finds accidents and
# stops nobody. Neither hides the key: it can be read by whoever has the cursor.

VERSION = 1

WireKey = dict[str, dict[str, Any]]
Position = WireKey | Literal["start", "end"]
"""How far one part has been read."""

CursorSecret = bytes | str | Sequence[bytes | str]
"""What cursors are signed with. Of several the first one signs, and all are accepted: so that secrets can change."""


class InvalidCursor(PytestDynamoDbError, ValueError):
    """A cursor is damaged, has been changed, or belongs to another table, index or query."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a cursor belongs to. ``query`` is a text that is the same for requests that mean the same."""

    table: str
    index: str | None
    query: str
    parts: int = 1

    def marks(self) -> dict[str, str]:
        """Short hashes of each."""
        return {"t": _short(self.table), "i": _short(self.index or ""), "q": _short(self.query, 12)}


_OTHERS = {"t": "of another table", "i": "of another index", "q": "of another query: its conditions or order differ"}
"""What the message says when a mark differs."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Writes and reads cursors. With ``secret`` they are signed, and those signed otherwise are refused.

    Of several secrets the first one signs, and all are accepted.
    """

    secret: CursorSecret | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raise ``ConfigurationError`` for a secret that seals nothing: anybody can sign with an empty one."""
        secrets: Sequence[object] = self._secrets
        if self.secret is not None and not (
            secrets and all(isinstance(secret, (bytes, str)) and secret for secret in secrets)
        ):
            raise ConfigurationError(
                "cursor_secret must be text or bytes, and not empty, or several of them; leave it out where cursors "
                "need no signature"
            )

    @property
    def _secrets(self) -> Sequence[bytes | str | None]:
        secret: Any = self.secret
        return tuple(secret) if isinstance(secret, (list, tuple)) else (secret,)

    def encode(self, binding: Binding, positions: Sequence[Position]) -> str:
        """The cursor for these positions."""
        content = {"v": VERSION, **binding.marks(), "p": list(positions)}
        payload = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
        return f"{_text(payload)}.{_text(_seal(payload, self._secrets[0]))}"

    def decode(self, cursor: str, binding: Binding) -> list[Position]:
        """The positions of a cursor. Raises ``InvalidCursor``."""
        content = self._opened(cursor)
        if content.get("v") != VERSION:
            raise InvalidCursor(f"a cursor of version {content.get('v')!r:.20}; this release reads version {VERSION}")
        for mark, expected in binding.marks().items():
            if content.get(mark) != expected:
                raise InvalidCursor(f"the cursor is {_OTHERS[mark]}")
        positions = content.get("p")
        if not isinstance(positions, list) or not all(map(_is_position, positions)):
            raise InvalidCursor("the cursor holds no position")
        if len(positions) != binding.parts:
            raise InvalidCursor(f"the cursor is of {len(positions)} parts, and this reads {binding.parts}")
        return positions

    def _opened(self, cursor: str) -> dict[str, Any]:
        try:
            payload, seal = map(_bytes, cursor.split("."))
        except (ValueError, AttributeError, TypeError, binascii.Error) as problem:
            raise InvalidCursor("this is no cursor, or not the whole of one") from problem
        if not any(hmac.compare_digest(seal, _seal(payload, secret)) for secret in self._secrets):
            raise InvalidCursor(
                "the cursor has been changed, or was signed with another secret"
                if self.secret is not None
                else "the cursor is damaged, or was signed with a secret that this client does not have"
            )
        try:
            content = json.loads(payload)
        except (ValueError, RecursionError) as problem:
            raise InvalidCursor("this is no cursor") from problem
        if not isinstance(content, dict):
            raise InvalidCursor("this is no cursor")
        return content


def _seal(payload: bytes, secret: bytes | str | None) -> bytes:
    if secret is None:
        return hashlib.sha256(payload).digest()[:6]
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, payload, hashlib.sha256).digest()[:16]


def _is_position(position: object) -> bool:
    if isinstance(position, dict):
        return bool(position) and all(map(_is_key_value, position.values()))
    return position in ("start", "end")


def _is_key_value(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) == 1
        and all(tag in ("S", "N", "B") and isinstance(text, str) for tag, text in value.items())
    )


def _short(text: str, length: int = 6) -> str:
    return _text(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:length])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(raw) != text:
        raise ValueError("not the one way to write it")
    return raw
