"""Record: the upstream answers, and the cassette keeps the exchange."""

from __future__ import annotations

import os

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.exchange import Outcome, Provider, Request
from pytest_dynamodb.providers.upstream import Upstreamed, name_of


class RecordingProvider(Upstreamed):
    """Records into a cassette, given open or by its path, what ``upstream`` answers.

    ``upstream`` is ``"aws"``, ``"mock"``, a URL, or a provider that answers. A cassette given by its path is written
    by ``close``; one given open belongs to whoever opened it.
    """

    def __init__(
        self, cassette: Cassette | str | os.PathLike[str], *, upstream: str | Provider = "aws", keep: bool = False
    ) -> None:
        super().__init__(upstream)
        if not isinstance(cassette, Cassette):
            cassette = Cassette(cassette, options=CassetteOptions(mode="rewrite", upstream=name_of(upstream)))
        self.cassette = cassette
        cassette.open_for_recording(keep=keep)

    def before(self, request: Request) -> Outcome | None:
        """The upstream's outcome, or ``None``. Raises ``RecordingRefused`` for a table that may not be recorded."""
        self.cassette.may_record(request)
        return super().before(request)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Keep the exchange. Raises ``CassetteError`` if it cannot be written down."""
        self.cassette.record(request, outcome)

    def close(self, *, passed: bool = True) -> None:
        """Write the cassette, or set the attempt aside as ``*.failed``."""
        if passed:
            self.cassette.commit()
        else:
            self.cassette.abandon()
