"""What to do about a test: the command that records it again, and what it takes to be let in by AWS."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.plugin.options import RunSettings
from pytest_dynamodb.terminal import without_passwords

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette


def re_record(config: pytest.Config, settings: RunSettings, *node_ids: str) -> str:
    """The command that records these tests again, fit for pasting where pytest was started."""
    command = ["pytest", *(_from_here(config, node_id) for node_id in node_ids), settings.record_flag]
    if settings.chosen("upstream") is not None:
        command.append(f"--dynamodb-upstream={settings.chosen('upstream')}")
    return without_passwords(shlex.join(command))


def _from_here(config: pytest.Config, node_id: str) -> str:
    """A node id with its path taken from where pytest was started instead of from rootdir."""
    module, colons, inner = node_id.partition("::")
    with contextlib.suppress(ValueError):  # another drive
        module = Path(os.path.relpath(config.rootpath / module, config.invocation_params.dir)).as_posix()
    return module + colons + inner


def remedy(item: pytest.Item, settings: RunSettings) -> str:
    """The command that records a test again, and what else a test of Hypothesis needs."""
    command = re_record(item.config, settings, item.nodeid)
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        return (
            f"{command} (Hypothesis asks for other examples in each run: give the test "
            "@settings(derandomize=True, database=None), or let the mock answer it)"
        )
    return command


# --- access to AWS ---
# botocore says what it lacks, and not what to do about it: whoever records for the first time meets this first.

_WITHOUT_AWS = "Without AWS: --dynamodb-upstream=mock, or the URL of a local server."
_LACKING = {
    "NoCredentialsError": "botocore found no credentials: name a profile (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY",
    "PartialCredentialsError": "botocore found half of the credentials: set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or neither and AWS_PROFILE",
    "NoRegionError": "nothing says which region: set AWS_DEFAULT_REGION",
    "ProfileNotFound": "the profile that AWS_PROFILE or the session names is in no configuration file: `aws configure "
    "list-profiles` shows those that are",
} | dict.fromkeys(
    ("CredentialRetrievalError", "SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError"),
    "botocore could not get the credentials; those of a sign-in come with a new one (`aws sso login`)",
)
"""What to do about botocore's exceptions that come before a request is sent, by the names of their classes."""
_REFUSED = (
    *("ExpiredTokenException", "IncompleteSignatureException", "InvalidSignatureException"),
    *("MissingAuthenticationTokenException", "UnrecognizedClientException"),
)
"""Codes of DynamoDB's answers to credentials that it does not take."""


def access(
    problems: Iterable[BaseException], cassette: Cassette, item: pytest.Item, settings: RunSettings
) -> str | None:
    """What to do so that DynamoDB lets a test in, or ``None`` if none of the problems is about that."""
    for problem in problems:
        names = {kind.__name__ for kind in type(problem).__mro__}
        lacking = next((what for name, what in _LACKING.items() if name in names), None)
        if lacking is not None and not cassette.traffic:  # else it was reached, and another service was not
            said = f"This test asks DynamoDB itself, and {lacking}."
        elif "ClientError" in names and (code := _refusal(vars(problem))):
            said = (
                f"DynamoDB does not take the credentials ({code}): `aws sts get-caller-identity` says whose they are "
                "and whether they still hold."
            )
        else:
            continue
        again = f" Then: {remedy(item, settings)}" if cassette.is_recording else ""
        return f"{said}{again}\n{_WITHOUT_AWS}"
    return None


def _refusal(problem: Mapping[str, Any]) -> str:
    """The code of an answer of DynamoDB's to credentials that it does not take; "" for any other."""
    match problem:
        case {"operation_name": str(operation), "response": {"Error": {"Code": str(code)}}}:
            return code if operation in OPERATIONS and code in _REFUSED else ""
    return ""
