"""Ways to send content to DynamoDB: each a function from the content to an operation and its parameters, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]
Request: TypeAlias = tuple[str, Json]
"""An operation and its parameters."""

Carrier: TypeAlias = Callable[[Any], Request]

TABLE: Final = "near"
KEY: Final[Json] = {"pk": {"S": "a"}, "sk": {"S": "1"}}
THERE: Final[Json] = {"pk": {"S": "there"}, "sk": {"S": "1"}}
"""The key of an item that is in the table."""

CREATE: Final[Json] = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "g", "r", "l")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by_l",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}


def on_table(operation: str, **params: Any) -> Request:
    """A request to the table."""
    return operation, {"TableName": TABLE, **params}


def action(kind: str, **params: Any) -> Request:
    """A transaction of one action."""
    return "TransactWriteItems", {"TransactItems": [{kind: {"TableName": TABLE, **params}}]}


def stating(verb: str, text: str, parameters: Callable[[Any], list[Any]]) -> dict[str, Carrier]:
    """A statement by itself, in a batch and in a transaction."""

    def one(content: Any) -> Json:
        return {"Statement": text, "Parameters": parameters(content)}

    return {
        f"ExecuteStatement {verb}": lambda v: ("ExecuteStatement", one(v)),
        f"BatchExecuteStatement {verb}": lambda v: ("BatchExecuteStatement", {"Statements": [one(v)]}),
        f"ExecuteTransaction {verb}": lambda v: ("ExecuteTransaction", {"TransactStatements": [one(v)]}),
    }


def alone(value: Any) -> list[Any]:
    """A statement's parameters where it has one."""
    return [value]


# --- values ----------------------------------------------------------------------------------------------------------


def storing(name: str = "v") -> dict[str, Carrier]:
    """What stores a value under an attribute's name."""
    text = {"UpdateExpression": "SET #v = :v", "ExpressionAttributeNames": {"#v": name}}
    return {
        "PutItem": lambda v: on_table("PutItem", Item={**KEY, name: v}),
        "UpdateItem": lambda v: on_table("UpdateItem", Key=KEY, **text, ExpressionAttributeValues={":v": v}),
        "UpdateItem AttributeUpdates": lambda v: on_table("UpdateItem", Key=KEY, AttributeUpdates={name: {"Value": v}}),
        "BatchWriteItem": lambda v: (
            "BatchWriteItem",
            {"RequestItems": {TABLE: [{"PutRequest": {"Item": {**KEY, name: v}}}]}},
        ),
        "TransactWriteItems Put": lambda v: action("Put", Item={**KEY, name: v}),
        "TransactWriteItems Update": lambda v: action("Update", Key=KEY, **text, ExpressionAttributeValues={":v": v}),
        **stating("INSERT", f"INSERT INTO {TABLE} VALUE {{'pk': 'a', 'sk': '1', '{name}': ?}}", alone),
        **stating("UPDATE", f"UPDATE {TABLE} SET \"{name}\" = ? WHERE pk = 'there' AND sk = '1'", alone),
    }


def comparing() -> dict[str, Carrier]:
    """What compares a value with an attribute."""
    condition = {"ConditionExpression": "v <> :v"}
    filtered = {"FilterExpression": "v <> :v"}
    by_key = {"KeyConditionExpression": "pk = :p"}
    of_key = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["pk"]]}}

    def values(v: Any) -> Json:
        return {"ExpressionAttributeValues": {":v": v}}

    def listed(v: Any) -> Json:
        return {"v": {"ComparisonOperator": "NE", "AttributeValueList": [v]}}

    return {
        "PutItem condition": lambda v: on_table("PutItem", Item=KEY, **condition, **values(v)),
        "UpdateItem condition": lambda v: on_table("UpdateItem", Key=KEY, **condition, **values(v)),
        "DeleteItem condition": lambda v: on_table("DeleteItem", Key=KEY, **condition, **values(v)),
        "PutItem Expected": lambda v: on_table("PutItem", Item=KEY, Expected=listed(v)),
        "UpdateItem Expected": lambda v: on_table("UpdateItem", Key=KEY, Expected=listed(v)),
        "DeleteItem Expected": lambda v: on_table("DeleteItem", Key=KEY, Expected=listed(v)),
        "Query filter": lambda v: on_table(
            "Query", **by_key, **filtered, ExpressionAttributeValues={":p": KEY["pk"], ":v": v}
        ),
        "Query QueryFilter": lambda v: on_table("Query", KeyConditions=of_key, QueryFilter=listed(v)),
        "Scan filter": lambda v: on_table("Scan", **filtered, **values(v)),
        "Scan ScanFilter": lambda v: on_table("Scan", ScanFilter=listed(v)),
        "TransactWriteItems ConditionCheck": lambda v: action("ConditionCheck", Key=KEY, **condition, **values(v)),
        "TransactWriteItems Put condition": lambda v: action("Put", Item=KEY, **condition, **values(v)),
        "TransactWriteItems Delete condition": lambda v: action("Delete", Key=KEY, **condition, **values(v)),
        "ExecuteStatement SELECT": lambda v: (
            "ExecuteStatement",
            {"Statement": f"SELECT * FROM {TABLE} WHERE v <> ?", "Parameters": [v]},
        ),
        **stating("DELETE", f"DELETE FROM {TABLE} WHERE pk = 'there' AND sk = '1' AND v <> ?", alone),
    }


