"""Cassettes without the secrets that were recorded with them: stand-ins are put in their place, and replays go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_dynamodb.cassette.leaks.scan import Leak, leaks_of
from pytest_dynamodb.cassette.redaction import Sanitizer
from pytest_dynamodb.cassette.store import Contents

_SHORTEST = 6
"""Shorter values are not replaced unless ``redact`` selects them: they may stand for anything."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A cassette without secrets: ``contents`` is what is to be written, ``leaks`` what looked like a secret in it, and
    ``left`` what of that is still there.
    """

    contents: Contents
    leaks: Sequence[Leak]
    left: Sequence[Leak]
    changed: bool


def scrubbed(contents: Contents, *, redact: Sequence[str] = (), look: bool = True) -> Scrubbed:
    """``contents`` with stand-ins for what ``redact`` selects and, with ``look``, for what looks like a secret.

    A stand-in takes the place of a whole value wherever that stands, and the header names it, so that a replay whose
    requests hold the real value finds its recording. Stand-ins are keyed by ``PYTEST_DYNAMODB_REDACT_KEY``. Raises
    ``ConfigurationError`` for an expression that is no JMESPath.
    """
    header, exchanges = contents
    leaks = [leak for exchange in exchanges for leak in leaks_of(exchange)] if look else []
    known = {leak.pseudonym for leak in leaks if leak.place and len(leak.value) >= _SHORTEST}
    sanitizer = Sanitizer(redact, known={*header.pseudonyms, *known})
    clean = list(exchanges)
    for _ in range(2):  # what is found to be sensitive may stand in what came before, too
        clean = [
            replace(one, params=sanitizer.params(one.params), outcome=sanitizer.outcome(one.outcome)) for one in clean
        ]
    left = [leak for exchange in clean for leak in leaks_of(exchange)] if look else []
    changed = clean != list(exchanges)
    if changed:
        stands = {leak.value: leak.pseudonym for leak in leaks}
        volatile = {stands.get(value, value): places for value, places in header.volatile.items()}
        header = replace(header, pseudonyms=sanitizer.pseudonyms, volatile=volatile)
    return Scrubbed(Contents(header, clean), leaks, left, changed)
