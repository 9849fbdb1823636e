"""Conformance cases: read from YAML files, checked, and made into frozen objects.

The format is told in docs/explanation/conformance.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Json = Any

HERE = Path(__file__).parent

_CASE_MEMBERS = {"name", "source", "covers", "tables", "names", "steps", "sdk", "dialect"}
_STEP_MEMBERS = {
    *("answer", "includes", "absent", "error", "message", "status", "save", "pages", "times", "later"),
}


# libyaml's where PyYAML was built with it: each worker reads 30,000 nodes before its first test.
_SafeLoader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Loader(_SafeLoader):  # type: ignore[misc]  # either of two
    """YAML with JSON's scalars: ``no``, ``on`` and ``NULL`` are texts, as in JSON."""


_Loader.yaml_implicit_resolvers = {}  # of this class; the safe loader keeps its own
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
    ("tag:yaml.org,2002:merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))


def read_yaml(path: Path) -> Json:
    """A file's data: YAML by a subclass of the safe loader."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)


@dataclass(frozen=True, slots=True)
class Step:
    """A request and what is expected of its answer; or, with ``later``, seconds that pass."""

    operation: str
    params: Json
    expected: Mapping[str, Json]

    @property
    def later(self) -> float:
        """Seconds to let pass instead of a request; 0 for a request."""
        return float(self.expected.get("later", 0))


@dataclass(frozen=True, slots=True)
class Case:
    """One behaviour, as data.

    ``name``    states it; unique
    ``source``  where it is known from
    ``covers``  slugs of ``checklist.yaml``
    ``tables``  names of definitions in ``tables.yaml``, created before; each is a variable holding the table's name
    ``names``   variables that hold names of tables which a step may create
    ``sdk``     whether an SDK can send it: false where types are wrong on purpose
    ``dialect`` the only dialect it is about, which may be a region; empty for any
    """

    name: str
    source: str
    covers: tuple[str, ...]
    tables: tuple[str, ...]
    names: tuple[str, ...]
    steps: tuple[Step, ...] = field(repr=False)
    sdk: bool
    dialect: str
    file: str

    @property
    def id(self) -> str:
        """What tests are called."""
        return f"{self.file}: {self.name}"

    @property
    def has_dialects(self) -> bool:
        """Whether a message is told for more than one dialect."""
        return any(
            isinstance(message := step.expected.get("message"), dict) and "today" in message for step in self.steps
        )

    def table_name(self, alias: str, suffix: str = "") -> str:
        """A name for a table of this case, the same each time."""
        digest = hashlib.sha256(self.id.encode()).hexdigest()[:10]
        return f"conformance.{digest}.{alias}{suffix}"


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every file. Raises ``ValueError`` for one that is malformed, and for a name used twice."""
    cases = tuple(case for path in sorted((HERE / "cases").glob("*.yaml")) for case in read_cases(path))
    seen: set[str] = set()
    for case in cases:
        if case.name in seen:
            raise ValueError(f"{case.id}: there is another case of this name")
        seen.add(case.name)
    return cases


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of one file; its ``source`` and ``tables`` are those of cases that have none of their own."""
    whole = read_yaml(path)
    for data in whole["cases"]:
        if unknown := data.keys() - _CASE_MEMBERS:
            raise ValueError(f"{path.name}: {data.get('name')}: unknown members {sorted(unknown)}")
        tables = data.get("tables", whole.get("tables", []))
        yield Case(
            name=data["name"],
            source=data.get("source", whole.get("source", "")),
            covers=tuple(data.get("covers", ())),
            tables=tuple(tables),
            names=tuple(data.get("names", ())),
            steps=tuple(_step(path, data, step) for step in data["steps"]),
            sdk=data.get("sdk", True),
            dialect=data.get("dialect", ""),
            file=path.stem,
        )


def _step(path: Path, case: dict[str, Json], data: dict[str, Json]) -> Step:
    expected = {key: value for key, value in data.items() if key in _STEP_MEMBERS}
    if "message" in expected:
        expected["message"] = _by_dialect(expected["message"], case.get("dialect", ""))
    operations = [key for key in data if key not in _STEP_MEMBERS]
    if len(operations) != ("later" not in expected):
        raise ValueError(
            f"{path.name}: {case['name']}: a step is one operation and {sorted(_STEP_MEMBERS)}, not {sorted(data)}"
        )
    operation = operations[0] if operations else ""
    return Step(operation=operation, params=data.get(operation, {}), expected=expected)


def _by_dialect(message: Json, only: str) -> Json:
    """A message told for one dialect alone is told for exactly that."""
    told = message if isinstance(message, dict) else {}
    if "classic" in told or not only:
        return told or message
    return {"classic": message, only: message}


@cache
def table_definitions() -> Mapping[str, Json]:
    """The short definitions of ``tables.yaml`` by name."""
    definitions: Mapping[str, Json] = read_yaml(HERE / "tables.yaml")
    return definitions


@cache
def checklist() -> Mapping[str, str]:
    """What has to be covered: slug to behaviour."""
    rules: Mapping[str, str] = read_yaml(HERE / "checklist.yaml")
    return rules


def known_differences(target: str) -> Mapping[str, str]:
    """Case name to what ``target`` does instead of what AWS does."""
    path = HERE / "known_differences" / f"{target}.yaml"
    return (read_yaml(path) or {}) if path.exists() else {}
