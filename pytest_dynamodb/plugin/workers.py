"""xdist's workers: what one of them is to the others, and what they leave to the process that started them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.plugin.state import PluginState

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.options import Worker

_LATE, _LEFT, _CONTRIBUTIONS = "dynamodb_cassette_late", "dynamodb_cassette_left", "dynamodb_cassette_contributions"
"""Under which names a worker hands over what it knows, see ``PluginState``."""


def this_worker(config: pytest.Config) -> Worker | None:
    """The worker that this process is, or ``None``."""
    given = getattr(config, "workerinput", None)
    if given is None:
        return None
    from pytest_dynamodb.cassette.options import Worker

    return Worker(given["testrunuid"], given["workerid"], os.getppid())


def hand_over(config: Any, state: PluginState) -> None:
    """Let the controller know, when the worker ends; lists may grow until then."""
    config.workeroutput.update({_LATE: state.late, _LEFT: sorted(state.left), _CONTRIBUTIONS: state.contributions})


def take_over(output: Mapping[str, Any], state: PluginState) -> None:
    """What a worker has handed over."""
    state.late += output.get(_LATE, ())
    state.left.update(output.get(_LEFT, ()))
    state.contributions += output.get(_CONTRIBUTIONS, ())


def clear_away(state: PluginState) -> None:
    """Remove the files by which workers joined their recordings."""
    for name in state.contributions:
        Path(name).unlink(missing_ok=True)
