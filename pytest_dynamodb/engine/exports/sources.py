"""The items in the files of an import (developer guide, "Amazon S3 import formats for DynamoDB"; ack-api-quirks,
DDB-IMPORT-013, 014, 015).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_dynamodb.engine.files import Files

Params = Mapping[str, Any]

UNREADABLE: Final = None
"""In the place of a record that is none."""


def items_in(files: Files, params: Params) -> Iterator[tuple[Any, int]]:
    """What a record says is its item, with its size in bytes."""
    for record, size in records_in(files, params["S3BucketSource"], params):
        yield (UNREADABLE if record is UNREADABLE else record.get("Item", UNREADABLE)), size


def records_in(files: Files, source: Params, params: Params) -> Iterator[tuple[dict[str, Any] | None, int]]:
    """The records of a source, or ``UNREADABLE``, with their sizes in bytes.

    ``params`` have InputFormat, InputCompressionType and, for CSV, InputFormatOptions and TableCreationParameters.
    """
    bucket = source["S3Bucket"]
    for key in files.keys(bucket, source.get("S3KeyPrefix") or ""):
        content = _unpacked(files.read(bucket, key), params.get("InputCompressionType"))
        text = None if content is None else _text(content)
        if text is None:
            yield UNREADABLE, 0
        elif params["InputFormat"] == "CSV":
            yield from _rows(text, params)
        else:
            yield from _lines(text)


def _unpacked(content: bytes, compression: str | None) -> bytes | None:
    if compression != "GZIP":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return None


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _lines(text: str) -> Iterator[tuple[dict[str, Any] | None, int]]:
    """A line that is no JSON is the last that is looked at of its file."""
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except (ValueError, RecursionError):
            yield UNREADABLE, len(line.encode())
            return
        record = content if isinstance(content, dict) else UNREADABLE
        yield record, len(line.encode("utf-8", "surrogatepass"))


def _rows(text: str, params: Params) -> Iterator[tuple[dict[str, Any] | None, int]]:
    """Every value is a string, but for those of key attributes. With a list of headers the first line is a row, too."""
    options = (params.get("InputFormatOptions") or {}).get("Csv") or {}
    types = {
        one["AttributeName"]: one["AttributeType"] for one in params["TableCreationParameters"]["AttributeDefinitions"]
    }
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=options.get("Delimiter") or ",")
    header = options.get("HeaderList")
    try:
        for row in rows:
            if header is None:
                header = row
            elif row:
                size = sum(len(value.encode("utf-8", "surrogatepass")) for value in row)
                yield ({"Item": _item(header, row, types)} if len(row) == len(header) else UNREADABLE), size
    except csv.Error:
        yield UNREADABLE, 0


def _item(header: list[str], row: list[str], types: Mapping[str, str]) -> dict[str, Any]:
    return {name: {types.get(name, "S"): value} for name, value in zip(header, row, strict=True)}
