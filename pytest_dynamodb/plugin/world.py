"""The in-memory DynamoDB of a run: what fixtures wider than a test have made, and a copy of it for each test.

A test writes to its own copy, so no test sees another's writes, in whatever order they run. A wider fixture writes to
what all copies are taken from, for as long as it is set up: what it did is undone when it is torn down, whether it
cleans up after itself or not.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pytest_dynamodb.dialects import TODAY
from pytest_dynamodb.requests import changes_nothing

if TYPE_CHECKING:
    from pytest_dynamodb.engine import Snapshot
    from pytest_dynamodb.exchange import Request, Response
    from pytest_dynamodb.mock import Mock


class World:
    """What wider fixtures share. The engine is loaded when something is first asked of it."""

    def __init__(self) -> None:
        self._layers: list[FixtureMock] = []
        self._test: TestMock | None = None

    @cached_property
    def mock(self) -> Mock:
        from pytest_dynamodb.hooks.defaults import default_region, s3_at_hand
        from pytest_dynamodb.mock import Mock
        from pytest_dynamodb.mock.s3 import S3Buckets

        mock = Mock(region=default_region)
        mock.engine.files = S3Buckets(s3_at_hand)
        return mock

    def for_test(self) -> TestMock:
        """A test's own, from now on the one that hears of what wider fixtures do."""
        self._test = TestMock(self)
        return self._test

    def for_fixture(self) -> FixtureMock:
        """What a wider fixture is answered from."""
        return FixtureMock(self)

    def begin(self, layer: FixtureMock) -> Snapshot:
        """Note that a fixture is about to write. Returns what there was before."""
        before = self.mock.snapshot()
        self._layers.append(layer)
        return before

    def carry_out(self, request: Request, mock: Mock) -> Response:
        """Answer a wider fixture from its mock.

        A test that has its copy already hears of it too: the fixture is set up for it.
        """
        test = self._test
        if test is not None and test.has_begun and not changes_nothing(request.operation, request.params):
            test.answer(request)
        return mock.answer(request)

    def undo(self, layer: FixtureMock, before: Snapshot) -> None:
        """Take back what a fixture did. What was done later, by fixtures that are still set up, is done again."""
        position = self._layers.index(layer)
        later = self._layers[position + 1 :]
        del self._layers[position:]
        self.mock.restore(before)
        for other in later:
            other.again()


class TestMock:
    """A test's copy, taken when the test first asks something of it: wider fixtures are set up until then."""

    __test__ = False  # pytest would collect it by its name, wherever it is imported

    def __init__(self, world: World) -> None:
        self._world = world
        self.dialect = TODAY

    @property
    def has_begun(self) -> bool:
        """Whether the copy has been taken."""
        return "mock" in self.__dict__

    @cached_property
    def mock(self) -> Mock:
        """The copy, with a clock and a dialect of its own."""
        mock = self._world.mock.fork()
        mock.engine.dialect = self.dialect
        return mock

    def answer(self, request: Request) -> Response:
        return self.mock.answer(request)

    def end(self) -> None:
        if self._world._test is self:  # noqa: SLF001 - its own
            self._world._test = None  # noqa: SLF001


class FixtureMock:
    """What a wider fixture is answered from."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.dialect = TODAY
        self._before: Snapshot | None = None
        self._writes: list[Request] = []

    @property
    def mock(self) -> Mock:
        """What it writes to, which from now on answers in its dialect."""
        mock = self._world.mock
        mock.engine.dialect = self.dialect
        return mock

    def answer(self, request: Request) -> Response:
        if not changes_nothing(request.operation, request.params):
            if self._before is None:
                self._before = self._world.begin(self)
            self._writes.append(request)
        return self._world.carry_out(request, self.mock)

    def again(self) -> None:
        """Repeat the fixture's writes on what the world holds now."""
        self._before = self._world.begin(self)
        for request in self._writes:
            self.mock.answer(request)

    def end(self) -> None:
        """Undo what the fixture wrote, now that it is torn down."""
        if self._before is not None:
            before, self._before = self._before, None
            self._world.undo(self, before)
