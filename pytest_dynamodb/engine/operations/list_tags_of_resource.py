"""ListTagsOfResource."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.arns import table_of_arn


def list_tags_of_resource(call: Call) -> dict[str, Any]:
    """All tags of a table, on one page.

    Raises ValidationException, AccessDeniedException and ResourceNotFoundException.
    """
    tags = table_of_arn(call, call.params["ResourceArn"]).settings.tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
