"""SearchVectors."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import wanted
from pytest_dynamodb.engine.vectors.search import nearest, read_search, searched_index


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
