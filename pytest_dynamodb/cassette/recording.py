"""A recording under way: journalled exchange by exchange, then made into the cassette's file, or set aside."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import gmtime, strftime
from typing import Any, Literal

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.contracts import described_in
from pytest_dynamodb.cassette.items import key_names, touched
from pytest_dynamodb.cassette.journal import Journal, Left, Purpose
from pytest_dynamodb.cassette.matching import Matcher, home_of, places_of
from pytest_dynamodb.cassette.options import CassetteOptions, Worker
from pytest_dynamodb.cassette.redaction import Sanitizer
from pytest_dynamodb.cassette.store import Contents, exists, locked, read, remove, write
from pytest_dynamodb.clock import real_time
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange, Outcome, TransportFailure


class Recording:
    """What is being recorded for the file at ``path``, which held ``previous``, if there is such a file.

    ``keep`` adds to what it held, otherwise that is replaced. Nothing is written before the first exchange, so a test
    that makes no call leaves no file.
    """

    def __init__(
        self,
        path: Path,
        options: CassetteOptions,
        *,
        sanitizer: Sanitizer,
        previous: Contents | None = None,
        keep: bool = False,
    ) -> None:
        self._path, self._options, self._sanitizer = path, options, sanitizer
        self._exists, self._keep = previous is not None, keep
        self._before = previous or Contents(Header(), [])
        self._journal: Journal | None = None
        self._settled = False
        self.became: Literal["", "written", "set aside"] = ""
        """What has become of it: the cassette's file says it, or another file keeps it."""
        self._gap: BaseException | None = None
        self._origin: Header | None = None
        self.volatile: Mapping[str, tuple[str, ...]] = {}
        """The values that are new in every run, as far as they are known, each with its places."""
        self._numbered: list[tuple[int, Exchange]] = []

    @classmethod
    def left(cls, left: Left, path: Path) -> Recording:
        """The recording that a journal is left of, to be committed to the cassette at ``path``."""
        (header, exchanges), purpose = left.contents, left.purpose
        recording = cls(
            path,
            CassetteOptions(owner=purpose.owner, shared=purpose.shared),
            sanitizer=Sanitizer(known=header.pseudonyms),
            previous=read(path) if exists(path) else None,
            keep=purpose.adds,
        )
        recording._origin, recording._numbered = header, list(enumerate(exchanges))
        return recording

    @property
    def exchanges(self) -> list[Exchange]:
        """What has been recorded, in the order in which the calls began."""
        return [exchange for _, exchange in sorted(self._numbered, key=lambda numbered: numbered[0])]

    def add(self, number: int, exchange: Exchange) -> None:
        """Keep an exchange of the request with ``number``, unless the recording is settled already.

        Raises ``CassetteError`` if the journal cannot be written.
        """
        if self._settled:
            return
        learned = self._sanitizer.learned()
        if self._journal is None:
            purpose = Purpose(self._keep, self._options.shared, self._options.owner)
            self._journal = Journal(self._path, self._header((), {}), purpose)
        elif learned and self._journal.holds(learned):  # found to be sensitive only now
            self._journal.rewrite(self._header((), {}), self._clean())
        self._journal.append(exchange)
        self._numbered.append((number, exchange))

    def lacks(self, problem: BaseException) -> None:
        """Note that an exchange could not be kept, and why: without it, the recording is not written."""
        self._gap = self._gap or problem

    def commit(self, memos: Mapping[str, list[Any]], *, played: Sequence[Exchange] = ()) -> None:
        """Make it the cassette's file, unless it would only say what the file says already.

        ``played`` are recordings of others that answered requests: a shared cassette keeps them for this owner, too.
        Raises ``CassetteError`` if that fails; what was recorded is then kept in a file that the message names.
        """
        with self._kept_if_it_fails(memos):
            if self._gap is not None:
                raise CassetteError(
                    str(self._path), f"it was not written: an exchange could not be recorded ({self._gap})"
                )
            self._settle(memos, played)
        self.became = "written"
        self._discard_journal()
        with contextlib.suppress(OSError):
            self._failed.unlink()

    @contextlib.contextmanager
    def _kept_if_it_fails(self, memos: Mapping[str, list[Any]]) -> Iterator[None]:
        try:
            yield
        except BaseException as problem:
            self._settled = True
            if self._journal is None:
                raise
            header = self._header(self.exchanges, memos)
            kept, self._journal = self._journal.set_aside(header), None
            self.became = "set aside"
            if not isinstance(problem, CassetteError):
                raise
            path = shlex.quote(str(kept))
            remedy = (
                f"{problem.remedy + '; ' if problem.remedy else ''}what was recorded is kept in {path}: "
                f"`pytest-dynamodb show {path}` shows it, `pytest-dynamodb recover {path}` writes the cassette"
            )
            raise CassetteError(problem.path, problem.problem, offset=problem.offset, remedy=remedy) from problem

    def _settle(self, memos: Mapping[str, list[Any]], played: Sequence[Exchange]) -> None:
        recorded = self._clean()
        if not self.volatile and self._before.header.volatile and not self._keep:
            self.volatile = self._volatile_again(recorded)
        if self._options.shared:
            with locked(self._path):
                self._commit_shared(recorded, memos, played)
        elif self._options.worker is not None:
            try:
                self._commit_joined(recorded, memos, self._options.worker)
            except CassetteError:  # another worker's contradicts it: it is no success
                self.abandon(memos)
                raise
        else:
            self._commit(recorded, memos)

    def _commit(self, recorded: list[Exchange], memos: Mapping[str, list[Any]]) -> None:
        (header, previous), exchanges = self._before, recorded
        if self._keep:
            exchanges, memos = [*previous, *recorded], {**header.memos, **memos}
        if not exchanges and not memos:
            if self._exists:
                remove(self._path)
            return
        if self._exists and self._says_the_same(previous, exchanges, header.memos, memos):
            return
        write(self._path, self._header(exchanges, memos), exchanges, compress=self._options.compress)

    def _commit_joined(self, recorded: list[Exchange], memos: Mapping[str, list[Any]], worker: Worker) -> None:
        """Join it with what other workers of the session recorded. One that recorded nothing takes nothing away."""
        if not recorded and not memos:
            return
        from pytest_dynamodb.cassette.contributions import Contributions  # for recordings with workers

        contributions = Contributions(self._path, worker)
        matcher = self._matcher_across_runs()
        with contributions.joined(self._header(recorded, {}), recorded, matcher) as (together, all_memos, before):
            kept = before if before and self._keep else Contents(Header(), [])
            exchanges, now = [*kept.exchanges, *together], {**kept.header.memos, **all_memos}
            if before and self._says_the_same(before.exchanges, exchanges, before.header.memos, now):
                contributions.restore()
            else:
                write(self._path, self._header(exchanges, now), exchanges, compress=self._options.compress)

    def _commit_shared(
        self, recorded: list[Exchange], memos: Mapping[str, list[Any]], played: Sequence[Exchange]
    ) -> None:
        """Put what the test recorded among what others have in the file by now."""
        path, owner = self._path, self._options.owner
        now = read(path) if exists(path) else Contents(Header(), [])
        mine, mine_memos = recorded, memos
        own = [exchange for exchange in now.exchanges if exchange.owner == owner]
        own_memos = {name: values for name, values in now.header.memos.items() if name.startswith(f"{owner}\n")}
        if self._keep:
            if not recorded and not memos:
                return
            # A newcomer is answered with what others recorded; from now on it has recordings of its own.
            adopted = [replace(exchange, owner=owner) for exchange in played if exchange.owner != owner]
            mine, mine_memos = [*own, *adopted, *recorded], {**own_memos, **memos}
        if (own or own_memos or not (mine or mine_memos)) and self._says_the_same(own, mine, own_memos, mine_memos):
            return
        others = [exchange for exchange in now.exchanges if exchange.owner != owner]
        memos = {**{n: v for n, v in now.header.memos.items() if n not in own_memos}, **mine_memos}
        exchanges = sorted([*others, *mine], key=lambda exchange: exchange.owner)
        if not exchanges and not memos:
            remove(path)
            return
        header = self._header(exchanges, memos)
        header = replace(
            header,
            tables={**now.header.tables, **header.tables},
            pseudonyms=tuple(sorted({*now.header.pseudonyms, *header.pseudonyms})),
            volatile=dict(sorted({**now.header.volatile, **header.volatile}.items())),
            schemas={**now.header.schemas, **header.schemas},
        )
        write(path, header, exchanges, compress=self._options.compress)

    def abandon(self, memos: Mapping[str, list[Any]]) -> None:
        """Write what there is to ``*.failed``, for whoever wants to see what went wrong."""
        with self._kept_if_it_fails(memos):
            recorded = self._clean()
            if recorded:
                write(self._failed, self._header(recorded, memos), recorded)
                self.became = "set aside"
        self._discard_journal()

    def discard(self) -> None:
        """Write nothing at all."""
        self._discard_journal()

    @property
    def _failed(self) -> Path:
        return self._path.with_name(self._path.name + ".failed")

    def _discard_journal(self) -> None:
        self._settled = True
        if self._journal is not None:
            self._journal.discard()
            self._journal = None

    def _clean(self) -> list[Exchange]:
        """What was recorded, once more without values that were found to be sensitive only later on."""
        sanitizer = self._sanitizer
        if not sanitizer.pseudonyms and not sanitizer.has_secrets:
            return self.exchanges
        return [
            replace(exchange, params=sanitizer.params(exchange.params), outcome=sanitizer.outcome(exchange.outcome))
            for exchange in self.exchanges
        ]

    def _says_the_same(
        self,
        before: Sequence[Exchange],
        now: Sequence[Exchange],
        memos_before: Mapping[str, list[Any]],
        memos_now: Mapping[str, list[Any]],
    ) -> bool:
        options = self._options
        if self._before.header.is_older_than(options.max_age) or dict(memos_now) != dict(memos_before):
            return False
        if self.volatile or options.volatile:
            if bool(self.volatile) != bool(self._before.header.volatile):
                return False
            before = self._numbered_but(before, self._before.header.volatile)
            now = self._numbered_but(now, self.volatile)
        return equivalent(before, now, self._matcher_across_runs(), strict=options.order == "strict")

    def _volatile_again(self, recorded: Sequence[Exchange]) -> Mapping[str, tuple[str, ...]]:
        """What now stands where the recording before had values that are new in every run."""
        from pytest_dynamodb.cassette.volatile.parts import is_unmistakable  # these for cassettes with such values
        from pytest_dynamodb.cassette.volatile.passes import compare, texts_of
        from pytest_dynamodb.cassette.volatile.recordings import volatile_at

        header, previous = self._before
        places = {place for places in header.volatile.values() for place in places}
        owner = self._options.owner if self._options.shared else ""
        mine = [exchange for exchange in previous if not owner or exchange.owner == owner]
        found = compare(mine, recorded, self._matcher_across_runs()).values
        now = {value: at for value, at in found.items() if not places.isdisjoint(at)}
        there, before = texts_of(recorded), texts_of(mine)
        kept = {value: at for value, at in header.volatile.items() if value in there}
        # A request that asks for more or less than before has none to be compared with. Its places are known.
        known = volatile_at(sorted(places), recorded)
        moved = {value: at for value, at in known.items() if value not in before and is_unmistakable(value)}
        return {**kept, **moved, **now}

    def _numbered_but(
        self, exchanges: Sequence[Exchange], volatile: Mapping[str, tuple[str, ...]]
    ) -> Sequence[Exchange]:
        """Exchanges that are equal where only values differ that are new in every run."""
        from pytest_dynamodb.cassette.volatile.passes import numbered  # for cassettes that have such values
        from pytest_dynamodb.cassette.volatile.recordings import volatile_at

        return numbered(exchanges, {**volatile, **volatile_at(self._options.volatile, exchanges)})

    def _matcher_across_runs(self) -> Matcher:
        return Matcher(self._options.ignore, normalize=self._options.hooks.normalize, across_runs=True)

    def _header(self, exchanges: Sequence[Exchange], memos: Mapping[str, list[Any]]) -> Header:
        options = self._options
        tables = {**(self._before.header.tables if self._keep else {}), **key_names(exchanges)}
        region, account = home_of(exchanges)
        begun = self._origin or Header(
            recorded=strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(real_time())),
            endpoint=options.upstream if options.upstream in ("aws", "mock") else "url",
            recorder=_recorder(),
        )
        return replace(
            begun,
            node_id="" if options.shared else self._sanitizer.text(options.owner),
            region=region,
            account=account,
            tables=tables,
            pseudonyms=self._sanitizer.pseudonyms,
            memos=memos,
            volatile={**(self._before.header.volatile if self._keep else {}), **self.volatile},
            schemas={**(self._before.header.schemas if self._keep else {}), **described_in(exchanges)},
        )


