"""The marker ``dynamodb_explore_faults``: a test is run again and again, with another call failing each time."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.plugin.keys import RUN
from pytest_dynamodb.plugin.markers import EXPLORE_FAULTS

KEYWORDS = frozenset({"check", "invariant", "failures"})


def check_kind(item: pytest.Item) -> None:
    """Refuse the marker where pytest does not call a test's function itself."""
    if type(item).__name__ == "TestCaseFunction":
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.{EXPLORE_FAULTS} is for functions, not for methods of a TestCase"
        )


def repeat(pyfuncitem: pytest.Function, mark: pytest.Mark) -> bool | None:
    """Run a marked test in place of pytest, as often as there are failures to try."""
    settings = _settings(pyfuncitem, mark)
    run = pyfuncitem.stash.get(RUN, None)
    answered_by = "nobody" if run is None else run.provider_name
    if answered_by == "record":
        return None  # first there must be something to play
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}  # noqa: SLF001 - as pytest's own hook does
    function = pyfuncitem.obj

    def action() -> Any:
        return function(**arguments)

    if run is None or answered_by == "live":
        raise pytest.UsageError(
            f"{pyfuncitem.nodeid}: @pytest.mark.{EXPLORE_FAULTS} needs a mock or a recording to answer the test: "
            "ask for dynamodb_mock, or mark it dynamodb_cassette"
        )
    if answered_by == "mock":
        settings["mock"] = run.mock
    else:
        ended = action()  # plays the recordings, so that they count as played
        if inspect.isawaitable(ended):
            import asyncio  # which no run without such a test needs

            asyncio.run(_awaited(ended))
        settings["recording"] = run.cassette.path
    from pytest_dynamodb.races import explore_faults

    action.__name__ = pyfuncitem.name
    try:
        explore_faults(action, **settings)
    except ConfigurationError as problem:
        raise pytest.UsageError(f"{pyfuncitem.nodeid}: {problem}") from None
    return True


async def _awaited(ended: Any) -> None:
    await ended


def _settings(item: pytest.Item, mark: pytest.Mark) -> dict[str, Any]:
    unknown = mark.kwargs.keys() - KEYWORDS
    if mark.args or unknown:
        given = ", ".join([*map(repr, mark.args), *sorted(unknown)])
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.{EXPLORE_FAULTS} takes the keywords {', '.join(sorted(KEYWORDS))}, "
            f"not {given}"
        )
    return dict(mark.kwargs)
