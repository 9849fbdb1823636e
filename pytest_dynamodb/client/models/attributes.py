"""What a field is stored as: compressed, encrypted, or what the application's own ``AttributeCodec`` makes of it.

One is put beside a field's type: ``body: Annotated[str, Compressed()]``. Of several, the first is applied first when an
item is written, and last when it is read. What they are given and give is a value as ``values.to_wire`` takes it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from pytest_dynamodb.client.models.declaration import InvalidValue
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.values import from_wire, to_wire

AttributeContext = Mapping[str, str]
"""Where a value is stored: ``table``, ``model`` (the first name that it had) and ``attribute``."""

GZIP = b"\x1f\x8b"
MOST = 16 * 1024 * 1024
"""Bytes that a compressed value may have: items are 400 KB, and a few bytes of one may stand for gigabytes."""


@runtime_checkable
class AttributeCodec(Protocol):
    """Changes the values of a field on their way to the table and back."""

    def stored(self, value: Any, context: AttributeContext) -> Any:
        """What is stored for a value, which is not ``None``."""

    def shown(self, stored: Any, context: AttributeContext) -> Any:
        """The value for what is stored. What it has not made itself, it should leave as it is, or refuse."""


class Compressed:
    """Stores a field's value, of any type, as binary: gzip of its JSON. Items from before are read as they are.

    ``level`` is that of gzip, from 1, the quickest, to 9. Equal values are stored alike.
    """

    __slots__ = ("level",)

    def __init__(self, level: int = 6) -> None:
        self.level: int = level

    def stored(self, value: Any, context: AttributeContext) -> bytes:
        """The compressed value."""
        return gzip.compress(as_bytes(value), self.level, mtime=0)

    def shown(self, stored: Any, context: AttributeContext) -> Any:
        """The value. Raises ``InvalidValue`` for one that is damaged, or of more than 16 MB."""
        if not isinstance(stored, bytes) or not stored.startswith(GZIP):
            return stored
        unpacking = zlib.decompressobj(wbits=31)
        try:
            raw = unpacking.decompress(stored, MOST)
            if unpacking.eof:
                return from_bytes(raw)
        except (zlib.error, ValueError, TypeError) as problem:
            raise InvalidValue(f"{context['attribute']} is no compressed value: {problem}") from problem
        raise InvalidValue(f"{context['attribute']} is damaged, or of more than {MOST} bytes")


class Encrypted:
    """Stores a field's value, of any type, as binary: encrypted with the AWS Encryption SDK (extra ``encryption``).

    ``keyring`` is one of the AWS Cryptographic Material Providers Library: of KMS in production, with a raw key in
    tests. Each value has a data key of its own, which the keyring encrypts (an envelope). Table, model and attribute
    are its encryption context, besides ``context``: a value that was moved elsewhere cannot be read.
    """

    context: dict[str, str]

    __slots__ = ("_client", "_keyring", "context")

    def __init__(self, keyring: Any, *, context: Mapping[str, str] | None = None) -> None:
        self._keyring, self.context = keyring, dict(context or {})
        self._client: Any = None

    def stored(self, value: Any, context: AttributeContext) -> bytes:
        """The encrypted value."""
        bound = {**self.context, **context}
        encrypted, _ = self._sdk().encrypt(source=as_bytes(value), keyring=self._keyring, encryption_context=bound)
        found: bytes = encrypted
        return found

    def shown(self, stored: Any, context: AttributeContext) -> Any:
        """The value. Raises ``InvalidValue`` for what was not encrypted so, or for another place."""
        if not isinstance(stored, bytes):
            raise InvalidValue(f"{context['attribute']} is not encrypted: a {type(stored).__name__} is there")
        bound = {**self.context, **context}
        try:
            raw, _ = self._sdk().decrypt(source=stored, keyring=self._keyring, encryption_context=bound)
        except Exception as problem:  # the SDK has no root of its own for what may go wrong
            raise InvalidValue(f"{context['attribute']} cannot be decrypted: {problem}") from problem
        return from_bytes(raw)

    def _sdk(self) -> Any:
        if self._client is None:
            try:
                from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
            except ImportError as problem:
                raise ConfigurationError(
                    "Encrypted() needs the AWS Encryption SDK: install pytest-dynamodb-cassette[encryption]"
                ) from problem
            policy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
            self._client = EncryptionSDKClient(commitment_policy=policy)
        return self._client


def as_bytes(value: Any) -> bytes:
    """A value as bytes, the same for equal ones."""
    return json.dumps(to_wire(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def from_bytes(raw: bytes) -> Any:
    return from_wire(json.loads(raw))
