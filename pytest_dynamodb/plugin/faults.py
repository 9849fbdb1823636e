"""The marker ``dynamodb_faults``: what goes wrong while a test runs, and not while its fixtures do."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.plugin.keys import RUN
from pytest_dynamodb.plugin.markers import FAULTS

if TYPE_CHECKING:
    from pytest_dynamodb.faults import Fault


class UnstruckFaultWarning(UserWarning):
    """A test passed although a fault that was planned for it never happened."""


def planned(item: pytest.Item) -> list[Fault]:
    """The faults that a test's markers plan, the widest marker's first. Raises ``pytest.UsageError``."""
    marks = list(item.iter_markers(FAULTS))
    for mark in marks:
        if mark.kwargs or not mark.args:
            raise pytest.UsageError(
                f"{item.nodeid}: @pytest.mark.{FAULTS} takes faults, such as Throttled(table='orders')"
            )
    return [fault for mark in reversed(marks) for fault in mark.args]


def during_call(item: pytest.Item) -> Generator[None, object, object]:
    """Plan the faults of a test's markers for its call, and tell of those that never happened."""
    faults = planned(item)
    run = item.stash.get(RUN, None)
    if run is None:
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.{FAULTS} needs somebody who answers the test: "
            "mark it dynamodb_cassette, or ask for dynamodb_mock"
        )
    try:
        with run.faults.during(*faults):
            result = yield
            left = [fault for fault in run.faults.pending if any(fault is own for own in faults)]
    except ConfigurationError as problem:
        raise pytest.UsageError(f"{item.nodeid}: {problem}") from None
    if left:
        warnings.warn(
            UnstruckFaultWarning(f"{item.nodeid}: never happened: {', '.join(map(repr, left))}"), stacklevel=1
        )
    return result
