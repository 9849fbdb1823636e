"""GetResourcePolicy."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.policies.documents import canonical, told
from pytest_dynamodb.engine.policies.policy import no_policy, resource_of


def get_resource_policy(call: Call) -> dict[str, Any]:
    """The policy of a table or a stream, in AWS's form.

    Raises ValidationException, ResourceNotFoundException and PolicyNotFoundException.
    """
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    if policy.document is None:
        raise no_policy(resource.arn)
    return {"Policy": told(canonical(policy.document)), "RevisionId": str(policy.revision)}
