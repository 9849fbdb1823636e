"""The text form of a cassette: what ``git diff`` shows of it, and what ``show --text`` prints.

One exchange a block: a line with the operation and its tables, the request below it, ``=>`` with what came back, and
the answer. Expressions are resolved into clauses, values are plain (``plain``), maps and sets are in order. Left out is
what differs from one recording to the next and means nothing: how long a call took, and idempotency tokens.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.report.requests import EXPRESSIONS, clauses_text, title
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.exchange import Exchange, Outcome, TransportFailure
from pytest_dynamodb.expressions.canonical import canonical_params
from pytest_dynamodb.terminal import printable
from pytest_dynamodb.upkeep.plain import PlainText, clause_text, line_of, member_lines, quoted

_INDENT, _WIDEST_CLAUSES = 2, 80
"""Columns by which what belongs to a line is indented; and the longest expression that stands on one line."""


def cassette_lines(contents: Contents) -> Iterator[str]:
    """The text form, line by line. Two cassettes that hold the same have the same lines."""
    yield from header_lines(contents.header)
    for exchange in contents.exchanges:
        yield ""
        yield from exchange_lines(exchange, contents.header)


def header_lines(header: Header) -> Iterator[str]:
    """What a cassette says of itself."""
    yield f"cassette of {printable(header.node_id) or 'several tests'}"
    place = " ".join(filter(None, (header.region, header.account)))
    said = {
        "recorded": header.recorded or "at an unknown time",
        "from": f"{header.endpoint} in {place}" if place else header.endpoint,
        "with": ", ".join(f"{name} {version}" for name, version in sorted(header.recorder.items())),
        "keys": ", ".join(f"{table} ({', '.join(keys)})" for table, keys in sorted(header.tables.items())),
        "indexes": ", ".join(_indexes(header)),
        "volatile": ", ".join(sorted({place for places in header.volatile.values() for place in places})),
        "redacted": f"{len(header.pseudonyms)} values" if header.pseudonyms else "",
    }
    for name, text in said.items():
        if text:
            yield f"{' ' * _INDENT}{name}: {printable(text)}"
    if header.memos:
        yield from member_lines("memos", dict(header.memos), indent=_INDENT)


def _indexes(header: Header) -> Iterator[str]:
    for table, schema in sorted(header.schemas.items()):
        for name, index in sorted(schema.indexes.items()):
            yield f"{table} {name} ({', '.join(attribute for attribute, _ in index.key)})"


def exchange_lines(exchange: Exchange, header: Header | None = None) -> Iterator[str]:
    """One exchange: request and answer. ``header`` is that of its file, which need not be repeated."""
    yield printable(exchange_title(exchange, header))
    yield from request_lines(exchange)
    yield f"{' ' * _INDENT}=> {outcome_title(exchange)}"
    yield from answer_lines(exchange.outcome)


def exchange_title(exchange: Exchange, header: Header | None = None) -> str:
    """The operation and its tables, where it was sent if that is not where its file says, and whose it is."""
    place = (exchange.region, exchange.account)
    elsewhere = " ".join(filter(None, place)) if header and place != (header.region, header.account) else ""
    words = [title(exchange.operation, exchange.params), f"in {elsewhere}" if elsewhere else ""]
    return " ".join(filter(None, [*words, f"[{exchange.owner}]" if exchange.owner else ""]))


def request_lines(exchange: Exchange) -> Iterator[str]:
    """The parameters, a member a line or more, expressions as their clauses; without the table's name."""
    params = {name: value for name, value in exchange.params.items() if name not in exchange.tokens}
    form = canonical_params(exchange.operation, params)
    for name, value in sorted(form.items()):
        if name != "TableName":
            yield from member_lines(EXPRESSIONS.get(name, name), _resolved(value, name), indent=_INDENT)


def _resolved(node: Any, name: str = "") -> Any:
    """A canonical request, in which the clauses of expressions stand as they are read."""
    if name in EXPRESSIONS and isinstance(node, list):
        clauses = [clause_text(str(clause)) for clause in node]
        joined = clauses_text(name, clauses)
        return PlainText(joined) if len(joined) <= _WIDEST_CLAUSES else [PlainText(clause) for clause in clauses]
    if isinstance(node, dict):
        return {EXPRESSIONS.get(inner, inner): _resolved(value, inner) for inner, value in node.items()}
    if isinstance(node, list):
        return [_resolved(value) for value in node]
    return node


def outcome_title(exchange: Exchange) -> str:
    """The status or the error, and how many attempts it took, if more than one."""
    outcome = exchange.outcome
    if isinstance(outcome, TransportFailure):
        said = [f"no answer: {outcome.kind}"]
    else:
        code = exchange.error_code
        said = [f"{outcome.status} {code}" if code and code != str(outcome.status) else str(outcome.status)]
        if outcome.exhausted:
            said.append("and the client gave up")
        said += [f"{name}: {value}" for name, value in sorted(outcome.headers.items())]
    if exchange.attempts != 1:
        said.insert(1, f"{exchange.attempts} attempts")
    return printable(", ".join(said))


def answer_lines(outcome: Outcome) -> Iterator[str]:
    """What came back, a member a line or more."""
    members: dict[str, Any]
    if isinstance(outcome, TransportFailure):
        members = {"message": outcome.message, **({"arguments": dict(outcome.arguments)} if outcome.arguments else {})}
    elif isinstance(outcome.body, bytes):
        members = {"body": PlainText(f"b{quoted(base64.b64encode(outcome.body).decode())}")}
    else:
        members = outcome.body
    for name, value in sorted(members.items()):
        if name != "__type":  # the title has it
            yield from member_lines(name, value, indent=2 * _INDENT)


# --- items of an answer ---

_MOST_ITEMS, _WIDEST_ITEM = 3, 160


def item_lines(exchange: Exchange) -> list[str]:
    """The first items of an answer, one on a line, and how many more there are; none where it holds none."""
    found = list(_items(exchange.response or {}))
    lines = [_cut(line_of(item), _WIDEST_ITEM) for item in found[:_MOST_ITEMS]]
    more = len(found) - len(lines)
    return [*lines, f"and {more} more"] if more else lines


def _items(body: dict[str, Any]) -> Iterator[Any]:
    """The items in an answer: one, a page, those of a batch by table, those of a transaction or a cancelled one's."""
    for member in ("Item", "Attributes"):
        if isinstance(body.get(member), dict):
            yield body[member]
    responses = body.get("Responses")
    for items in responses.values() if isinstance(responses, dict) else ():
        yield from items if isinstance(items, list) else ()
    for member, inner in (("Items", ""), ("Responses", "Item"), ("CancellationReasons", "Item")):
        for entry in body[member] if isinstance(body.get(member), list) else ():
            item = entry.get(inner) if inner and isinstance(entry, dict) else entry
            if isinstance(item, dict):
                yield item


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else f"{text[: widest - 1]}…"
