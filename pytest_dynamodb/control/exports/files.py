"""The files of exports and imports, as S3 has them."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any, Final

from pytest_dynamodb.control.exports.job import Export
from pytest_dynamodb.control.exports.requests import ExportSpan
from pytest_dynamodb.control.tables.lookup import moment_in_zulu
from pytest_dynamodb.engine.call import Files
from pytest_dynamodb.files import gunzip
from pytest_dynamodb.requests import Params

# --- exports ---
# (Developer guide, "DynamoDB table export output format".)

_VERSIONS: Final = {False: "2020-06-30", True: "2023-08-01"}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_NAME_LENGTH: Final = 26


def write_export(
    files: Files, export: Export, arn: str, span: ExportSpan, lines: Iterable[dict[str, Any]], random: Random
) -> dict[str, Any]:
    """Write the files of an export. Returns the members to add to its description."""
    bucket, prefix = export.params["S3Bucket"], (export.params.get("S3Prefix") or "").rstrip("/")
    top = f"{prefix}/AWSDynamoDB" if prefix else "AWSDynamoDB"
    folder = f"{top}/{export.resource.rsplit('/', 1)[1]}"
    texts = [json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines]
    data = "".join(texts).encode("utf-8", "surrogatepass")
    # Of what has changed, the files of all exports are in one folder.
    place = f"{folder if span.begin is None else top}/data/{_name(random)}.json.gz"
    files.write(bucket, f"{folder}/_started", b"")
    listed = _write_data(files, bucket, place, data, len(texts))
    _write_summed(files, bucket, f"{folder}/manifest-files", listed + b"\n")
    summary = _summary(export, arn, span, f"{folder}/manifest-files.json", len(texts), len(data))
    _write_summed(files, bucket, f"{folder}/manifest-summary", _json(summary))
    return {"ExportManifest": f"{folder}/manifest-summary.json", "ItemCount": len(texts), "BilledSizeBytes": len(data)}


def _write_data(files: Files, bucket: str, key: str, data: bytes, count: int) -> bytes:
    packed = gzip.compress(data, mtime=0)
    files.write(bucket, key, packed)
    digest = hashlib.md5(packed, usedforsecurity=False)
    return _json(
        {
            "itemCount": count,
            "md5Checksum": base64.b64encode(digest.digest()).decode(),
            "etag": f"{digest.hexdigest()}-1",
            "dataFileS3Key": key,
        }
    )


def _write_summed(files: Files, bucket: str, key: str, content: bytes) -> None:
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    files.write(bucket, f"{key}.json", content)
    files.write(bucket, f"{key}.md5", base64.b64encode(digest))


def _summary(export: Export, arn: str, span: ExportSpan, listed: str, count: int, size: int) -> dict[str, Any]:
    params, incremental = export.params, span.begin is not None
    view = (params.get("IncrementalExportSpecification") or {}).get("ExportViewType")
    times: dict[str, Any] = {"exportTime": _moment(span.end)}
    if span.begin is not None:
        times = {"exportFromTime": _moment(span.begin), "exportToTime": _moment(span.end)}
    return {
        "version": _VERSIONS[incremental],
        "exportArn": arn,
        "startTime": _moment(export.begun),
        "endTime": _moment(export.ends),
        "tableArn": export.table_arn,
        "tableId": export.table_id,
        **times,
        "s3Bucket": params["S3Bucket"],
        "s3Prefix": params.get("S3Prefix"),
        "s3SseAlgorithm": params["S3SseAlgorithm"],
        "s3SseKmsKeyId": params.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": listed,
        "billedSizeBytes": size,
        "itemCount": count,
        "outputFormat": params["ExportFormat"],
        **({"outputView": view, "exportType": "INCREMENTAL_EXPORT"} if incremental else {"exportType": "FULL_EXPORT"}),
    }


def _name(random: Random) -> str:
    return "".join(random.choice(_LETTERS) for _ in range(_NAME_LENGTH))


def _moment(time: float) -> str:
    return moment_in_zulu(time, thousandths=True)


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


# --- imports ---
# (Developer guide, "Amazon S3 import formats for DynamoDB"; ack-api-quirks, DDB-IMPORT-013, 014, 015.)

_DECODER: Final = json.JSONDecoder()

UNREADABLE: Final = None
"""Stands for a record that cannot be read."""


def items_in(files: Files, params: Params) -> Iterator[tuple[Any, int]]:
    """The item in each record, and the record's size in bytes."""
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
            yield from _documents(text)


def _unpacked(content: bytes, compression: str | None) -> bytes | None:
    if compression != "GZIP":
        return content
    try:
        return gunzip(content)
    except OSError:
        return None


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _documents(text: str) -> Iterator[tuple[dict[str, Any] | None, int]]:
    """JSON documents one after another; AWS's own files have one a line, but a line's end need not be there.

    What is no JSON is the last that is looked at of its file. (moto's test_dynamodb_import_table, verified with AWS.)
    """
    position = _after_blanks(text, 0)
    while position < len(text):
        try:
            content, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield UNREADABLE, len(text[position:].encode())
            return
        record = content if isinstance(content, dict) else UNREADABLE
        yield record, len(text[position:end].encode("utf-8", "surrogatepass"))
        position = _after_blanks(text, end)


def _after_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _rows(text: str, params: Params) -> Iterator[tuple[dict[str, Any] | None, int]]:
    """The records of a CSV file. Values are strings, except those of key attributes. If the request lists the headers,
    the first line is a record too.
    """
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
