"""What each test asked of DynamoDB, and which of it are habits that cost: a table, JSON, JUnit's properties."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pytest_dynamodb.cassette.choices import HabitName
from pytest_dynamodb.cassette.habits import USUAL, HabitLimits
from pytest_dynamodb.cassette.report.traffic import traffic_in_numbers
from pytest_dynamodb.errors import LimitsExceeded
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.files import replace
from pytest_dynamodb.plugin.naming import SUFFIX

_PROPERTIES = ("exchanges", "read", "write", "scans", "repeated", "findings")
"""What a test's JUnit report says of it, each as ``dynamodb_…``."""


def described(owner: str, traffic: Iterable[Exchange], limits: Mapping[HabitName, float]) -> dict[str, Any]:
    """The traffic of a test, or of a fixture with a cassette of its own, in numbers that travel as JSON."""
    exchanges = list(traffic)
    return {
        "of": owner.removesuffix(SUFFIX),
        **traffic_in_numbers(exchanges),
        "findings": [asdict(habit) for habit in HabitLimits({**USUAL, **limits}).found(exchanges)],
    }


def check(owner: str, traffic: Sequence[Exchange], limits: Mapping[HabitName, float]) -> None:
    """Raise ``LimitsExceeded`` if a test did more of something than its project's limits allow."""
    found = HabitLimits(limits).found(traffic)
    if found:
        lines = [f"  {habit.what} ({habit.rule}: at most {limits[habit.rule]:g})" for habit in found]
        raise LimitsExceeded("\n".join([f"{owner} exceeds dynamodb_cassette_limits", *lines]))


def _rows(counts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [count["report"] for count in counts if "report" in count]


def report_table(counts: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The lines of ``--dynamodb-report``; units that answers did not report are marked with ``+?``."""
    rows = _rows(counts)
    if not rows:
        return
    width = max(len("test"), *(len(row["of"]) for row in rows))
    yield f"{'test':{width}}  exchanges   read units  write units  scans  repeated reads  slowest"
    for row in rows:
        unsure = "+?" if row["unreported"] else "  "
        yield (
            f"{row['of']:{width}}  {row['exchanges']:9}  {row['read']:9.1f}{unsure}  {row['write']:9.1f}{unsure}"
            f"  {row['scans']:5}  {row['repeated']:14}  {row['slowest']}"
        )
    for row in rows:
        for finding in row["findings"]:
            yield f"{row['of']}: {finding['what']} ({finding['rule']})"


def write_json(path: Path, counts: Iterable[dict[str, Any]]) -> None:
    """Write the same for programs. Raises ``OSError`` if the file cannot be written."""
    rows = _rows(counts)
    total = {name: sum(row[name] for row in rows) for name in ("exchanges", "read", "write", "scans", "repeated")}
    findings = sum(len(row["findings"]) for row in rows)
    tests = [{"test": row["of"], **{name: row[name] for name in row if name != "of"}} for row in rows]
    text = json.dumps({"total": {**total, "findings": findings}, "tests": tests}, indent=2) + "\n"
    replace(path, text.encode())


def properties(counts: Iterable[dict[str, Any]], owner: str) -> Iterator[tuple[str, str]]:
    """What a test's JUnit report says of it."""
    for row in _rows(counts):
        if row["of"] == owner:
            for name in _PROPERTIES:
                value = row[name]
                yield f"dynamodb_{name}", f"{len(value) if isinstance(value, list) else value:g}"
