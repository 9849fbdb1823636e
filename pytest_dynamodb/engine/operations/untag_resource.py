"""UntagResource."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.arns import table_name_of_arn, table_of_arn
from pytest_dynamodb.engine.tables.lookup import require_settled
from pytest_dynamodb.engine.tables.tags import check_tag_count, check_tag_key
from pytest_dynamodb.errors import ValidationException


def untag_resource(call: Call) -> dict[str, Any]:
    """Take tags off a table; keys that it has no tags of are no error.

    Raises ValidationException, AccessDeniedException, ResourceNotFoundException and ResourceInUseException.
    """
    arn, keys = call.params["ResourceArn"], call.params["TagKeys"]
    table_name_of_arn(call, arn)
    if not keys:
        raise ValidationException("Atleast one Tag Key needs to be provided as Input.")
    for key in keys:
        check_tag_key(key)
    check_tag_count(keys)
    table = table_of_arn(call, arn, told=False)
    require_settled(table)
    left = {key: value for key, value in table.settings.tags.items() if key not in keys}
    table = call.writable(table)
    table.settings = replace(table.settings, tags=left)
    return {}
