"""Resource policies of tables and streams. They are checked, stored and returned as AWS does; nobody is denied
anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pytest_dynamodb.control.tables.lookup import existing, require_settled
from pytest_dynamodb.engine.arns import parse_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

# --- policies ---

NO_POLICY: Final = "NO_POLICY"
"""The ExpectedRevisionId that stands for no policy."""

_NOT_FOUND: Final = "Resource-based policy not found for the provided ResourceArn: "


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy's document in canonical form; ``None`` after it was deleted. Revisions are milliseconds since the
    epoch.
    """

    document: str | None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What a ResourceArn names: a table of the call's region, or one of its streams."""

    arn: str
    table: Table
    stream: str | None = None

    def policy(self, call: Call) -> Policy:
        """Its policy; without a document if it has none."""
        if self.stream is not None:
            return call.region.records.of(Policy).get(self.arn, Policy(None))
        settings = self.table.settings
        revision = settings.policy_revision
        if settings.policy is not None and revision is None:  # it came with the table
            revision = int(settings.created * 1000)
        return Policy(settings.policy, revision)

    def change(self, call: Call, document: str) -> str:
        """Set its policy and return the new revision."""
        revision = max(int(call.clock.now() * 1000), (self.policy(call).revision or 0) + 1)
        self._set(call, Policy(document, revision))
        return str(revision)

    def remove(self, call: Call) -> str | None:
        """Delete its policy and return the last revision; ``None`` if it never had one."""
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
        """Raise PolicyNotFoundException if ``expected`` is not the current revision."""
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
    return error_for("PolicyNotFoundException", _NOT_FOUND + detail)


