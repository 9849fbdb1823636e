"""The names of attributes: OpenTelemetry's semantic conventions as they are, and as they were.

``OTEL_SEMCONV_STABILITY_OPT_IN`` says which are wanted, in a list separated by commas: ``database`` for the new ones,
``database/dup`` for both, anything else for the old ones, which the first generation of instrumentations emits. They
stand here as text: the package that has them as constants is unstable.

Sources: OpenTelemetry semantic conventions 1.44, "Semantic conventions for AWS DynamoDB" and "Database metrics"; for
the old names 1.24 of the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

Convention = Literal["old", "new", "dup"]
Fact = Literal["system", "operation", "table", "region", "request_id", "status"]

OPT_IN = "OTEL_SEMCONV_STABILITY_OPT_IN"

#: Of each fact: what it is called in the old and in the new convention; ``None`` where it has no name.
_NAMES: Mapping[Fact, tuple[str | None, str | None]] = {
    "system": ("db.system", "db.system.name"),
    "operation": ("db.operation", "db.operation.name"),
    "table": ("aws.dynamodb.table", "db.collection.name"),
    "region": ("aws.region", "cloud.region"),
    "request_id": ("aws.request_id", "aws.request_id"),
    "status": ("http.status_code", "http.response.status_code"),
}
#: Values that are other ones in the new convention.
_SYSTEM = {"db.system": "dynamodb", "db.system.name": "aws.dynamodb"}


def convention_of_environment() -> Convention:
    """What the environment asks for."""
    asked = {part.strip() for part in os.environ.get(OPT_IN, "").split(",")}
    if "database/dup" in asked:
        return "dup"
    return "new" if "database" in asked else "old"


class Names:
    """The names of one convention; of both in ``"dup"``. ``old`` and ``new`` say which are given."""

    __slots__ = ("_names", "new", "old", "system")

    def __init__(self, convention: Convention | None = None) -> None:
        convention = convention or convention_of_environment()
        self.old, self.new = convention != "new", convention != "old"
        self._names: dict[Fact, tuple[str, ...]] = {
            fact: tuple(
                dict.fromkeys(name for name, given in zip(names, (self.old, self.new), strict=True) if name and given)
            )
            for fact, names in _NAMES.items()
        }
        self.system = {name: _SYSTEM[name] for name in self._names["system"]}

    def put(self, into: dict[str, object], fact: Fact, value: object) -> None:
        """Add an attribute, under each of its names, unless its value is empty."""
        if value:
            for name in self._names[fact]:
                into[name] = value
