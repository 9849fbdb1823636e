"""Whatever is asked of the engine, it answers as DynamoDB could, and its indexes go on agreeing with its items.

``PYTEST_DYNAMODB_FUZZ=20000`` asks longer than the default does.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request
from random_requests import KEYS, Requests, model, table_params

Json = Any

REQUESTS = int(os.environ.get("PYTEST_DYNAMODB_FUZZ", "300"))
"""How many requests are made."""

BATCH = 100
"""Requests between two looks at the whole."""

FRAMEWORK_ERRORS = {"ValidationException", "SerializationException", "AccessDeniedException", "ThrottlingException"}
"""Codes of the framework under DynamoDB, which its model does not name."""


def _shown(params: Json) -> str:
    try:
        return json.dumps(params)[:2000]
    except RecursionError:
        return "(too deep to be shown)"


class Asked:
    """The engine, and what it has been asked so far."""

    def __init__(self) -> None:
        self.engine = Engine(clock=VirtualClock(1_800_000_000.0))
        self.outcomes: Counter[str] = Counter()
        codes = {shape.error_code or shape.name for shape in model().error_shapes}
        self.codes = (codes | FRAMEWORK_ERRORS) - {"InternalServerError"}

    def ask(self, operation: str, params: Json) -> Json:
        """The body of an answer that DynamoDB could give."""
        shown = f"{operation} {_shown(params)}"
        try:
            answer = self.engine.answer(Request(operation, params, "us-east-1"))
        except Exception as problem:
            raise AssertionError(f"{shown}\nraises {problem!r}") from problem
        shown = f"{shown}\nanswers {answer.status} {str(answer.body)[:500]}"
        assert isinstance(answer.body, dict), shown
        json.dumps(answer.body)
        if answer.status == 200:
            self.outcomes["success"] += 1
            return answer.body
        code = str(answer.body.get("__type")).rsplit("#", maxsplit=1)[-1]
        assert answer.status == 400, shown
        assert code in self.codes, shown
        unreadable = code == "SerializationException"  # AWS says no more of what is no JSON
        assert answer.body.get("message") or answer.body.get("Message") or unreadable, shown
        self.outcomes[code] += 1
        return None

    def must(self, operation: str, params: Json) -> Json:
        """The body of an answer that must be a success."""
        answer = self.engine.answer(Request(operation, params, "us-east-1"))
        assert answer.status == 200, (operation, params, answer.body)
        return answer.body

    def scanned(self, **params: Json) -> list[Json]:
        """Every item of a table or of an index, page by page."""
        items: list[Json] = []
        while True:
            page = self.must("Scan", {**params, "Limit": 7})
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            params["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def tables(self) -> list[Json]:
        """Descriptions of all tables."""
        names = self.must("ListTables", {})["TableNames"]
        return [self.must("DescribeTable", {"TableName": name})["Table"] for name in names]

    def check(self) -> None:
        """Indexes hold what their items say, no more and no less; each item can be read by its key."""
        for table in self.tables():
            items = self.scanned(TableName=table["TableName"])
            keys = [element["AttributeName"] for element in table["KeySchema"]]
            types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
            assert len({canonical({key: item[key] for key in keys}) for item in items}) == len(items)
            for index in (*table.get("GlobalSecondaryIndexes", []), *table.get("LocalSecondaryIndexes", [])):
                entries = self.scanned(TableName=table["TableName"], IndexName=index["IndexName"])
                expected = Counter(canonical(entry) for entry in projected(items, index, keys, types))
                assert Counter(map(canonical, entries)) == expected, (table["TableName"], index["IndexName"])


def projected(items: list[Json], index: Json, keys: list[str], types: dict[str, str]) -> Iterator[Json]:
    """What an index holds of a table's items."""
    own = [element["AttributeName"] for element in index["KeySchema"]]
    projection = index["Projection"]
    named = {*own, *keys, *projection.get("NonKeyAttributes", ())}
    for item in items:
        if all(types[key] in item.get(key, {}) and item[key][types[key]] for key in own):
            whole = projection["ProjectionType"] == "ALL"
            yield item if whole else {name: value for name, value in item.items() if name in named}


def canonical(item: Json) -> str:
    return json.dumps(item, sort_keys=True)


def test_any_request_gets_an_answer_of_dynamodbs_and_indexes_agree_with_items() -> None:
    asked = Asked()
    requests = Requests(Random(20261123))
    for number in range(REQUESTS):
        if number % BATCH == 0:
            asked.check()
            for name in KEYS:
                asked.ask("CreateTable", table_params(name))  # those that requests have deleted
        asked.ask(*requests.make())
    asked.check()
    assert asked.outcomes["success"] > REQUESTS / 10, "requests are too wild to reach what is behind validation"
    assert asked.outcomes["ValidationException"] > REQUESTS / 10
