"""A run of tests as the page shows it: the tests, those with misses first, and what each asked of DynamoDB.

What is known of a test travels as JSON from the worker of xdist that ran it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.view.effects import schemas
from pytest_dynamodb.view.recordings import exchange_data

_COLOURS = re.compile("\x1b\\[[0-9;]*m")
_ORDER = {"failed": 1, "passed": 3}
"""What comes first after the misses; anything else, such as skipped tests, in between."""


def test_data(name: str, cassette: Cassette, *, outcome: str, state: str) -> dict[str, Any]:
    """What the page shows of a test, or of a wider fixture, that used ``cassette``; ``state`` is who answered it."""
    traffic = list(cassette.traffic)
    misses = [_COLOURS.sub("", miss.report) for miss in cassette.misses]
    return {
        "name": name,
        "outcome": "failed" if misses else outcome,
        "state": state,
        "misses": list(dict.fromkeys(misses)),
        "unplayed": len(cassette.unplayed) if outcome == "passed" and not cassette.is_recording else 0,
        "exchanges": [exchange_data(exchange) for exchange in traffic],
        "tables": schemas(cassette.header.tables, traffic, cassette.header.schemas),
    }


test_data.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it by its name, wherever it is imported


def run_data(tests: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the page shows of a run, given what ``test_data`` said of each test."""
    ordered = sorted(tests, key=lambda test: 0 if test["misses"] else _ORDER.get(test["outcome"], 2))
    exchanges = [{**each, "s": number} for number, test in enumerate(ordered) for each in test["exchanges"]]
    tables: dict[str, dict[str, Any]] = {}
    for test in ordered:
        for name, schema in test["tables"].items():
            known = tables.setdefault(name, {"keys": schema["keys"], "indexes": {}})
            known["keys"] = known["keys"] or schema["keys"]
            known["indexes"] |= schema["indexes"]
    return {
        "title": "DynamoDB in this run",
        "sources": [{"name": test["name"], "test": "", "state": test["state"]} for test in ordered],
        "exchanges": exchanges,
        "tables": tables,
        "tests": [
            {**test, "exchanges": len(test["exchanges"]), "source": number, "tables": sorted(test["tables"])}
            for number, test in enumerate(ordered)
        ],
    }
