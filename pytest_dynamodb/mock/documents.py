"""Files: JSON, JSON lines and YAML, compressed or not, and the folders that DynamoDB exports to S3."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pytest_dynamodb.mock.problems import LoadError, joined

_YAML, _JSON = (".yaml", ".yml"), (".json", ".jsonl", ".ndjson")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds. ``where`` names it in messages; ``table`` is the one that its items belong to, if it says."""

    where: str
    content: Any
    table: str | None = None


def documents_at(path: str | os.PathLike[str]) -> Iterator[Document]:
    """What there is at a path: one document of a file, several of an export's folder. Raises ``LoadError``."""
    place = Path(path)
    if place.is_dir():
        yield from _export(place)
    else:
        yield Document(str(place), _content(place))


def _export(folder: Path) -> Iterator[Document]:
    """An export of a whole table to S3, copied from there (developer guide, "DynamoDB table export output format")."""
    manifest = folder / "manifest-summary.json"
    if not manifest.is_file():
        raise LoadError(
            str(folder), "it is a folder without manifest-summary.json", remedy="name a file, or an export's folder"
        )
    summary = _content(manifest)
    arn = summary.get("tableArn", "") if isinstance(summary, dict) else ""
    files = sorted(path for path in (folder / "data").glob("*") if path.is_file())
    if ":table/" not in arn or not files:
        raise LoadError(
            str(folder), "its manifest names no table, or the folder data is empty", remedy="copy all of the export"
        )
    for path in files:
        yield Document(str(path), _content(path), arn.split(":table/")[1].split("/")[0])


def _content(path: Path) -> Any:
    text = _text(path)
    kinds = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = kinds[-1] if kinds else ""
    if kind in _YAML:
        return _yaml(path, text)
    try:
        return _json(path, text)
    except LoadError:
        if kind in _JSON:
            raise
        return _yaml(path, text)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        raise LoadError(str(path), f"it cannot be read: {getattr(problem, 'strerror', None) or problem}") from None


def _json(path: Path, text: str) -> Any:
    """One JSON text, or one a line: a list then."""
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise LoadError(str(path), "it is nested too deeply") from None
    except ValueError as problem:
        if getattr(problem, "msg", "") != "Extra data":
            raise LoadError(str(path), f"it is no JSON: {problem}") from None
    return [_line(path, number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _line(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as problem:
        raise LoadError(joined(str(path), f"line {number}"), f"it is no JSON: {problem}") from None


def _yaml(path: Path, text: str) -> Any:
    from pytest_dynamodb.mock.yamltags import parse_yaml

    return parse_yaml(str(path), text)
