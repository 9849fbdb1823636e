"""PutResourcePolicy."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.policies.documents import canonical
from pytest_dynamodb.engine.policies.policy import resource_of
from pytest_dynamodb.engine.tables.lookup import require_settled


def put_resource_policy(call: Call) -> dict[str, Any]:
    """Set the policy of a table or a stream; one that says the same changes nothing (ack-api-quirks, DDB-TABLE-207).

    Raises ValidationException, ResourceNotFoundException, ResourceInUseException, and PolicyNotFoundException for
    another revision than the one expected.
    """
    document = canonical(call.params["Policy"])
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    resource.check_revision(policy, call.params.get("ExpectedRevisionId"))
    if policy.document is not None and document == canonical(policy.document):
        return {"RevisionId": str(policy.revision)}
    require_settled(resource.table)
    return {"RevisionId": resource.change(call, document)}
