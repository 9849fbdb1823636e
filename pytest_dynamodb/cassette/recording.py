"""A recording under way: journalled exchange by exchange, then made into the cassette's file, or set aside."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.items import COLLECTION_READS, key_names, touched
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.store import Journal, locked, read, write
from pytest_dynamodb.exchange import Exchange, Outcome, TransportFailure

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette


class Recording:
    """What is being recorded for ``cassette``; ``keep`` adds it to ``previous``, otherwise it takes their place.

    Nothing is written before the first exchange, so a test that makes no call leaves no file.
    """

    def __init__(self, cassette: Cassette, *, previous: Sequence[Exchange], keep: bool) -> None:
        self._cassette, self._previous, self._keep = cassette, previous, keep
        self._journal: Journal | None = None
        self._numbered: list[tuple[int, Exchange]] = []

    @property
    def exchanges(self) -> list[Exchange]:
        """What has been recorded, in the order in which the calls began."""
        return [exchange for _, exchange in sorted(self._numbered, key=lambda numbered: numbered[0])]

    def add(self, number: int, exchange: Exchange) -> None:
        """Keep an exchange of the request with ``number``. Raises ``CassetteError`` if the journal cannot be written."""
        if self._journal is None:
            self._journal = Journal(self._cassette.path, self._header((), {}))
        self._journal.append(exchange)
        self._numbered.append((number, exchange))

    def commit(self, memos: Mapping[str, list[Any]]) -> None:
        """Make it the cassette's file, unless it would only say what the file says already."""
        recorded = self._clean()
        if self._cassette.options.shared:
            with locked(self._cassette.path):
                self._commit(recorded, memos, others=self._others())
        else:
            self._commit(recorded, memos, others=[])
        self._discard_journal()
        with contextlib.suppress(OSError):
            self._failed.unlink()

    def _commit(self, recorded: list[Exchange], memos: Mapping[str, list[Any]], *, others: list[Exchange]) -> None:
        cassette, mine = self._cassette, [*self._previous, *recorded] if self._keep else recorded
        if self._keep:
            memos = {**cassette.header.memos, **memos}
        if not mine and not others and not memos:
            if cassette.exists:
                cassette.path.unlink(missing_ok=True)
            return
        if cassette.exists and not others and self._says_the_same(mine, memos):
            return
        exchanges = sorted([*others, *mine], key=lambda exchange: exchange.owner) if others else mine
        write(cassette.path, self._header(exchanges, memos), exchanges, compress=cassette.options.compress)

    def abandon(self, memos: Mapping[str, list[Any]]) -> None:
        """Write what there is to ``*.failed``, for whoever wants to see what went wrong."""
        recorded = self._clean()
        if recorded:
            write(self._failed, self._header(recorded, memos), recorded)
        self._discard_journal()

    @property
    def _failed(self) -> Any:
        return self._cassette.path.with_name(self._cassette.path.name + ".failed")

    def _discard_journal(self) -> None:
        if self._journal is not None:
            self._journal.discard()
            self._journal = None

    def _clean(self) -> list[Exchange]:
        """What was recorded, once more without values that were found to be sensitive only later on."""
        sanitizer = self._cassette.sanitizer
        if not sanitizer.pseudonyms:
            return self.exchanges
        return [
            replace(exchange, params=sanitizer.params(exchange.params), outcome=sanitizer.outcome(exchange.outcome))
            for exchange in self.exchanges
        ]

    def _others(self) -> list[Exchange]:
        """What other tests have in a shared cassette by now."""
        if not self._cassette.path.exists():
            return []
        owner = self._cassette.options.owner
        return [exchange for exchange in read(self._cassette.path).exchanges if exchange.owner != owner]

    def _says_the_same(self, recorded: Sequence[Exchange], memos: Mapping[str, list[Any]]) -> bool:
        cassette = self._cassette
        greatest, age = cassette.options.max_age, cassette.age
        expired = greatest is not None and (age is None or age > greatest)
        if expired or dict(memos) != dict(cassette.header.memos):
            return False
        matcher = Matcher(cassette.options.ignore, normalize=cassette.options.hooks.normalize)
        return equivalent(self._previous, recorded, matcher, strict=cassette.options.order == "strict")

    def _header(self, exchanges: Sequence[Exchange], memos: Mapping[str, list[Any]]) -> Header:
        options = self._cassette.options
        tables = {**(self._cassette.header.tables if self._keep else {}), **key_names(exchanges)}
        return Header(
            node_id="" if options.shared else options.owner,
            recorded=datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
            endpoint=options.upstream if options.upstream in ("aws", "mock") else "url",
            recorder=_recorder(),
            tables=tables,
            pseudonyms=self._cassette.sanitizer.pseudonyms,
            memos=memos,
        )


def equivalent(one: Sequence[Exchange], other: Sequence[Exchange], matcher: Matcher, *, strict: bool = False) -> bool:
    """Whether two recordings replay alike.

    They do if they hold the same exchanges in the same order, or in one that only differs between calls which have
    nothing to do with each other, as concurrent ones do. How long a call took does not matter.
    """
    if len(one) != len(other):
        return False
    first, second = _signed(one, matcher), _signed(other, matcher)
    if first == second:
        return True
    return not strict and _by_subject(one, first) == _by_subject(other, second)


def _signed(exchanges: Sequence[Exchange], matcher: Matcher) -> list[tuple[str, str]]:
    return [(matcher.key(e.operation, e.params, e.tokens), _signature(e.outcome)) for e in exchanges]


def _signature(outcome: Outcome) -> str:
    if isinstance(outcome, TransportFailure):
        return f"{outcome.kind} {outcome.message} {outcome.attempts}"
    body = outcome.body.hex() if isinstance(outcome.body, bytes) else json.dumps(outcome.body, sort_keys=True)
    return f"{outcome.status} {outcome.attempts} {outcome.exhausted} {dict(outcome.headers)} {body}"


def _by_subject(
    exchanges: Sequence[Exchange], signed: Sequence[tuple[str, str]]
) -> dict[object, list[tuple[str, str]]]:
    """The exchanges of each key and of each item, in their order."""
    tables = key_names(exchanges)
    collections = any(exchange.operation in COLLECTION_READS for exchange in exchanges)
    subjects: dict[object, list[tuple[str, str]]] = defaultdict(list)
    for exchange, signature in zip(exchanges, signed, strict=True):
        subjects[signature[0]].append(signature)
        for item in touched(exchange.operation, exchange.params, tables).items:
            if item[1] or collections:
                subjects[item].append(signature)
    return subjects


@lru_cache(maxsize=1)
def _recorder() -> dict[str, str]:
    versions = {}
    for distribution in ("pytest-dynamodb-cassette", "botocore"):
        with contextlib.suppress(PackageNotFoundError):
            versions[distribution] = version(distribution)
    return versions
