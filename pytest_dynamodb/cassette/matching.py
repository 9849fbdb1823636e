"""When two requests ask the same: the key under which a recording is found, and the places requests are sent to.

Idempotency tokens and ignored paths are left out, and what remains is put into the canonical form of
``expressions.canonical``: expressions by meaning, numbers by value, sets without order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from pytest_dynamodb.cassette.options import NormalizeHook, compile_paths, returned, select, without
from pytest_dynamodb.exchange import Exchange, Request
from pytest_dynamodb.expressions.canonical import canonical_params

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Matcher:
    """Computes keys. ``ignore`` are JMESPath expressions over the parameters, ``normalize`` may rewrite these.

    ``across_runs`` also leaves out names that the service made up (of streams, say): they differ from run to run.
    """

    ignores_tables: bool

    def __init__(
        self, ignore: Sequence[str] = (), *, normalize: NormalizeHook | None = None, across_runs: bool = False
    ) -> None:
        self._ignore, self._normalize = compile_paths(ignore, option="ignore"), normalize
        self._across_runs, self.ignores_tables = across_runs, ignores_tables(ignore)

    def key(self, operation: str, params: dict[str, Any], tokens: tuple[str, ...] = ()) -> str:
        """A text that is equal for requests that ask the same, and for no others. Costs one pass over ``params``."""
        return self.text(operation, self.part(operation, params, tokens))

    def form(self, operation: str, params: dict[str, Any], tokens: tuple[str, ...] = ()) -> dict[str, Any]:
        """The part of a request that is compared, in canonical form. It shares values with ``params``."""
        return canonical_params(operation, self.part(operation, params, tokens))

    def text(self, operation: str, part: dict[str, Any]) -> str:
        """The key of a request of which this part is compared."""
        return operation + _encode(canonical_params(operation, part))

    def part(self, operation: str, params: dict[str, Any], tokens: tuple[str, ...] = ()) -> dict[str, Any]:
        """The part of a request that is compared, as it is written. It shares values with ``params``."""
        if self._normalize is not None:
            rewritten = returned("normalize", self._normalize(operation, params), dict)
            params = params if rewritten is None else rewritten
        if tokens:
            params = {name: value for name, value in params.items() if name not in tokens}
        if self._across_runs:
            params = without_generated(params)
        if self._ignore:
            params = without(params, select(self._ignore, params))
            if self.ignores_tables:
                params = nameless(params)
        return params

    def comparable(self, body: Any) -> Any:
        """An answer's body without what the service made up and what is ignored: two runs should agree on the rest."""
        return without_generated(without(body, select(self._ignore, body)))


# --- generated values ---
# What the service makes up anew each time is no difference between a recording and its repetition: times, and names
# that the service gives to what it creates, as in the shapes of botocore's models for ``dynamodb`` and
# ``dynamodbstreams``. Items are not touched: an attribute's value is a map (``{"S": …}``), these are not.

GENERATED = frozenset(
    {
        "BackupArn",
        "EarliestRestorableDateTime",
        "EndingSequenceNumber",
        "ExportArn",
        "ImportArn",
        "ItemCount",  # counted every six hours or so
        "LatestStreamArn",
        "LatestStreamLabel",
        "NextShardIterator",
        "ParentShardId",
        "RevisionId",
        "SequenceNumber",
        "ShardId",
        "ShardIterator",
        "SourceBackupArn",
        "StartingSequenceNumber",
        "StreamArn",
        "StreamLabel",
        "TableId",
        "TableSizeBytes",
        "IndexSizeBytes",
        "eventID",
    }
)


def is_generated(name: str, value: Any) -> bool:
    """Whether a member of a request or an answer is something the service made up."""
    if isinstance(value, dict | list) or name.startswith("#"):  # a placeholder of an expression names nothing
        return False
    return name in GENERATED or name.endswith(("DateTime", "Timestamp"))


_SCALARS = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"})


