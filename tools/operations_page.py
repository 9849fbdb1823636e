"""Write docs/reference/operations.md from the table of AWS's operations.

python tools/operations_page.py            write it
python tools/operations_page.py --check    say what would change, and fail if anything would
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pytest_dynamodb.operations import AREAS, OPERATIONS

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "operations.md"

INTRODUCTION = """\
<!-- Written by tools/operations_page.py from pytest_dynamodb/operations.py. -->

# Operations

What the in-memory DynamoDB knows of AWS's {total} operations of DynamoDB and its streams: {real} are real,
{described} are described, {absent} are absent.

| here | |
|---|---|
| real | does what AWS's does |
| described | parameters are checked, settings are kept and told, and have no effect |
| absent | an `UnknownOperationException` |
"""


def page() -> str:
    """The text of the page."""
    counts = Counter(one.level for one in OPERATIONS.values())
    numbers = {level: counts[level] for level in ("real", "described", "absent")}
    return INTRODUCTION.format(total=len(OPERATIONS), **numbers) + "\n".join(_tables())


def _tables() -> Iterator[str]:
    for area, operations in AREAS.items():
        yield f"\n## {area}\n\n| operation | here | |\n|---|---|---|"
        for one in operations:
            yield f"| `{one.name}` | {one.level} | {one.note} |" if one.note else f"| `{one.name}` | {one.level} | |"
    yield ""


def main() -> int:
    """Write or check the page; the exit status."""
    newest = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(newest, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == newest:
        return 0
    print(f"{PAGE} is not what the engine supports: run {sys.argv[0]}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
