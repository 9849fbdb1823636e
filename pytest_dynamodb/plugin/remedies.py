"""What to do about a test: the command that records it again, and what a recording needs that AWS did not answer."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb.plugin.options import RunSettings
from pytest_dynamodb.terminal import without_passwords


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
    "the credentials could not be had: sign in again (`aws sso login`)",
)
"""What to do about botocore's exceptions that come before a request is sent, by the names of their classes."""
_REFUSED = frozenset(
    {"ExpiredTokenException", "InvalidSignatureException", "MissingAuthenticationTokenException"}
    | {"UnrecognizedClientException"}
)
"""Codes of DynamoDB's answers to credentials that it does not take."""


def access(problems: Iterable[BaseException], repeat: str) -> str | None:
    """What to do so that a recording is let in, or ``None`` if none of the problems is about that.

    ``repeat`` is the command that records again.
    """
    for problem in problems:
        lacking = next((_LACKING[kind.__name__] for kind in type(problem).__mro__ if kind.__name__ in _LACKING), None)
        if lacking is not None:
            return f"This test asks DynamoDB itself, and {lacking}. Then: {repeat}\n{_WITHOUT_AWS}"
        response: Any = getattr(problem, "response", None)
        code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
        if code in _REFUSED:
            return (
                f"DynamoDB does not take the credentials of this recording ({code}): `aws sts get-caller-identity` "
                f"says whose they are and whether they still hold. Then: {repeat}\n{_WITHOUT_AWS}"
            )
    return None
