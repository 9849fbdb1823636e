"""Requests that only just keep a rule, and such as only just break it, on every operation that has the rule.

A rule is a pair of contents, one just inside and one just outside; a carrier (``carriers``) is a way to send such
content to DynamoDB. Each rule is tried with each of its carriers, so that what PutItem refuses cannot pass as an
UpdateItem. The limits are the developer guide's ("Quotas") and those of dynamodb-conformance, tests/tier3/limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from carriers import (
    KEY,
    TABLE,
    THERE,
    Carrier,
    Json,
    Request,
    action,
    comparing,
    conditions,
    keyed,
    on_table,
    projections,
    storing,
    updates,
)


@dataclass(frozen=True)
class Rule:
    """Content just ``inside`` a rule and just ``outside`` of it; ``except_for`` are carriers that have another rule."""

    name: str
    inside: Any
    outside: Any
    except_for: Mapping[str, tuple[Any, Any] | None] = field(default_factory=dict)

    def pair(self, carrier: str) -> tuple[Any, Any] | None:
        """What to try with a carrier; ``None`` is nothing."""
        return self.except_for.get(carrier, (self.inside, self.outside))


def nested(levels: int, kind: str = "M") -> Json:
    """A value with maps or lists around it."""
    value: Json = {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}} if kind == "M" else {"L": [value]}
    return value


_IN_TRANSACTIONS: Final = {
    name: (nested(32), nested(33))  # limits/nestingDepth: a level more where it is not stored
    for name in (
        "TransactWriteItems ConditionCheck",
        "TransactWriteItems Put condition",
        "TransactWriteItems Delete condition",
    )
}

VALUES: Final = (
    Rule("digits", {"N": "1" * 38}, {"N": "1" * 39}),
    Rule("digits of a set's numbers", {"NS": ["1" * 38]}, {"NS": ["1" * 39]}),
    Rule("largest number", {"N": "9.99e125"}, {"N": "1e126"}),
    Rule("smallest number", {"N": "1e-130"}, {"N": "9e-131"}),
    Rule("numbers are numbers", {"N": "-0.5"}, {"N": "-0.5x"}),
    Rule("levels of maps", nested(31), nested(32), _IN_TRANSACTIONS),
    Rule("set of strings", {"SS": ["a"]}, {"SS": []}),
    Rule("set of numbers", {"NS": ["1"]}, {"NS": []}),
    Rule("set of binaries", {"BS": ["YQ=="]}, {"BS": []}),
    Rule("distinct strings", {"SS": ["a", "A"]}, {"SS": ["a", "a"]}),
    Rule("distinct numbers", {"NS": ["1", "10"]}, {"NS": ["1", "1.0"]}),
    Rule("distinct binaries", {"BS": ["YQ==", "YQA="]}, {"BS": ["YQ==", "YQ=="]}),
    Rule("null is true", {"NULL": True}, {"NULL": False}),
    Rule("at most one type", {"S": "a"}, {"S": "a", "N": "1"}),
    Rule("at least one type", {"S": ""}, {}),
    Rule("names inside", {"M": {"a": {"S": "a"}}}, {"M": {"": {"S": "a"}}}),
)


def key_rules(limit: int) -> tuple[Rule, ...]:
    """Rules of a key attribute's value; ``limit`` is the most bytes."""
    return (
        Rule("bytes", {"S": "x" * limit}, {"S": "x" * (limit + 1)}),
        Rule("bytes of two-byte letters", {"S": "é" * (limit // 2)}, {"S": "é" * (limit // 2) + "x"}),
        Rule("not empty", {"S": "x"}, {"S": ""}),
        Rule("of its type", {"S": "1"}, {"N": "1"}),
    )


def text_rules(around: str, path: str = "v") -> tuple[Rule, ...]:
    """Rules of an expression: ``around`` is one with ``{}`` where a path stands."""
    short, deep = around.format(path), [around.format(".".join([path] * depth)) for depth in (32, 33)]
    return (
        Rule("bytes", short.ljust(4096), short.ljust(4097)),
        Rule("elements of a path", deep[0], deep[1]),
        Rule("position in a list", around.format(f"{path}[4294967294]"), around.format(f"{path}[4294967295]")),
        Rule("names", around.format("v"), around.format("status")),
    )


# --- counts ----------------------------------------------------------------------------------------------------------


def _keys(count: int) -> list[Json]:
    return [{**KEY, "sk": {"S": str(number)}} for number in range(count)]


COUNTS: Final[dict[str, tuple[Carrier, int, int]]] = {
    "BatchGetItem keys": (lambda n: ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": _keys(n)}}}), 100, 101),
    "BatchWriteItem requests": (
        lambda n: ("BatchWriteItem", {"RequestItems": {TABLE: [{"DeleteRequest": {"Key": key}} for key in _keys(n)]}}),
        25,
        26,
    ),
    "TransactWriteItems actions": (
        lambda n: (
            "TransactWriteItems",
            {"TransactItems": [{"Delete": {"TableName": TABLE, "Key": key}} for key in _keys(n)]},
        ),
        100,
        101,
    ),
    "TransactWriteItems no action": (
        lambda n: (
            "TransactWriteItems",
            {"TransactItems": [{"Delete": {"TableName": TABLE, "Key": key}} for key in _keys(n)]},
        ),
        1,
        0,
    ),
    "TransactGetItems actions": (
        lambda n: ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": TABLE, "Key": k}} for k in _keys(n)]}),
        100,
        101,
    ),
    "BatchExecuteStatement statements": (
        lambda n: (
            "BatchExecuteStatement",
            {"Statements": [{"Statement": f"SELECT * FROM {TABLE} WHERE pk = 'a' AND sk = '{i}'"} for i in range(n)]},
        ),
        25,
        26,
    ),
    "ExecuteTransaction statements": (
        lambda n: (
            "ExecuteTransaction",
            {
                "TransactStatements": [
                    {"Statement": f"SELECT * FROM {TABLE} WHERE pk = 'a' AND sk = '{i}'"} for i in range(n)
                ]
            },
        ),
        100,
        101,
    ),
    "ExecuteStatement bytes": (
        lambda n: ("ExecuteStatement", {"Statement": f"SELECT * FROM {TABLE}".ljust(n)}),
        8192,
        8193,
    ),
    "Scan TotalSegments": (lambda n: on_table("Scan", Segment=0, TotalSegments=n), 1_000_000, 1_000_001),
    "Scan Segment": (lambda n: on_table("Scan", Segment=n, TotalSegments=4), 3, 4),
    "Scan Limit": (lambda n: on_table("Scan", Limit=n), 1, 0),
    "Query Limit": (
        lambda n: on_table(
            "Query", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": KEY["pk"]}, Limit=n
        ),
        1,
        0,
    ),
    "ListTables Limit": (lambda n: ("ListTables", {"Limit": n}), 100, 101),
    "ListStreams Limit": (lambda n: ("ListStreams", {"Limit": n}), 100, 101),
    "TransactWriteItems token": (
        lambda n: (
            "TransactWriteItems",
            {"TransactItems": [{"Delete": {"TableName": TABLE, "Key": KEY}}], "ClientRequestToken": "t" * n},
        ),
        36,
        37,
    ),
    "GetItem AttributesToGet": (
        lambda n: on_table("GetItem", Key=KEY, AttributesToGet=[f"a{number}" for number in range(n)]),
        255,
        256,
    ),
    "PutItem bytes": (
        lambda n: on_table("PutItem", Item={**KEY, "v": {"S": "x" * (n - 7)}}),  # names and keys have 7
        409_600,
        409_601,
    ),
    "BatchWriteItem bytes of an item": (
        lambda n: (
            "BatchWriteItem",
            {"RequestItems": {TABLE: [{"PutRequest": {"Item": {**KEY, "v": {"S": "x" * (n - 7)}}}}]}},
        ),
        409_600,
        409_601,
    ),
    "TransactWriteItems bytes of an item": (
        lambda n: action("Put", Item={**KEY, "v": {"S": "x" * (n - 7)}}),
        409_600,
        409_601,
    ),
    "ExecuteStatement INSERT bytes of an item": (
        lambda n: (
            "ExecuteStatement",
            {
                "Statement": f"INSERT INTO {TABLE} VALUE {{'pk': 'a', 'sk': '1', 'v': ?}}",
                "Parameters": [{"S": "x" * (n - 7)}],
            },
        ),
        409_600,
        409_601,
    ),
    "UpdateItem bytes of an item": (
        lambda n: on_table("UpdateItem", Key=THERE, AttributeUpdates={"v": {"Value": {"S": "x" * (n - 11)}}}),
        409_600,
        409_601,
    ),
}

# --- all of it -------------------------------------------------------------------------------------------------------


def near_misses() -> Iterator[tuple[str, Request, Request]]:
    """What is tried, with the request that keeps the rule and the one that breaks it."""
    groups: list[tuple[str, Mapping[str, Carrier], tuple[Rule, ...]]] = [
        ("stored value", storing(), VALUES),
        ("compared value", comparing(), VALUES),
        ("HASH key", keyed("pk"), key_rules(2048)),
        ("RANGE key", keyed("sk"), key_rules(1024)),
        ("HASH key of an index", storing("g"), key_rules(2048)),
        ("RANGE key of an index", storing("r"), key_rules(1024)),
        ("RANGE key of a local index", storing("l"), key_rules(1024)),
        ("condition", conditions(), text_rules("attribute_not_exists({})")),
        ("update", updates(), text_rules("REMOVE {}")),
        ("projection", projections(), text_rules("{}")),
    ]
    for what, carriers, rules in groups:
        for name, carrier in carriers.items():
            for rule in rules:
                pair = rule.pair(name)
                if pair is not None:
                    yield f"{what}, {rule.name}: {name}", carrier(pair[0]), carrier(pair[1])
    for name, (carrier, inside, outside) in COUNTS.items():
        yield f"count: {name}", carrier(inside), carrier(outside)
