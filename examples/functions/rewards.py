"""Two AWS Lambda functions of a shop, with Powertools for AWS Lambda and boto3.

``api``      behind an HTTP API: takes orders, shows them, changes and cancels them
``reward``   reads what happens to orders from their table's stream, and gives customers a point for each euro

A stream hands over everything at least once, and begins again at a record that failed. So ``reward`` writes down which
record it has counted, in one transaction with the points: what comes again finds that and counts nothing.
"""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.conditions import Attr

# Made once for all invocations of a running function, as AWS advises.
dynamodb = boto3.resource("dynamodb")
orders = dynamodb.Table(os.environ.get("ORDERS_TABLE", "orders"))
points = dynamodb.Table(os.environ.get("POINTS_TABLE", "points"))
refusals = dynamodb.meta.client.exceptions

REMEMBERED = 2 * 24 * 60 * 60
"""Seconds for which a counted record is remembered: a stream holds its records for a day."""

http = APIGatewayHttpResolver()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


# --- the API ---


@http.put("/orders/<order_id>")
def place(order_id: str) -> Response[str] | dict[str, Any]:
    """Take an order; a total changes as long as the order is the same customer's."""
    order = http.current_event.json_body
    if not isinstance(order.get("customer"), str) or not isinstance(order.get("total"), int) or order["total"] < 0:
        raise BadRequestError("an order has a customer and a total, in whole euros")
    item = {"order_id": order_id, "customer": order["customer"], "total": order["total"]}
    try:
        orders.put_item(
            Item=item, ConditionExpression=Attr("order_id").not_exists() | Attr("customer").eq(order["customer"])
        )
    except refusals.ConditionalCheckFailedException:
        return Response(HTTPStatus.CONFLICT, content_types.APPLICATION_JSON, '{"message": "this id is taken"}')
    return item


@http.get("/orders/<order_id>")
def show(order_id: str) -> dict[str, Any]:
    """An order, or 404."""
    found = orders.get_item(Key={"order_id": order_id}).get("Item")
    if found is None:
        raise NotFoundError(order_id)
    return {**found, "total": int(str(found["total"]))}


@http.delete("/orders/<order_id>")
def cancel(order_id: str) -> Response[str]:
    """Forget an order, known or not."""
    orders.delete_item(Key={"order_id": order_id})
    return Response(HTTPStatus.NO_CONTENT)


def api(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The first function."""
    return http.resolve(event, context)


# --- the stream ---


def count(record: DynamoDBRecord) -> None:
    """Give or take the points of one change of an order, once."""
    change = record.dynamodb
    if change is None or record.event_id is None:
        raise ValueError("a record of a stream has an id, and says what has changed")
    before, after = change.old_image or {}, change.new_image or {}
    gained = int(after.get("total", 0)) - int(before.get("total", 0))
    at = int(change.approximate_creation_date_time or 0)
    counted: dict[str, Any] = {"id": f"RECORD#{record.event_id}", "expires_at": at + REMEMBERED}
    try:
        dynamodb.meta.client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": points.name, "Item": counted, "ConditionExpression": "attribute_not_exists(id)"}},
                {
                    "Update": {
                        "TableName": points.name,
                        "Key": {"id": f"CUSTOMER#{(after or before)['customer']}"},
                        "UpdateExpression": "ADD points :gained",
                        "ExpressionAttributeValues": {":gained": gained},
                    }
                },
            ]
        )
    except refusals.TransactionCanceledException as cancelled:
        if cancelled.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise  # throttled, say: the record comes again


def reward(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """The second function: what it answers names the records that are to come again."""
    return process_partial_response(event=event, record_handler=count, processor=processor, context=context)
