"""What may not reach a cassette, and what stands there instead.

A pseudonym is computed from the value alone, keeps the value's type and is its own pseudonym. So the same value is the
same pseudonym in requests, answers and cursors, in every cassette, and a request made in replay is turned into what
was recorded without anyone knowing the value. Values that a request of this run revealed are put back into answers.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from pytest_dynamodb.cassette.options import Place, RedactHook, compile_paths, returned, select
from pytest_dynamodb.cassette.secrets import Secret
from pytest_dynamodb.exchange import Outcome, TransportFailure
from pytest_dynamodb.terminal import without_passwords
from pytest_dynamodb.values.numbers import EXACT, exact_decimal

_ACCOUNT = re.compile(r"(?<=:)\d{12}(?=:)|\b\d{12}(?=\.ddb\.)")
"""Account ids are recognised in ARNs and account-based endpoints, access key ids anywhere."""
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d{12}:|\b\d{12}\.ddb\.")
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_NO_ACCOUNT = "000000000000"

_SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID")
"""Environment variables whose values are secrets: their text is replaced wherever it occurs."""

_BINARY = re.compile(r"BS?\\*[\"']:")
"""A binary attribute value, written as JSON (within text of JSON, too) or as ``repr`` does: its base64 hides
anything."""

_TEXT = re.compile(r"redacted-[a-z2-7]{16}\Z")
_NUMBER = re.compile(r"7777\d{16}\Z")
_BINARY_PREFIX = b"redacted:"

_UNMISTAKABLE = 6
"""A redacted value this long is unlikely to occur by chance, so it is replaced wherever it stands, named or not."""


def pseudonym(tag: str, value: str) -> str:
    """What stands for ``value``, an attribute value of type ``tag`` (``S``, ``N`` or ``B``) on the wire.

    Text becomes ``redacted-`` and 16 letters, a number 20 digits that begin with 7777, binary 18 bytes that begin
    with ``redacted:``. With ``PYTEST_DYNAMODB_REDACT_KEY`` set the digest is keyed, and replays need the same key.
    """
    if tag == "N":
        return (
            value
            if _NUMBER.match(value)
            else f"7777{int.from_bytes(_digest(tag, _canonical(value)), 'big') % 10**16:016}"
        )
    if tag == "B":
        if value.startswith(base64.b64encode(_BINARY_PREFIX).decode()):
            return value
        return base64.b64encode(_BINARY_PREFIX + _digest(tag, value)[:9]).decode()
    return value if _TEXT.match(value) else f"redacted-{base64.b32encode(_digest(tag, value)).decode().lower()}"


def _digest(tag: str, value: str) -> bytes:
    key = os.environ.get("PYTEST_DYNAMODB_REDACT_KEY", "").encode()[:64]
    data = f"{tag}:{value}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=10, key=key, person=b"ddb-cassette").digest()


def _canonical(number: str) -> str:
    """One text for all spellings of a number. What is none, or is past what can be computed, stays as it is."""
    try:
        return str(exact_decimal(number).normalize(EXACT))
    except ValueError:
        return number


def looks_sensitive(text: str) -> bool:
    """Whether text (a whole request, written as JSON, say) may hold anything that is redacted without being named.

    No more than a suspicion: only a look at each value tells.
    """
    return "arn:" in text or ".ddb." in text or "KIA" in text or "SIA" in text or bool(_BINARY.search(text))


class Sanitizer:
    """The one pipeline through which requests and answers pass, alike when recording and when replaying.

    ``paths`` are JMESPath expressions over parameters and bodies, ``hook`` is asked about every leaf, ``known`` are
    pseudonyms that a cassette already holds. Not for use by two cassettes.
    """

    idle: dict[str, Any]

    def __init__(self, paths: Sequence[str] = (), *, hook: RedactHook | None = None, known: Iterable[str] = ()) -> None:
        self._paths, self._hook = compile_paths(paths, option="redact"), hook
        self.idle = dict(zip(paths, self._paths, strict=True))
        """The expressions that have selected nothing so far."""
        self.selecting: set[str] = set()
        """Those that have selected something."""
        self.places: set[str] = set()
        """Some of the places that there were for them, as expressions: what a misspelt one may have meant."""
        self._pseudonyms = set(known)
        self._secrets: dict[str, Secret] = {}
        self._originals: dict[str, str] = {}
        self._learned: list[str] = []
        self.look_around()

    @property
    def pseudonyms(self) -> tuple[str, ...]:
        """Every pseudonym given out for a named or hooked value, and those known before."""
        return tuple(sorted(self._pseudonyms))

    @property
    def has_secrets(self) -> bool:
        """Whether the environment held any, now or when it was looked at before."""
        return bool(self._secrets)

    def look_around(self) -> None:
        """Take in secrets that have come into the environment since; those known before stay secrets."""
        for name in _SECRET_VARIABLES:
            value = os.environ.get(name, "")
            if len(value) >= 16 and value not in self._secrets:
                secret = Secret(value)
                self._secrets = {**self._secrets, value: secret}
                self._learned += secret.traces

    def learned(self) -> list[str]:
        """The values found to be sensitive since this was asked last: they may stand in what was kept before.

        Of secrets, parts that stand in any form of them.
        """
        learned, self._learned = self._learned, []
        return learned

    def suspects(self, text: str) -> bool:
        """Whether a tree may hold something to redact; ``text`` is its JSON or its ``repr``.

        If not, nothing in it would be changed.
        """
        if self._paths or self._hook is not None or self._pseudonyms:
            return True
        return looks_sensitive(text) or any(secret.may_be_in(text) for secret in self._secrets.values())

    def params(self, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters without anything sensitive; what was replaced is remembered for ``restore``."""
        cleaned: dict[str, Any] = self._clean(params, remember=True)
        return cleaned

    def outcome(self, outcome: Outcome) -> Outcome:
        """An outcome without anything sensitive."""
        if isinstance(outcome, TransportFailure):
            arguments = {name: self.text(value) for name, value in outcome.arguments.items()}
            return replace(outcome, message=self.text(outcome.message), arguments=arguments)
        if outcome.headers:
            outcome = replace(outcome, headers={name: self.text(value) for name, value in outcome.headers.items()})
        if isinstance(outcome.body, bytes):
            return replace(
                outcome,
                body=self._text(outcome.body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"),
            )
        return replace(outcome, body=self._clean(outcome.body, remember=False))

    def text(self, text: str) -> str:
        """A text of neither request nor answer's body (a failure's, a header, a node id) without what is sensitive.

        Addresses lose the name and the password of whoever asks.
        """
        return without_passwords(self._text(text))

    def holds_secret(self, tree: Any) -> bool:
        """Whether anything in a tree is a secret of the environment, an access key or a value that was redacted."""
        if isinstance(tree, dict):
            return any(self.holds_secret(part) for pair in tree.items() for part in pair)
        if isinstance(tree, (list, tuple)):
            return any(map(self.holds_secret, tree))
        if not isinstance(tree, str):
            return False
        found = any(secret.may_be_in(tree) and secret.replaced(tree, "") != tree for secret in self._secrets.values())
        is_known = len(tree) >= _UNMISTAKABLE and pseudonym("S", tree) in self._pseudonyms and not _TEXT.match(tree)
        return found or is_known or _KEY_ID.search(tree) is not None

    def restore(self, outcome: Outcome) -> Outcome:
        """An answer in which pseudonyms of values that this run's own requests contained are those values again."""
        if not self._originals or isinstance(outcome, TransportFailure) or isinstance(outcome.body, bytes):
            return outcome
        return replace(outcome, body=self._restored(outcome.body))

    def _restored(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {self._originals.get(key, key): self._restored(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._restored(value) for value in node]
        return self._originals.get(node, node) if isinstance(node, str) else node

    def _clean(self, tree: Any, *, remember: bool) -> Any:
        if not self.suspects(repr(tree)):
            return tree
        named = select(self._paths, tree)
        if self.idle:
            self._watch(tree)
        return self._walk(tree, (), "S", named, inside=False, remember=remember)

    def _watch(self, tree: Any) -> None:
        """Note which expressions select something here, and where they could."""
        self.selecting |= {text for text, compiled in self.idle.items() if select((compiled,), tree)}
        self.idle = {text: compiled for text, compiled in self.idle.items() if text not in self.selecting}
        if len(self.places) < _MOST_PLACES:
            self.places.update(islice(_places(tree, ""), _MOST_PLACES))

    def _walk(self, node: Any, at: Place, tag: str, named: set[Place], *, inside: bool, remember: bool) -> Any:
        inside = inside or at in named
        if isinstance(node, dict):
            single = len(node) == 1
            return {
                self._key(key, remember=remember): self._walk(
                    value,
                    (*at, key),
                    key if single and key in _LEAF_TAGS else "S",
                    named,
                    inside=inside,
                    remember=remember,
                )
                for key, value in node.items()
            }
        if isinstance(node, list):
            member = tag[0] if len(tag) == 2 else "S"
            return [
                self._walk(value, (*at, i), member, named, inside=inside, remember=remember)
                for i, value in enumerate(node)
            ]
        if not isinstance(node, str):
            return node
        replaced = self._leaf(node, at, tag[0], inside=inside)
        if remember and replaced != node:
            self._originals[replaced] = node
        return replaced

    def _key(self, key: str, *, remember: bool) -> str:
        # Map keys travel too: table ARNs are keys of a batch's RequestItems, and of its answer.
        replaced = self._text(key)
        if remember and replaced != key:
            self._originals[replaced] = key
        return replaced

    def _leaf(self, value: str, at: Place, tag: str, *, inside: bool) -> str:
        if inside:
            return self._stand_in(tag, value)
        if self._hook is not None:
            instead: str | None = returned("redact", self._hook(".".join(str(part) for part in at), tag, value), str)
            if instead is not None:
                return instead
        if self._pseudonyms and len(value) >= _UNMISTAKABLE and (known := pseudonym(tag, value)) in self._pseudonyms:
            return known
        return self._base64(value) if tag == "B" else self._text(value)

    def _stand_in(self, tag: str, value: str) -> str:
        stands = pseudonym(tag, value)
        if len(value) >= _UNMISTAKABLE and stands != value and stands not in self._pseudonyms:
            self._pseudonyms.add(stands)
            self._learned.append(value)
        return stands

    def _base64(self, value: str) -> str:
        """Base64 text without what is sensitive in the text that it encodes."""
        try:
            plain = base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
        except ValueError:
            return self._text(value)
        cleaned = self._text(plain)
        if cleaned == plain:
            return value
        return base64.b64encode(cleaned.encode("utf-8", "surrogateescape")).decode()

    def _text(self, text: str) -> str:
        for secret in self._secrets.values():
            if secret.may_be_in(text):
                text = secret.replaced(text, pseudonym("S", secret.text))
        if _ARN.search(text):
            text = _ACCOUNT.sub(_NO_ACCOUNT, text)
        if "KIA" in text or "SIA" in text:
            text = _KEY_ID.sub(lambda found: pseudonym("S", found.group()), text)
        return text


def _places(tree: Any, at: str) -> Iterator[str]:
    """The places of values in a tree as JMESPath has them, attribute values without their types."""
    if isinstance(tree, dict) and not (len(tree) == 1 and next(iter(tree)) in _LEAF_TAGS):
        for name, value in tree.items():
            yield from _places(value, f"{at}.{name}" if at else str(name))
    elif isinstance(tree, list):
        for value in tree:
            yield from _places(value, f"{at}[]")
    else:
        yield at


_MOST_PLACES = 500
"""So many places are remembered, for the end of a run."""

_LEAF_TAGS = frozenset({"S", "N", "B", "SS", "NS", "BS"})
