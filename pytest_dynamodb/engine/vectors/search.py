"""SearchVectors: the items nearest to a vector, found by looking at all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from pytest_dynamodb.engine.answers import wanted
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.parameters.expressions import bind_expressions, check_usage
from pytest_dynamodb.engine.reads.selection import Wanted, wanted_of
from pytest_dynamodb.engine.settings import SearchElement, VectorIndex
from pytest_dynamodb.engine.storage.partition import Attributes
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import empty_key
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.validation.values import checked_item
from pytest_dynamodb.engine.vectors.entries import LEAST_BYTES, Entry, Vector, listed, vector_of
from pytest_dynamodb.engine.vectors.index import held
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import nodes

# --- search ---
# What AWS finds by approximation is exact here. Messages: dynamodb-conformance, error-messages/searchVectors
# (eu-west-2, August 2026). Their order, what a HASH attribute is compared with, and how scores are rounded:
# nubo-db/dynoxide, captured in eu-west-2 and us-east-1 on 2026-08-12, 13 and 19.

MOST_RESULTS: Final = 100
MAX_SCORE: Final = 3.4028234663852886e38
"""The largest 32-bit float: scores are cut to it."""

_CONDITION: Final = "SearchConditionExpression"
_INVALID: Final = f"Invalid {_CONDITION}: "
_TOP: Final = "Provided TopK value '{given}' is out of valid range. The value must be between 1 and {most} inclusive"
_NO_INDEX: Final = "The table does not have the specified index: {name}"
_BACKFILLING: Final = "Cannot search backfilling vector index: {name}"
_NO_FLOATS: Final = (
    "Search vector contains invalid values. All values in the search vector must be a 32-bit floating-point number "
    "attribute"
)
_DIMENSIONS: Final = "Input search vector dimension {given} does not match vector index dimension {expected}"
_COMPARATOR: Final = f"{_INVALID}Invalid comparator used in {_CONDITION}"
_NOT_SEARCHED: Final = (
    f"{_CONDITION} must not contain any attributes that is not in SearchSchema. Invalid attribute: {{name}}"
)
_NESTED: Final = f"{_INVALID}{_CONDITION} cannot have conditions on nested attributes"
_TWICE: Final = f"{_INVALID}{_CONDITION} must only contain one condition per attribute"
_NO_PARTITION: Final = f"{_CONDITION} must be provided when SearchSchema has a HASH key"
_PARTITION_TYPE: Final = (
    f"Type of '{{name}}' attribute in {_CONDITION} ({{actual}}) does not match type in search schema ({{tag}})"
)


def _cosine(one: Vector, other: Vector) -> float:
    """From 0 to 2, exactly 0 of the same vector; 1 where one of them has no direction."""
    if one == other and any(one):
        return 0.0
    lengths = math.hypot(*one) * math.hypot(*other)
    return min(max(1.0 - _dot(one, other) / lengths, 0.0), 2.0) if lengths else 1.0


def _dot(one: Vector, other: Vector) -> float:
    return math.fsum(map(float.__mul__, one, other))


_FUNCTIONS: Final[dict[str, Callable[[Vector, Vector], float]]] = {
    "COSINE": _cosine,
    "EUCLIDEAN": math.dist,
    "DOT_PRODUCT": _dot,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A search as far as it can be read without its table: what is compared, and what is wanted of items."""

    condition: nodes.ConditionTree | None
    comparisons: tuple[tuple[nodes.Path, nodes.Literal], ...]
    wanted: Wanted | None


def read_question(call: Call) -> Question:
    """The parameters of a search that need no table. Raises ValidationException."""
    count = int(call.params["TopK"])
    if count > MOST_RESULTS:
        raise ValidationException(_TOP.format(given=count, most=MOST_RESULTS))
    condition, wanted = _expressions(call)
    return Question(condition, () if condition is None else tuple(_comparisons(condition)), wanted)


def _expressions(call: Call) -> tuple[nodes.ConditionTree | None, Wanted | None]:
    """The expressions, which are those of a Scan under another name."""
    names = {_CONDITION: "FilterExpression"}
    params: Mapping[str, Any] = {names.get(name, name): value for name, value in call.params.items()}
    surface = surface_of("Scan", call.dialect)
    try:
        check_usage(surface, params)
        bound = bind_expressions(surface, params)
    except ValidationException as problem:
        raise ValidationException(problem.message.replace("FilterExpression", _CONDITION)) from None
    return bound.filter, None if bound.projection is None else wanted_of(bound.projection, None)


