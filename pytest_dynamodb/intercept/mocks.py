"""``mock_dynamodb``: an in-memory DynamoDB in the place of the real one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.intercept.interception import Block, Interception

if TYPE_CHECKING:
    from pytest_dynamodb.clock import Clock
    from pytest_dynamodb.engine import Lifecycle
    from pytest_dynamodb.faults import Fault
    from pytest_dynamodb.mock import LoadSource, Mock
    from pytest_dynamodb.mock.writing import BucketPlace
    from pytest_dynamodb.simulation.consistency import Consistency
    from pytest_dynamodb.simulation.throughput import ThroughputLimits


class mock_dynamodb(Block["Mock"]):  # noqa: N801 - used like a function, as a context manager and as a decorator
    """Answer DynamoDB calls from memory, without network, credentials or region.

    Every entry, and every call of a decorated function, begins with an empty DynamoDB, or with what ``load`` names: see
    ``Mock.load``. ``clients`` restricts it to the given clients or resources; otherwise every client of the process is
    covered. ``region`` is where ``load``, ``dump`` and ``tables`` look by default; without it, the region of the
    clients. The others are those of ``Engine``: ``clock`` is a ``VirtualClock`` unless given, which moves only when
    told to; ``seed`` determines what AWS makes up, such as table ids; ``dialect`` says whose wording of errors and
    order of checks it has (``"today"``, ``"classic"``, a day, a region's name), ``lifecycle`` how long tables take to
    come and go (by default no time at all). ``faults`` are planned from the start; ``Mock.faults`` takes more.
    ``throughput`` and ``consistency`` switch on capacity limits and stale reads. ``buckets`` is where exports go and
    imports come from: a folder or an S3 client; without it, the S3 of the process, where that is moto's or at an
    endpoint of the settings', never AWS's.

    Entering returns the ``Mock``. Nothing is left behind on leaving.
    """

    def __init__(
        self,
        *,
        clients: Sequence[Any] | None = None,
        load: LoadSource | None = None,
        region: str | None = None,
        clock: Clock | None = None,
        seed: int = 0,
        dialect: str | date = "today",
        lifecycle: Lifecycle | None = None,
        faults: Sequence[Fault] = (),
        throughput: ThroughputLimits | None = None,
        consistency: Consistency | None = None,
        buckets: BucketPlace | None = None,
    ) -> None:
        self._buckets = buckets
        self._clients, self._load, self._region, self._faults = clients, load, region, faults
        self._settings: dict[str, Any] = {"clock": clock, "seed": seed, "dialect": dialect, "lifecycle": lifecycle}
        self._settings |= {"throughput": throughput, "consistency": consistency}
        self._open: list[Interception] = []

    def __enter__(self) -> Mock:
        """Make the mock and answer from it."""
        from pytest_dynamodb.engine import Engine
        from pytest_dynamodb.hooks.defaults import default_region, s3_at_hand
        from pytest_dynamodb.mock import Mock
        from pytest_dynamodb.mock.s3 import S3Buckets
        from pytest_dynamodb.mock.writing import buckets_in
        from pytest_dynamodb.providers.mock import MockProvider

        mock = Mock(Engine(**self._settings), region=self._region or default_region)
        mock.engine.files = S3Buckets(s3_at_hand) if self._buckets is None else buckets_in(self._buckets)
        if self._load is not None:
            mock.load(self._load)
        mock.faults.add(*self._faults)
        interception = Interception(
            MockProvider(mock.engine), clients=self._clients, faults=mock.faults, clock=lambda: mock.engine.clock
        )
        interception.start()
        self._open.append(interception)
        return mock

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore everything."""
        self._open.pop().stop()
