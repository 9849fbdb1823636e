"""When two requests ask the same: the key under which a recording is found.

Idempotency tokens and ignored paths are left out, and what remains is put into the canonical form of
``expressions.canonical``: expressions by meaning, numbers by value, sets without order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.cassette.options import NormalizeHook, compile_paths, select, without
from pytest_dynamodb.cassette.tables import ignores_tables, nameless
from pytest_dynamodb.expressions.canonical import canonical_params

# --- what the service makes up anew each time, and what therefore is no difference between a recording and its
# repetition ---
# Taken from the shapes of botocore's model for ``dynamodb`` and ``dynamodbstreams``: times, and names that the service
# gives to what it creates. Items are not touched: an attribute's value is a map (``{"S": …}``), these are not.

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


def without_generated(tree: Any) -> Any:
    """A copy of ``tree`` that lacks what the service made up."""
    if isinstance(tree, dict):
        return {name: without_generated(value) for name, value in tree.items() if not is_generated(name, value)}
    if isinstance(tree, list):
        return [without_generated(value) for value in tree]
    return tree


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Matcher:
    """Computes keys. ``ignore`` are JMESPath expressions over the parameters, ``normalize`` may rewrite these.

    ``across_runs`` also leaves out names that the service made up (of streams, say): they are others in another run.
    """

    def __init__(
        self, ignore: Sequence[str] = (), *, normalize: NormalizeHook | None = None, across_runs: bool = False
    ) -> None:
        self._ignore, self._normalize = compile_paths(ignore, option="ignore"), normalize
        self._across_runs, self.ignores_tables = across_runs, ignores_tables(ignore)

    def key(self, operation: str, params: dict[str, Any], tokens: tuple[str, ...] = ()) -> str:
        """Equal for requests that ask the same, and for no others. Costs one pass over ``params``."""
        return operation + _encode(self.form(operation, params, tokens))

    def form(self, operation: str, params: dict[str, Any], tokens: tuple[str, ...] = ()) -> dict[str, Any]:
        """What of a request is compared, in canonical form. Parts of it are shared with ``params``."""
        if self._normalize is not None:
            rewritten = self._normalize(operation, params)
            params = params if rewritten is None else rewritten
        if tokens:
            params = {name: value for name, value in params.items() if name not in tokens}
        if self._across_runs:
            params = without_generated(params)
        if self._ignore:
            params = without(params, select(self._ignore, params))
            if self.ignores_tables:
                params = nameless(params)
        return canonical_params(operation, params)

    def comparable(self, body: Any) -> Any:
        """An answer's body without what the service made up and what is ignored: what two runs should agree on."""
        return without_generated(without(body, select(self._ignore, body)))
