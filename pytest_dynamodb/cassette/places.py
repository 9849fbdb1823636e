"""Where a request is sent: its region and its account. The same request to two places asks two things.

A cassette of one place answers wherever it is asked from. In one of several, a place is answered with its own
recordings where it has any of the request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pytest_dynamodb.exchange import Exchange, Request

RegionAndAccount = tuple[str, str]
"""A region and an account; either is empty where nobody said so."""


def place_of(request: Request) -> RegionAndAccount:
    """The place of a request, as a cassette keeps it: of the account it only knows whether it is another."""
    return request.chosen_region, _stand_in(request.account) if request.account else ""


def places_of(exchanges: Iterable[Exchange]) -> list[RegionAndAccount]:
    """The places of exchanges, in the order of the first of each."""
    return list(dict.fromkeys((exchange.region, exchange.account) for exchange in exchanges))


def home_of(exchanges: Sequence[Exchange]) -> RegionAndAccount:
    """The place that a cassette's header names: that of the first exchange, unless some have none."""
    places = places_of(exchanges)
    regions, accounts = zip(*places, strict=True) if places else ((), ())
    return regions[0] if regions and all(regions) else "", accounts[0] if accounts and all(accounts) else ""


def nearest_first(place: RegionAndAccount, places: Sequence[RegionAndAccount]) -> list[RegionAndAccount]:
    """Recorded places, those first whose answers a request from ``place`` is to get.

    First the place itself, then those that differ only in what one of the two does not say, then the others in
    recorded order: what was recorded in one region replays in another.
    """
    return sorted(places, key=lambda other: (place != other, not all(map(_agree, place, other))))


def _agree(one: str, other: str) -> bool:
    return one == other or not one or not other


@lru_cache(maxsize=64)
def _stand_in(account: str) -> str:
    """Twelve digits for an account, never its own: ids of accounts are not recorded."""
    digest = hashlib.blake2b(account.encode(), digest_size=8, person=b"ddb-cassette").digest()
    return f"7777{int.from_bytes(digest, 'big') % 10**8:08}"