# --- keys ------------------------------------------------------------------------------------------------------------


def keyed(name: str) -> dict[str, Carrier]:
    """What names or stores an item by a key, one attribute of which is tried."""
    query = {"KeyConditionExpression": "pk = :pk AND sk = :sk"}
    where = "WHERE pk = ? AND sk = ?"
    update = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}}

    def key(v: Any) -> Json:
        return {**KEY, name: v}

    def parameters(v: Any) -> list[Any]:
        return list(key(v).values())

    def values(v: Any) -> Json:
        return {f":{attribute}": one for attribute, one in key(v).items()}

    return {
        "GetItem": lambda v: on_table("GetItem", Key=key(v)),
        "PutItem": lambda v: on_table("PutItem", Item=key(v)),
        "UpdateItem": lambda v: on_table("UpdateItem", Key=key(v), **update),
        "DeleteItem": lambda v: on_table("DeleteItem", Key=key(v)),
        "BatchGetItem": lambda v: ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [key(v)]}}}),
        "BatchWriteItem Put": lambda v: (
            "BatchWriteItem",
            {"RequestItems": {TABLE: [{"PutRequest": {"Item": key(v)}}]}},
        ),
        "BatchWriteItem Delete": lambda v: (
            "BatchWriteItem",
            {"RequestItems": {TABLE: [{"DeleteRequest": {"Key": key(v)}}]}},
        ),
        "TransactGetItems": lambda v: (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": TABLE, "Key": key(v)}}]},
        ),
        "TransactWriteItems Put": lambda v: action("Put", Item=key(v)),
        "TransactWriteItems Update": lambda v: action("Update", Key=key(v), **update),
        "TransactWriteItems Delete": lambda v: action("Delete", Key=key(v)),
        "TransactWriteItems ConditionCheck": lambda v: action(
            "ConditionCheck", Key=key(v), ConditionExpression="attribute_not_exists(zzz)"
        ),
        "Query": lambda v: on_table("Query", **query, ExpressionAttributeValues=values(v)),
        "Query KeyConditions": lambda v: on_table(
            "Query",
            KeyConditions={
                attribute: {"ComparisonOperator": "EQ", "AttributeValueList": [one]}
                for attribute, one in key(v).items()
            },
        ),
        "Query start key": lambda v: on_table(
            "Query",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": key(v)["pk"]},
            ExclusiveStartKey=key(v),
        ),
        "Scan start key": lambda v: on_table("Scan", ExclusiveStartKey=key(v)),
        **stating("SELECT", f"SELECT * FROM {TABLE} {where}", parameters),
        **stating("INSERT", f"INSERT INTO {TABLE} VALUE {{'pk': ?, 'sk': ?}}", parameters),
        **stating("UPDATE", f"UPDATE {TABLE} SET v = 1 {where}", parameters),
        **stating("DELETE", f"DELETE FROM {TABLE} {where}", parameters),
    }


# --- expressions -----------------------------------------------------------------------------------------------------


def conditions() -> dict[str, Carrier]:
    """What takes a condition that has no values."""
    return {
        "PutItem": lambda text: on_table("PutItem", Item=KEY, ConditionExpression=text),
        "UpdateItem": lambda text: on_table("UpdateItem", Key=KEY, ConditionExpression=text),
        "DeleteItem": lambda text: on_table("DeleteItem", Key=KEY, ConditionExpression=text),
        "TransactWriteItems Put": lambda text: action("Put", Item=KEY, ConditionExpression=text),
        "TransactWriteItems Delete": lambda text: action("Delete", Key=KEY, ConditionExpression=text),
        "TransactWriteItems ConditionCheck": lambda text: action("ConditionCheck", Key=KEY, ConditionExpression=text),
        "TransactWriteItems Update": lambda text: action(
            "Update", Key=KEY, UpdateExpression="REMOVE v", ConditionExpression=text
        ),
        "Query filter": lambda text: on_table(
            "Query",
            KeyConditionExpression="pk = :p",
            FilterExpression=text,
            ExpressionAttributeValues={":p": KEY["pk"]},
        ),
        "Scan filter": lambda text: on_table("Scan", FilterExpression=text),
    }


def updates() -> dict[str, Carrier]:
    """What takes an update that has no values."""
    return {
        "UpdateItem": lambda text: on_table("UpdateItem", Key=KEY, UpdateExpression=text),
        "TransactWriteItems Update": lambda text: action("Update", Key=KEY, UpdateExpression=text),
    }


def projections() -> dict[str, Carrier]:
    """What takes a projection."""
    return {
        "GetItem": lambda text: on_table("GetItem", Key=KEY, ProjectionExpression=text),
        "BatchGetItem": lambda text: (
            "BatchGetItem",
            {"RequestItems": {TABLE: {"Keys": [KEY], "ProjectionExpression": text}}},
        ),
        "TransactGetItems": lambda text: (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": TABLE, "Key": KEY, "ProjectionExpression": text}}]},
        ),
        "Query": lambda text: on_table(
            "Query",
            KeyConditionExpression="pk = :p",
            ProjectionExpression=text,
            ExpressionAttributeValues={":p": KEY["pk"]},
        ),
        "Scan": lambda text: on_table("Scan", ProjectionExpression=text),
    }
