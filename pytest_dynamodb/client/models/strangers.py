"""Items of none of the models: those that do not say what they are, and whose keys no model could have made.

An item that says that it is another model's is no stranger; queries and scans leave it out, whatever is done with
these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import InvalidItem
from pytest_dynamodb.client.operations.plan import ItemTest
from pytest_dynamodb.errors import ConfigurationError, quoted

Alien = Literal["skip", "raise", "raw"]
"""What reads do with a stranger: pass over it, raise ``InvalidItem``, or hand it over as it is stored."""


def checked_alien(alien: str) -> Alien:
    """``alien``, if it is one of the choices. Raises ``ConfigurationError``."""
    for choice in get_args(Alien):
        if alien == choice:
            found: Alien = choice
            return found
    raise ConfigurationError(f"alien is one of {', '.join(get_args(Alien))}, not {quoted(alien)}")


def is_of(codec: Codec[Any], item: Item) -> bool:
    """Whether an item is the model's: by what it says, or by its key where it says nothing."""
    declared = codec.declared.discriminator
    if declared is not None and declared in item:
        return item[declared] in codec.names
    return codec.keys[None].matches(item)


def is_stranger(codecs: Sequence[Codec[Any]], item: Item) -> bool:
    """Whether an item says nothing of what it is, and none of the models could have made its key."""
    says = any(codec.declared.discriminator in item for codec in codecs)
    return not says and not any(codec.keys[None].matches(item) for codec in codecs)


def shown_of(table: str, index: str | None, codecs: Sequence[Codec[Any]], alien: Alien) -> ItemTest | None:
    """Which items reads of these models show; ``None`` where each could be theirs."""
    if all(codec.declared.discriminator is None and codec.keys[None].takes_any for codec in codecs):
        return None
    needs = dict.fromkeys(
        name
        for codec in codecs
        for name in (*(name for name, _ in codec.keys[None].all), codec.declared.discriminator)
        if name is not None and not (name == codec.declared.discriminator and index in codec.undiscriminating)
    )

    def ours(item: Item) -> bool:
        return any(is_of(codec, item) for codec in codecs)

    def ours_or_strange(item: Item) -> bool:
        return ours(item) or is_stranger(codecs, item)

    def raising(item: Item) -> bool:
        if is_stranger(codecs, item):
            names = " or ".join(codec.name for codec in codecs)
            raise InvalidItem(table, names, item, "neither a discriminator nor its key says that it is one")
        return ours(item)

    passes = {"skip": ours, "raw": ours_or_strange, "raise": raising}[alien]
    stored = ours if alien == "skip" else ours_or_strange
    return ItemTest(f"strangers: {alien}", tuple(needs), passes, stored)
