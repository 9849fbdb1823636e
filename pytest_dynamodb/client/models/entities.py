"""The models of one table, and which of them an item is of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import declaration_of, declaration_of_fields
from pytest_dynamodb.client.models.problems import InvalidItem
from pytest_dynamodb.client.operations.keys import KeyNames, KeysLike, TableBook
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.expressions.attributes import Attr
from pytest_dynamodb.expressions.conditions import Condition


def codec_of(table: str, model: type[Any], keys: KeysLike | None = None) -> Codec[Any]:
    """The codec of a model; of one that is not declared, the fields that are the key. Raises ``ConfigurationError``."""
    given: Any = model
    if not isinstance(given, type) or not issubclass(given, BaseModel):
        raise ConfigurationError(f"a model is a class derived from pydantic.BaseModel, not {model!r:.80}")
    declared = declaration_of(model) if keys is None else declaration_of_fields(KeyNames.of(keys).all)
    return Codec(table, model, declared)


class Entities:
    """Models that share a table. Raises ``ConfigurationError`` if two could make the same key."""

    def __init__(self, table: str, codecs: Sequence[Codec[Any]]) -> None:
        self.table, self.codecs = table, {codec.model: codec for codec in codecs}
        for one, other in combinations(codecs, 2):
            _keep_apart(one, other)

    def of(self, model: type[Any]) -> Codec[Any]:
        """The codec of one of the models. Raises ``ConfigurationError`` for another one."""
        codec = self.codecs.get(model)
        if codec is None:
            there = ", ".join(codec.name for codec in self.codecs.values())
            raise ConfigurationError(f"{self.table} was not made with the model {model.__name__}, but with {there}")
        return codec

    def codec_for(self, item: Item) -> Codec[Any]:
        """The codec that an item is of: by its discriminator, or its key where it has none. Raises ``InvalidItem``."""
        for codec in self.codecs.values():
            declared = codec.declared.discriminator
            if declared is not None and declared in item:
                if item[declared] == codec.name:
                    return codec
            elif codec.keys[None].matches(item):
                return codec
        names = " or ".join(codec.name for codec in self.codecs.values())
        raise InvalidItem(self.table, names, item, "neither its discriminator nor its key is of one of them")

    def decoded(self, item: Item) -> Any:
        """The instance of an item. Raises ``InvalidItem``."""
        return self.codec_for(item).decoded(item)

    def condition(self, index: str | None = None) -> Condition | None:
        """The filter for items of these models; ``None`` where a model or the index has no discriminator.

        Those without a discriminator are told apart by their keys when they are read.
        """
        by_attribute: dict[str, list[str]] = {}
        for codec in self.codecs.values():
            if codec.declared.discriminator is None or index in codec.undiscriminating:
                return None
            by_attribute.setdefault(codec.declared.discriminator, []).append(codec.name)
        whole: Condition | None = None
        for attribute, names in by_attribute.items():
            of = Attr.of(attribute)
            term = (of.eq(names[0]) if len(names) == 1 else of.is_in(names)) | of.not_exists()
            whole = term if whole is None else whole | term
        return whole

    def tell(self, book: TableBook) -> None:
        """Tell the client the names of the keys, so that it need not describe the table."""
        indexes: dict[str, KeysLike] = {}
        own: KeysLike | None = None
        for codec in self.codecs.values():
            for keys in codec.keys.values():
                names = [[name for name, _ in kind] for kind in (keys.partition, keys.sort) if kind]
                if keys.index is None:
                    own = names
                else:
                    indexes[keys.index] = names
        book.give(self.table, own, indexes)


def _keep_apart(one: Codec[Any], other: Codec[Any]) -> None:
    names = [[name for name, _ in codec.keys[None].all] for codec in (one, other)]
    if names[0] != names[1]:
        raise ConfigurationError(
            f"{one.name} and {other.name} are in one table, whose key has one set of names: {', '.join(names[0])}, "
            f"or {', '.join(names[1])}"
        )
    if one.name == other.name:
        raise ConfigurationError(f"two models of one table are called {one.name}: give one another name with name=")
    if one.keys[None].may_equal(other.keys[None]):
        texts = [" ".join(template.text for _, template in codec.keys[None].all) for codec in (one, other)]
        raise ConfigurationError(
            f"a {one.name} ({texts[0]}) and a {other.name} ({texts[1]}) could have the same key, and overwrite each "
            "other: let a part of the templates that is not a field differ"
        )
