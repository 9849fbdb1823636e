"""The part of a table that an export's FilterSpecification asks for: what a Query or a Scan with it would find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.contents import as_of
from pytest_dynamodb.engine.operations.query import query
from pytest_dynamodb.engine.operations.scan import scan
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import ValidationException


def filtered(call: Call, table: Table, time: float, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The items at a time that match, as far as they are asked for.

    Raises ValidationException for expressions that are wrong; what is wrong with them is told in the words of a Query.
    """
    region = Region(object(), call.region.account, call.region.name)
    region.tables[table.name] = as_of(table, time)
    by_key = spec.get("KeyConditionExpression") is not None
    read = query if by_key else scan
    params: dict[str, Any] = {**spec, "TableName": table.name}
    surface = surface_of("Query" if by_key else "Scan", call.dialect)
    inner = replace(call, surface=surface, region=region, params=params)
    while True:
        try:
            page = read(inner)
        except ValidationException as problem:
            raise ValidationException(f"{INVALID_REQUEST}Invalid FilterSpecification: {problem.message}") from None
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        inner = replace(inner, params={**params, "ExclusiveStartKey": page["LastEvaluatedKey"]})
