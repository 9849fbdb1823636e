"""ListTables."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.requests import table_name

_PAGE: Final = 100


def list_tables(call: Call) -> dict[str, Any]:
    """A page of the names of this account's tables in this region, in alphabetical order.

    ExclusiveStartTableName need not be the name of a table.
    """
    region, now = call.region, call.clock.now()
    names = sorted(name for name in list(region.tables) if region.find(name, now) is not None)
    start = call.params.get("ExclusiveStartTableName")
    first = 0 if start is None else bisect_right(names, table_name(start))
    end = first + (call.params.get("Limit") or _PAGE)
    page = names[first:end]
    last = {"LastEvaluatedTableName": page[-1]} if end < len(names) else {}
    return {"TableNames": page, **last}
