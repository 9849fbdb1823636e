"""Moments in the conditions of typed tables, written as they are stored: text compares as moments do in one zone alone.

What is compared with a ``datetime`` field, or with a part of one, is brought into UTC; with a time to live, into
seconds.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.kinds import LISTS, MAPS, SETS, UNIONS, attribute_of, plain_type
from pytest_dynamodb.client.models.spellings import in_utc
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import Condition, ConditionLike, as_condition

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def spelled_filter(codecs: Sequence[Codec[Any]], condition: ConditionLike) -> ConditionLike:
    """The filter with its moments as the models' are stored."""
    return Condition(_spelled(codecs, as_condition(condition, expression="FilterExpression")))


def spelled(codecs: Sequence[Codec[Any]], condition: ConditionLike | None) -> ConditionLike | None:
    """The condition of a write with its moments as the models' are stored; ``None`` for none."""
    return None if condition is None else Condition(_spelled(codecs, as_condition(condition)))


def _spelled(codecs: Sequence[Codec[Any]], tree: nodes.ConditionTree) -> nodes.ConditionTree:
    if isinstance(tree, (nodes.And, nodes.Or)):
        return type(tree)(tuple(_spelled(codecs, one) for one in tree.conditions))
    if isinstance(tree, nodes.Not):
        return nodes.Not(_spelled(codecs, tree.condition))
    if isinstance(tree, nodes.Compare):
        left, right = _alike(codecs, (tree.left, tree.right))
        return nodes.Compare(tree.operator, left, right)
    if isinstance(tree, nodes.Between):
        return nodes.Between(*_alike(codecs, (tree.operand, tree.low, tree.high)))
    if isinstance(tree, nodes.In):
        operand, *choices = _alike(codecs, (tree.operand, *tree.choices))
        return nodes.In(operand, tuple(choices))
    if tree.name == "contains":
        return nodes.Function(tree.name, tuple(_alike(codecs, tree.arguments, members=True)))
    return tree


def _alike(
    codecs: Sequence[Codec[Any]], operands: Sequence[nodes.Operand], *, members: bool = False
) -> list[nodes.Operand]:
    """Operands that are compared with each other, the literals among them written as the paths' moments."""
    how = next((way for path in operands if isinstance(path, nodes.Path) for way in _ways(codecs, path, members)), None)
    if how is None:
        return list(operands)
    return [
        nodes.Literal(_written(operand.wire, how)) if isinstance(operand, nodes.Literal) else operand
        for operand in operands
    ]


def _ways(codecs: Sequence[Codec[Any]], path: nodes.Path, members: bool) -> Iterable[str]:
    """How a moment at this path is stored: ``"text"``, ``"key"`` or ``"seconds"``; nothing where there is none."""
    first, *others = path.parts
    name = getattr(first, "text", "")
    for codec in codecs:
        for field, attribute in codec.attributes.items():
            if attribute != name:
                continue
            kinds = _kinds(codec.fields[field].annotation)
            for part in [*others, *([nodes.ListIndex(0)] if members else ())]:
                kinds = [inner for kind in kinds for inner in _into(kind, part)]
            if any(isinstance(kind, type) and issubclass(kind, datetime.datetime) for kind in kinds):
                if others or members:
                    yield "text"
                else:
                    yield "seconds" if attribute == codec.ttl else "key" if codec.is_key(field) else "text"


def _kinds(annotation: Any) -> list[Any]:
    plain = plain_type(annotation)
    return [inner for one in get_args(plain) for inner in _kinds(one)] if get_origin(plain) in UNIONS else [plain]


def _into(kind: Any, part: nodes.PathPart) -> list[Any]:
    base, arguments = get_origin(kind) or kind, get_args(kind)
    if isinstance(part, nodes.ListIndex):
        return _kinds(arguments[0]) if arguments and base in (*LISTS, *SETS, tuple) else []
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {attribute_of(name, field): field.annotation for name, field in kind.model_fields.items()}
        return _kinds(fields[part.text]) if part.text in fields else []
    return _kinds(arguments[1]) if base in MAPS and len(arguments) > 1 else []


def _written(wire: dict[str, Any], how: str) -> dict[str, Any]:
    text = wire.get("S")
    if text is None:
        return wire
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return wire
    if moment.tzinfo is None and how != "key":
        return wire
    moment = in_utc(moment)
    if how == "seconds":
        past = moment - EPOCH
        seconds = decimal.Decimal(past.days * 86400 + past.seconds) + decimal.Decimal(past.microseconds) / 1_000_000
        return {"N": format(seconds.normalize(), "f")}
    return {"S": moment.isoformat(timespec="microseconds") if how == "key" else moment.isoformat()}
