"""Changes of a recording taken or not, one by one, and the recording that comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pytest_dynamodb.cassette.items import key_names
from pytest_dynamodb.cassette.matching import Matcher, home_of
from pytest_dynamodb.cassette.redaction import Sanitizer, pseudonym
from pytest_dynamodb.cassette.report.trees import find_differences, path_text
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.upkeep.comparison import ExchangeChange, compare, details, differ, paired


class RecordingReview:
    """What changed between two recordings, and what was decided of it.

    A change is accepted or rejected; those of which nothing was said are ``open``, and are in the result. ``ignored``
    and ``redacted`` are JMESPath expressions that a test is to have from now on.
    """

    was: Contents
    now: Contents

    def __init__(self, was: Contents, now: Contents, *, ignore: Sequence[str] = ()) -> None:
        self.was, self.now = was, now
        self.ignored: list[str] = []
        self.redacted: list[str] = []
        self._before = tuple(ignore)
        self._changes = compare(was.exchanges, now.exchanges, self.matcher)
        self._accepted: set[int] = set()
        self._rejected: set[int] = set()

    @property
    def matcher(self) -> Matcher:
        """Compares without what is ignored by now."""
        return Matcher([*self._before, *self.ignored], across_runs=True)

    @property
    def changes(self) -> Sequence[ExchangeChange]:
        """All changes, in the order of the newer recording."""
        return self._changes

    @property
    def open(self) -> list[ExchangeChange]:
        """The changes of which nothing has been decided yet."""
        settled = self._accepted | self._rejected
        return [change for number, change in enumerate(self._changes) if number not in settled]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many changes are accepted, rejected, open."""
        return len(self._accepted), len(self._rejected), len(self.open)

    def accept(self, change: ExchangeChange) -> None:
        """Keep what was recorded anew."""
        self._accepted.add(self._number(change))

    def reject(self, change: ExchangeChange) -> None:
        """Put back what was there before."""
        self._rejected.add(self._number(change))

    def _number(self, change: ExchangeChange) -> int:
        return next(number for number, known in enumerate(self._changes) if known is change)

    def ignore(self, path: str) -> None:
        """Let requests and answers differ at a path. What differs nowhere else is what it was before again.

        Raises ``ConfigurationError`` for a path that is no JMESPath expression.
        """
        Matcher([path])
        self.ignored.append(path)
        for change in self.open:
            if not self._differs(change, self.matcher):
                self.reject(change)

    def redact(self, path: str) -> None:
        """Replace what stands at a path, in all exchanges. Raises ``ConfigurationError`` as ``ignore`` does."""
        Sanitizer([path])
        self.redacted.append(path)

    def keep_only(self, paths: Sequence[str]) -> None:
        """Accept the open changes that differ at these paths and nowhere else, and reject all others."""
        wider = Matcher([*self._before, *self.ignored, *paths], across_runs=True)
        for change in self.open:
            if self._differs(change, wider):
                self.reject(change)
            else:
                self.accept(change)

    def _differs(self, change: ExchangeChange, matcher: Matcher) -> bool:
        if change.was is None or change.now is None or change.kind == "moved":
            return True
        return differ(change.was, change.now, matcher)

    def result(self) -> Contents | None:
        """The recording as it was decided; ``None`` if that is the newer one as it is.

        The older one itself if all of it is rejected; memos are those of the newer one otherwise.
        """
        if not self._rejected and not self.redacted:
            return None
        if len(self._rejected) == len(self._changes) and not self.redacted:
            return self.was
        exchanges = self._put_back()
        sanitizer = Sanitizer(self.redacted, known=self.now.header.pseudonyms)
        if self.redacted:
            exchanges = [_redacted(exchange, sanitizer) for exchange in exchanges]
            exchanges = [_redacted(exchange, sanitizer) for exchange in exchanges]  # what was found later, too
        region, account = home_of(exchanges)
        tables = {**self.was.header.tables, **self.now.header.tables, **key_names(exchanges)}
        pseudonyms = tuple(sorted({*self.was.header.pseudonyms, *sanitizer.pseudonyms}))
        volatile = {**self.was.header.volatile, **self.now.header.volatile}
        header = replace(
            self.now.header,
            tables=tables,
            pseudonyms=pseudonyms,
            region=region,
            account=account,
            volatile={_stand_in(value, pseudonyms): places for value, places in volatile.items()},
            schemas={**self.was.header.schemas, **self.now.header.schemas},
        )
        return Contents(header, exchanges)

    def _put_back(self) -> list[Exchange]:
        rejected = [self._changes[number] for number in sorted(self._rejected)]
        by_place = {change.now_number: change for change in rejected if change.now_number}
        old_numbers = _old_numbers(self.was.exchanges, self.now.exchanges, self.matcher)
        placed: list[tuple[int, Exchange]] = []
        for number, exchange in enumerate(self.now.exchanges, 1):
            change = by_place.get(number)
            if change is None:
                placed.append((old_numbers.get(number, 0), exchange))
            elif change.kind == "changed" and change.was is not None:
                placed.append((change.was_number, change.was))
        for change in sorted(rejected, key=lambda change: change.was_number):
            if change.kind in ("removed", "moved") and change.was is not None:
                before = [place for place, (old, _) in enumerate(placed) if 0 < old < change.was_number]
                placed.insert(max(before, default=-1) + 1, (change.was_number, change.was))
        return [exchange for _, exchange in placed]


def _old_numbers(was: Sequence[Exchange], now: Sequence[Exchange], matcher: Matcher) -> dict[int, int]:
    _, partners = paired(was, now, matcher)
    return {number + 1: old + 1 for number, old in partners.items()}


def _stand_in(value: str, pseudonyms: Collection[str]) -> str:
    """What stands for a value that was redacted, or the value."""
    return next((stands for tag in "SN" if (stands := pseudonym(tag, value)) in pseudonyms), value)


def _redacted(exchange: Exchange, sanitizer: Sanitizer) -> Exchange:
    return replace(exchange, params=sanitizer.params(exchange.params), outcome=sanitizer.outcome(exchange.outcome))


def paths_of(change: ExchangeChange, matcher: Matcher) -> list[str]:
    """Where a changed exchange differs, as paths that ``ignore`` and ``redact`` take; values of expressions too."""
    was, now = change.was, change.now
    if was is None or now is None:
        return []
    found = [detail.path for detail in details(change, matcher) if detail.side == "request" or _in_body(detail.path)]
    if was.params.keys() == now.params.keys():
        found += _values_of_expressions(was.params, now.params)
    return list(dict.fromkeys(found))


def _in_body(path: str) -> bool:
    return path not in ("attempts", "exhausted", "failure", "message", "status") and not path.startswith("headers")


def _values_of_expressions(was: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    name = "ExpressionAttributeValues"
    same_text = all(was[key] == now[key] for key in was if key.endswith("Expression"))
    if name in was and same_text:
        for difference in find_differences(was[name], now[name]):
            yield path_text((name, *difference.path))
