"""DescribeImport."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.backups.arns import record_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.job import Import
from pytest_dynamodb.errors import error_for


def describe_import(call: Call) -> dict[str, Any]:
    """What has come of an import, also once its table is gone.

    Raises ValidationException, AccessDeniedException and ImportNotFoundException (ack-api-quirks, DDB-IMPORT-010).
    """
    arn = record_arn(call, call.params["ImportArn"], "import")
    found = call.region.records.of(Import).get(arn.resource) if arn.region == call.region.name else None
    if found is None:
        raise error_for("ImportNotFoundException", f"Import not found: Import not found: {arn.text}")
    return {"ImportTableDescription": found.describe(call)}
