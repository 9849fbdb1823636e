"""When two requests ask the same: the key under which a recording is found.

Idempotency tokens and ignored paths are left out, and what remains is put into the canonical form of
``expressions.canonical``: expressions by meaning, numbers by value, sets without order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.cassette.generated import without_generated
from pytest_dynamodb.cassette.options import NormalizeHook
from pytest_dynamodb.cassette.paths import compile_paths, select, without
from pytest_dynamodb.expressions.canonical import canonical_params

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Matcher:
    """Computes keys. ``ignore`` are JMESPath expressions over the parameters, ``normalize`` may rewrite these.

    ``across_runs`` also leaves out names that the service made up (of streams, say): they are others in another run.
    """

    def __init__(
        self, ignore: Sequence[str] = (), *, normalize: NormalizeHook | None = None, across_runs: bool = False
    ) -> None:
        self._ignore, self._normalize = compile_paths(ignore, option="ignore"), normalize
        self._across_runs = across_runs

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
        return canonical_params(operation, params)

    def comparable(self, body: Any) -> Any:
        """An answer's body without what the service made up and what is ignored: what two runs should agree on."""
        return without_generated(without(body, select(self._ignore, body)))
