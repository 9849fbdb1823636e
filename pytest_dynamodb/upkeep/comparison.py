"""What changed between two recordings of the same: exchanges that came, went, moved or are answered otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from pytest_dynamodb.cassette.matching import Matcher, places_of
from pytest_dynamodb.cassette.recording import equivalent, signature_of
from pytest_dynamodb.cassette.report.expressions import describe_expressions, take_expressions
from pytest_dynamodb.cassette.report.requests import title
from pytest_dynamodb.cassette.report.trees import MISSING, Difference, TreePath, find_differences, path_text
from pytest_dynamodb.exchange import Exchange, Outcome, TransportFailure
from pytest_dynamodb.terminal import printable
from pytest_dynamodb.upkeep.plain import clause_text, line_of

ChangeKind = Literal["added", "removed", "changed", "moved"]
SIGNS: dict[ChangeKind, str] = {"added": "+", "removed": "-", "changed": "~", "moved": "="}
"""The sign that a line about a change begins with."""


@dataclass(frozen=True, slots=True)
class ExchangeChange:
    """An exchange that is not in both recordings alike. Numbers count from 1; 0 where it is not."""

    kind: ChangeKind
    was: Exchange | None
    now: Exchange | None
    was_number: int = 0
    now_number: int = 0

    @property
    def exchange(self) -> Exchange:
        """The newer of the two."""
        found = self.now or self.was
        assert found is not None
        return found

    @property
    def heading(self) -> str:
        """The exchange and where it stands, on one line."""
        numbers = [f"#{number}" for number in (self.was_number, self.now_number) if number]
        name = title(self.exchange.operation, self.exchange.params)
        return f"{SIGNS[self.kind]} {' → '.join(dict.fromkeys(numbers))} {printable(name)}"


def compare(was: Sequence[Exchange], now: Sequence[Exchange], matcher: Matcher) -> list[ExchangeChange]:
    """The changes from one recording to another, in the order of the newer; nothing if they replay alike.

    Requests are compared by meaning; the n-th time that something is asked is compared with the n-th time before. A
    request that nothing was like is taken for the one of the same operation and tables that stood in its place.
    """
    alike, partners = paired(was, now, matcher)
    moved = set() if _in_order(partners) else _out_of_line(partners)
    changes = list[tuple[tuple[float, int], ExchangeChange]]()
    for number, exchange in enumerate(now):
        old = partners.get(number)
        if old is None:
            change = ExchangeChange("added", None, exchange, 0, number + 1)
        elif number not in alike and differ(was[old], exchange, matcher):
            change = ExchangeChange("changed", was[old], exchange, old + 1, number + 1)
        elif number in moved:
            change = ExchangeChange("moved", was[old], exchange, old + 1, number + 1)
        else:
            continue
        changes.append(((number, 1), change))
    kept = {old: number for number, old in partners.items()}
    after_which = -1.0
    for number, exchange in enumerate(was):
        if number in kept:
            after_which = kept[number]
        else:
            changes.append(((after_which + 0.5, number), ExchangeChange("removed", exchange, None, number + 1)))
    found = [change for _, change in sorted(changes, key=lambda placed: placed[0])]
    if all(change.kind == "moved" for change in found) and equivalent(was, now, matcher):
        return []  # only calls that have nothing to do with each other changed places
    return found


def paired(was: Sequence[Exchange], now: Sequence[Exchange], matcher: Matcher) -> tuple[dict[int, int], dict[int, int]]:
    """Which exchange of the newer recording is which of the older, by their numbers from 0.

    First those that are the same to the letter, then all that have a counterpart.
    """
    alike = dict(_alike(was, now))
    partners = dict(alike)
    if len(alike) < max(len(was), len(now)):
        partners.update(_partners(was, now, alike, matcher))
        partners.update(_replaced(was, now, partners))
    return alike, partners


def _alike(was: Sequence[Exchange], now: Sequence[Exchange]) -> Iterator[tuple[int, int]]:
    """Exchanges that are the same to the letter and stand in the same place, counted from the beginning or the end."""
    shorter = min(len(was), len(now))
    first = next((n for n in range(shorter) if not _is_same(was[n], now[n])), shorter)
    yield from ((n, n) for n in range(first))
    later, shift = len(now) - len(was), len(was) - len(now)
    if later == 0:
        yield from ((n, n) for n in range(first, shorter) if _is_same(was[n], now[n]))
        return
    for n in range(len(now) - 1, len(now) - 1 - (shorter - first), -1):
        if not _is_same(was[n + shift], now[n]):
            return
        yield n, n + shift


def _is_same(was: Exchange, now: Exchange) -> bool:
    return (
        was.operation == now.operation
        and was.params == now.params
        and (was.owner, was.region, was.account) == (now.owner, now.region, now.account)
        and _came_back(was.outcome) == _came_back(now.outcome)
    )


def _came_back(outcome: Outcome) -> tuple[object, ...]:
    """Everything of an outcome but how long it took."""
    if isinstance(outcome, TransportFailure):
        return outcome.kind, outcome.message, outcome.arguments, outcome.attempts
    return outcome.status, outcome.body, outcome.headers, outcome.attempts, outcome.exhausted


def _partners(
    was: Sequence[Exchange], now: Sequence[Exchange], alike: Mapping[int, int], matcher: Matcher
) -> Iterator[tuple[int, int]]:
    """Of all others: the n-th time that something is asked, and the n-th time that the same was asked before.

    Where it is asked more or less often than before, those are left over whose answers are.
    """
    taken, several = set(alike.values()), len(places_of([*was, *now])) > 1
    before = _asked([n for n in range(len(was)) if n not in taken], was, matcher, several=several)
    after = _asked([n for n in range(len(now)) if n not in alike], now, matcher, several=several)
    for name, numbers in after.items():
        olds = before.get(name, [])
        if len(olds) == len(numbers):
            yield from zip(numbers, olds, strict=True)
            continue
        one = [signature_of(was[old].outcome, matcher) for old in olds]
        other = [signature_of(now[number].outcome, matcher) for number in numbers]
        for _, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            yield from zip(numbers[first:last], olds[start:end], strict=False)


def _asked(
    numbers: Sequence[int], exchanges: Sequence[Exchange], matcher: Matcher, *, several: bool
) -> dict[object, list[int]]:
    """The numbers of exchanges by what was asked, by whom, and where."""
    asked: dict[object, list[int]] = defaultdict(list)
    for number in numbers:
        exchange = exchanges[number]
        place = (exchange.region, exchange.account) if several else ()
        key = matcher.key(exchange.operation, exchange.params, exchange.tokens)
        asked[exchange.owner, place, key].append(number)
    return asked


def differ(was: Exchange, now: Exchange, matcher: Matcher) -> bool:
    """Whether a replay could tell two exchanges apart."""
    if _request_differs(was, now, matcher):
        return True
    return _outcome(was.outcome, matcher) != _outcome(now.outcome, matcher)


def _request_differs(was: Exchange, now: Exchange, matcher: Matcher) -> bool:
    if was.operation == now.operation and was.params == now.params:
        return False
    keys = [matcher.key(exchange.operation, exchange.params, exchange.tokens) for exchange in (was, now)]
    return keys[0] != keys[1]


def _replaced(was: Sequence[Exchange], now: Sequence[Exchange], partners: dict[int, int]) -> dict[int, int]:
    """Of what is in one of them only: who stands in whose place, between the same neighbours."""
    gaps: dict[int, dict[Any, list[int]]] = defaultdict(lambda: defaultdict(list))
    kept = set(partners.values())
    last = -1
    for number, exchange in enumerate(was):
        if number in kept:
            last = number
        else:
            gaps[last][_kind(exchange)].append(number)
    found = dict[int, int]()
    last = -1
    for number, exchange in enumerate(now):
        if number in partners:
            last = partners[number]
        elif waiting := gaps[last][_kind(exchange)]:
            found[number] = waiting.pop(0)
    return found


def _kind(exchange: Exchange) -> tuple[str, str]:
    return exchange.owner, title(exchange.operation, exchange.params)


def _in_order(partners: dict[int, int]) -> bool:
    olds = [old for _, old in sorted(partners.items())]
    return olds == sorted(olds)


def _out_of_line(partners: dict[int, int]) -> set[int]:
    """The fewest exchanges without which all others stand in their old order: all but a longest rising row."""
    from bisect import bisect_left

    numbers = sorted(partners)
    ends, at, before = list[int](), list[int](), dict[int, int | None]()
    for number in numbers:
        place = bisect_left(ends, partners[number])
        ends[place : place + 1] = [partners[number]]
        at[place : place + 1] = [number]
        before[number] = at[place - 1] if place else None
    row, last = set[int](), at[-1] if at else None
    while last is not None:
        row.add(last)
        last = before[last]
    return set(numbers) - row


# --- a change in detail ---


class Detail(NamedTuple):
    """One place where a changed exchange differs. ``side`` says whether in what was asked or in what came back."""

    side: Literal["request", "answer"]
    difference: Difference

    @property
    def path(self) -> str:
        """The place as a JMESPath expression, as ``ignore`` and ``redact`` take it."""
        return path_text(self.difference.path)

    @property
    def line(self) -> str:
        """The place, and both values, plain."""
        was, now = (_side(value) for value in (self.difference.recorded, self.difference.now))
        return f"{printable(self.path)}: {was} → {now}"


def _side(value: Any) -> str:
    return "nothing" if value is MISSING else line_of(value)


def details(change: ExchangeChange, matcher: Matcher) -> list[Detail]:
    """Where a changed exchange differs: in its parameters as they were sent, then in its answer.

    Parameters that mean the same do not differ, however they are spelt.
    """
    was, now = change.was, change.now
    if was is None or now is None or change.kind == "moved":
        return []
    found = list[Detail]()
    if _request_differs(was, now, matcher):
        forms = (_form(exchange, matcher) for exchange in (was, now))
        one, other = (take_expressions(form)[0] for form in forms)
        found += [Detail("request", difference) for difference in find_differences(one, other)]
    one, other = _outcome(was.outcome, matcher), _outcome(now.outcome, matcher)
    for difference in find_differences(one, other):
        path = difference.path[1:] if difference.path[0] == "body" and len(difference.path) > 1 else difference.path
        found.append(Detail("answer", Difference(path, difference.recorded, difference.now)))
    return found


def change_lines(change: ExchangeChange, matcher: Matcher) -> Iterator[str]:
    """A changed exchange in detail, a line for each place; of expressions the clauses that went and came."""
    was, now = change.was, change.now
    if was is None or now is None or change.kind == "moved":
        return
    found = details(change, matcher)
    if _request_differs(was, now, matcher):
        for line in describe_expressions(_clauses(was, matcher), _clauses(now, matcher), colour=False):
            yield f"request  {line}"
    for detail in found:
        yield f"{detail.side:7}  {detail.line}"


def _clauses(exchange: Exchange, matcher: Matcher) -> dict[TreePath, list[str]]:
    taken = take_expressions(_form(exchange, matcher))[1]
    return {place: [clause_text(clause) for clause in clauses] for place, clauses in taken.items()}


def _form(exchange: Exchange, matcher: Matcher) -> dict[str, Any]:
    return matcher.form(exchange.operation, exchange.params, exchange.tokens)


def _outcome(outcome: Outcome, matcher: Matcher) -> dict[str, Any]:
    if isinstance(outcome, TransportFailure):
        return {"failure": outcome.kind, "message": outcome.message, "attempts": outcome.attempts}
    said = {"status": outcome.status, "attempts": outcome.attempts, "exhausted": outcome.exhausted}
    body = outcome.body.hex() if isinstance(outcome.body, bytes) else matcher.comparable(outcome.body)
    return {**said, "headers": dict(outcome.headers), "body": body}
