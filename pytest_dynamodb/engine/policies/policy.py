"""A policy and its revision, on a table or on a stream of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.engine.tables.lookup import existing
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

NO_POLICY: Final = "NO_POLICY"
"""The ExpectedRevisionId of what has none."""

_PARTS: Final = 6
_NOT_FOUND: Final = "Resource-based policy not found for the provided ResourceArn: "


@dataclass(frozen=True, slots=True)
class Policy:
    """A document in its one form, ``None`` of what has none any more. Revisions are milliseconds since the epoch."""

    document: str | None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What a ResourceArn names: a table of the call's region, or a stream of it."""

    arn: str
    table: Table
    stream: str | None = None

    def policy(self, call: Call) -> Policy:
        """Its policy, with no document where it has none."""
        if self.stream is not None:
            return call.region.records.of(Policy).get(self.arn, Policy(None))
        settings = self.table.settings
        revision = settings.policy_revision
        if settings.policy is not None and revision is None:  # it came with the table
            revision = int(settings.created * 1000)
        return Policy(settings.policy, revision)

    def change(self, call: Call, document: str) -> str:
        """Set its policy; the new revision."""
        revision = max(int(call.clock.now() * 1000), (self.policy(call).revision or 0) + 1)
        self._set(call, Policy(document, revision))
        return str(revision)

    def remove(self, call: Call) -> str | None:
        """Take its policy away; the last revision there was, ``None`` of what never had one."""
        policy = self.policy(call)
        if policy.document is not None:
            self._set(call, Policy(None, policy.revision))
        return None if policy.revision is None else str(policy.revision)

    def _set(self, call: Call, policy: Policy) -> None:
        if self.stream is not None:
            call.region.records.of(Policy)[self.arn] = policy
        else:
            table = call.writable(self.table)
            table.settings = replace(table.settings, policy=policy.document, policy_revision=policy.revision)

    def check_revision(self, policy: Policy, expected: str | None) -> None:
        """Raises PolicyNotFoundException for a revision that is not the one there is."""
        if expected is None:
            return
        where = f"stream {self.stream}" if self.stream else f"table {self.table.name}"
        if expected == NO_POLICY:
            if policy.document is not None:
                raise no_policy(
                    f"Requested policy update expecting none to be present for {where}, "
                    f"but a policy exists with revision id {policy.revision}."
                )
        elif policy.document is None:
            raise no_policy(f"Requested update for policy with revision id {expected}, but {where} has no policy.")
        elif expected != str(policy.revision):
            raise no_policy(
                f"Requested update for policy with revision id {expected}, "
                f"but the policy associated to target {where} has revision id {policy.revision}."
            )


def no_policy(detail: str) -> DynamoDbError:
    """The error for a policy that there is not."""
    return error_for("PolicyNotFoundException", _NOT_FOUND + detail)


def resource_of(call: Call, arn: str) -> Resource:
    """What an ARN names. Raises ValidationException, and ResourceNotFoundException of a table or a stream."""
    if not arn.startswith("arn:"):
        raise ValidationException(f"{INVALID}ARNs must start with 'arn:': {arn}")
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[2] != "dynamodb":
        raise ValidationException(f"{INVALID}Provided Arn is not a DynamoDB resource arn: {arn}")
    if parts[4] != call.region.account:
        raise ValidationException(
            "This action is only supported by accounts that match the resource owner\u2019s account."
        )
    if parts[3] != call.region.name:
        raise ValidationException(f"{INVALID}Invalid resource Arn: {arn}")
    kind, _, rest = parts[5].partition("/")
    name, _, more = rest.partition("/")
    if kind != "table" or not name or (more and not more.startswith("stream/")):
        raise ValidationException(
            f"{INVALID}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
        )
    table = existing(call, name)
    return Resource(arn, table) if not more else _stream(arn, table, more.removeprefix("stream/"))


def _stream(arn: str, table: Table, label: str) -> Resource:
    stream = table.settings.stream
    if stream is None or stream.label != label:
        raise error_for(
            "ResourceNotFoundException",
            f"Requested resource not found: Stream: {label} not found for Table: {table.name}",
        )
    return Resource(arn, table, label)
