"""Rules of policy documents, and their one form: minified, in a fixed order (ack-api-quirks, DDB-TABLE-208, 351-356).

Only what can be said without knowing the account's users is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.errors import ValidationException

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
    """A policy in AWS's form, without the version that AWS adds. Raises ValidationException for what is no policy."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise ValidationException(f"{INVALID}Maximum policy size of {MOST_BYTES} bytes exceeded")
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
    """What GetResourcePolicy answers: with a version."""
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
    """Accounts as their roots, each once."""
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
    return ValidationException(f"{INVALID}Invalid policy document: {detail}")
