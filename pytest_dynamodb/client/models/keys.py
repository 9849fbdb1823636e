"""The keys of a model: of its table and of each index, as templates by their attributes' names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pytest_dynamodb.client.models.declaration import Declaration, InvalidKey
from pytest_dynamodb.client.models.templates import Template
from pytest_dynamodb.errors import ConfigurationError

NamedTemplates = tuple[tuple[str, Template], ...]


@dataclass(frozen=True)
class KeyTemplates:
    """The attributes of one key with their templates. ``index`` is ``None`` for the table's own."""

    index: str | None
    partition: NamedTemplates
    sort: NamedTemplates

    @cached_property
    def all(self) -> NamedTemplates:
        return self.partition + self.sort

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(field for _, template in self.all for field in template.fields))

    @property
    def whose(self) -> str:
        """What messages call this key."""
        return "the key of the table" if self.index is None else f"the key of {self.index}"

    def made_of(self, values: Mapping[str, object]) -> dict[str, object]:
        """The attributes. Raises ``InvalidKey``."""
        return {name: template.made_of(values) for name, template in self.all}

    def check_widths(self, values: Mapping[str, object]) -> None:
        """Raise ``InvalidKey`` for a number that its format does not hold: the sort key would lie where it is not."""
        for _, template in self.sort:
            template.check_width(values)

    def made_of_what_there_is(self, values: Mapping[str, object]) -> dict[str, object]:
        """The attributes, or none at all if a field has no value: an item may be left out of an index."""
        if any(values.get(field) is None for field in self.fields):
            return {}
        return self.made_of(values)

    def matches(self, item: Mapping[str, object]) -> bool:
        """Whether these templates could have made the key of this item."""
        return all(template.matches(item.get(name)) for name, template in self.all)

    @property
    def takes_any(self) -> bool:
        """Whether these templates could have made any key."""
        return all(template.bare for _, template in self.all)

    def may_equal(self, other: KeyTemplates) -> bool:
        """Whether this key and another could be equal for some values."""
        theirs = dict(other.all)
        return all(name not in theirs or template.may_equal(theirs[name]) for name, template in self.all)


def keys_of(declared: Declaration, fields: Iterable[str]) -> dict[str | None, KeyTemplates]:
    """The keys of a model that has these fields, by index. Raises ``ConfigurationError``."""
    names = tuple(declared.key_names)
    texts = [declared.pk] if declared.sk is None else [declared.pk, declared.sk]
    if len(names) < len(texts):
        raise ConfigurationError(f"key_names are {', '.join(names)}: name an attribute for pk and one for sk")
    own = [(name, Template.parse(text, declared.delimiter)) for name, text in zip(names, texts, strict=False)]
    found: dict[str | None, KeyTemplates] = {None: KeyTemplates(None, tuple(own[:1]), tuple(own[1:]))}
    for index in declared.indexes:
        found[index.name] = KeyTemplates(
            index.name, _parsed(index.partition, declared.delimiter), _parsed(index.sort, declared.delimiter)
        )
    known = set(fields)
    for keys in found.values():
        unknown = [field for field in keys.fields if field not in known]
        if unknown:
            raise ConfigurationError(f"{keys.whose} names {', '.join(unknown)}, of which the model has no field")
        _check_shards(keys)
        if not 1 <= len(keys.partition) <= 4 or len(keys.sort) > 4:
            raise ConfigurationError(
                f"{keys.whose} has one to four partition attributes, and up to four sort attributes"
            )
    return found


def _check_shards(keys: KeyTemplates) -> None:
    spread = [(name, one) for name, template in keys.all for one in template.segments if one.shards is not None]
    (partition, first), *others = keys.partition or (("", None),)
    for name, segment in spread:
        if name != partition or others or first is None or segment is not first.segments[-1] or segment.after:
            raise ConfigurationError(
                f"{{{segment.field}:{segment.spec}}} may only be the last part of a partition key of one attribute; it "
                f"is in {name} of {keys.whose}"
            )


def _parsed(templates: Mapping[str, str], delimiter: str) -> NamedTemplates:
    return tuple((name, Template.parse(text, delimiter)) for name, text in templates.items())


def complete(keys: KeyTemplates, given: Iterable[str]) -> None:
    """Raise ``InvalidKey`` unless exactly the fields of the key are given."""
    given = set(given)
    if given == {*keys.fields}:
        return
    missing = [field for field in keys.fields if field not in given]
    if missing:
        raise InvalidKey(f"{keys.whose} is made of {', '.join(keys.fields)}: {', '.join(missing)} is missing")
    others = sorted(given - set(keys.fields))
    if others:
        raise InvalidKey(f"{keys.whose} is made of {', '.join(keys.fields)}, and not of {', '.join(others)}")
