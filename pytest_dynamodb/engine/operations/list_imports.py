"""ListImports."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.job import PAGE, Import
from pytest_dynamodb.engine.pages import page_after


def list_imports(call: Call) -> dict[str, Any]:
    """A page of imports, newest first: all of them, or those of a table's name, there or not (ack-api-quirks,
    DDB-IMPORT-008, 016).

    Raises ValidationException for a token of another list.
    """
    params, arn = call.params, call.params.get("TableArn")
    imports = reversed(call.region.records.of(Import).values())
    found = [(one.resource, one) for one in imports if arn in {None, one.table_arn}]
    page, more = page_after(found, params.get("NextToken"), params.get("PageSize") or PAGE, prefix="import:")
    return {"ImportSummaryList": [one.summary(call) for one in page], **more}