def without_generated(tree: Any) -> Any:
    """A copy of ``tree`` that lacks what the service made up."""
    if isinstance(tree, dict):
        if len(tree) == 1 and not _SCALARS.isdisjoint(tree):  # most maps are values of attributes
            return tree
        return {
            name: value if type(value) is str else without_generated(value)
            for name, value in tree.items()
            if type(value) is dict or not is_generated(name, value)
        }
    if isinstance(tree, list):
        return [without_generated(value) for value in tree]
    return tree


# --- names of tables ---
# Requests and answers of batches have a map with an entry for each table, whose keys are the tables' names. Where the
# name of a table does not matter (``ignore=["TableName"]``), it does not matter there either: such a map is compared
# as if its entries had no names, and an answer is given the names that were asked for.

_ASKED = "RequestItems"
"""The parameter whose entries are tables, and the members of answers that have the same."""
_ANSWERED = ("Responses", "UnprocessedItems", "UnprocessedKeys", "ItemCollectionMetrics")

_encode_any = json.JSONEncoder(sort_keys=True, default=str).encode


def ignores_tables(expressions: Sequence[str]) -> bool:
    """Whether one of these paths stands for the name of a request's table."""
    return any(expression.strip() == "TableName" for expression in expressions)


def nameless(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with numbers in place of the names of tables. They are in the order of what is asked of each."""
    asked = params.get(_ASKED)
    if not isinstance(asked, dict):
        return params
    return {**params, _ASKED: {f"table {n}": asked[name] for n, name in enumerate(_ordered(asked))}}


def renamed(body: dict[str, Any], recorded: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """A recorded answer to ``recorded``, with the names of the tables in ``params``."""
    was, now = recorded.get(_ASKED), params.get(_ASKED)
    if not isinstance(was, dict) or not isinstance(now, dict) or len(was) != len(now):
        return body
    names = dict(zip(_ordered(was), _ordered(now), strict=True))
    changed = dict(body)
    for member in _ANSWERED:
        tables = body.get(member)
        if isinstance(tables, dict):
            changed[member] = {names.get(name, name): entry for name, entry in tables.items()}
    return changed


def _ordered(tables: dict[str, Any]) -> list[str]:
    return sorted(tables, key=lambda name: (_encode_any(tables[name]), name))


# --- places ---
# Where a request is sent: its region and its account. The same request to two places asks two things. A cassette of
# one place answers wherever it is asked from. In one of several, a place is answered with its own recordings where it
# has any of the request.

RegionAndAccount = tuple[str, str]
"""A region and an account; either is empty where it is not known."""


def place_of(request: Request) -> RegionAndAccount:
    """The place of a request, as a cassette keeps it: with twelve other digits for the account."""
    return request.chosen_region, _stand_in(request.account) if request.account else ""


def places_of(exchanges: Iterable[Exchange]) -> list[RegionAndAccount]:
    """The places of exchanges, in the order of the first of each."""
    return list(dict.fromkeys((exchange.region, exchange.account) for exchange in exchanges))


def home_of(exchanges: Sequence[Exchange]) -> RegionAndAccount:
    """The place that a cassette's header names: that of the first exchange, unless some have none."""
    places = places_of(exchanges)
    regions, accounts = zip(*places, strict=True) if places else ((), ())
    return regions[0] if regions and all(regions) else "", accounts[0] if accounts and all(accounts) else ""


def nearest_first(place: RegionAndAccount, places: Sequence[RegionAndAccount]) -> list[RegionAndAccount]:
    """Recorded places, in the order in which their answers are preferred for a request from ``place``.

    First the place itself, then those that differ only in what one of the two does not say, then the others in
    recorded order: what was recorded in one region replays in another.
    """
    return sorted(places, key=lambda other: (place != other, not all(map(_agree, place, other))))


def _agree(one: str, other: str) -> bool:
    return one == other or not one or not other


@lru_cache(maxsize=64)
def _stand_in(account: str) -> str:
    """Twelve digits for an account, never its own: ids of accounts are not recorded."""
    digest = hashlib.blake2b(account.encode(), digest_size=8, person=b"ddb-cassette").digest()
    return f"7777{int.from_bytes(digest, 'big') % 10**8:08}"
