"""Record: the upstream answers, and the cassette keeps the exchange."""

from __future__ import annotations

import os

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.exchange import Outcome, Request
from pytest_dynamodb.providers.upstream import endpoint_of


class RecordingProvider:
    """Records into a cassette, given open or by its path, what ``upstream`` answers.

    A cassette given by its path is written by ``close``; one given open belongs to whoever opened it.
    """

    offline = False

    def __init__(
        self, cassette: Cassette | str | os.PathLike[str], *, upstream: str = "aws", keep: bool = False
    ) -> None:
        if not isinstance(cassette, Cassette):
            cassette = Cassette(cassette, options=CassetteOptions(mode="rewrite", upstream=upstream))
        self.cassette, self.endpoint = cassette, endpoint_of(upstream)
        cassette.open_for_recording(keep=keep)

    def before(self, request: Request) -> Outcome | None:
        """``None``: the upstream answers. Raises ``RecordingRefused`` for a table that may not be recorded."""
        self.cassette.may_record(request)
        return None

    def after(self, request: Request, outcome: Outcome) -> None:
        """Keep the exchange. Raises ``CassetteError`` if it cannot be written down."""
        self.cassette.record(request, outcome)

    def close(self, *, passed: bool = True) -> None:
        """Write the cassette, or set the attempt aside as ``*.failed``."""
        if passed:
            self.cassette.commit()
        else:
            self.cassette.abandon()
