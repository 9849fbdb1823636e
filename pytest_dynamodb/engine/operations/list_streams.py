"""ListStreams."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.lookup import streams

PAGE: Final = 100
"""Streams API reference, ListStreams: Limit."""


def list_streams(call: Call) -> dict[str, Any]:
    """The streams of the region, or of one table, that are on or were so in the last day."""
    params = call.params
    table, after = params.get("TableName"), params.get("ExclusiveStartStreamArn", "")
    found = [stream for stream in streams(call) if stream.arn > after and table in {None, stream.table}]
    page = found[: min(params.get("Limit", PAGE), PAGE)]
    body: dict[str, Any] = {
        "Streams": [
            {"StreamArn": stream.arn, "TableName": stream.table, "StreamLabel": stream.label} for stream in page
        ]
    }
    if len(page) < len(found):
        body["LastEvaluatedStreamArn"] = page[-1].arn
    return body
