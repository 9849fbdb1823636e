"""What to do about a test: the command that records it again."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path

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
