"""Random requests to DynamoDB: out of botocore's model, or whole and valid and then damaged a little.

``Requests(Random(seed)).make()`` gives the same requests for the same seed.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import botocore.session

Json = Any

OPERATIONS = (
    *("PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"),
    *("TransactGetItems", "TransactWriteItems", "CreateTable", "DeleteTable", "DescribeTable", "ListTables"),
    *("UpdateTable", "TagResource", "UntagResource", "ListTagsOfResource", "UpdateTimeToLive", "DescribeTimeToLive"),
    *("DescribeLimits", "DescribeEndpoints"),
)

# --- tables ---

KEYS = {"notes": ("pk",), "tasks": ("pk", "sk"), "numbered": ("pk", "sk"), "extra": ("pk",)}
TYPES = {"pk": "S", "sk": "S", "owner": "S", "rank": "N"}


def table_params(name: str) -> dict[str, Json]:
    """A table of few keys, with indexes if it is a table of tasks."""
    sort_type = "N" if name == "numbered" else "S"
    types = {"pk": "S", **({"sk": sort_type} if len(KEYS[name]) == 2 else {})}
    params: dict[str, Json] = {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema(*KEYS[name])}
    if name == "tasks":
        types |= {"owner": "S", "rank": "N"}
        params["GlobalSecondaryIndexes"] = [
            {
                "IndexName": "by_owner",
                "KeySchema": schema("owner", "rank"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {"IndexName": "by_rank", "KeySchema": schema("rank"), "Projection": {"ProjectionType": "ALL"}},
        ]
        included = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]}
        params["LocalSecondaryIndexes"] = [
            {"IndexName": "local", "KeySchema": schema("pk", "rank"), "Projection": included}
        ]
    params["AttributeDefinitions"] = [{"AttributeName": key, "AttributeType": tag} for key, tag in types.items()]
    return params


def schema(*names: str) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


# --- values and expressions ---

NUMBERS = ["0", "1", "-1", "3.14", "1e125", "1E-130", "007", "-0", "12345678901234567890123456789012345678"]
ODD_NUMBERS = ["", "abc", "1e126", "1e-131", "9" * 39, "0x1", " 1", "NaN", "\uff11", "1e99999999999", "--1"]
TEXTS = ["", "a", "b", "é", "\U0001f600", "k" * 50, "\x00"]
ODD_TEXTS = ["x" * 2050, "\ud800", "#n", ":v", "a.b[0]", "null"]
ATTRIBUTES = ["a", "b", "c", "rank", "owner"]
PATHS = ["a", "b", "#n", "c.x", "c.x[0]", "b[1]", "#n.#n", "rank", "#o", "pk", "sk"]
NAMES = {"#n": "b", "#o": "owner"}
CONDITIONS = [
    *(
        "attribute_exists({p})",
        "attribute_not_exists({p})",
        "{p} = :v",
        "{p} <> :w",
        ":v < {p}",
        "{p} BETWEEN :v AND :w",
    ),
    *("{p} IN (:v, :w)", "size({p}) > :v", "contains({p}, :w)", "begins_with({p}, :v)", "attribute_type({p}, :v)"),
    *("NOT ({q} = :v AND {p} = :w)", "({p} = :v) OR {q} >= :w", "(({p} = :v))", "{p} =", "size({p})", "{p} = {q}"),
]
UPDATES = [
    *("SET {p} = :v", "SET {p} = {q} + :v", "SET {p} = if_not_exists({q}, :v), {q} = :w", "REMOVE {p}", "ADD {p} :v"),
    *("SET {p} = list_append({q}, :v)", "DELETE {p} :w", "REMOVE {p}, {q} SET a = :v", "SET {p} = :v ADD {q} :w"),
    *("SET {p} = :v SET {q} = :w", "SET {p} - :v", "SET {p}[3] = :v, {p}[9] = :w", "ADD rank :v, a :w"),
]
KEY_CONDITIONS = {
    "": [
        "pk = :pk",
        "pk = :pk",
        "pk = :pk AND sk > :sk",
        ":sk <= sk AND pk = :pk",
        "pk = :pk AND begins_with(sk, :sk)",
    ],
    "by_owner": ["#o = :o", "#o = :o AND #r >= :r", "#o = :o AND #r BETWEEN :r AND :r"],
    "by_rank": ["#r = :r"],
    "local": ["pk = :pk", "pk = :pk AND #r < :r"],
    "nowhere": ["pk = :pk", "sk = :sk", "pk > :pk", "pk = :pk OR sk = :sk", "#o = :o AND pk = :pk"],
}
PROJECTIONS = ["a", "pk, a", "b[0], b[1]", "c.x, #n", "a, a.b", "owner", "sk, rank, missing.x"]


class Requests:
    """Makes requests from a source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random, self.one = random, random.choice

    def make(self) -> tuple[str, Json]:
        """An operation and its parameters."""
        operation = self.one(OPERATIONS)
        if self.random.random() < 0.08:
            return operation, self.modelled(model().operation_model(operation).input_shape, "")
        params = self.whole(operation)
        for _ in range(self.one([0, 0, 0, 1, 1, 2])):
            params = self.damaged(params)
        if self.random.random() < 0.02 and (places := list(nodes(params := copy.deepcopy(params)))):
            holder, key = self.one(places)
            holder[key] = nested(self.one(["L", "M"]), 450)  # last: too deep to be copied
        return operation, params

    def whole(self, operation: str) -> dict[str, Json]:
        """A request with nothing wrong about its form, whatever its expressions say."""
        table = self.one([*KEYS, "tasks", "tasks"])
        make: Callable[[str], dict[str, Json]] | None = getattr(self, f"_{snake_case(operation)}", None)
        return make(table) if make else {"TableName": table}

    # - values -

    def value(self, depth: int = 0) -> Json:
        kind = self.one(["S", "N", "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"] if depth < 3 else ["S"])
        number = self.one(NUMBERS) if self.random.random() < 0.9 else self.one(ODD_NUMBERS)
        text = self.one(TEXTS) if self.random.random() < 0.9 else self.one(ODD_TEXTS)
        made: dict[str, Callable[[], Json]] = {
            "S": lambda: text,
            "N": lambda: number,
            "B": lambda: self.one(["", "AA==", "/w==", "no base64!", "AAA"]),
            "BOOL": lambda: self.one([True, False]),
            "NULL": lambda: self.one([True, True, False]),
            "SS": lambda: self.one([["a"], ["a", "b"], ["a", "a"], [], [text]]),
            "NS": lambda: self.one([["1"], ["1", "1.0"], [number], []]),
            "BS": lambda: self.one([["AA=="], ["AA==", "AA=="], []]),
            "L": lambda: [self.value(depth + 1) for _ in range(self.random.randrange(3))],
            "M": lambda: {self.one(["x", "y", ""]): self.value(depth + 1) for _ in range(self.random.randrange(3))},
        }
        return {kind: made[kind]()}

    def key(self, table: str) -> dict[str, Json]:
        sort: Json = {"N": self.one(NUMBERS[:4])} if table == "numbered" else {"S": self.one("abcd")}
        whole = {"pk": {"S": self.one("pqr")}, "sk": sort}
        return {name: whole[name] for name in KEYS[table]}

    def item(self, table: str) -> dict[str, Json]:
        others = {name: self.value() for name in self.random.sample(ATTRIBUTES[:3], self.random.randrange(4))}
        if self.random.random() < 0.7:
            others["rank"] = {"N": self.one(NUMBERS[:4])}
        if self.random.random() < 0.7:
            others["owner"] = {"S": self.one("xy")}
        return {**self.key(table), **others}

    # - expressions -

    def expressions(self, **templates: list[str]) -> dict[str, Json]:
        """Expressions, and mostly just the names and values they use."""
        made = {
            parameter: self.one(choices).format(p=self.one(PATHS), q=self.one(PATHS))
            for parameter, choices in templates.items()
            if self.random.random() < 0.7
        }
        text = " ".join(made.values())
        sloppy = self.random.random() < 0.05
        names = {name: NAMES[name] for name in NAMES if name in text or sloppy}
        values = {name: self.value() for name in (":v", ":w") if name in text or sloppy}
        maps = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        return {**made, **{name: each for name, each in maps.items() if each}}

    def options(self) -> dict[str, Json]:
        known = {
            "ReturnConsumedCapacity": self.one(["NONE", "TOTAL", "INDEXES"]),
            "ReturnValues": self.one(["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]),
            "ReturnItemCollectionMetrics": "SIZE",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return {name: known[name] for name in self.random.sample(list(known), self.random.randrange(3))}

    # - operations; named after AWS's, so that `whole` finds them -

    def _put_item(self, table: str) -> dict[str, Json]:
        condition = self.expressions(ConditionExpression=CONDITIONS) if self.random.random() < 0.3 else {}
        return {"TableName": table, "Item": self.item(table), **condition, **self.options()}

    def _update_item(self, table: str) -> dict[str, Json]:
        expressions = self.expressions(UpdateExpression=UPDATES, ConditionExpression=CONDITIONS)
        return {"TableName": table, "Key": self.key(table), **expressions, **self.options()}

    def _delete_item(self, table: str) -> dict[str, Json]:
        return {"TableName": table, "Key": self.key(table), **self.expressions(ConditionExpression=CONDITIONS)}

    def _get_item(self, table: str) -> dict[str, Json]:
        return {"TableName": table, "Key": self.key(table), **self.expressions(ProjectionExpression=PROJECTIONS)}

    def _query(self, table: str) -> dict[str, Json]:
        read = self._read(table)
        index = read.get("IndexName", "") if self.random.random() < 0.9 else "nowhere"
        condition = self.one(KEY_CONDITIONS[index])
        others = self.expressions(FilterExpression=CONDITIONS[:12], ProjectionExpression=PROJECTIONS[:4])
        keys = {":o": {"S": self.one("xy")}, ":r": {"N": self.one(NUMBERS[:4])}}
        keys |= {f":{name}": value for name, value in {"sk": {"S": "b"}, **self.key(table)}.items()}
        maps: dict[str, Json] = {"Names": {"#o": "owner", "#r": "rank"}, "Values": keys}
        for kind, known in maps.items():
            used = {name: value for name, value in known.items() if name in condition}
            if used := {**others.get(f"ExpressionAttribute{kind}", {}), **used}:
                others[f"ExpressionAttribute{kind}"] = used
        return {**read, "KeyConditionExpression": condition, **others}

    def _scan(self, table: str) -> dict[str, Json]:
        return {**self._read(table), **self.expressions(FilterExpression=CONDITIONS, ProjectionExpression=PROJECTIONS)}

    def _read(self, table: str) -> dict[str, Json]:
        known = {
            "IndexName": self.one(["by_owner", "by_rank", "local", "nowhere"]),
            "Limit": self.one([1, 2, 100, 0, -1]),
            "ScanIndexForward": self.one([True, False]),
            "ConsistentRead": self.one([True, False]),
            "Select": self.one(["COUNT", "ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"]),
            "ExclusiveStartKey": self.item(table) if self.random.random() < 0.3 else self.key(table),
            "Segment": self.one([0, 1, 5]),
            "TotalSegments": self.one([1, 2, 1000000]),
            "ReturnConsumedCapacity": self.one(["TOTAL", "INDEXES"]),
        }
        return {
            "TableName": table,
            **{name: known[name] for name in self.random.sample(list(known), self.random.randrange(4))},
        }

    def _batch_get_item(self, table: str) -> dict[str, Json]:
        keys = [self.key(table) for _ in range(self.random.randrange(1, 4))]
        return {"RequestItems": {table: {"Keys": keys, **self.expressions(ProjectionExpression=PROJECTIONS)}}}

    def _batch_write_item(self, table: str) -> dict[str, Json]:
        put, delete = {"PutRequest": {"Item": self.item(table)}}, {"DeleteRequest": {"Key": self.key(table)}}
        return {"RequestItems": {table: self.one([[put], [delete], [put, delete]])}, **self.options()}

    def _transact_write_items(self, table: str) -> dict[str, Json]:
        actions = [self._action(self.one(list(KEYS))) for _ in range(self.random.randrange(1, 4))]
        token = {"ClientRequestToken": self.one(["t1", "t2", "x" * 37])} if self.random.random() < 0.2 else {}
        return {"TransactItems": actions, **token}

    def _action(self, table: str) -> dict[str, Json]:
        kind = self.one(["Put", "Update", "Delete", "ConditionCheck"])
        make = {"Put": self._put_item, "Update": self._update_item}.get(kind, self._delete_item)
        return {kind: make(table)}

    def _transact_get_items(self, table: str) -> dict[str, Json]:
        return {
            "TransactItems": [{"Get": self._get_item(self.one(list(KEYS)))} for _ in range(self.random.randrange(1, 4))]
        }

    def _create_table(self, table: str) -> dict[str, Json]:
        return table_params(table)

    def _delete_table(self, table: str) -> dict[str, Json]:
        return {"TableName": self.one(["extra", "extra", "extra", table])}

    def _update_table(self, table: str) -> dict[str, Json]:
        created = {"IndexName": "added", "KeySchema": schema("rank"), "Projection": {"ProjectionType": "ALL"}}
        changes: list[dict[str, Json]] = [
            {
                "AttributeDefinitions": [{"AttributeName": "rank", "AttributeType": "N"}],
                "GlobalSecondaryIndexUpdates": [{"Create": created}],
            },
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "added"}}]},
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}},
            {"BillingMode": "PAY_PER_REQUEST"},
            {"DeletionProtectionEnabled": False},
        ]
        return {"TableName": table, **self.one(changes)}

    def _tag_resource(self, table: str) -> dict[str, Json]:
        return {"ResourceArn": self.one(ARNS).format(table=table), "Tags": [{"Key": self.one(TEXTS), "Value": "v"}]}

    def _untag_resource(self, table: str) -> dict[str, Json]:
        return {"ResourceArn": self.one(ARNS).format(table=table), "TagKeys": [self.one(TEXTS)]}

    def _list_tags_of_resource(self, table: str) -> dict[str, Json]:
        return {"ResourceArn": self.one(ARNS).format(table=table)}

    def _update_time_to_live(self, table: str) -> dict[str, Json]:
        return {
            "TableName": table,
            "TimeToLiveSpecification": {"Enabled": self.one([True, False]), "AttributeName": "rank"},
        }

    def _list_tables(self, table: str) -> dict[str, Json]:
        return {"Limit": self.one([1, 2, 100, 0]), "ExclusiveStartTableName": table}

    def _describe_limits(self, table: str) -> dict[str, Json]:
        return {}

    _describe_endpoints = _describe_limits

    # - out of the model -

    def modelled(self, shape: Any, name: str, depth: int = 0) -> Json:
        """Anything that the model's shape allows, and a little that it does not."""
        if name in {"TableName", "IndexName"}:
            return self.one([*KEYS, "by_owner", "x", ""])
        if depth > 6 or self.random.random() < 0.03:
            return self.one(ODDITIES)
        match shape.type_name:
            case "structure":
                wanted = {each for each in shape.members if self.random.random() < 0.25} | set(shape.required_members)
                return {each: self.modelled(shape.members[each], each, depth + 1) for each in sorted(wanted)}
            case "list":
                return [self.modelled(shape.member, "", depth + 1) for _ in range(self.random.randrange(3))]
            case "map":
                return {self.one(["a", "pk", "tasks", ":v"]): self.modelled(shape.value, "", depth + 1)}
            case "string":
                return self.one(shape.enum or [*TEXTS, *CONDITIONS[:3], "pk = :v"])
            case "boolean":
                return self.one([True, False])
            case "blob":
                return "AA=="
            case _:
                return self.one([0, 1, -1, 10**10])

    # - damage -

    def damaged(self, params: Json) -> Json:
        """A copy with one thing wrong, somewhere."""
        params = copy.deepcopy(params)
        places = list(nodes(params))
        if not places:
            return params
        holder, key = self.one(places)
        match self.one([0, 0, 1, 1, 2, 3, 4]):
            case 0:
                del holder[key]
            case 1:
                holder[key] = self.one(ODDITIES)
            case 2 if isinstance(holder, dict):
                holder[self.one(["", "Key", "S", "pk", "x" * 300, key.lower()])] = holder.pop(key)
            case 3:
                holder[key] = nested(self.one(["L", "M"]), self.one([5, 31, 32, 33]))
            case _:
                holder[key] = [holder[key]] * self.one([1, 2, 30])
        return params


ARNS = [
    "arn:aws:dynamodb:us-east-1:123456789012:table/{table}",
    "arn:aws:dynamodb:us-east-1:1:table/{table}",
    "{table}",
    "",
]
ODDITIES: list[Json] = [
    *(None, True, 0, -1, 1.5, 10**30, "", "a", "\ud800", "x" * 5000, [], {}, [None], {"S": None}, {"": {}}),
    *({"S": "a"}, {"N": "1"}, {"L": [{}]}, {"M": {"": {"NULL": True}}}, {"SS": []}, {"S": "a", "N": "1"}, {"X": "y"}),
]


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def nodes(value: Json) -> Iterator[tuple[Any, Any]]:
    """Every place in a value: what holds it, and under which key or index."""
    if not isinstance(value, dict | list):
        return
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        yield from nodes(value[key])


def nested(kind: str, depth: int) -> Json:
    value: Json = {"S": "leaf"}
    for _ in range(depth):
        value = {kind: {"n": value} if kind == "M" else [value]}
    return value


@cache
def model() -> Any:
    return botocore.session.get_session().get_service_model("dynamodb")
