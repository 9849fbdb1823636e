"""What the workers of one session recorded for one cassette: compared, and joined if it is one and the same.

A fixture of a whole session is set up by every worker. Each of them adds its version to a file beside the cassette,
under a lock, and the cassette becomes the fullest version that all others agree with. A version agrees if it asks
nothing that the fullest does not ask, and was answered alike. What is said of tables as such may differ: it depends on
who came first, as with a worker that finds the table made. Of versions that contradict each other neither is kept.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pytest_dynamodb.cassette.codec import Header, decode_memo, encode_memo
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import Worker
from pytest_dynamodb.cassette.store import Contents, exists, locked, put, read, remove, unreadable, write
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange, TransportFailure
from pytest_dynamodb.files import read_plain

Value = TypeVar("Value")

_ABOUT_TABLES = ("Create", "Describe", "List", "Update", "Delete", "Tag", "Untag")
"""Requests about tables as such, whose answers depend on which worker came first."""
_ABOUT_ITEMS = frozenset({"UpdateItem", "DeleteItem"})

_REMEDY = (
    "record without workers (no -n); or make what differs the same for all of them: "
    "dynamodb_memo(name, factory) for names and ids, a lock for what only the first worker may do, "
    "ignore=[…] for what does not matter; or keep it out of a fixture that workers share"
)


class Joined(NamedTuple):
    """What workers have recorded together, and the cassette of before the session, if it can be read."""

    exchanges: Sequence[Exchange]
    memos: Mapping[str, list[Any]]
    before: Contents | None


class Contributions:
    """The versions of the cassette at ``path`` that the workers of this session have recorded so far."""

    def __init__(self, path: Path, worker: Worker) -> None:
        self._path, self._worker = path, worker
        # Named as a journal: it is removed or spoken of like one if the controller dies.
        self.file: Path = path.with_name(f".{path.name}.workers-{worker.session}.{worker.controller}.journal")

    def remember(self, name: str, number: int, factory: Callable[[], Value]) -> Value:
        """The ``number``-th value of a memo: that of the worker which came first."""
        with self._open() as now:
            values = [*now.header.memos.get(name, [])]
            if number < len(values):
                known: Value = decode_memo(values[number])
                return known
            value = factory()
            values.append(encode_memo(value, name))
            self._keep(replace(now.header, memos={**now.header.memos, name: values}), now.exchanges)
            return value

    @contextlib.contextmanager
    def joined(self, header: Header, recorded: Sequence[Exchange], matcher: Matcher) -> Iterator[Joined]:
        """Add what this worker recorded. Yields what all have recorded so far, to be written as the cassette.

        Raises ``CassetteError`` where two of them contradict each other, with both versions; the cassette is then
        again what it was.
        """
        with self._open() as now:
            self._save_cassette(now)
            own = f"{self._worker.name} #{len(_versions(now)) + 1}"
            exchanges = [*now.exchanges, *(replace(exchange, owner=own) for exchange in recorded)]
            self._keep(replace(header, memos=now.header.memos), exchanges)
            try:
                joined = join(_versions(Contents(header, exchanges)), matcher, self._path)
            except CassetteError:
                self.restore()
                raise
            yield Joined(joined, now.header.memos, self._readable())

    @contextlib.contextmanager
    def _open(self) -> Iterator[Contents]:
        with locked(self._path):
            yield read(self.file) if exists(self.file) else Contents(Header(), [])

    def _keep(self, header: Header, exchanges: Sequence[Exchange]) -> None:
        write(self.file, header, exchanges)

    @property
    def _saved(self) -> Path:
        return self.file.with_name(self.file.name.replace(".workers-", ".before-"))

    def _save_cassette(self, now: Contents) -> None:
        """Keep the cassette of before the session, before the first of its workers writes another."""
        if not now.exchanges and exists(self._path):
            self._copy(self._path, self._saved)

    def _readable(self) -> Contents | None:
        try:
            return read(self._saved) if exists(self._saved) else None
        except CassetteError:
            return None  # damaged: it is being recorded afresh

    def restore(self) -> None:
        """Let the cassette be what it was before the session, byte for byte."""
        if exists(self._saved):
            self._copy(self._saved, self._path)
        else:
            remove(self._path)

    def _copy(self, source: Path, target: Path) -> None:
        with unreadable(source):
            content = read_plain(source)
        put(target, content)

    @property
    def files(self) -> list[str]:
        """The files to remove when the session is over."""
        return [str(self.file), str(self._saved)]


def _versions(contents: Contents) -> dict[str, list[Exchange]]:
    versions: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in contents.exchanges:
        versions[exchange.owner].append(replace(exchange, owner=""))
    return dict(versions)


def join(versions: Mapping[str, Sequence[Exchange]], matcher: Matcher, path: Path) -> Sequence[Exchange]:
    """The fullest of several versions, and what others only looked at; raises ``CassetteError`` if one contradicts."""
    if not versions:
        return []
    name = max(versions, key=lambda one: (_made(versions[one]), len(versions[one])))
    fullest, looks = _Version(versions[name], matcher), list[Exchange]()
    for other, exchanges in versions.items():
        for exchange in _Version(exchanges, matcher).disagreeing(fullest):
            if exchange.operation.startswith(("Describe", "List")):
                looks.append(exchange)
                continue
            problem = (
                "the workers of this session recorded versions of it that contradict each other:\n"
                f"{_described(name, versions[name])}\n{_described(other, exchanges)}\n  they part at {_line(exchange)}"
            )
            raise CassetteError(str(path), problem, remedy=_REMEDY)
    return [*versions[name], *looks]


class _Version:
    """What one worker recorded, by request."""

    def __init__(self, exchanges: Sequence[Exchange], matcher: Matcher) -> None:
        self._answers: dict[str, list[tuple[str, Exchange]]] = defaultdict(list)
        for exchange in exchanges:
            key = matcher.key(exchange.operation, exchange.params, exchange.tokens)
            self._answers[key].append((_answer(exchange, matcher), exchange))

    def disagreeing(self, fullest: _Version) -> Iterator[Exchange]:
        """The exchanges that the fullest version lacks, or has with another answer."""
        for key, answers in self._answers.items():
            known = fullest._answers.get(key)
            about_table = _is_about_tables(answers[0][1].operation)
            for number, (answer, exchange) in enumerate(answers):
                if known is None or (not about_table and (number >= len(known) or known[number][0] != answer)):
                    yield exchange


def _is_about_tables(operation: str) -> bool:
    return operation.startswith(_ABOUT_TABLES) and operation not in _ABOUT_ITEMS


def _answer(exchange: Exchange, matcher: Matcher) -> str:
    """An answer, but for how often it took to get it."""
    outcome = exchange.outcome
    if isinstance(outcome, TransportFailure):
        return outcome.kind
    body = outcome.body
    text = body.hex() if isinstance(body, bytes) else json.dumps(matcher.comparable(body), sort_keys=True)
    return f"{outcome.status} {text}"


def _made(exchanges: Sequence[Exchange]) -> int:
    """How many tables a worker made: one that found them made has recorded less."""
    return sum(exchange.operation == "CreateTable" and exchange.error_code is None for exchange in exchanges)


def _described(name: str, exchanges: Sequence[Exchange]) -> str:
    lines = [f"    {_line(exchange)} -> {_short(exchange)}" for exchange in exchanges]
    more = [f"    and {len(lines) - 6} more"] if len(lines) > 6 else []
    return "\n".join([f"  worker {name.split(' #', maxsplit=1)[0]}:", *lines[:6], *more])


def _line(exchange: Exchange) -> str:
    from pytest_dynamodb.cassette.report.requests import request_line, title  # wording, which few recordings need

    return f"{title(exchange.operation, exchange.params)} {request_line(exchange.operation, exchange.params)}"


def _short(exchange: Exchange) -> str:
    text = exchange.error_code or json.dumps(exchange.response, default=str, sort_keys=True)
    return text if len(text) <= 120 else f"{text[:117]}..."
