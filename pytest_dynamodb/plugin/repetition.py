"""The marker ``dynamodb_explore_faults``: a test is run again and again, with another call failing each time."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.plugin import runs

NAME = "dynamodb_explore_faults"

KEYWORDS = frozenset({"check", "invariant", "failures"})

DESCRIPTION = (
    f"{NAME}(*, check=None, invariant=None, failures=...): let each DynamoDB call of the test fail in each way, and "
    "run the test again; it must pass then, and check must"
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Refuse the marker where pytest does not call a test's function itself."""
    if item.get_closest_marker(NAME) is not None and type(item).__name__ == "TestCaseFunction":
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.{NAME} is for functions, not for methods of a TestCase")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a marked test in place of pytest, as often as there are failures to try."""
    mark = pyfuncitem.get_closest_marker(NAME)
    if mark is None:
        return None
    settings = _settings(pyfuncitem, mark)
    run = pyfuncitem.stash.get(runs.RUN, None)
    answered_by = "nobody" if run is None else run.provider_name
    if answered_by == "record":
        return None  # first there must be something to play
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}  # noqa: SLF001 - as pytest's own hook does
    function = pyfuncitem.obj

    def action() -> Any:
        return function(**arguments)

    if run is None or answered_by == "live":
        raise pytest.UsageError(
            f"{pyfuncitem.nodeid}: @pytest.mark.{NAME} needs a mock or a recording to answer the test: "
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
            f"{item.nodeid}: @pytest.mark.{NAME} takes the keywords {', '.join(sorted(KEYWORDS))}, not {given}"
        )
    return dict(mark.kwargs)
