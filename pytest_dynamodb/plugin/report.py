"""The table of ``--dynamodb-report``: what each test asked for and consumed, one line a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_dynamodb.exchange import Exchange


def described(traffic: Iterable[Exchange]) -> dict[str, Any]:
    """A test's traffic in numbers that travel as JSON."""
    from pytest_dynamodb.cassette.items import consumed
    from pytest_dynamodb.operations import named

    repeatable = named(effect="reads", shape="single") | named(effect="reads", shape="collection")
    traffic = list(traffic)
    used = consumed(traffic)
    reads = Counter(f"{e.operation} {sorted(e.params.items())!r}" for e in traffic if e.operation in repeatable)
    slowest = max(traffic, key=lambda exchange: exchange.elapsed, default=None)
    return {
        "exchanges": len(traffic),
        "read": used.read,
        "write": used.write,
        "unreported": len(used.unreported),
        "scans": sum(exchange.operation == "Scan" for exchange in traffic),
        "repeated": sum(times - 1 for times in reads.values()),
        "slowest": f"{slowest.operation} {slowest.elapsed * 1e3:.0f} ms" if slowest else "",
    }


def report_table(counts: Iterable[dict[str, Any]]) -> list[str]:
    """The lines of ``--dynamodb-report``; units that answers did not report are marked with ``+?``."""
    rows = [(count["node_id"], count["report"]) for count in counts if "report" in count]
    if not rows:
        return []
    width = max(len("test"), *(len(name) for name, _ in rows))
    lines = [f"{'test':{width}}  exchanges   read units  write units  scans  repeated reads  slowest"]
    for name, row in rows:
        unsure = "+?" if row["unreported"] else "  "
        lines.append(
            f"{name:{width}}  {row['exchanges']:9}  {row['read']:9.1f}{unsure}  {row['write']:9.1f}{unsure}"
            f"  {row['scans']:5}  {row['repeated']:14}  {row['slowest']}"
        )
    return lines
