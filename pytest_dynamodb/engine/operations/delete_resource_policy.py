"""DeleteResourcePolicy."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.policies.policy import resource_of


def delete_resource_policy(call: Call) -> dict[str, Any]:
    """Take a policy away; what has none is no error, and answers with the revision of the last deletion if any.

    Raises ValidationException, ResourceNotFoundException and PolicyNotFoundException.
    """
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    resource.check_revision(policy, call.params.get("ExpectedRevisionId"))
    if policy.document is None:
        return {} if policy.revision is None else {"RevisionId": str(policy.revision)}
    return {"RevisionId": resource.change(call, None)}
