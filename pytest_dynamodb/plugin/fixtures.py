"""Fixtures for tests, and those that projects override."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.hooks import active
from pytest_dynamodb.plugin import keys, markers
from pytest_dynamodb.plugin.homes import Home
from pytest_dynamodb.plugin.state import ASKED_FOR_MOCK, OWNER, state_of

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette
    from pytest_dynamodb.client.client import DynamoDbClient
    from pytest_dynamodb.mock import Mock
    from pytest_dynamodb.races import Races


@pytest.fixture(scope="session")
def dynamodb_cassette_config() -> dict[str, Any]:
    """Settings for all tests: override it to return some of the marker's keywords, ``allow`` or ``compress``."""
    return {}


@pytest.fixture(scope="session")
def dynamodb_cassette_dir(pytestconfig: pytest.Config) -> Path:
    """The folder of cassettes: override it to put them elsewhere."""
    return state_of(pytestconfig).settings.home.folder


@pytest.fixture
def dynamodb_cassette_name() -> str | None:
    """The name of the test's cassette: override it to name it yourself; ``None`` names it after the test."""
    return None


@pytest.fixture
def _dynamodb_cassette_places(
    request: pytest.FixtureRequest, dynamodb_cassette_config: dict[str, Any], dynamodb_cassette_dir: Path
) -> tuple[dict[str, Any], Home]:
    """What the project's fixtures say for a test, known before anything else of the test is set up."""
    base = _overridden_in(request)
    home = (
        state_of(request.config).settings.home if base is None else Home(Path(dynamodb_cassette_dir).absolute(), base)
    )
    places = dynamodb_cassette_config, home
    state_of(request.config).places = places
    return places


def _overridden_in(request: pytest.FixtureRequest) -> str | None:
    """The node id of what the project overrides ``dynamodb_cassette_dir`` for; ``None`` where it does not.

    pytest tells only by a private method which of several definitions a test uses.
    """
    definition: Any = request._get_active_fixturedef("dynamodb_cassette_dir")  # noqa: SLF001 - see above
    if getattr(definition.func, "__module__", "") == __name__:
        return None
    base: str = definition.baseid
    return base


@pytest.fixture
def _dynamodb_cassette_open(
    request: pytest.FixtureRequest,
    _dynamodb_cassette_places: tuple[dict[str, Any], Home],
    dynamodb_cassette_name: str | None,
) -> Generator[None, None, None]:
    """Puts the test's cassette in charge before its other fixtures are set up, and until they are torn down.

    The cassette is settled after that, by ``lifecycle``, when the test's outcome is known.
    """
    from pytest_dynamodb.plugin import runs  # with all that a cassette needs
    from pytest_dynamodb.plugin.naming import item_file, owner_of

    item: pytest.Item = request.node
    state = state_of(request.config)
    said, (configured, home) = markers.of_test(item), _dynamodb_cassette_places
    mocked = runs.is_mocked(item)
    if mocked:
        joined = runs.mock_settings(state.settings, configured, item.nodeid)
    else:
        joined = runs.joined_settings(state.settings, said, configured, item.nodeid)
    runs.check_settings(item.nodeid, joined)
    name = said.get("name") or joined.get("share") or dynamodb_cassette_name
    path = item_file(item, home, name, apart=item.nodeid in state.apart)
    run = runs.CassetteRun(
        state,
        item,
        path,
        joined,
        owner=owner_of(item),
        engine=state.world.for_test(),
        keeps=not mocked,
        first_pass=item.stash.get(keys.FIRST_PASS, None),
    )
    item.stash[keys.RUN] = run
    run.start()
    yield
    owner = item.stash[OWNER]
    if run.provider_name == "live":
        owner.afterwards = lambda: run.provider  # the same upstream
    active.end(owner)  # first, so that no call of its threads finds nobody in charge
    run.stop()


@pytest.fixture
def dynamodb_cassette(_dynamodb_cassette_open: None, request: pytest.FixtureRequest) -> Cassette:
    """The test's open ``Cassette``. Asking for it marks the test."""
    item: pytest.Item = request.node
    return item.stash[keys.RUN].cassette


@pytest.fixture
def dynamodb_mock(request: pytest.FixtureRequest) -> Mock:
    """The test's ``Mock``: what answers its DynamoDB calls.

    A test without a cassette is answered from memory because it asks for this. One that has a cassette must be answered
    from memory already, by ``provider="mock"`` or the like; it is a usage error otherwise.
    """
    item: pytest.Item = request.node
    if not markers.is_marked(item):
        item.stash[ASKED_FOR_MOCK] = True
    request.getfixturevalue("_dynamodb_cassette_open")
    run = item.stash[keys.RUN]
    if run.mock is None:
        raise pytest.UsageError(
            f"{item.nodeid}: dynamodb_mock is of no use here, the provider {run.provider_name} answers this test: "
            'say @pytest.mark.dynamodb_cassette(provider="mock"), or --dynamodb-provider=mock, or take the marker away'
        )
    run.mock.faults = run.faults
    return run.mock


@pytest.fixture
def dynamodb_races(dynamodb_mock: Mock) -> Races:
    """``explore`` of ``pytest_dynamodb.races``, on the test's mock: ``dynamodb_races(*actors, check=...)``."""
    from pytest_dynamodb.races import Races

    return Races(dynamodb_mock)


@pytest.fixture(scope="session")
def dynamodb_memo(pytestconfig: pytest.Config) -> Callable[[str, Callable[[], Any]], Any]:
    """``memo(name, factory)``: ``Cassette.memo`` of the cassette that answers now, for fixtures of any scope.

    In a wider fixture that is the fixture's own. xdist's workers that record it agree on the value of whoever came
    first. Where nothing is recorded or replayed the value is what ``factory`` makes.
    """
    state = state_of(pytestconfig)

    def memo(name: str, factory: Callable[[], Any]) -> Any:
        return state.running[-1].cassette.memo(name, factory) if state.running else factory()

    return memo


@pytest.fixture
def dynamodb_provider(request: pytest.FixtureRequest) -> str:
    """Who answers the test's DynamoDB calls: ``replay``, ``record``, ``mock`` or ``live``."""
    run = request.node.stash.get(keys.RUN, None)
    return "live" if run is None else run.provider_name


@pytest.fixture
def dynamodb_client() -> Generator[DynamoDbClient, None, None]:
    """A ``DynamoDbClient`` whose calls are answered by whoever answers the test's."""
    from pytest_dynamodb.client.client import DynamoDbClient

    with DynamoDbClient(provider="live") as client:
        yield client
