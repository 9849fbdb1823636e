"""DeleteResourcePolicy."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.policies.policy import resource_of


def delete_resource_policy(call: Call) -> dict[str, Any]:
    """Take a policy away, and tell its revision; that there is none is no error (ack-api-quirks, DDB-TABLE-246).

    Raises ValidationException, ResourceNotFoundException and PolicyNotFoundException.
    """
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    resource.check_revision(policy, call.params.get("ExpectedRevisionId"))
    revision = resource.remove(call)
    return {} if revision is None else {"RevisionId": revision}