def equivalent(one: Sequence[Exchange], other: Sequence[Exchange], matcher: Matcher, *, strict: bool = False) -> bool:
    """Whether two recordings replay alike.

    They do if they hold the same exchanges in the same order, or in one that only differs between calls which have
    nothing to do with each other, as concurrent ones do. How long a call took does not matter.
    """
    if len(one) != len(other):
        return False
    first, second = signed(one, matcher), signed(other, matcher)
    if first == second:
        return True
    return not strict and _by_subject(one, first) == _by_subject(other, second)


def signed(exchanges: Sequence[Exchange], matcher: Matcher) -> list[tuple[str, str]]:
    """For each exchange a text of what was asked, and where if in several places, and one of what came back."""
    several = len(places_of(exchanges)) > 1
    return [
        (
            (f"{e.region} {e.account} " if several else "") + matcher.key(e.operation, e.params, e.tokens),
            signature_of(e.outcome, matcher),
        )
        for e in exchanges
    ]


def signature_of(outcome: Outcome, matcher: Matcher) -> str:
    """A text that outcomes share if a replay cannot tell them apart."""
    if isinstance(outcome, TransportFailure):
        return f"{outcome.kind} {outcome.message} {outcome.attempts}"
    body = outcome.body
    text = body.hex() if isinstance(body, bytes) else json.dumps(matcher.comparable(body), sort_keys=True)
    return f"{outcome.status} {outcome.attempts} {outcome.exhausted} {dict(outcome.headers)} {text}"


def _by_subject(
    exchanges: Sequence[Exchange], signed: Sequence[tuple[str, str]]
) -> dict[object, list[tuple[str, str]]]:
    """The exchanges of each key and of each item, in their order."""
    # Where no exchange shows a table's keys, whatever reads it reads it whole, and so stands in order with all of its
    # writes: keys that only a header knows would add nothing.
    tables = key_names(exchanges)
    touching = [touched(exchange.operation, exchange.params, tables) for exchange in exchanges]
    collections = any(touches.whole for touches in touching)
    subjects: dict[object, list[tuple[str, str]]] = defaultdict(list)
    for touches, signature in zip(touching, signed, strict=True):
        subjects[signature[0]].append(signature)
        for item in touches.items:
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
