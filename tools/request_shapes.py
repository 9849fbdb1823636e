"""Write the table of request shapes that the engine validates by, from the service models that botocore ships.

    python tools/request_shapes.py            write it
    python tools/request_shapes.py --check    say what would change, and fail if anything would

The table has what AWS's public model says about requests and nothing else: types, members, required members, limits.
What AWS enforces beyond that stands, with its sources, in ``engine/validation/shapes/overlay.py``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

SERVICES = ("dynamodb", "dynamodbstreams")
TABLE = Path(__file__).parent.parent / "pytest_dynamodb" / "engine" / "validation" / "shapes.json"


def table() -> dict[str, dict[str, Any]]:
    """Operations by name with their input's shape, and every shape that a request can hold."""
    operations: dict[str, Any] = {}
    shapes: dict[str, Any] = {}
    for service in SERVICES:
        model = Loader().load_service_model(service, "service-2")
        for name, operation in model["operations"].items():
            operations[name] = operation["input"]["shape"]
            _collect(operation["input"]["shape"], model["shapes"], shapes)
    return {"operations": dict(sorted(operations.items())), "shapes": dict(sorted(shapes.items()))}


def _collect(name: str, model: Mapping[str, Any], into: dict[str, Any]) -> None:
    entry = _entry(model[name])
    if name in into and into[name] != entry:
        raise SystemExit(f"the services disagree about the shape {name}")
    if name in into:
        return
    into[name] = entry
    for held in [*entry.get("members", {}).values(), *(entry[part] for part in ("key", "element") if part in entry)]:
        _collect(held, model, into)


def _entry(shape: Mapping[str, Any]) -> dict[str, Any]:
    """What the table says of a shape: ``element`` is what a list or a map holds."""
    entry: dict[str, Any] = {"type": shape["type"]}
    if "members" in shape:
        entry["members"] = {name: member["shape"] for name, member in shape["members"].items()}
    if "key" in shape:
        entry["key"] = shape["key"]["shape"]
    if held := shape.get("member") or shape.get("value"):
        entry["element"] = held["shape"]
    for key in ("required", "min", "max", "pattern", "enum"):
        if key in shape:
            entry[key] = shape[key]
    return entry


def text(contents: Mapping[str, Mapping[str, Any]]) -> str:
    """The file: one operation or shape a line, so that a newer model is a readable difference."""
    parts = []
    for section, entries in contents.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items()]
        parts.append(f"{json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> int:
    """Write or check the table; the exit status."""
    newest = text(table())
    if "--check" not in sys.argv[1:]:
        TABLE.write_text(newest, encoding="utf-8")
        return 0
    if TABLE.read_text(encoding="utf-8") == newest:
        return 0
    print(f"{TABLE} is not what the installed botocore says: run {sys.argv[0]}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
