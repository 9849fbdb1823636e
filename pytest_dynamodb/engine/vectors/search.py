"""SearchVectors: the items nearest to a vector, found by looking at all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import wanted
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.reads.selection import Wanted, wanted_of
from pytest_dynamodb.engine.settings import VectorIndex
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.validation.values import checked_item
from pytest_dynamodb.engine.vectors.index import Vector, held, is_gone, projected, status_of, vector_in
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.expressions.nodes import And, Compare, ConditionTree, Path

# --- the items nearest to a vector, found by looking at all of them: what AWS finds by approximation is exact here
# ---

MOST_RESULTS: Final = 100

_CONDITION: Final = "SearchConditionExpression"


def _cosine(one: Vector, other: Vector) -> float | None:
    lengths = math.hypot(*one) * math.hypot(*other)
    return 1.0 - _dot(one, other) / lengths if lengths else None


def _dot(one: Vector, other: Vector) -> float:
    return math.fsum(map(float.__mul__, one, other))


_FUNCTIONS: Final[dict[str, Callable[[Vector, Vector], float | None]]] = {
    "COSINE": _cosine,
    "EUCLIDEAN": math.dist,
    "DOT_PRODUCT": _dot,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: the vector, what items must meet, and what of them is wanted."""

    vector: Vector
    test: Callable[[Attributes], bool]
    wanted: Wanted


def searched_index(call: Call, table: Table) -> VectorIndex:
    """The index of a request, which must be active. Raises ResourceNotFoundException and ValidationException."""
    name, now = call.params["IndexName"], call.clock.now()
    index = table.settings.vectors.get(name)
    if index is None or is_gone(index, now):
        raise error_for("ResourceNotFoundException", "Requested resource not found")
    if status_of(index, now) != "ACTIVE":
        raise error_for("ResourceNotFoundException", f"Requested resource not found: Index {name} is not active")
    return index


def read_search(call: Call, index: VectorIndex) -> Search:
    """The parameters of a search. Raises ValidationException."""
    params = call.params
    if params["TopK"] > MOST_RESULTS:
        raise ValidationException(f"TopK must be less than or equal to {MOST_RESULTS}")
    given = checked_item({"SearchVector": {"L": params["SearchVector"]}}, limit=None)
    vector = vector_in(given.attributes["SearchVector"], index.dimensions)
    if vector is None:
        raise ValidationException(f"SearchVector must be a list of {index.dimensions} numbers")
    condition, wanted = _expressions(call)
    compared = _compared(condition)
    unknown = sorted(compared - set(index.names))
    if unknown:
        raise ValidationException(f"{_CONDITION} has attributes that are not in the search schema: {unknown}")
    if missing := [name for name, role in index.schema if role == "HASH" and name not in compared]:
        raise ValidationException(f"{_CONDITION} must give the HASH attribute of the search schema: {missing}")
    return Search(vector, _anything if condition is None else compile_condition(condition), wanted)


def _anything(_: Attributes) -> bool:
    return True


def _expressions(call: Call) -> tuple[ConditionTree | None, Wanted]:
    """The expressions, which are those of a Scan under another name."""
    names = {_CONDITION: "FilterExpression"}
    params: Mapping[str, Any] = {names.get(name, name): value for name, value in call.params.items()}
    surface = surface_of("Scan", call.dialect)
    try:
        check_usage(surface, params)
        bound = bind_expressions(surface, params)
    except ValidationException as problem:
        raise ValidationException(problem.message.replace("FilterExpression", _CONDITION)) from None
    return bound.filter, wanted_of(bound.projection, None)


def _compared(condition: ConditionTree | None) -> set[str]:
    """The attributes that a condition compares, all by equality and all of them together."""
    if condition is None:
        return set()
    parts = condition.conditions if isinstance(condition, And) else (condition,)
    found: set[str] = set()
    for part in parts:
        if isinstance(part, And):
            found |= _compared(part)
        elif isinstance(part, Compare) and part.operator == "=" and isinstance(part.left, Path):
            found.add(head(part.left))
        else:
            raise ValidationException(f"{_CONDITION} supports only equality of attributes, and AND between them")
    return found


def nearest(table: Table, index: VectorIndex, search: Search, count: int) -> tuple[list[dict[str, Any]], int]:
    """The nearest items with their scores, nearest first, and how many bytes were looked at."""
    measure = _FUNCTIONS[index.function]
    scored: list[tuple[float, StoredItem]] = []
    size = 0
    for item, vector in held(table, index):
        if not search.test(item.attributes):
            continue
        size += item.size
        score = measure(search.vector, vector)
        if score is not None:
            scored.append((score, item))
    scored.sort(key=itemgetter(0), reverse=index.function == "DOT_PRODUCT")
    results = [
        {"Item": search.wanted.of(projected(table, index, item.attributes)), "Score": score}
        for score, item in scored[:count]
    ]
    return results, size


# --- SearchVectors ---


def search_vectors(call: Call) -> dict[str, Any]:
    """The items nearest to a vector, with their scores.

    Raises ResourceNotFoundException of a table or an index, and ValidationException.
    """
    table = call.table()
    index = searched_index(call, table)
    search = read_search(call, index)
    results, size = nearest(table, index, search, call.params["TopK"])
    consumed = {"ConsumedCapacity": {"VectorSearchRequestBytes": float(size)}} if wanted(call.params) else {}
    return {"SearchResults": results, **consumed}
