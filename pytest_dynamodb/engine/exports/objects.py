"""The files of an export, as S3 has them (developer guide, "DynamoDB table export output format")."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from random import Random
from typing import Any, Final

from pytest_dynamodb.engine.exports.job import Export
from pytest_dynamodb.engine.exports.requests import Span
from pytest_dynamodb.engine.files import Files
from pytest_dynamodb.engine.tables.moments import moment_in_zulu

_VERSIONS: Final = {False: "2020-06-30", True: "2023-08-01"}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_NAME_LENGTH: Final = 26


def write_export(
    files: Files, export: Export, arn: str, span: Span, lines: Iterable[dict[str, Any]], random: Random
) -> dict[str, Any]:
    """Write an export's files; the members that its description gains."""
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


def _summary(export: Export, arn: str, span: Span, listed: str, count: int, size: int) -> dict[str, Any]:
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