def resource_of(call: Call, arn: str) -> Resource:
    """The resource of an ARN. Raises ValidationException, and ResourceNotFoundException for a missing table or
    stream.
    """
    if not arn.startswith("arn:"):
        raise ValidationException(f"{INVALID_VALUES}ARNs must start with 'arn:': {arn}")
    parsed = parse_arn(arn)
    if parsed is None or parsed.service != "dynamodb":
        raise ValidationException(f"{INVALID_VALUES}Provided Arn is not a DynamoDB resource arn: {arn}")
    if parsed.account != call.region.account:
        raise ValidationException(
            "This action is only supported by accounts that match the resource owner\u2019s account."
        )
    if parsed.region != call.region.name:
        raise ValidationException(f"{INVALID_VALUES}Invalid resource Arn: {arn}")
    kind, _, rest = parsed.resource.partition("/")
    name, _, more = rest.partition("/")
    if kind != "table" or not name or (more and not more.startswith("stream/")):
        raise ValidationException(
            f"{INVALID_VALUES}Invalid resource arn provided, only table or stream is accepted. Provided resource "
            f"arn: {arn}"
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


# --- documents ---
# Their rules, and their canonical form: minified, in a fixed order (ack-api-quirks, DDB-TABLE-208, 351-356).
# Only what can be said without knowing the account's users is checked.

MOST_BYTES: Final = 20_480
_OLD_VERSION: Final = "2008-10-17"
_DOCUMENT: Final = ("Version", "Id", "Statement")
_STATEMENT: Final = (
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
)
_ACCOUNT: Final = re.compile(r"\d{12}")
_UNBOUNDED: Final = (
    "Resource-based policy grants unbounded access in one or more elements. "
    "Please revise the policy to ensure least-privilege form of access"
)


def canonical(text: str) -> str:
    """A policy in canonical form, without the version that AWS adds. Raises ValidationException if it is not a
    policy.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise ValidationException(f"{INVALID_VALUES}Maximum policy size of {MOST_BYTES} bytes exceeded")
    try:
        return _canonical(json.loads(text))
    except (ValueError, RecursionError):
        raise _malformed("This policy contains invalid Json") from None


def _canonical(document: Any) -> str:
    if not isinstance(document, dict):
        raise _malformed("This policy contains invalid Json")
    statements = document.get("Statement")
    listed = [statements] if isinstance(statements, dict) else statements
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise _malformed("Could not parse the policy: Statement is empty!")
    _check(listed)
    return _minified(_ordered({**document, "Statement": [_statement(one) for one in listed]}, _DOCUMENT))


def told(text: str) -> str:
    """The policy as GetResourcePolicy returns it: with a version."""
    document = json.loads(text)
    return _minified(_ordered({"Version": _OLD_VERSION, **document}, _DOCUMENT))


def _check(statements: list[dict[str, Any]]) -> None:
    names = [one["Sid"] for one in statements if "Sid" in one]
    if len(set(map(str, names))) < len(names):
        raise _malformed("The Statement Ids in the policy are not unique")
    for one in statements:
        for member in ("Effect", "Principal", "Action", "Resource"):
            if member not in one and (member == "Effect" or "Not" + member not in one):
                raise _malformed(f"Missing required field {member}")
        if str(one.get("Effect")).lower() not in {"allow", "deny"}:
            raise _malformed(f"Invalid effect: {one.get('Effect')}")
        if str(one["Effect"]).lower() == "allow" and _is_anybody(one.get("Principal")) and not one.get("Condition"):
            raise ValidationException(_UNBOUNDED)


def _is_anybody(principal: Any) -> bool:
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return named == "*" or (isinstance(named, list) and "*" in named)


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    one = dict(statement)
    one["Effect"] = str(one["Effect"]).capitalize()
    for member in ("Action", "Resource", "NotAction", "NotResource"):
        if member in one:
            one[member] = _single(one[member])
    if isinstance(one.get("Principal"), dict):
        one["Principal"] = {kind: _principals(named) for kind, named in one["Principal"].items()}
    return _ordered(one, _STATEMENT)


def _principals(named: Any) -> Any:
    """Accounts as their root users, each once."""
    names = named if isinstance(named, list) else [named]
    roots = [f"arn:aws:iam::{one}:root" if _ACCOUNT.fullmatch(str(one)) else one for one in names]
    return _single([one for at, one in enumerate(roots) if one not in roots[:at]])


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _ordered(members: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    first = {name: members[name] for name in order if name in members}
    return {**first, **members}


def _minified(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _malformed(detail: str) -> ValidationException:
    return ValidationException(f"{INVALID_VALUES}Invalid policy document: {detail}")


# --- DeleteResourcePolicy ---


def delete_resource_policy(call: Call) -> dict[str, Any]:
    """Delete a policy and return its revision; it is no error if there is none (ack-api-quirks, DDB-TABLE-246).

    Raises ValidationException, ResourceNotFoundException and PolicyNotFoundException.
    """
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    resource.check_revision(policy, call.params.get("ExpectedRevisionId"))
    revision = resource.remove(call)
    return {} if revision is None else {"RevisionId": revision}


# --- GetResourcePolicy ---


def get_resource_policy(call: Call) -> dict[str, Any]:
    """The policy of a table or a stream, in canonical form.

    Raises ValidationException, ResourceNotFoundException and PolicyNotFoundException.
    """
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    if policy.document is None:
        raise no_policy(resource.arn)
    return {"Policy": told(canonical(policy.document)), "RevisionId": str(policy.revision)}


# --- PutResourcePolicy ---


def put_resource_policy(call: Call) -> dict[str, Any]:
    """Set the policy of a table or a stream; an equal one changes nothing (ack-api-quirks, DDB-TABLE-207).

    Raises ValidationException, ResourceNotFoundException, ResourceInUseException, and PolicyNotFoundException for a
    revision that is not the expected one.
    """
    document = canonical(call.params["Policy"])
    resource = resource_of(call, call.params["ResourceArn"])
    policy = resource.policy(call)
    resource.check_revision(policy, call.params.get("ExpectedRevisionId"))
    if policy.document is not None and document == canonical(policy.document):
        return {"RevisionId": str(policy.revision)}
    require_settled(resource.table)
    return {"RevisionId": resource.change(call, document)}