def _comparisons(condition: nodes.ConditionTree) -> Iterator[tuple[nodes.Path, nodes.Literal]]:
    """Attributes and what they must equal: nothing else may be in a condition, and all of it must hold."""
    for part in condition.conditions if isinstance(condition, nodes.And) else (condition,):
        if isinstance(part, nodes.And):
            yield from _comparisons(part)
            continue
        if not isinstance(part, nodes.Compare) or part.operator != "=":
            raise ValidationException(_COMPARATOR)
        sides = sorted((part.left, part.right), key=lambda side: isinstance(side, nodes.Literal))
        if not isinstance(sides[0], nodes.Path) or not isinstance(sides[1], nodes.Literal):
            raise ValidationException(_COMPARATOR)
        yield sides[0], sides[1]


def searched_index(call: Call, table: Table) -> VectorIndex:
    """The index of a request. Raises ValidationException unless it is there and filled."""
    name = call.params["IndexName"]
    index = table.settings.vectors.get(name)
    if index is None or index.status == "DELETING" or index.backfilling is False:
        raise ValidationException(_NO_INDEX.format(name=name))
    if index.status != "ACTIVE":
        raise ValidationException(_BACKFILLING.format(name=name))
    return index


def searched_vector(call: Call, index: VectorIndex) -> Vector:
    """The vector to search for. Raises ValidationException unless the index has as many dimensions."""
    numbers = call.params["SearchVector"]
    if not all("N" in number for number in numbers):
        raise ValidationException(_NO_FLOATS)
    given = checked_item({"SearchVector": {"L": numbers}}, limit=None).attributes["SearchVector"]["L"]
    vector = vector_of([number["N"] for number in given])
    if vector is None:
        raise ValidationException(_NO_FLOATS)
    if len(vector) != index.dimensions:
        raise ValidationException(_DIMENSIONS.format(given=len(vector), expected=index.dimensions))
    return vector


def check_question(question: Question, index: VectorIndex) -> None:
    """Raise ValidationException for conditions that the index's search schema does not have."""
    names = [head(path) for path, _ in question.comparisons]
    for name in names:
        if name not in index.names:
            raise ValidationException(_NOT_SEARCHED.format(name=name))
    if any(len(path.parts) > 1 for path, _ in question.comparisons):
        raise ValidationException(_NESTED)
    if len(set(names)) < len(names):
        raise ValidationException(_TWICE)
    compared = dict(zip(names, (value for _, value in question.comparisons), strict=True))
    if (partition := index.partition) is not None:
        _check_partition(partition, compared.get(partition.name))


def _check_partition(partition: SearchElement, value: nodes.Literal | None) -> None:
    if value is None:
        raise ValidationException(_NO_PARTITION)
    ((actual, content),) = value.wire.items()
    if actual != partition.tag:
        raise ValidationException(_PARTITION_TYPE.format(name=partition.name, actual=actual, tag=partition.tag))
    if not content:
        raise empty_key(partition.name, partition.tag)


def nearest(
    table: Table, index: VectorIndex, question: Question, vector: Vector, count: int
) -> tuple[list[dict[str, Any]], float]:
    """The nearest items with their scores, nearest first, and how many bytes were looked at."""
    measure = _FUNCTIONS[index.function]
    meets = None if question.condition is None else compile_condition(question.condition)
    scored: list[tuple[float, Entry]] = []
    for item, entry in held(table, index):
        if meets is None or meets(item.attributes):
            scored.append((_rounded(measure(vector, entry.vector)), entry))
    size = sum(entry.size for _, entry in scored)
    scored.sort(key=itemgetter(0), reverse=index.function == "DOT_PRODUCT")
    results = [{"Item": _told(index, entry, question.wanted), "Score": score} for score, entry in scored[:count]]
    return results, float(max(LEAST_BYTES, size))


def _rounded(score: float) -> float:
    """A score is a 32-bit float, too, and never infinite."""
    cut = vector_of([repr(min(max(score, -MAX_SCORE), MAX_SCORE))])
    assert cut is not None
    return cut[0]


def _told(index: VectorIndex, entry: Entry, wanted: Wanted | None) -> Attributes:
    """An entry in a result: with its vector only where that is asked for and projected."""
    if wanted is None:
        return entry.attributes
    if index.projection == "ALL" or index.attribute in index.included:
        return wanted.of({**entry.attributes, index.attribute: listed(entry.vector)})
    return wanted.of(entry.attributes)


# --- SearchVectors ---


def search_vectors(call: Call) -> dict[str, Any]:
    """The items nearest to a vector, with their scores.

    Raises ResourceNotFoundException of a table, and ValidationException.
    """
    question = read_question(call)
    table = call.table()
    index = searched_index(call, table)
    vector = searched_vector(call, index)
    check_question(question, index)
    results, size = nearest(table, index, question, vector, int(call.params["TopK"]))
    consumed = {"ConsumedCapacity": {"VectorSearchRequestBytes": size}} if wanted(call.params) else {}
    return {"SearchResults": results, **consumed}
