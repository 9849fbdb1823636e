"""TagResource."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.arns import table_name_of_arn, table_of_arn
from pytest_dynamodb.engine.tables.lookup import require_settled
from pytest_dynamodb.engine.tables.tags import check_tag_count, check_tags
from pytest_dynamodb.errors import ValidationException


def tag_resource(call: Call) -> dict[str, Any]:
    """Put tags on a table, in the place of those with the same keys: all of them, or none. AWS applies them later.

    Raises ValidationException, AccessDeniedException, ResourceNotFoundException and ResourceInUseException.
    """
    arn, tags = call.params["ResourceArn"], call.params["Tags"]
    table_name_of_arn(call, arn)
    if not tags:
        raise ValidationException("Atleast one Tag needs to be provided as Input.")
    check_tags(tags)
    table = table_of_arn(call, arn)
    require_settled(table)
    both = {**table.settings.tags, **{tag["Key"]: tag["Value"] for tag in tags}}
    check_tag_count(both)
    table = call.writable(table)
    table.settings = replace(table.settings, tags=both)
    return {}
