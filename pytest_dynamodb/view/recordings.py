"""What the page shows of recordings, as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.items import reported_units
from pytest_dynamodb.cassette.report.requests import request_line
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import capacity_kind, parts, table_name, tables_of
from pytest_dynamodb.view.effects import effects, schemas


@dataclass(frozen=True, slots=True)
class ShownRecording:
    """A recording and what it is called on the page.

    ``state`` says of a run what became of its exchanges: ``replayed``, ``recorded``, ``mocked`` or ``live``.
    """

    name: str
    header: Header
    exchanges: Sequence[Exchange]
    state: str = ""


def recordings_data(recordings: Sequence[ShownRecording], *, title: str) -> dict[str, Any]:
    """What the page shows of recordings, their exchanges in one list in the order given."""
    exchanges = [exchange for recording in recordings for exchange in recording.exchanges]
    known = {name: keys for recording in recordings for name, keys in recording.header.tables.items()}
    declared = {name: one for recording in recordings for name, one in recording.header.schemas.items()}
    return {
        "title": title,
        "sources": [_source(recording) for recording in recordings],
        "exchanges": [
            exchange_data(exchange, number)
            for number, recording in enumerate(recordings)
            for exchange in recording.exchanges
        ],
        "tables": schemas(known, exchanges, declared),
    }


def _source(recording: ShownRecording) -> dict[str, Any]:
    header = recording.header
    place = " ".join(filter(None, (header.region, header.account)))
    with_what = ", ".join(f"{name} {version}" for name, version in header.recorder.items())
    return {
        "name": recording.name,
        "test": header.node_id,
        "recorded": header.recorded,
        "from": " in ".join(filter(None, (header.endpoint, place))),
        "with": with_what,
        "state": recording.state,
    }


def exchange_data(exchange: Exchange, source: int = 0) -> dict[str, Any]:
    """What the page shows of one exchange: a row of the timeline, and under ``body`` what there is to look into.

    What is as usual is left out of the row.
    """
    outcome, operation, params = exchange.outcome, exchange.operation, exchange.params
    body: dict[str, Any] = {"params": params, "effects": effects(exchange), "units": units(exchange)}
    row: dict[str, Any] = {
        "s": source,
        "op": operation,
        "kind": capacity_kind(operation, params) or "Table",
        "tables": sorted(filter(None, tables_of(operation, params))),
        "line": request_line(operation, params),
        "ms": round(exchange.elapsed * 1000, 3),
        "body": body,
    }
    if isinstance(outcome, TransportFailure):
        body["failure"] = outcome.message
    else:
        row["status"], row["says"] = outcome.status, _said(exchange)
        body["answer"] = outcome.body.decode("utf-8", "replace") if isinstance(outcome.body, bytes) else outcome.body
    optional = {
        "error": exchange.error_code,
        "attempts": exchange.attempts if exchange.attempts != 1 else 0,
        "place": " ".join(filter(None, (exchange.region, exchange.account))),
        "owner": exchange.owner,
    }
    return row | {name: value for name, value in optional.items() if value}


def _said(exchange: Exchange) -> str:
    """A success in a word or two."""
    answer = exchange.response or {}
    if isinstance(answer.get("Items"), list):
        count = len(answer["Items"])
        return f"{count} item{'' if count == 1 else 's'}" + (" and more" if "LastEvaluatedKey" in answer else "")
    if exchange.operation == "GetItem":
        return "1 item" if answer.get("Item") else "no item"
    if "Count" in answer:
        return f"count {answer['Count']}"
    return str(exchange.outcome.status) if isinstance(exchange.outcome, Response) else ""


# --- capacity by table and key ---


def units(exchange: Exchange) -> list[list[Any]]:
    """``[table, partition key, read units, write units]`` of what an exchange consumed; units are null if unreported.

    The key is the attribute value in wire form; it is null where several keys, or the whole table, were asked for.
    """
    row = OPERATIONS.get(exchange.operation)
    if row is None or not row.uses_units or exchange.error_code is not None:
        return []
    writes = capacity_kind(exchange.operation, exchange.params) == "Write"
    keys = _partitions(exchange)
    reported = {table_name(str(entry.get("TableName"))): entry for entry in _consumed(exchange)}
    found = []
    for table in dict.fromkeys([*keys, *reported]):
        read, write = reported_units(reported[table], writes=writes) if table in reported else (None, None)
        found.append([table, keys.get(table), read, write])
    return found


def _partitions(exchange: Exchange) -> dict[str, Any]:
    """The partition key that all of an exchange's parts on a table have in common, by table."""
    found: dict[str, list[Any]] = {}
    for part in parts(exchange.operation, exchange.params):
        key = part.exact_key if part.exact_key is not None else part.attributes if part.action == "get" else {}
        found.setdefault(part.table, []).append(dict(key))
    return {table: _common(keys) for table, keys in found.items() if table}


def _common(keys: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The attributes on which all agree; ``None`` where there are none."""
    common = {name: value for name, value in keys[0].items() if all(key.get(name) == value for key in keys[1:])}
    return common or None


def _consumed(exchange: Exchange) -> Iterator[Mapping[str, Any]]:
    reported = (exchange.response or {}).get("ConsumedCapacity")
    entries: Iterable[Any] = reported if isinstance(reported, list) else [reported]
    yield from (entry for entry in entries if isinstance(entry, dict))
